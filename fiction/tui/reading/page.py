"""The page: the last turns of the story, in a column of a good measure, at the reader's own pace."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup, VerticalScroll
from textual.message import Message

from fiction.story.memory import TurnId
from fiction.story.plan import Choice
from fiction.story.turn import Turn
from fiction.tui.reading.turn_view import TurnView

MOUNTED = 30
"""Turns mounted at once: with a hundred, every streamed word costs three times as much."""
STEP = 10
"""Turns loaded when the reader reaches either end of the mounted ones."""

SCROLLING = frozenset({"up", "down", "pageup", "pagedown", "home", "end", "space", "j", "k"})
"""Keys with which the reader moves the view."""

Older = Callable[[TurnId], tuple[Turn, ...]]
"""Gives the turns before one, oldest first; none at the beginning of the story."""


class Page(VerticalScroll, can_focus=True):
    """A window of the loaded turns, from `lo` to `hi`, is mounted; scrolling to either end slides it."""

    DEFAULT_CSS = """
    Page {
        height: 1fr;
        scrollbar-size-vertical: 1;
        scrollbar-visibility: hidden;
        align-horizontal: center;
    }
    Page:focus, Page:hover { scrollbar-visibility: visible; }
    Page > VerticalGroup {
        width: 100%;
        max-width: 76;
        padding: 0 2;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "on", "Read on", show=False),
        Binding("down,j", "down", "Down", show=False),
        Binding("k", "scroll_up", "Up", show=False),
    ]

    @dataclass
    class Moved(Message):
        """The view was moved, or what it shows has grown."""

        more: bool
        """There is text below."""

    class Read(Message):
        """The reader wants to go on at the end of the page."""

    def __init__(self, older: Older, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._older = older
        self._turns: list[Turn] = []
        self._lo = 0
        self._begun = False
        self._pinned = True
        self._sliding = False

    def compose(self) -> ComposeResult:
        """The column."""
        yield VerticalGroup(id="column")

    @property
    def leaves(self) -> list[TurnView]:
        """The mounted turns, in the order of the story."""
        return list(self.query_one("#column").query_children(TurnView))

    @property
    def latest(self) -> TurnView | None:
        """The last mounted turn."""
        leaves = self.leaves
        return leaves[-1] if leaves else None

    # --- what is shown ---

    async def show(self, turns: tuple[Turn, ...]) -> None:
        """Show these turns, the last one from its first line; turns that are mounted already stay."""
        mounted = [leaf.turn.id if leaf.turn else None for leaf in self.leaves]
        wanted = [turn.id for turn in turns]
        if not mounted or mounted[: len(wanted)] != wanted:
            await self._remount(turns)
        else:
            await self._cut(len(wanted))
        self._turns, self._lo = list(turns), 0
        self.turn_to_latest()

    async def _remount(self, turns: tuple[Turn, ...]) -> None:
        column = self.query_one("#column")
        with self.app.batch_update():
            await column.remove_children()
            await column.mount_all(
                TurnView.of(turn, before) for before, turn in zip((None, *turns), turns, strict=False)
            )

    async def _cut(self, keep: int) -> None:
        for leaf in self.leaves[keep:]:
            await leaf.remove()

    async def begin(self, choice: Choice) -> TurnView:
        """Mount a turn that is being told, its first line at the top of the view."""
        await self._to_the_end()
        leaf = TurnView(choice)
        await self.query_one("#column").mount(leaf)
        if len(self.leaves) > MOUNTED:
            await self.leaves[0].remove()
            self._lo += 1
        self.turn_to_latest()
        return leaf

    def keep(self, leaf: TurnView, turn: Turn) -> None:
        """Note that the passage of a mounted turn is saved."""
        leaf.keep(turn)
        if not self._turns or self._turns[-1].id != turn.id:
            self._turns.append(turn)

    @property
    def untold(self) -> TurnView | None:
        """The last mounted turn while it is not in the save: being told, or failed."""
        leaf = self.latest
        return leaf if leaf is not None and leaf.turn is None else None

    async def drop_untold(self) -> None:
        """Take away the turn of a failed telling."""
        if leaf := self.untold:
            await leaf.remove()

    async def withdraw(self, turn: TurnId) -> None:
        """Take the last mounted turn away if it is this one; a second attempt finds it gone."""
        leaf = self.latest
        if leaf is not None and leaf.turn is not None and leaf.turn.id == turn:
            if self._turns and self._turns[-1].id == turn:
                self._turns.pop()
            await leaf.remove()

    # --- the view ---

    def turn_to_latest(self) -> None:
        """Bring the first line of the last turn to the top, where it stays until the reader moves the view."""
        self._pinned = True
        self._fit()
        self.call_after_refresh(self._hold)

    def watch_virtual_size(self) -> None:
        """Keep the place when what is shown grows or shrinks."""
        self.call_later(self._hold)

    def _hold(self) -> None:
        leaf = self.latest
        if self._pinned and leaf is not None:
            self.scroll_to(y=leaf.virtual_region.y, animate=False, force=True, immediate=True)
        self._begun = True
        self.report()

    def _fit(self) -> None:
        """Leave room below the last turn, so that its first line can stand at the top."""
        leaves = self.leaves
        for leaf in leaves[:-1]:
            leaf.styles.min_height = None
        if leaves:
            leaves[-1].styles.min_height = self.size.height

    def on_resize(self) -> None:
        """Keep that room, and the place."""
        self._fit()
        self.call_after_refresh(self._hold)

    def release(self) -> None:
        """The reader moves the view: from here on it stays where they put it."""
        self._pinned = False

    on_mouse_scroll_up = on_mouse_scroll_down = on_scroll_to = on_scroll_up = on_scroll_down = release

    def on_key(self, event: events.Key) -> None:
        """The keys that scroll."""
        if event.key in SCROLLING:
            self.release()

    @property
    def below(self) -> int:
        """How many lines of text are below the view."""
        leaf = self.latest
        if leaf is None:
            return 0
        return max(0, leaf.virtual_region.y + leaf.text_height - self.scroll_offset.y - self.size.height)

    def report(self) -> None:
        """Say whether there is more below."""
        self.post_message(self.Moved(self.below > 0))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Load what is next at either end."""
        super().watch_scroll_y(old_value, new_value)
        self.report()
        if not self._begun or self._sliding:
            return
        if new_value < old_value and round(new_value) <= 0:
            self._sliding = True
            self.run_worker(self._slide_up(), exit_on_error=False)
        elif new_value > old_value and self._hi < len(self._turns) and round(new_value) >= self.max_scroll_y:
            self._sliding = True
            self.run_worker(self._slide_down(), exit_on_error=False)

    def action_on(self) -> None:
        """A screen further; at the end of the text, to what can be done next."""
        self.release()
        if self.below:
            self.scroll_relative(y=max(1, self.size.height - 1), animate=False)
        else:
            self.post_message(self.Read())

    def action_down(self) -> None:
        """A line further, or to what can be done next."""
        if self.below or self._hi < len(self._turns) or self.max_scroll_y > self.scroll_offset.y + 1:
            self.scroll_down(animate=False)
        else:
            self.post_message(self.Read())

    # --- the window ---

    @property
    def _hi(self) -> int:
        return self._lo + sum(1 for leaf in self.leaves if leaf.turn is not None)

    async def _slide_up(self) -> None:
        try:
            if self._lo == 0 and self._turns:
                older = self._older(self._turns[0].id)
                self._turns[:0] = older
                self._lo = len(older)
            if self._lo > 0:
                await self._grow_up()
        finally:
            self._sliding = False

    async def _grow_up(self) -> None:
        first = self.leaves[0]
        start = max(0, self._lo - STEP)
        before = self._turns[start - 1] if start else None
        new = self._turns[start : self._lo]
        with self.app.batch_update():
            leaves = [TurnView.of(turn, last) for last, turn in zip((before, *new), new, strict=False)]
            await self.query_one("#column").mount_all(leaves, before=0)
            self._lo = start
            for leaf in self.leaves[MOUNTED:]:
                await leaf.remove()
        self._fit()
        self.call_after_refresh(self._stay_at, first)

    async def _slide_down(self) -> None:
        try:
            hi = self._hi
            last = self.latest
            new = self._turns[hi : hi + STEP]
            with self.app.batch_update():
                leaves = [
                    TurnView.of(turn, prior) for prior, turn in zip((self._turns[hi - 1], *new), new, strict=False)
                ]
                await self.query_one("#column").mount_all(leaves)
                for leaf in self.leaves[: max(0, len(self.leaves) - MOUNTED)]:
                    self._lo += 1
                    await leaf.remove()
            self._fit()
            if last is not None:
                self.call_after_refresh(self._stay_at_end, last)
        finally:
            self._sliding = False

    def _stay_at(self, leaf: TurnView) -> None:
        self.scroll_to(y=max(1, leaf.virtual_region.y), animate=False, force=True)

    def _stay_at_end(self, leaf: TurnView) -> None:
        self.scroll_to(y=leaf.virtual_region.bottom - self.size.height, animate=False, force=True)

    async def _to_the_end(self) -> None:
        if self._hi < len(self._turns):
            last = tuple(self._turns[-STEP:])
            await self._remount(last)
            self._lo = len(self._turns) - len(last)
