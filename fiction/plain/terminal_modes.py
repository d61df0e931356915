"""The modes of a POSIX terminal under the plain game: taken, and given back as they were."""

import os
import termios
from collections.abc import Callable
from contextlib import suppress
from signal import Signals

from fiction.plain.keystrokes import LineKey

PASTE_ON, PASTE_OFF = "\x1b[?2004h", "\x1b[?2004l"
"""Whether the terminal marks the ends of a paste."""
_IFLAG, _LFLAG, _CC = 0, 3, 6
_KEYS: tuple[tuple[int, LineKey | Signals], ...] = (
    (termios.VERASE, LineKey.ERASE),
    (termios.VWERASE, LineKey.ERASE_WORD),
    (termios.VKILL, LineKey.ERASE_LINE),
    (termios.VEOF, LineKey.END),
    (termios.VINTR, Signals.SIGINT),
    (termios.VQUIT, Signals.SIGQUIT),
    (termios.VSUSP, Signals.SIGTSTP),
)


class TerminalModes:
    """While taken, the terminal sends keys as they come, shows none by itself, and marks pastes.

    Keys that mean a signal are sent as signals, but for the time in which they are read: in a paste they are text.
    """

    def __init__(self, descriptor: int, write: Callable[[str], None]) -> None:
        """`write` writes to the same terminal. Raises OSError where it is no terminal."""
        self._descriptor = descriptor
        self._write = write
        self._before = _attributes(descriptor)
        self._taken = self._reading = False

    def controls(self) -> dict[str, LineKey | Signals]:
        """What the terminal's control characters mean, as its owner set them."""
        keys: dict[str, LineKey | Signals] = {
            "\n": LineKey.ENTER,
            "\r": LineKey.ENTER,
            "\x7f": LineKey.ERASE,
            "\x08": LineKey.ERASE,
        }
        for place, key in _KEYS:
            char = self._before[_CC][place]
            if isinstance(char, bytes) and char != b"\0":  # which stands for none
                keys[char.decode("latin-1")] = key
        return keys

    def take(self) -> None:
        """Take the terminal, or take it again after a stop."""
        self._taken = True
        self._set()
        self._tell(PASTE_ON)

    def read_keys(self, reading: bool) -> None:
        """Signals as characters while they are read, or as signals."""
        self._reading = reading
        if self._taken:
            self._set()

    def give_back(self, *, forget: bool = False) -> None:
        """The terminal as it was; `forget` drops what nobody has read. Callable from any thread, and twice."""
        if self._taken:
            self._taken = False
            self._tell(PASTE_OFF)
            self._apply(self._before, termios.TCSAFLUSH if forget else termios.TCSADRAIN)

    def _set(self) -> None:
        now = [*self._before[:_CC], [*self._before[_CC]]]
        now[_LFLAG] &= ~(termios.ICANON | termios.ECHO | termios.IEXTEN)
        if self._reading:
            now[_LFLAG] &= ~termios.ISIG
            now[_IFLAG] &= ~termios.IXON
        now[_CC][termios.VMIN], now[_CC][termios.VTIME] = 1, 0
        self._apply(now, termios.TCSADRAIN)

    def _apply(self, attributes: list, when: int) -> None:  # type: ignore[type-arg]  # as termios has it
        with suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(self._descriptor, when, attributes)

    def _tell(self, sequence: str) -> None:
        with suppress(OSError, ValueError):
            self._write(sequence)


def _attributes(descriptor: int) -> list:  # type: ignore[type-arg]  # as termios has it
    try:
        return termios.tcgetattr(descriptor)
    except termios.error as error:
        raise OSError(*error.args) from error


def columns(descriptor: int) -> int:
    """The terminal's width; 80 where it tells none."""
    try:
        return os.get_terminal_size(descriptor).columns or 80
    except OSError:
        return 80
