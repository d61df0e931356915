"""The app as an interface for its screens: other screens, stories and storytellers."""

from typing import Protocol

from fiction.engine.game import Game, NewStory
from fiction.engine.session import Session
from fiction.engine.setup import FoundServer, ModelConfig
from fiction.errors import FictionError
from fiction.story.cards import WorldCard
from fiction.story.world import World


class Navigator(Protocol):
    """The app's interface for its screens."""

    preferred: str
    """Name of the storyteller last set up or chosen; empty for none."""

    @property
    def game(self) -> Game:
        """The game."""

    @property
    def story(self) -> Session | None:
        """The open story, if any."""

    async def read(self, session: Session) -> None:
        """Open a story from any screen."""

    async def begin(self, story: NewStory) -> None:
        """Begin a story and open it, with the progress if its world must be made first. Raises FictionError."""

    async def resume(self, save: str = "") -> None:
        """Open a save, or the newest. Raises FictionError."""

    async def leave(self) -> None:
        """Close the story and go back to the title."""

    def try_model(self, model: ModelConfig) -> None:
        """Open the trial of a model, where the reader keeps or discards it."""

    async def told_by(self, model: ModelConfig) -> None:
        """Continue the open story with this model; without a story, go to the worlds."""

    async def told_from_here(self, name: str) -> None:
        """Continue the open story with this storyteller; without a story, use it for the next one."""

    async def action_quit(self) -> None:
        """Quit without a question: everything is saved."""

    def open_worlds(self, *, browse: bool = False) -> None:
        """Open the worlds, to begin in one or to browse."""

    def open_world(self, card: WorldCard) -> None:
        """Open a world's page."""

    def world_of(self, card: WorldCard) -> World | FictionError:
        """The world of a card, or its error."""

    def open_begin(self, card: WorldCard | None, *, opening: str = "") -> None:
        """Open the form for a new story; without a world it asks for a sentence."""

    def open_profile(self) -> None:
        """Open the reader's profile."""

    def open_models(self, servers: "tuple[FoundServer, ...] | None" = None) -> None:
        """Open the storytellers; `servers` are those already found."""

    def open_saves(self) -> None:
        """Open the saves."""

    def action_help(self) -> None:
        """Open the help, unless it is open."""

    def report(self, error: BaseException | None) -> str:
        """Write a crash report; returns a sentence with its place, or empty."""
