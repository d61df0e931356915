"""The program's own input, as whatever it is: a terminal whose lines the game edits, or lines as they come."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fiction.plain.line_printer import LinePrinter
from fiction.plain.lines import Lines, TypedLines


@contextmanager
def typed_lines(
    page: LinePrinter,
    *,
    rescue: Callable[[Callable[[], object]], object] = lambda _: None,
    slept: Callable[[float], object] = lambda _: None,
) -> Iterator[Lines]:
    """The lines that are typed; the terminal, if it is one, is as before when this is left.

    Args:
        page: where the typing is shown.
        rescue: is told what gives the terminal back where this is never left in order.
        slept: is told the seconds that the game was stopped for, each time.
    """
    if not _knows_control_sequences():
        yield TypedLines.of_stdin()
        return
    from fiction.plain.terminal_lines import TerminalLines

    with TerminalLines(sys.stdin.fileno(), page, encoding=sys.stdin.encoding or "utf-8", slept=slept) as lines:
        rescue(lines.let_go)
        yield lines


def _knows_control_sequences() -> bool:
    """Whether input and output are a POSIX terminal that moves its cursor; an Emacs shell is none, and is `dumb`."""
    both = all(stream and stream.isatty() for stream in (sys.stdin, sys.stdout))
    return both and sys.platform != "win32" and os.environ.get("TERM", "dumb") not in ("", "dumb")
