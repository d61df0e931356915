"""Turns in lines: each is announced, told as it comes, and followed by what can be typed."""

from collections.abc import AsyncIterator, Iterable
from typing import assert_never

from fiction.engine.session import Session
from fiction.plain import sentences
from fiction.plain.interrupts import Interrupts
from fiction.plain.line_printer import LinePrinter
from fiction.plain.waits import Clock, Patience
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
from fiction.story.turn import Turn
from fiction.text.sanitise import clean_line


class TurnPrinter:
    """Prints the turns of one session."""

    def __init__(self, session: Session, *, page: LinePrinter, interrupts: Interrupts, clock: Clock) -> None:
        self._session = session
        self._page = page
        self._interrupts = interrupts
        self._clock = clock
        self._patience = Patience(page, clock)
        self._again_at = 0.0
        self._waiting: list[str] = []
        self._title = ""
        """Title of the scene that was announced last."""
        self.failed: TurnFailed | None = None
        """Why the turn that was wanted last could not be told."""

    @property
    def wait(self) -> float | None:
        """Seconds that the server still asks to wait; None where it asked for none."""
        if self.failed is None or self.failed.wait is None:
            return None
        return max(0.0, self._again_at - self._clock.now())

    async def tell(self, events: AsyncIterator[Event], *, depth: int = 0) -> None:
        """Print a turn as it is made; `depth` is its number if it is not the next one. Ctrl-C stops it."""
        await self._interrupts.stoppable(self._consume(events, depth or self._depth + 1))
        for notice in self._waiting:
            self._page.say(f"Note: {notice}")
        self._waiting.clear()
        if self._interrupts.taken():
            self._stopped()

    def retell(self) -> None:
        """The page that the reader is at."""
        turn = self._session.turn
        if turn is None:
            return
        self._announce(turn.depth, turn.title)
        if decided := sentences.decision(turn.choice):
            self._page.say(decided)
        self._page.say(turn.passage)
        self._page.say()
        self.offer()

    def offer(self) -> None:
        """What can be chosen, or typed, at this point."""
        turn = self._session.turn
        if self._session.plans:
            self.say_all(sentences.offer(self._session.plans))
            if turn is not None and turn.plain:
                self._page.say("These are general plans. Type /retry to have the storyteller make its own.")
        elif turn is not None:
            self._page.say(sentences.standing(turn))

    def say_all(self, lines: Iterable[str]) -> None:
        """Print lines."""
        for line in lines:
            self._page.say(line)

    async def _consume(self, events: AsyncIterator[Event], depth: int) -> None:
        begun = False
        async with self._patience.waiting():
            async for event in events:
                if isinstance(event, ProseDelta) and not begun:
                    self._announce(depth, self._session.turn.title if self._session.turn else "")
                    begun = True
                self._print(event)

    def _print(self, event: Event) -> None:
        match event:
            case ProseDelta(text=text):
                self._patience.hush()
                self._page.stream(text)
            case ProseReset():
                self._patience.wait()
                if self._page.start_over():
                    self._page.say("The storyteller begins this passage again.")
            case PassageDone():
                self._page.finish()
                self._patience.wait()
            case TurnSaved(turn=turn):
                self._saved(turn)
            case StoryEnded(title=title):
                self._page.say()
                self._page.say(f"The end. {clean_line(title)}".strip())
            case Notice(text=text):
                self._note(text)
            case Remembered(recall=recall):
                self._note(recall.notice)
            case TurnFailed():
                self._failed(event)
            case ChoiceSaved() | MemoryUpdated() | PlansOffered() | Spent():
                pass
            case _:
                assert_never(event)

    def _announce(self, depth: int, title: str) -> None:
        self._title = title
        self._page.say()
        self._page.say(sentences.announcement(depth, title))

    def _saved(self, turn: Turn) -> None:
        self.failed = None
        self._page.say()
        if turn.title and turn.title != self._title and not turn.ending:
            self._title = turn.title
            self._page.say(f"The scene: {clean_line(turn.title)}.")
        self.offer()

    def _failed(self, event: TurnFailed) -> None:
        self.failed = event
        self._again_at = self._clock.now() + (event.wait or 0.0)
        stand_in = "offline" in self._session.storytellers and self._session.storyteller.name != "offline"
        self.say_all(sentences.failure(event, stand_in=stand_in, back=self._session.can_undo))

    def _note(self, text: str) -> None:
        """Say it now if no passage is in the way, else after it."""
        note = clean_line(text, limit=500)
        if note and self._page.amid:
            self._waiting.append(note)
        elif note:
            self._page.say(f"Note: {note}")

    def _stopped(self) -> None:
        self._page.say("Stopped.")
        if self._session.pending is not None:
            self._page.say("What you decided is kept. Type /retry to have it told, or choose anew.")
        else:
            self.offer()

    @property
    def _depth(self) -> int:
        return self._session.turn.depth if self._session.turn else 0
