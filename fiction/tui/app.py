"""The game on the whole screen: the story that is open, the other screens, and how it looks."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, ClassVar, Literal, get_args

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import TextArea

from fiction.errors import FictionError
from fiction.tui.library.title import TitleScreen
from fiction.tui.safe_app import SafeApp
from fiction.tui.themes import OURS, ROUND, after
from fiction.tui.unsent import UnsentFolder

if TYPE_CHECKING:
    from textual.command import Provider

    from fiction.engine.game import Game, NewStory
    from fiction.engine.session import Session
    from fiction.engine.setup import FoundServer, ModelConfig
    from fiction.story.cards import WorldCard
    from fiction.story.world import World
    from fiction.tui.reading.screen import ReadingScreen

Animations = Literal["none", "basic", "full"]
WARMING = 0.3
"""Seconds after the first frame until the heavy parts are loaded in the background: the first key comes first."""
CLOSING = 3.0
"""Seconds that leaving a story may take; every turn is saved already."""


def _actions() -> "type[Provider]":
    from fiction.tui.palette import Actions

    return Actions


class FictionApp(SafeApp):
    """A library of worlds and saves, and the story that is being read."""

    TITLE = "fiction"
    COMMANDS = App.COMMANDS | {_actions}
    CSS_PATH = ["app.tcss", "library/title.tcss"]  # noqa: RUF012 - Textual declares its type
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", show=False),
        Binding("ctrl+t", "next_theme", "Theme", show=False),
    ]

    def __init__(
        self,
        game: Callable[[], "Game"],
        *,
        start: "Session | None" = None,
        begin: "NewStory | None" = None,
        theme: str = "",
        animations: str = "",
        crash_log: Path | None = None,
        unsent: Path | None = None,
        secrets: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        """A face of a game.

        Args:
            game: Makes the library and what can be begun; called once, after the first frame.
            start: A story to open at once.
            begin: A story to begin at once, of a sentence that a storyteller makes a world of.
            theme: Name of a theme; empty takes `night`.
            animations: `none`, `basic` or `full`; empty takes TEXTUAL_ANIMATIONS.
            crash_log: Where the report of a crash goes; None writes none.
            unsent: Folder for what a reader was still writing at the end; None keeps none.
            secrets: What must never stand in that report, asked for when there is one to be written.
        """
        super().__init__(crash_log, secrets)
        self._make_game = game
        self._start = start
        self._begin = begin
        self._reading: ReadingScreen | None = None
        self._unsent = UnsentFolder(unsent)
        self.preferred = ""
        """Name of the storyteller that the reader set up or chose last; empty for none."""
        for ours in OURS:
            self.register_theme(ours)
        self.theme = theme if theme in self.available_themes else ROUND[0]
        if animations in get_args(Animations):
            self.animation_level = animations  # type: ignore[assignment]  # checked in the line above

    def get_default_screen(self) -> Screen[None]:
        """The title."""
        return TitleScreen()

    def on_mount(self) -> None:
        """Open what was asked for, and warm up what the first turn needs once the first frame is there."""
        self.call_after_refresh(self._open_up)

    async def _open_up(self) -> None:
        if self._start is not None:
            await self.read(self._start)
        if self._begin is not None:
            await self.begin(self._begin)
        self.set_timer(WARMING, self._warm_up)

    def _warm_up(self) -> None:
        Thread(target=self.game.warm, name="warm", daemon=True).start()

    @cached_property
    def game(self) -> "Game":
        """The library and what can be begun."""
        return self._make_game()

    # --- stories ---

    @property
    def story(self) -> "Session | None":
        """The story that is open."""
        return self._reading.session if self._reading else None

    async def read(self, session: "Session") -> None:
        """Open a story, from wherever the reader is."""
        from fiction.tui.reading.screen import ReadingScreen

        await self.leave()
        self._reading = reading = ReadingScreen(session)
        self.push_screen(reading)
        if (unsent := self._unsent.of(session.story.uuid)) is not None:
            reading.call_after_refresh(reading.take_up, unsent)

    def on_text_area_changed(self, _message: TextArea.Changed) -> None:
        """Keep what the reader writes at each change of it: nobody knows which will be the last."""
        if (reading := self._reading) is None or not reading.is_running:
            return
        if (unsent := reading.unsent) is not None:
            self._unsent.keep(unsent)
        else:
            self._unsent.forget(reading.session.story.uuid)

    async def begin(self, story: "NewStory") -> None:
        """Begin a story and open it; one that a world must be made for shows how far that is. Raises FictionError."""
        await self._put_away()
        if not story.world and story.settings.storyteller != "offline":
            from fiction.tui.library.making import MakingScreen

            self.push_screen(MakingScreen(story))
            return
        await self.read(await self.game.start(story))

    async def resume(self, save: str = "") -> None:
        """Take up a save, or the newest. Raises FictionError."""
        await self._put_away()
        await self.read(await self.game.resume(save))

    async def leave(self) -> None:
        """Put the story away and go back to the title."""
        await self._put_away()
        while len(self.screen_stack) > 1:
            self.pop_screen()

    async def _put_away(self) -> None:
        """Close the story that is open, so that its save is free."""
        reading, self._reading = self._reading, None
        if reading is None:
            return
        while reading in self.screen_stack:
            self.pop_screen()
        try:
            await reading.put_down()
            await asyncio.wait_for(reading.session.close(), CLOSING)
        except (FictionError, TimeoutError) as error:
            self.notify(str(error) or "The story took long to close.", severity="warning", markup=False)

    # --- who tells ---

    def try_model(self, model: "ModelConfig") -> None:
        """Open the trial of a model; there it is kept, or not."""
        from fiction.tui.models.trial import TrialScreen

        self.push_screen(TrialScreen(model))

    async def told_by(self, model: "ModelConfig") -> None:
        """Go on with the open story, told by this model from here on; without a story, to the worlds."""
        from fiction.tui.models.wording import storyteller_of

        await self.told_from_here(storyteller_of(model))

    async def told_from_here(self, name: str) -> None:
        """Let this storyteller tell the open story from here on; without one, a new story."""
        self.preferred = name
        if self._reading is None:
            await self.leave()
            self.open_worlds()
            return
        try:
            self._reading.session.use(name)
        except FictionError as error:
            self.notify(error.sentence, severity="error", markup=False)
            return
        while self.screen is not self._reading:
            self.pop_screen()
        self.call_later(self._reading.told_by_another)

    async def action_quit(self) -> None:
        """Leave the game. Everything is saved, so nothing is asked."""
        await self._put_away()
        self.exit()

    async def close_story(self) -> None:
        """After the end: let go of a story that is still open, for it ended by a signal or a crash."""
        reading, self._reading = self._reading, None
        if reading is not None:
            with suppress(FictionError, TimeoutError):
                await asyncio.wait_for(reading.session.close(), CLOSING)

    # --- screens that are loaded when they are first wanted ---

    def open_worlds(self, *, browse: bool = False) -> None:
        """The worlds, to begin in one or to look around."""
        from fiction.tui.library.worlds import WorldsScreen

        self.push_screen(WorldsScreen(browse=browse))

    def open_world(self, card: "WorldCard") -> None:
        """One world's page."""
        from fiction.tui.library.world import WorldScreen

        self.push_screen(WorldScreen(card))

    def world_of(self, card: "WorldCard") -> "World | FictionError":
        """The world of a card, or what is wrong with it."""
        try:
            return self.game.world(card.id)
        except FictionError as error:
            return error

    def open_begin(self, card: "WorldCard | None", *, opening: str = "") -> None:
        """Who the reader is and how long the story is to be; without a world, what it is to be about."""
        from fiction.tui.library.begin import BeginScreen

        self.push_screen(BeginScreen(card, opening=opening))

    def open_profile(self) -> None:
        """The reader's profile."""
        from fiction.tui.library.who_you_are import ReaderScreen

        self.push_screen(ReaderScreen())

    def open_models(self, servers: "tuple[FoundServer, ...] | None" = None) -> None:
        """Open the list of storytellers; `servers` were found already."""
        from fiction.tui.models.storytellers import StorytellersScreen

        self.push_screen(StorytellersScreen(servers))

    def open_saves(self) -> None:
        """The saves."""
        from fiction.tui.library.saves import SavesScreen

        self.push_screen(SavesScreen())

    def action_help(self) -> None:
        """The help, unless it is open."""
        from fiction.tui.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    # --- looks ---

    def action_next_theme(self) -> None:
        """The next theme of the round."""
        self.theme = after(self.theme)
        self.notify(f"Theme: {self.theme}", markup=False, timeout=2)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the palette offers everywhere."""
        yield SystemCommand("Help", "Keys, memory, saves, where the files are", self.action_help)
        for name in ROUND:
            yield SystemCommand(f"Theme: {name}", "How the game looks", lambda name=name: setattr(self, "theme", name))
        yield SystemCommand("Save a screenshot", "As an SVG picture", self.deliver_screenshot)
        yield SystemCommand("Quit", "Everything is saved", self.action_quit)
