"""The prompt of one turn, a pure function of the scene: what stays, what was told, and what is new, its plan last."""

from dataclasses import dataclass

from fiction.llm.request import Message
from fiction.story.plan import Choice, ChoiceKind, Plan, Scope
from fiction.story.scene import Scene
from fiction.story.world import Opening, World
from fiction.storytellers.prompts.material import CalledFor, called_for, gather
from fiction.storytellers.prompts.overdone import overdone
from fiction.storytellers.prompts.system import render_system
from fiction.storytellers.prompts.templates import fenced, prompt
from fiction.storytellers.prompts.token_budget import ROOMY_BUDGET, SMALL_BUDGET, TokenBudget, room_for
from fiction.storytellers.prompts.told_turns import after_summaries, told_turns
from fiction.text.tokens import clip, ends_whole, estimate

_MAX_ACT = 200
"""Tokens of the reader's own words in a prompt; the save holds them whole."""
_MAX_BRIEF = 90
_MAX_LINE = 60
_MAX_LINES = 4
_MAX_OUTCOME = 110
_NEAR_THE_END, _FIRST = 1.5, 1.4
_SHORTER, _SHORTEST = 0.7, 0.4
"""Of a passage's length: near the end, for the first one, and where the budget is small."""
_LEAST_MATERIAL = 40
_WISH = "The reader's wish for this telling, which goes before the length and manner asked for above"
_PLAN = "The plan:"
_AROUND_PLAN = 20
_LEAST_CALLED = 40
"""Tokens under which what the plan calls for is not worth its place."""
_SUMMARIES, _HEADING, _BULLET = 0.2, 10, 3
"""Share of what is left for told turns that summaries of earlier ones may take; tokens of their heading and of each."""
_MESSAGES = 8
"""Tokens that a chat template puts around two messages."""


UNDECIDED = Choice(ChoiceKind.OFFERED)
"""The reader has not chosen yet."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent for a passage, and again before the notes on it.

    It grows at its end: the system message is the same for a whole story, told turns come after it word for word, and
    only the last message is new. So a server that keeps what it has read reads little of it.
    """

    system: str
    turns: tuple[Message, ...]
    """The told turns: choice and passage, choice and passage."""
    material: str
    """What is known now, and what the director wants: the same whichever plan is chosen."""
    tail: str
    """What the plan calls for, what is asked, and the plan."""
    tokens: int
    """Of all, by our estimate."""
    room: TokenBudget
    mark: str = ""
    """What fences the texts of others."""

    @property
    def user(self) -> str:
        """The last message."""
        return f"{self.material}\n\n{self.tail}"

    @property
    def messages(self) -> list[Message]:
        """As a chat."""
        return [{"role": "system", "content": self.system}, *self.turns, {"role": "user", "content": self.user}]


def render_turn(scene: Scene, *, budget: int | None = None, small: bool = False) -> Prompt:
    """The prompt for a scene, such that it, the passage, the notes and what asks for them fit the budget.

    A scene whose choice is `UNDECIDED` gives a prompt without its plan: what all of them begin with.

    Args:
        budget: tokens of the whole turn; what the story takes of a server nothing is known of, where it is None.
        small: leave room for small notes only.
    """
    language = scene.reader.language or scene.world.language
    budget = budget or scene.settings.tokens()
    least, most = _span(scene, budget)
    room = room_for(budget, most, usual_words=_usual(scene, budget)[1], small=small, language=language)
    system = render_system(scene.world, scene.reader, scene.settings, room)
    mark = system.mark
    direction = " ".join(_sentence(line) for line in scene.direction.lines[:_MAX_LINES])
    habits = overdone([turn.passage for turn in scene.recent])
    fixed = sum(map(estimate, (system.text, direction, habits))) + room.tail + _MESSAGES
    left = max(_LEAST_MATERIAL, room.prompt - fixed)
    known = gather(scene, system.book, room.material(left))
    material = _material(known, " ".join(filter(None, (direction, habits))), mark)
    reserved = _for_summaries(scene, left)
    turns = told_turns(scene.recent, left - estimate(known) - reserved, step=room.step)
    turns = after_summaries(turns, scene.ledger.summaries, reserved)
    ask = _ask(scene, room.measure.span(least, most))
    if scene.choice == UNDECIDED:
        tail = ""
    else:
        tail = _tail(scene, ask, _plan(scene), called_for(scene, system.book, known, turns.depths), mark, room.tail)
    tokens = sum(map(estimate, (system.text, material, tail))) + turns.tokens + _MESSAGES
    return Prompt(system.text, turns.messages, material, tail, tokens, room, mark)


def _for_summaries(scene: Scene, left: int) -> int:
    """Tokens for what went before: what all summaries take, but no more than a share of what is left."""
    wanted = sum(estimate(summary.text) + _BULLET for summary in scene.ledger.summaries)
    return min(wanted + _HEADING, int(left * _SUMMARIES)) if wanted else 0


def _material(text: str, direction: str, mark: str) -> str:
    material = prompt("material", mark=mark, material=fenced(text, mark) or "(nothing yet)")
    return f"{material}\n\nFor this passage: {direction}" if direction else material


def _ask(scene: Scene, length: str) -> str:
    """What is to be told, at what length, and where to stop."""
    where = "end" if scene.direction.must_end else "near" if scene.direction.toward_ending else "open"
    return prompt(f"ask_{scene.choice.kind.value}", length=length, stop=prompt(f"stop_{where}"))


def _span(scene: Scene, budget: int) -> tuple[int, int]:
    """The least and the greatest number of words: as much as the moment asks for."""
    least, most = _usual(scene, budget)
    if scene.direction.must_end:
        return least, most * 2
    scope = scene.choice.plan.scope if scene.choice.plan else Scope.USUAL
    if scene.choice.kind is ChoiceKind.BEGIN:
        return most, int(most * _FIRST)
    if scene.direction.toward_ending and scope is not Scope.FULL:
        return least, int(most * _NEAR_THE_END)
    return int(least * scope.share), int(most * scope.share)


def _usual(scene: Scene, budget: int) -> tuple[int, int]:
    """How long most passages are, in words; a small budget has no room for long ones."""
    least, most = scene.reader.passage_length.words
    if budget >= ROOMY_BUDGET:
        return least, most
    share = _SHORTER if budget >= SMALL_BUDGET else _SHORTEST
    return int(least * share), int(most * share)


def _tail(scene: Scene, ask: str, plan: str, called: CalledFor, mark: str, tokens: int) -> str:
    """What the plan calls for, as much as there is room for beside what is asked and the plan."""
    left = tokens - estimate(ask) - estimate(plan) - _AROUND_PLAN
    own = called.within(left) if left >= _LEAST_CALLED else ""
    return prompt("plan", ask=ask, mark=mark, plan=fenced(f"{own}\n\n{_PLAN}\n{plan}" if own else plan, mark))


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
