"""A small world of its own for the built-in storyteller's tests, and a walker that plays it."""

import json
import random
from dataclasses import replace
from typing import TypedDict, Unpack

from fiction.story.ledger import Ledger, LedgerOp, OpenThread, Thread, ThreadStatus, TouchThread
from fiction.story.memory import Recall, TurnId
from fiction.story.plan import Approach, Choice, ChoiceKind
from fiction.story.reader import ReaderProfile, StorySettings
from fiction.story.scene import Direction, Scene
from fiction.story.storylets import Body, Echo, Effect, Quality, Role, Storylet, StoryletKind, StoryletPlan
from fiction.story.turn import Stage, Turn
from fiction.story.world import Character, Ending, EpilogueLine, Opening, Place, ThreadSeed, World
from fiction.storytellers.offline import OfflineStoryteller


class PlanChanges(TypedDict, total=False):
    """Fields of a plan that a test gives a value of its own."""

    stake: str
    brief: str
    when: str
    effects: tuple[Effect, ...]
    memory: str
    recollection: str
    facts: tuple[tuple[str, str, str], ...]
    opens: tuple[str, ...]
    advances: tuple[str, ...]
    pays: tuple[str, ...]
    goto: str
    ending: str
    place: str


class StoryletChanges(TypedDict, total=False):
    """Fields of a storylet that a test gives a value of its own, besides the kind."""

    title: str
    acts: tuple[int, ...]
    when: str
    weight: int
    once: bool
    cooldown: int
    tension: int
    importance: int
    place: str
    only_by_goto: bool
    roles: tuple[Role, ...]
    bodies: tuple[Body, ...]
    echoes: tuple[Echo, ...]
    plans: tuple[StoryletPlan, ...]
    note: str
    effects: tuple[Effect, ...]
    opens: tuple[str, ...]


def plan(name: str, label: str, approach: Approach, outcome: str = "", **more: Unpack[PlanChanges]) -> StoryletPlan:
    text = outcome or f"You do it, and {name} turns out as such things do at {{place}}."
    made = StoryletPlan(
        name, label, f"the price of {name}", approach, outcome=(Body(text),), memory=f"You chose {name}."
    )
    return replace(made, **more)


def three(name: str, **more: Unpack[PlanChanges]) -> tuple[StoryletPlan, ...]:
    return (
        plan(f"{name}-a", f"Break the {name} lock with a stone", Approach.BOLD, **more),
        plan(f"{name}-b", f"Sing to whoever is behind the {name} wall", Approach.WARM),
        plan(f"{name}-c", f"Count the {name} footprints first", Approach.CAREFUL),
    )


def scene(name: str, *, kind: StoryletKind = StoryletKind.SCENE, **more: Unpack[StoryletChanges]) -> Storylet:
    bodies = tuple(
        Body(f"{n} {name} stands open and {{other}} is there; {{other.they}} waves. {n} of it moves.") for n in "ABC"
    )
    made = Storylet(
        name, name.title(), kind, roles=(Role("other"),), bodies=bodies, plans=three(name), note=f"The {name} is open."
    )
    return replace(made, **more)


QUAY = Opening(
    "quay",
    "The quay",
    "The boats are in and {place} smells of tar. Somebody has let the lamp at the point go out.",
    place="quay",
    memory="You are the lamp-lighter's apprentice. You want the lamp lit by winter. It is evening.",
    threads=("lamp",),
    effects=(Effect("trust", 1),),
    plans=(
        plan("board", "Board the ferry before it fills", Approach.BOLD, goto="ferry"),
        plan(
            "ask",
            "Ask Imre about the lamp",
            Approach.CURIOUS,
            "Imre counts the coils twice before he says anything, and then he says the keeper has not been down.",
            memory="You asked Imre about the lamp.",
            recollection="the evening you asked about the lamp",
            facts=(("Imre", "keeps", "the brass key"),),
        ),
        plan("hide", "Hide behind the nets and listen", Approach.CAREFUL),
    ),
)

FERRY = Storylet(
    "ferry",
    "The ferryman's price",
    roles=(Role("ally", who=("imre", "oda")),),
    place="boat",
    bodies=(Body("{ally} holds out a hand for the fare. {ally.they} is in no hurry and looks past you."),),
    echoes=(Echo("did('quay/ask')", "The question you asked hangs about."), Echo("nonsense(", "Never told.")),
    plans=(
        plan("pay", "Pay {ally} with the brass key", Approach.WARM, goto="midstream"),
        plan("jump", "Jump back to the quay", Approach.BOLD, goto="nowhere", place="quay"),
        plan("wager", "Wager the fare on the tide", Approach.CUNNING, when="trust >= 1", goto="midstream"),
        plan("never", "Never offered", Approach.CAREFUL, when="trust >= 9"),
    ),
)
MIDSTREAM = Storylet(
    "midstream",
    "Midstream",
    only_by_goto=True,
    bodies=(Body("Halfway over {ally} ships the oars. The point is dark."),),
    plans=(
        plan("light", "Light the lamp from the water", Approach.BOLD, pays=("lamp",), effects=(Effect("trust", 2),)),
        plan("row", "Take the oars yourself", Approach.CAREFUL),
        plan("talk", "Talk to {ally.them} about the keeper", Approach.CURIOUS),
    ),
)
CLIMAX = Storylet(
    "point",
    "The point",
    StoryletKind.CLIMAX,
    bodies=(Body("The stairs of the tower are wet, and there is oil on them."),),
    plans=(
        plan("up", "Climb to the lamp", Approach.BOLD, ending="*"),
        plan("call", "Call the keeper's name", Approach.WARM, goto="last-word"),
        plan("leave", "Leave it dark", Approach.PRINCIPLED, ending="dark"),
    ),
)
LAST_WORD = Storylet(
    "last-word",
    only_by_goto=True,
    bodies=(Body("Nobody answers, and then somebody does."),),
    plans=(
        plan("yes", "Say yes", Approach.WARM, ending="*"),
        plan("no", "Say no", Approach.BOLD, ending="dark"),
        plan("ask", "Ask who is there", Approach.CURIOUS, ending="unheard-of"),
    ),
)
SPIDER = scene("spider loft", bodies=(Body("Spiders hang in the loft over {other}."),))

WORLD = World(
    "the-point",
    "1.0.0",
    "The Point",
    "A lamp has gone out.",
    "A small harbour with a tower on its point, where a lamp burned until this week.",
    characters=(
        Character("imre", "Imre", "ferryman", place="boat", they="he", them="him", their="his"),
        Character("oda", "Oda", "net-maker", they="she", them="her", their="her"),
        Character("ash", "Ash", "keeper"),
    ),
    places=(Place("quay", "the Quay", "Slate and tar.", exits=("boat",)), Place("boat", "the Boat", exits=("quay",))),
    threads=(ThreadSeed("lamp", "The lamp at the point went out.", "Somebody lights it again."),),
    openings=(QUAY,),
    qualities=(Quality("trust", "Trust", 0, -3, 5),),
    storylets=(
        FERRY,
        MIDSTREAM,
        CLIMAX,
        LAST_WORD,
        SPIDER,
        scene("gate", kind=StoryletKind.HINGE, acts=(2,)),
        scene("shed", kind=StoryletKind.QUIET, tension=2),
        scene("chapel"),
        scene("mill", once=False, cooldown=5),
        scene("net loft", acts=(1, 2)),
        scene("weir", when="trust >= 1", tension=7),
    ),
    endings=(
        Ending("lit", "The lamp is lit", "trust >= 3", priority=5, bodies=("The light goes round once.", "It burns.")),
        Ending("dark", "The dark point", bodies=("The point stays dark, and you know why.",)),
    ),
    epilogue=(EpilogueLine("did('quay/ask')", "You asked, that first evening, and somebody answered.", 3),),
    attempts=((Approach.BOLD, ("You {act}. It holds your weight, and that is all it does.",)),),
    callbacks=("The water brings back {recollection}.",),
)


def _services() -> tuple[Storylet, ...]:
    def service(name: str, text: str) -> Storylet:
        return Storylet(name, bodies=(Body(text), Body(text + " Again.")), plans=three(name), only_by_goto=True)

    return (
        service("moment-passes", "A while goes by at {place}."),
        service("after-the-end", "The story is over, and the evening is not."),
        service("on-the-way", "You go over to {place}."),
        service("hearsay", "They say this here:"),
    )


GENERAL = World(
    "general",
    "1.0.0",
    "General storylets",
    "Shared.",
    "Anywhere.",
    storylets=(
        *_services(),
        *(scene(f"general {name}", once=False, cooldown=8) for name in ("door", "rain", "bread", "stair", "coat")),
    ),
    endings=(Ending("let-go", "Where it stops", bodies=("You stop here.",)),),
    attempts=tuple((a, (f"You {{act}}. That is the {a} way.", f"So you {{act}}, in the {a} way.")) for a in Approach),
    callbacks=("Once more there is {recollection}.", "You are reminded of {recollection}."),
)


READER = ReaderProfile()


class Walk:
    """A play-through without an engine: keeps turns and ledger, and hands scenes to the storyteller."""

    def __init__(
        self,
        *,
        seed: int = 0,
        world: World = WORLD,
        general: World | None = GENERAL,
        reader: ReaderProfile = READER,
        turns: int = 20,
    ) -> None:
        self.world, self.reader = world, reader
        self.settings = StorySettings(turns=turns, seed=seed)
        self.teller = OfflineStoryteller(general)
        self.turns: list[Turn] = []
        self.ledger = Ledger()
        self.recall = Recall()
        self.direct: Direction | None = None

    @property
    def running(self) -> str:
        return str(json.loads(self.turns[-1].state)["storylet"])

    def direction(self, depth: int) -> Direction:
        if self.direct is not None:
            return self.direct
        turns = self.settings.turns
        progress = depth / turns if turns else 0.0
        act = 1 if progress < 0.3 else 2 if progress < 0.75 else 3
        return Direction(
            act=act,
            progress=progress,
            tension=4 + 2 * (depth % 3 - 1),
            opens_act=depth == 1,
            toward_ending=progress >= 0.85,
            must_end=progress >= 1.1,
        )

    def scene(self, choice: Choice) -> Scene:
        depth = len(self.turns) + 1
        memory = self.turns[-1].memory if self.turns else ""
        return Scene(
            self.world,
            self.reader,
            self.settings,
            choice,
            depth,
            recent=tuple(self.turns[-2:]),
            memory=memory,
            recall=self.recall,
            ledger=self.ledger,
            direction=self.direction(depth),
        )

    def peek(self, choice: Choice) -> str:
        return self.teller.step(self.scene(choice)).passage

    def play(self, choice: Choice) -> Turn:
        depth = len(self.turns) + 1
        step = self.teller.step(self.scene(choice))
        r = step.reflection
        parent = self.turns[-1].id if self.turns else None
        turn = Turn(
            TurnId(depth), parent, depth, 1, choice, Stage.COMPLETE, step.passage, r.memory, r.rationale, r.plans,
            r.ledger_ops, importance=r.importance, title=r.title, state=r.state, ending=r.ending,
        )  # fmt: skip
        self.turns.append(turn)
        self.ledger = fold(self.ledger, r.ledger_ops, depth)
        return turn

    def begin(self) -> Turn:
        return self.play(Choice(ChoiceKind.BEGIN))

    def take(self, key: str) -> Turn:
        chosen = next(plan for plan in self.turns[-1].plans if plan.key == key)
        return self.play(Choice(ChoiceKind.OFFERED, chosen.label, chosen))

    def go(self, *keys: str) -> None:
        for key in keys:
            self.take(key)

    def first(self, *, endless: bool = False) -> Turn:
        if endless:
            self.settings = replace(self.settings, turns=0)
        chosen = self.turns[-1].plans[0]
        return self.play(Choice(ChoiceKind.OFFERED, chosen.label, chosen))

    def write(self, text: str) -> Turn:
        return self.play(Choice(ChoiceKind.WRITTEN, text))

    def random(self, turns: int) -> list[Turn]:
        rng = random.Random(self.settings.seed)
        self.begin()
        while len(self.turns) < turns and not self.turns[-1].ending:
            chosen = rng.choice(self.turns[-1].plans)
            self.play(Choice(ChoiceKind.OFFERED, chosen.label, chosen))
        return self.turns


def fold(ledger: Ledger, ops: tuple[LedgerOp, ...], depth: int) -> Ledger:
    """Threads only: as much of the ledger as these tests look at."""
    threads = {thread.id: thread for thread in ledger.threads}
    for op in ops:
        match op:
            case OpenThread(id=name, setup=setup, payoff=payoff):
                threads[name] = Thread(name, setup, payoff, depth, depth, ThreadStatus.OPEN)
            case TouchThread(id=name, status=status) if name in threads:
                threads[name] = replace(threads[name], status=status, touched=depth)
    return Ledger(threads=tuple(threads.values()))
