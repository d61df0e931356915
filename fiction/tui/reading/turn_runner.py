"""One turn at a time: the events of the session are taken one after the other, and shown."""

from contextlib import aclosing
from typing import Protocol, assert_never

from fiction.story.events import (
    ChoiceSaved,
    Event,
    MemoryUpdated,
    Notice,
    PassageDone,
    PlansOffered,
    ProseDelta,
    ProseReset,
    Remembered,
    Spent,
    StoryEnded,
    TurnFailed,
    TurnSaved,
)
from fiction.story.memory import Recalled
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.turn import Turn
from fiction.tui.reading.attempts import Attempt


class TurnDisplay(Protocol):
    """Where a turn is shown while it is told."""

    async def clear(self) -> None:
        """Make room: the choices go, and what is left of a telling that failed."""

    async def begin(self, choice: Choice, *, anew: bool) -> None:
        """Show the choice, and wait for the passage; `anew` takes the last turn away first."""

    def recall(self, recalled: tuple[Recalled, ...]) -> None:
        """Show what came back from the long-term memory."""

    def write(self, text: str) -> None:
        """Show more of the passage."""

    def start_over(self) -> None:
        """Take back what was written of the passage."""

    def keep(self, turn: Turn) -> None:
        """Show the whole passage, and wait for the memory and the plans."""

    def say(self, text: str) -> None:
        """Say something beside the story."""


class TurnRunner:
    """Shows attempts, and keeps the last one that did not become a turn."""

    def __init__(self, display: TurnDisplay) -> None:
        self._display = display
        self._begun = False
        self.attempt: Attempt | None = None
        """What is being told, or could not be told."""
        self.failed: TurnFailed | None = None
        """Why it could not."""

    def take_up(self, attempt: Attempt) -> None:
        """Set the attempt that `run` shows."""
        self.attempt, self.failed, self._begun = attempt, None, False

    async def run(self) -> None:
        """Take all events of the attempt. Where no turn comes of it, `failed` says why."""
        attempt = self.attempt
        assert attempt is not None
        await self._display.clear()
        async with aclosing(attempt.events) as events:
            async for event in events:
                await self._show(event, attempt)
        if self.failed is None:
            self.attempt = None

    def break_off(self, message: str, hint: str = "") -> None:
        """Note why the attempt ended without a word from the session."""
        choice = self.attempt.choice if self.attempt else Choice(ChoiceKind.BEGIN)
        self.failed = TurnFailed(message, hint, None, choice)

    def forget(self) -> None:
        """Let go of what failed."""
        self.attempt = self.failed = None

    async def _show(self, event: Event, attempt: Attempt) -> None:
        match event:
            case ChoiceSaved():
                await self._begin(attempt.choice)
            case Remembered(recall=recall):
                if not self._begun:
                    await self._begin(attempt.choice, anew=attempt.anew)
                self._display.recall(recall.items)
                if recall.notice:
                    self._display.say(recall.notice)
            case ProseDelta(text=text):
                self._display.write(text)
            case ProseReset():
                self._display.start_over()
            case PassageDone(turn=turn):
                if not self._begun:
                    await self._begin(turn.choice)
                self._display.keep(turn)
            case Notice(text=text):
                self._display.say(text)
            case TurnFailed():
                self.failed = event
            case MemoryUpdated() | PlansOffered() | StoryEnded() | TurnSaved() | Spent():
                pass  # read from the session when the turn has settled
            case _:
                assert_never(event)

    async def _begin(self, choice: Choice, *, anew: bool = False) -> None:
        self._begun = True
        await self._display.begin(choice, anew=anew)
