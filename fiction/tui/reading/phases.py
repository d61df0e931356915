"""The phases of the reading screen, and the keys and choices of each."""

from enum import Enum

from textual.binding import Binding, BindingType

from fiction.engine.session import Session
from fiction.story.plan import Plan
from fiction.story.turn import Stage
from fiction.tui.reading.choices import Option
from fiction.tui.widgets.keys import Hint


class Phase(Enum):
    """Where the screen stands."""

    TELLING = "telling"
    """A turn is being made."""
    CHOOSING = "choosing"
    """The reader is asked."""
    TROUBLE = "trouble"
    """A turn was not told."""
    ENDED = "ended"
    """The story is at an ending."""


_MOVES = frozenset({"write", "edit", "retry", "wish", "undo", "redo", "memory", "name", "places", "minds"})

ALLOWED = {
    Phase.TELLING: frozenset({"stop"}),
    Phase.CHOOSING: _MOVES | {"choose", "run_on"},
    Phase.TROUBLE: frozenset({"retry", "wish", "edit", "write", "builtin", "go_back", "memory", "minds", "allow"}),
    Phase.ENDED: (_MOVES - {"edit"}) | {"new_story"},
}
"""The actions of each phase. What is in none of them (help, leave, the panel, scrolling) is always there."""

GOVERNED = frozenset[str]().union(*ALLOWED.values())


def allowed(action: str, parameters: tuple[object, ...], phase: Phase, session: Session) -> bool:
    """Whether an action makes sense in this phase and at this turn."""
    if action in GOVERNED and action not in ALLOWED[phase]:
        return False
    match action:
        case "choose":
            return isinstance(number := parameters[0], int) and number <= len(session.plans)
        case "edit":
            return phase is Phase.TROUBLE or bool(session.plans)
        case "undo":
            return session.can_undo
        case "redo":
            return session.can_redo
        case "saves":
            return phase is not Phase.TROUBLE
        case _:
            return True


def plan_ways(plans: tuple[Plan, ...], *, untold: str = "") -> tuple[Option, ...]:
    """The plans, an act of the reader's own, and a choice that is saved but not told yet."""
    ways = [
        Option(str(number), plan.label, f"choose({number})", plan.approach.value, plan.stake)
        for number, plan in enumerate(plans, 1)
    ]
    ways.append(Option("4", "Something else ...", "write"))
    return (Option("r", f"Still untold: {untold}", "retry"), *ways) if untold else tuple(ways)


ENDED_WAYS = (
    Option("n", "Begin a new story", "new_story"),
    Option("u", "Go back a turn and choose otherwise", "undo"),
    Option("/", "Write on all the same", "write"),
)

TOLD_WAYS = (Option("r", "Go on: bring memory and plans up to date", "retry"),)
"""For a passage whose memory and plans are still to come."""


def ways_on(session: Session) -> tuple[Option, ...]:
    """The choices of a session at rest."""
    if session.ended:
        return ENDED_WAYS
    if unreflected(session):
        return TOLD_WAYS
    return plan_ways(session.plans, untold=session.pending.text if session.pending else "")


def settled(session: Session) -> Phase:
    """The phase of a session at rest."""
    return Phase.ENDED if session.ended else Phase.CHOOSING


def unreflected(session: Session) -> bool:
    """Whether the passage is saved while memory and plans are still to come."""
    return session.turn is not None and session.turn.stage is Stage.TOLD


KEYS: list[BindingType] = [
    Binding("1", "choose(1)", "Plan 1", show=False),
    Binding("2", "choose(2)", "Plan 2", show=False),
    Binding("3", "choose(3)", "Plan 3", show=False),
    Binding("4,slash", "write", "Write"),
    Binding("e", "edit", "Edit"),
    Binding("c", "run_on", "Let it run on"),
    Binding("u", "undo", "Undo"),
    Binding("ctrl+r,U", "redo", "Redo"),
    Binding("r", "retry", "Retry"),
    Binding("R", "wish", "Retry with a wish"),
    Binding("b", "builtin", "The built-in storyteller"),
    Binding("b", "saves", "Saves"),
    Binding("m", "memory", "Memory"),
    Binding("s", "name", "Name this place"),
    Binding("B", "places", "Named places"),
    Binding("n", "new_story", "New story"),
    Binding("p", "panel", "Memory at work"),
    Binding("w", "minds", "Who tells"),
    Binding("g", "allow", "Go on all the same"),
    Binding("dollar_sign", "costs", "Costs"),
    Binding("space,pagedown", "read_on", "Read on"),
    Binding("pageup", "read_back", "Read back"),
    Binding("escape", "escape", "Stop, or back"),
    Binding("ctrl+x", "stop", "Stop"),
    Binding("q", "leave_story", "Title"),
    Binding("question_mark", "app.help", "Help"),
]
"""The keys of the reading screen in all phases; `allowed` says which of them do something."""

_QUIT = Hint("q", "title", "screen.leave_story")
_HELP = Hint("?", "help", "app.help")
_PANEL = Hint("p", "memory at work", "screen.panel")
_MINDS = Hint("w", "who tells", "screen.minds")
_COSTS = Hint("$", "costs", "screen.costs")

HINTS = {
    Phase.TELLING: (
        Hint("Esc", "stop", "screen.stop"),
        Hint("Space", "read on", "screen.read_on"),
        _PANEL,
        _QUIT,
        _COSTS,
        _HELP,
    ),
    Phase.CHOOSING: (
        Hint("1-3", "choose", ""),
        Hint("e", "edit", "screen.edit"),
        Hint("/", "write", "screen.write"),
        Hint("u", "undo", "screen.undo"),
        Hint("r", "retry", "screen.retry"),
        Hint("m", "memory", "screen.memory"),
        Hint("q", "title", "screen.leave_story"),
        Hint("c", "let it run on", "screen.run_on"),
        Hint("U", "redo", "screen.redo"),
        Hint("R", "retry with a wish", "screen.wish"),
        Hint("s", "name this place", "screen.name"),
        Hint("B", "named places", "screen.places"),
        _PANEL,
        _MINDS,
        _COSTS,
        Hint("b", "saves", "screen.saves"),
        _HELP,
    ),
    Phase.TROUBLE: (
        Hint("r", "again", "screen.retry"),
        Hint("Esc", "go back", "screen.go_back"),
        _MINDS,
        _PANEL,
        _QUIT,
        _COSTS,
        _HELP,
    ),
    Phase.ENDED: (
        Hint("n", "new story", "screen.new_story"),
        Hint("u", "undo", "screen.undo"),
        Hint("/", "write on", "screen.write"),
        Hint("r", "retry", "screen.retry"),
        Hint("m", "memory", "screen.memory"),
        Hint("s", "name this place", "screen.name"),
        Hint("B", "named places", "screen.places"),
        _PANEL,
        _MINDS,
        _COSTS,
        _QUIT,
        _HELP,
    ),
}
"""What the line of keys says, the most useful first."""

WRITING = (
    Hint("Enter", "send", ""),
    Hint("Esc", "put the pen away", "screen.put_away"),
    Hint("F1", "help", "app.help"),
)
