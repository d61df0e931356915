"""The app: the open story, the other screens, and themes."""

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
"""Seconds from the first frame to loading heavy parts in the background, so that the first key is not delayed."""
CLOSING = 3.0
"""Most seconds for closing a story; every turn is saved already."""


def _actions() -> "type[Provider]":
    from fiction.tui.palette import Actions

    return Actions


class FictionApp(SafeApp):
    """The Textual app: the library of worlds and saves, and the open story."""

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
        """The full-screen face of a game.

        Args:
            game: Makes the game; called once, after the first frame.
            start: A story to open at once.
            begin: A story to begin at once, in a world made from a sentence.
            theme: Name of a theme; empty takes `night`.
            animations: `none`, `basic` or `full`; empty takes TEXTUAL_ANIMATIONS.
            crash_log: File for the report of a crash; None writes none.
            unsent: Folder for unsent text of the reader; None keeps none.
            secrets: Texts that must not be in the report; called when one is written.
        """
        super().__init__(crash_log, secrets)
        self._make_game = game
        self._start = start
        self._begin = begin
        self._reading: ReadingScreen | None = None
        self._unsent = UnsentFolder(unsent)
        self.preferred = ""
        """Name of the storyteller last set up or chosen; empty for none."""
        for ours in OURS:
            self.register_theme(ours)
        self.theme = theme if theme in self.available_themes else ROUND[0]
        if animations in get_args(Animations):
            self.animation_level = animations  # type: ignore[assignment]  # checked in the line above

    def get_default_screen(self) -> Screen[None]:
        """The title screen."""
        return TitleScreen()

    def on_mount(self) -> None:
        """After the first frame, open the story asked for, and load the parts for the first turn."""
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
        """The game, made on first use."""
        return self._make_game()

    # --- stories ---

    @property
    def story(self) -> "Session | None":
        """The open story, if any."""
        return self._reading.session if self._reading else None

    async def read(self, session: "Session") -> None:
        """Open a story from any screen."""
        from fiction.tui.reading.screen import ReadingScreen

        await self.leave()
        self._reading = reading = ReadingScreen(session)
        self.push_screen(reading)
        if (unsent := self._unsent.of(session.story.uuid)) is not None:
            reading.call_after_refresh(reading.take_up, unsent)

    def on_text_area_changed(self, _message: TextArea.Changed) -> None:
        """Save unsent text at every change, since any may be the last."""
        if (reading := self._reading) is None or not reading.is_running:
            return
        if (unsent := reading.unsent) is not None:
            self._unsent.keep(unsent)
        else:
            self._unsent.forget(reading.session.story.uuid)

    async def begin(self, story: "NewStory") -> None:
        """Begin a story and open it, with the progress if its world must be made first. Raises FictionError."""
        await self._put_away()
        if not story.world and story.settings.storyteller != "offline":
            from fiction.tui.library.making import MakingScreen

            self.push_screen(MakingScreen(story))
            return
        await self.read(await self.game.start(story))

    async def resume(self, save: str = "") -> None:
        """Open a save, or the newest. Raises FictionError."""
        await self._put_away()
        await self.read(await self.game.resume(save))

    async def leave(self) -> None:
        """Close the story and go back to the title."""
        await self._put_away()
        while len(self.screen_stack) > 1:
            self.pop_screen()

    async def _put_away(self) -> None:
        """Close the open story, which frees its save."""
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

    # --- storytellers ---

    def try_model(self, model: "ModelConfig") -> None:
        """Open the trial of a model, where the reader keeps or discards it."""
        from fiction.tui.models.trial import TrialScreen

        self.push_screen(TrialScreen(model))

    async def told_by(self, model: "ModelConfig") -> None:
        """Continue the open story with this model; without a story, go to the worlds."""
        from fiction.tui.models.wording import storyteller_of

        await self.told_from_here(storyteller_of(model))

    async def told_from_here(self, name: str) -> None:
        """Continue the open story with this storyteller; without a story, use it for the next one."""
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
        """Quit without a question: everything is saved."""
        await self._put_away()
        self.exit()

    async def close_story(self) -> None:
        """Close a story left open by a signal or a crash; call after the app's end."""
        reading, self._reading = self._reading, None
        if reading is not None:
            with suppress(FictionError, TimeoutError):
                await asyncio.wait_for(reading.session.close(), CLOSING)

    # --- screens, imported on first use ---

    def open_worlds(self, *, browse: bool = False) -> None:
        """Open the worlds, to begin in one or to browse."""
        from fiction.tui.library.worlds import WorldsScreen

        self.push_screen(WorldsScreen(browse=browse))

    def open_world(self, card: "WorldCard") -> None:
        """Open a world's page."""
        from fiction.tui.library.world import WorldScreen

        self.push_screen(WorldScreen(card))

    def world_of(self, card: "WorldCard") -> "World | FictionError":
        """The world of a card, or its error."""
        try:
            return self.game.world(card.id)
        except FictionError as error:
            return error

    def open_begin(self, card: "WorldCard | None", *, opening: str = "") -> None:
        """Open the form for a new story; without a world it asks for a sentence."""
        from fiction.tui.library.begin import BeginScreen

        self.push_screen(BeginScreen(card, opening=opening))

    def open_profile(self) -> None:
        """Open the reader's profile."""
        from fiction.tui.library.who_you_are import ReaderScreen

        self.push_screen(ReaderScreen())

    def open_models(self, servers: "tuple[FoundServer, ...] | None" = None) -> None:
        """Open the storytellers; `servers` are those already found."""
        from fiction.tui.models.storytellers import StorytellersScreen

        self.push_screen(StorytellersScreen(servers))

    def open_saves(self) -> None:
        """Open the saves."""
        from fiction.tui.library.saves import SavesScreen

        self.push_screen(SavesScreen())

    def action_help(self) -> None:
        """Open the help, unless it is open."""
        from fiction.tui.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    # --- themes and palette ---

    def action_next_theme(self) -> None:
        """Switch to the next theme."""
        self.theme = after(self.theme)
        self.notify(f"Theme: {self.theme}", markup=False, timeout=2)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette's commands on every screen."""
        yield SystemCommand("Help", "Keys, memory, saves, where the files are", self.action_help)
        for name in ROUND:
            yield SystemCommand(f"Theme: {name}", "How the game looks", lambda name=name: setattr(self, "theme", name))
        yield SystemCommand("Save a screenshot", "As an SVG picture", self.deliver_screenshot)
        yield SystemCommand("Quit", "Everything is saved", self.action_quit)
