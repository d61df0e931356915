"""The prompt of one turn, a pure function of the scene: a system message that stays, and the turn, its plan last."""

from dataclasses import dataclass

from fiction.llm.request import Message
from fiction.story.plan import Choice, ChoiceKind, Plan
from fiction.story.scene import Scene
from fiction.story.world import Opening, World
from fiction.storytellers.prompts.material import Material, besides, gather
from fiction.storytellers.prompts.system import render_system
from fiction.storytellers.prompts.templates import fenced, mark_of, prompt
from fiction.storytellers.prompts.token_budget import TokenBudget, room_for
from fiction.text.lengths import Measure
from fiction.text.tokens import clip, ends_whole, estimate

_MAX_ACT = 200
"""Tokens of the reader's own words in a prompt; the save holds them whole."""
_MAX_BRIEF = 50
_MAX_LINE = 60
_MAX_LINES = 4
_MAX_OUTCOME = 110
_AT_THE_END = 1.5
_LEAST_MATERIAL = 60
_WISH = "The reader's wish for this telling, which goes before the length and manner asked for above"
_KNOWN, _PLAN = "Known, and of use for it:", "The plan:"
_AROUND_PLAN = 20
_LEAST_BESIDES = 40
"""Tokens under which what only this plan calls for is not worth its place."""
_MESSAGES = 8
"""Tokens that a chat template puts around two messages."""


UNDECIDED = Choice(ChoiceKind.OFFERED)
"""The reader has not chosen yet."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent for a passage, and again before the notes on it.

    System message and material are the same whichever plan is chosen, where the scene has a `common` recall: a server
    that has read them while the reader read needs to read no more than the tail.
    """

    system: str
    material: str
    """What is known, and what the director wants; the beginning of the user's message."""
    tail: str
    """What is asked, and the plan: the end of it."""
    tokens: int
    """Of all, by our estimate."""
    room: TokenBudget
    mark: str = ""
    """What fences material and plan."""

    @property
    def user(self) -> str:
        """The user's message."""
        return f"{self.material}\n\n{self.tail}"

    @property
    def messages(self) -> list[Message]:
        """As a chat."""
        return [{"role": "system", "content": self.system}, {"role": "user", "content": self.user}]


def render_turn(scene: Scene, *, budget: int | None = None, small: bool = False) -> Prompt:
    """The prompt for a scene, such that it, the passage, the notes and what asks for them fit the budget.

    A scene whose choice is `UNDECIDED` gives a prompt without its plan: what all of them begin with.

    Args:
        budget: tokens of the whole turn; what the story takes of a server nothing is known of, where it is None.
        small: leave room for small notes only.
    """
    language = scene.reader.language or scene.world.language
    room = room_for(budget or scene.settings.tokens(), _span(scene)[1], small=small, language=language)
    system = render_system(scene.world, scene.reader, scene.settings, room)
    direction = " ".join(_sentence(line) for line in scene.direction.lines[:_MAX_LINES])
    plan = _plan(scene)
    ask = _ask(scene, room.measure)
    about = plan if scene.common is None else _ways(scene)
    tail_room = estimate(ask) + estimate(plan) + _AROUND_PLAN if scene.common is None else room.tail
    around = estimate(system) + estimate(direction) + tail_room + _MESSAGES
    gathered = gather(scene, about, max(_LEAST_MATERIAL, room.prompt - around))
    mark = mark_of(gathered.text)
    material = _material(gathered.text, direction, mark)
    undecided = scene.choice == UNDECIDED
    tail = _open(ask, mark) if undecided else _tail(scene, ask, plan, gathered, mark, tail_room)
    return Prompt(system, material, tail, sum(map(estimate, (system, material, tail))) + _MESSAGES, room, mark)


def _material(text: str, direction: str, mark: str) -> str:
    material = prompt("material", mark=mark, material=fenced(text, mark) or "(nothing yet)")
    return f"{material}\n\nFor this passage: {direction}" if direction else material


def _ask(scene: Scene, measure: Measure) -> str:
    """What is to be told, at what length, and where to stop."""
    where = "end" if scene.direction.must_end else "near" if scene.direction.toward_ending else "open"
    length = measure.span(*_span(scene))
    return prompt(f"ask_{scene.choice.kind.value}", length=length, stop=prompt(f"stop_{where}"))


def _span(scene: Scene) -> tuple[int, int]:
    """The least and the greatest number of words; an ending may take more."""
    least, most = scene.reader.passage_length.words
    ends = scene.direction.toward_ending or scene.direction.must_end
    return least, int(most * _AT_THE_END) if ends else most


def _open(ask: str, mark: str) -> str:
    """The tail up to where the plan begins."""
    cut = "\x00"
    return prompt("plan", ask=ask, mark=mark, plan=cut).partition(cut)[0]


def _tail(scene: Scene, ask: str, plan: str, gathered: Material, mark: str, tokens: int) -> str:
    left = tokens - estimate(ask) - estimate(plan) - _AROUND_PLAN
    own = besides(scene, _called_by(scene.choice) or plan, gathered, left) if left >= _LEAST_BESIDES else ""
    return prompt("plan", ask=ask, mark=mark, plan=fenced(f"{_KNOWN}\n{own}\n\n{_PLAN}\n{plan}" if own else plan, mark))


def _ways(scene: Scene) -> str:
    """All that the reader may choose, in one text."""
    plans = scene.parent.plans if scene.parent else ()
    return "\n".join(f"{plan.label}\n{plan.brief}" for plan in plans)


def _called_by(choice: Choice) -> str:
    """Of a plan that was offered only its line counts: what its brief names was there when it was written."""
    return f"{choice.plan.label} {choice.hint}" if choice.kind is ChoiceKind.OFFERED and choice.plan else ""


def _plan(scene: Scene) -> str:
    """What the passage is to tell, with the reader's wish for this version, if there is one."""
    choice = scene.choice
    hint = f"\n{_WISH}: {_one_line(choice.hint)}" if choice.hint else ""
    return _told_plan(scene, choice) + hint


def _told_plan(scene: Scene, choice: Choice) -> str:
    match choice.kind:
        case ChoiceKind.BEGIN:
            return _beginning(scene)
        case ChoiceKind.CONTINUE:
            return "(the moment runs on)"
        case ChoiceKind.WRITTEN:
            return clip(choice.text, _MAX_ACT)
        case ChoiceKind.EDITED:
            spirit = f"\nIn this spirit: {choice.plan.approach.value}" if choice.plan else ""
            return clip(choice.text, _MAX_ACT) + spirit
        case ChoiceKind.OFFERED:
            return _offered(scene.world, choice.plan) if choice.plan else clip(choice.text, _MAX_ACT)


def _offered(world: World, plan: Plan) -> str:
    brief = clip(plan.brief, _MAX_BRIEF) or clip(_outcome(world, plan.key), _MAX_OUTCOME)
    lines = [
        plan.label,
        f"({plan.approach.value}; at stake: {plan.stake})" if plan.stake else f"({plan.approach.value})",
        brief,
    ]
    return "\n".join(line for line in lines if line)


def _outcome(world: World, key: str) -> str:
    """What the pack says comes of an opening's plan, for the storyteller to go by."""
    place, _, name = key.partition("/")
    for opening in world.openings:
        for plan in opening.plans if opening.id == place else ():
            if plan.id == name and plan.outcome:
                return f"What comes of it, by the author of this world: {plan.outcome[0].text}"
    return ""


def _beginning(scene: Scene) -> str:
    opening = opening_of(scene.world, scene.settings.opening)
    place = next((p for p in scene.world.places if opening and p.id == opening.place), None)
    lines = [
        scene.settings.premise,
        f"{opening.title}. {opening.summary}" if opening else "",
        f"The place: {place.name}. {place.description}" if place else "",
    ]
    return clip("\n".join(line for line in lines if line), _MAX_ACT) or scene.world.summary


def opening_of(world: World, opening: str) -> Opening | None:
    """The opening with that id, else the world's first, else None."""
    return next((o for o in world.openings if o.id == opening), world.openings[0] if world.openings else None)


def _sentence(text: str) -> str:
    line = _one_line(text)
    return line if not line or ends_whole(line) else f"{line}."


def _one_line(text: str) -> str:
    return clip(" ".join(text.split()), _MAX_LINE)
