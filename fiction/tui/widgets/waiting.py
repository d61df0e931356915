"""A notice while the reader waits."""

from time import monotonic

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from fiction.tui import words


class Waiting(Static):
    """`The storyteller is thinking ... 12 s (Esc to stop)`, counted once a second; hidden when nobody waits."""

    DEFAULT_CSS = """
    Waiting { display: none; width: 1fr; height: auto; color: $text-muted; }
    Waiting.-on { display: block; }
    """

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self._what = ""
        self._since = 0.0
        self._patience = 0
        self._clock: Timer | None = None

    def start(self, what: str, *, patience: int = 0) -> None:
        """Start counting; the notice appears after `patience` seconds, unless restarted before."""
        self._what, self._since, self._patience = what, monotonic(), patience
        if self._clock is None:
            self._clock = self.set_interval(1, self._tick)
        self._tick()

    def _tick(self) -> None:
        seconds = int(monotonic() - self._since)
        self.set_class(seconds >= self._patience, "-on")
        count = f" {words.waited(seconds)}" if seconds else ""
        self.update(Content(f"{self._what} ...{count}  (Esc to stop)"))

    def stop(self) -> None:
        """Stop counting, and hide the notice."""
        if self._clock is not None:
            self._clock.stop()
            self._clock = None
        self.remove_class("-on")
