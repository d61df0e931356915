"""The order in which turns are made: one at a time, what is due before what was chosen, and then working ahead."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from fiction.engine import recurrence
from fiction.engine.foresight import Foresight
from fiction.engine.ports import Ahead, LongTermMemory, SaveStore
from fiction.engine.roster import Roster
from fiction.engine.turns import Turns
from fiction.errors import FictionError
from fiction.story.events import Event, Notice, TurnSaved
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.turn import Stage


class TurnSequence:
    """The turns of one session, each as an async generator of events that ends with TurnSaved or TurnFailed."""

    def __init__(
        self,
        *,
        store: SaveStore,
        memory: LongTermMemory,
        turns: Turns,
        foresight: Foresight,
        roster: Roster,
        notice: str = "",
    ) -> None:
        """`notice` is the first event of the first `proceed`."""
        self._store = store
        self._memory = memory
        self._turns = turns
        self._foresight = foresight
        self._roster = roster
        self._notice = notice
        self._opened = False
        self._busy = False

    async def proceed(self) -> AsyncGenerator[Event, None]:
        """Make what is due: the first turn of a new story, or the reflection of a told turn; else work ahead."""
        await self._open()
        if self._notice:
            notice, self._notice = self._notice, ""
            yield Notice(notice)
        head, storyteller = self._turns.head, self._roster.current
        if head is None:
            due = self._turns.make(None, Choice(ChoiceKind.BEGIN), storyteller, keep=False)
        elif head.stage is Stage.TOLD:
            due = self._turns.reflect(head, storyteller)
        else:
            if self._foresight.idle:
                self.work_ahead()
            return
        async with aclosing(self._alone(due)) as events:
            async for event in events:
                yield event

    async def play(self, choice: Choice, storyteller: str) -> AsyncGenerator[Event, None]:
        """Make what is due, then the turn of a choice. Where the former fails the choice stays pending."""
        await self._open()
        chosen = self._roster.named(storyteller)
        if self._is_due:
            try:
                self._store.choose(choice)  # what is due may fail; what was typed is kept all the same
            except FictionError as error:
                yield recurrence.failure(error, choice)
                return
            async with aclosing(self.proceed()) as events:
                async for event in events:
                    yield event
            if self._is_due:
                return
        async with aclosing(self._alone(self._turns.make(self._turns.head, choice, chosen, keep=True))) as events:
            async for event in events:
                yield event

    async def retry(self, hint: str, storyteller: str) -> AsyncGenerator[Event, None]:
        """Make once more what failed; where nothing did, another telling of the head's choice."""
        await self._open()
        again = self._turns.again(hint, self._roster.named(storyteller))
        async with aclosing(self._alone(again)) as events:
            async for event in events:
                yield event

    def require_idle(self) -> None:
        """Raises FictionError while a turn is being made."""
        if self._busy:
            raise FictionError("A turn is being told.", hint="Wait for it, or stop it first.")

    def work_ahead(self) -> None:
        """Work ahead of the head, and throw away what was made ready elsewhere; nothing before the first `proceed`."""
        if self._busy or not self._opened:
            return
        self._foresight.drop()
        head, storyteller = self._turns.head, self._roster.current
        if storyteller.ahead is Ahead.OFF or head is None or head.stage is Stage.TOLD or head.ending:
            return
        with suppress(FictionError):  # a save that can't be read says so to whom it is asked for
            if self._store.pending() is None:
                self._foresight.begin(head, storyteller, self._store.story.reader)

    async def close(self) -> None:
        """Stop working ahead, and let go of the long-term memory. Idempotent."""
        self._opened = False
        await self._foresight.stop()
        await self._memory.close()

    async def _open(self) -> None:
        if not self._opened:
            self._opened = True
            await self._memory.open(self._store.archive())

    @property
    def _is_due(self) -> bool:
        """The head has still to be told, or to be reflected."""
        return self._turns.head is None or self._turns.head.stage is Stage.TOLD

    async def _alone(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        """The events, if no other turn is being made: two at once would fork the story behind the reader's back."""
        try:
            self.require_idle()
        except FictionError:
            await events.aclose()
            raise
        self._busy, saved = True, False
        try:
            async with aclosing(events):
                async for event in events:
                    saved = isinstance(event, TurnSaved)
                    yield event
        finally:
            self._busy = False
            if saved:
                self.work_ahead()
