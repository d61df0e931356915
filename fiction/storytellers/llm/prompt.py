"""The prompt of one turn, a pure function of the scene: a system message that stays, and the turn, its plan last."""

from dataclasses import dataclass

from fiction.engine.ports import Scene
from fiction.story.plan import Choice, ChoiceKind, Plan
from fiction.story.world import Opening, World
from fiction.storytellers.llm.asks import Message
from fiction.storytellers.llm.bible import render_system
from fiction.storytellers.llm.material import gather
from fiction.storytellers.llm.room import Room, room_for
from fiction.storytellers.llm.texts import fenced, mark_of, prompt
from fiction.storytellers.llm.tokens import clip, ends_whole, estimate

_MAX_ACT = 200
"""Tokens of the reader's own words in a prompt; the save holds them whole."""
_MAX_BRIEF = 130
_MAX_LINE = 60
_MAX_LINES = 4
_LEAST_MATERIAL = 60
_WISH = "The reader's wish for this telling, which goes before the length and manner asked for above"
_MESSAGES = 8
"""Tokens that a chat template puts around two messages."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent for a passage, and again before the notes on it."""

    system: str
    user: str
    tokens: int
    """Of both, by our estimate."""
    room: Room

    @property
    def messages(self) -> list[Message]:
        """As a chat."""
        return [{"role": "system", "content": self.system}, {"role": "user", "content": self.user}]


def render_turn(scene: Scene, *, budget: int | None = None, small: bool = False) -> Prompt:
    """The prompt for a scene, such that it, the passage, the notes and what asks for them fit the budget.

    Args:
        budget: tokens of the whole turn; the story's own setting where it is None.
        small: leave room for small notes only.
    """
    room = room_for(budget or scene.settings.budget, scene.reader.passage_length, small=small)
    system = render_system(scene.world, scene.reader, scene.settings, room)
    user = _render_user(scene, room.prompt - estimate(system) - _MESSAGES)
    return Prompt(system, user, estimate(system) + estimate(user) + _MESSAGES, room)


def _render_user(scene: Scene, tokens: int) -> str:
    plan = _plan(scene)
    direction = " ".join(_sentence(line) for line in scene.direction.lines[:_MAX_LINES])
    least, most = scene.reader.passage_length.words
    ask = prompt(f"ask_{scene.choice.kind.value}", least=str(least), most=str(most))
    around = estimate(prompt("turn", ask=ask, direction=direction, plan=plan)) + 16
    material = gather(scene, plan, max(_LEAST_MATERIAL, tokens - around))
    mark = mark_of(material, plan)
    return prompt(
        "turn",
        mark=mark,
        material=fenced(material, mark) or "(nothing yet)",
        direction=f"For this passage: {direction}\n\n" if direction else "",
        ask=ask,
        plan=fenced(plan, mark),
    )


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
    brief = plan.brief or _outcome(world, plan.key)
    lines = [
        plan.label,
        f"In this spirit: {plan.approach.value}" + (f"; at stake: {plan.stake}" if plan.stake else ""),
        clip(brief, _MAX_BRIEF),
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
