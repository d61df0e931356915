"""What can be done about a turn that was not told: for each trouble, what helps most comes first."""

from fiction.errors import Trouble
from fiction.tui.reading.choices import Option

_WAYS = {
    "retry": Option("r", "Try again", "retry"),
    "wish": Option("R", "Try again with a wish", "wish"),
    "allow": Option("g", "Go on all the same, beyond the cap", "allow"),
    "builtin": Option("b", "Let the built-in storyteller tell this turn", "builtin"),
    "minds": Option("w", "Who tells: choose or mend the server", "minds"),
    "edit": Option("e", "Change what you wrote", "edit"),
}
_BACK = Option("Esc", "Go back; nothing is lost", "go_back")
_AGAIN = Option("r", "Try the memory and the plans again", "retry")

_MENDED = ("minds", "builtin", "retry")
_ELSEWHERE = ("retry", "builtin", "minds", "edit")
_ANOTHER_GO = ("retry", "wish", "builtin", "edit")
_ORDER = {
    Trouble.CAPPED: ("allow", "builtin", "minds", "edit"),
    Trouble.KEY: _MENDED,
    Trouble.MODEL: _MENDED,
    Trouble.UNREACHABLE: ("retry", "minds", "builtin", "edit"),
    Trouble.BUSY: _ELSEWHERE,
    Trouble.SERVER: _ELSEWHERE,
    Trouble.TOO_LONG: _ELSEWHERE,
    Trouble.REFUSED: ("wish", "edit", "builtin", "retry"),
    Trouble.STALLED: _ANOTHER_GO,
    Trouble.CUT_OFF: _ANOTHER_GO,
    Trouble.EMPTY: _ANOTHER_GO,
    None: _ANOTHER_GO,
}
_OF_A_PASSAGE = frozenset({"wish", "builtin", "edit"})
"""Remedies without use where the passage is saved and only memory and plans are missing."""


def trouble_ways(trouble: Trouble | None, *, builtin: bool, told: bool, editable: bool) -> tuple[Option, ...]:
    """Remedies, the most useful first. `told`: the passage is saved; `editable`: the reader's words can be changed."""
    left_out = set(_OF_A_PASSAGE) if told else {"" if builtin else "builtin", "" if editable else "edit"}
    ways = [_WAYS[name] for name in _ORDER[trouble] if name not in left_out]
    if told:
        ways = [_AGAIN if way.action == "retry" else way for way in ways]
    return (*ways, _BACK)
