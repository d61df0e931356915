"""Scenes for the model storyteller's tests."""

from dataclasses import dataclass, field, replace
from typing import TypedDict, Unpack

from fiction.story.events import Notice, ProseDelta, ProseReset, Spent
from fiction.story.ledger import CastMember, Fact, Ledger, Thread
from fiction.story.memory import Recall, Recalled, TurnId
from fiction.story.plan import Approach, Choice, ChoiceKind, Plan
from fiction.story.reader import Length, ReaderProfile, StorySettings
from fiction.story.scene import Direction, Scene
from fiction.story.turn import Stage, Turn, Usage
from fiction.story.world import Beat, Character, Lore, Place, World
from fiction.storytellers.model import ModelStoryteller

PLAN = Plan(
    "Pay Imre with the brass key",
    "the key is gone",
    Approach.WARM,
    "You hold the brass key out to him. He knows what it opens. He may not want it.",
)
WORLD = World(
    id="landing",
    version="1.0.0",
    title="The Landing",
    summary="A ferry, a bridge that is gone, and a letter nobody has read.",
    setting="A river village in the year after the bridge went down. Everybody crosses by the ferry and owes for it.",
    protagonist="You have come to deliver a letter to the miller.",
    outline=(Beat("a", "The letter is delivered to nobody."), Beat("b", "The bridge is found.")),
    characters=(
        Character("imre", "Imre", "ferryman", "Sixty and patient; counts everything twice.", goals=("to be paid",)),
    ),
    places=(Place("mill", "the mill", "It stands still, and its door is open."),),
    lore=(
        Lore("bridge", ("bridge",), "The bridge went down in the night of the fair, with eleven people on it."),
        Lore("eels", ("eels",), "Eels are paid for in advance here."),
    ),
)
CHOICE = Choice(ChoiceKind.OFFERED, PLAN.label, PLAN)


class SceneChanges(TypedDict, total=False):
    """Fields of a scene that a test gives a value of its own, besides the choice."""

    world: World
    reader: ReaderProfile
    settings: StorySettings
    depth: int
    recent: tuple[Turn, ...]
    memory: str
    recall: Recall
    ledger: Ledger
    direction: Direction
    established: tuple[str, ...]
    telling: int


def turn(depth: int, passage: str, *plans: Plan, act: str = "Go on along the bank", title: str = "") -> Turn:
    choice = Choice(ChoiceKind.WRITTEN, act)
    return Turn(TurnId(depth), None, depth, 0, choice, Stage.COMPLETE, passage, plans=plans, title=title)


def scene(choice: Choice = CHOICE, **changes: Unpack[SceneChanges]) -> Scene:
    usual = Scene(
        WORLD,
        ReaderProfile(name="Ada", passage_length=Length.SHORT),
        StorySettings(storyteller="model"),
        choice,
        depth=3,
        recent=(turn(1, "The first passage."), turn(2, "Imre waits at the landing. The bridge is gone.")),
        memory="You came with a letter for the miller. Imre wants to be paid.",
    )
    return replace(usual, **changes)


@dataclass
class Told:
    """What a narration came to."""

    text: str = ""
    notices: list[str] = field(default_factory=list)
    usage: Usage = Usage()
    resets: int = 0


async def tell(storyteller: ModelStoryteller, of: Scene | None = None) -> Told:
    told = Told()
    async for event in storyteller.narrate(of or scene()):
        match event:
            case ProseDelta():
                told.text += event.text
            case ProseReset():
                told.text = ""
                told.resets += 1
            case Spent():
                told.usage += event.usage
            case Notice():
                told.notices.append(event.text)
    return told


def full_scene(size: int = 60, *, choice: Choice = CHOICE, **changes: Unpack[SceneChanges]) -> Scene:
    """A scene in which everything there is to say is more than there is room for."""
    said = "The river comes up another step, and somebody on the far bank says a name that is not yours. " * 8
    facts = tuple(
        Fact("Imre", f"remembers{n}", f"the brass key and the year {n} of it", n, TurnId(n)) for n in range(size)
    )
    full = scene(
        choice,
        depth=90,
        recent=tuple(turn(n, f"({n}) {said}", act="Ask about the bridge " * 30) for n in range(80, 90)),
        memory=" ".join(f"You have seen thing number {n} with Imre at the mill." for n in range(size)),
        recall=Recall(
            tuple(Recalled(TurnId(n), n, f"[{n}] Of the brass key: {said}", score=1) for n in range(1, size))
        ),
        ledger=Ledger(
            facts=facts,
            threads=tuple(Thread(f"t{n}", f"Thread {n} waits {said}", "It is paid.", n, n) for n in range(size)),
            cast=tuple(CastMember(f"Imre {n}", "a man " * 20, "here " * 20, "wary " * 20) for n in range(size)),
        ),
        direction=Direction(lines=tuple(said for _ in range(4))),
        established=tuple(f"The bridge is gone, says {said}" for _ in range(size)),
    )
    return replace(full, **changes)
