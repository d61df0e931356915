"""When a turn breaks off: what happened is said, what helps is offered, and a busy server is asked again."""

from collections.abc import Callable
from typing import Protocol

from fiction.engine.session import Session
from fiction.errors import Trouble
from fiction.story.events import TurnFailed
from fiction.tui import words
from fiction.tui.reading.attempts import Attempt
from fiction.tui.reading.choices import Option
from fiction.tui.reading.phases import unreflected
from fiction.tui.reading.remedies import trouble_ways

STOPPED = "You stopped the telling. What you decided is kept."
STOPPED_LATE = "You stopped before the memory was up to date. The passage is safe."
BROKEN = "Something in the game itself went wrong. What is told is saved."
SECOND = 1.0
MOST_ASKINGS = 5
"""How often a busy server is asked again in a row before the reader is."""


def stopped(session: Session) -> str:
    """What is saved of a turn that was stopped, in a sentence."""
    return STOPPED_LATE if unreflected(session) else STOPPED


def remedies(session: Session, failed: TurnFailed, attempt: Attempt | None) -> tuple[Option, ...]:
    """What can be done about a failed attempt, what helps most first."""
    return trouble_ways(
        failed.trouble,
        builtin="offline" in session.storytellers and session.storyteller.name != "offline",
        told=unreflected(session),
        editable=attempt is not None and not attempt.anew and bool(failed.choice.text),
    )


class Stoppable(Protocol):
    """A timer."""

    def stop(self) -> None:
        """Let it call no more."""


class RetryScreen(Protocol):
    """What a countdown needs of the screen."""

    def set_interval(self, interval: float, callback: Callable[[], None]) -> Stoppable:
        """Call back every so many seconds."""

    def relabel_retry(self, label: str) -> None:
        """Other words for the choice to try again."""

    def tell_again(self) -> None:
        """Try again."""


class Countdown:
    """The wait for a server: shown by the second; a busy one is asked by itself unless the reader does something."""

    def __init__(self, screen: RetryScreen) -> None:
        self._screen = screen
        self._left = 0
        self._clock: Stoppable | None = None
        self._by_itself = False
        self._asked = 0

    def start(self, failed: TurnFailed) -> None:
        """Count down to when a retry makes sense, where that is known."""
        self.stop()
        self._left = round(failed.wait or 0)
        self._by_itself = bool(failed.wait) and failed.trouble is Trouble.BUSY and self._asked < MOST_ASKINGS
        if failed.wait:
            self._clock = self._screen.set_interval(SECOND, self._second)
            self._show_left()

    def stop(self) -> None:
        """Count no more."""
        if self._clock is not None:
            self._clock.stop()
            self._clock = None

    def reset(self) -> None:
        """All is well again: the next busy server is asked as often as the first."""
        self._asked = 0
        self.stop()

    def leave_it_to_the_reader(self) -> None:
        """Ask nothing by itself any more: the reader is here."""
        self._asked = 0
        if self._by_itself:
            self._by_itself = False
            if self._clock is not None:
                self._show_left()

    def _second(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self.stop()
        self._show_left()
        if self._left <= 0 and self._by_itself:
            self._asked += 1
            self._screen.tell_again()

    def _show_left(self) -> None:
        wait = words.waited(self._left)
        if self._by_itself:
            self._screen.relabel_retry(f"Try now (by itself in {wait}; any key stops that)")
        else:
            self._screen.relabel_retry(f"Try again (better in {wait})" if self._left > 0 else "Try again")
