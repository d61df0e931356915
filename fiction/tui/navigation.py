"""What a screen may ask of the app: other screens, stories, and who tells."""

from typing import Protocol

from fiction.engine.game import Game, NewStory
from fiction.engine.session import Session
from fiction.engine.setup import FoundServer, ModelConfig
from fiction.errors import FictionError
from fiction.story.cards import WorldCard
from fiction.story.world import World


class Navigator(Protocol):
    """The app, as its screens see it."""

    preferred: str
    """The storyteller that the reader chose last, by name; empty before that."""

    @property
    def game(self) -> Game:
        """The library and what can be begun."""

    @property
    def story(self) -> Session | None:
        """The story that is open."""

    async def read(self, session: Session) -> None:
        """Open a story, from wherever the reader is."""

    async def begin(self, story: NewStory) -> None:
        """Begin a story and open it; one that a world must be made for shows how far that is. Raises FictionError."""

    async def resume(self, save: str = "") -> None:
        """Take up a save, or the newest. Raises FictionError."""

    async def leave(self) -> None:
        """Put the story away and go back to the title."""

    def try_model(self, model: ModelConfig) -> None:
        """Open the trial of a model; there it is kept, or not."""

    async def told_by(self, model: ModelConfig) -> None:
        """Go on with the open story, told by this model from here on; without a story, to the worlds."""

    async def told_from_here(self, name: str) -> None:
        """Let this storyteller tell the open story from here on; without one, a new story."""

    async def action_quit(self) -> None:
        """Leave the game. Everything is saved, so nothing is asked."""

    def open_worlds(self, *, browse: bool = False) -> None:
        """The worlds, to begin in one or to look around."""

    def open_world(self, card: WorldCard) -> None:
        """One world's page."""

    def world_of(self, card: WorldCard) -> World | FictionError:
        """The world of a card, or what is wrong with it."""

    def open_begin(self, card: WorldCard | None, *, opening: str = "") -> None:
        """Who the reader is and how long the story is to be; without a world, what it is to be about."""

    def open_profile(self) -> None:
        """The reader's profile."""

    def open_models(self, servers: "tuple[FoundServer, ...] | None" = None) -> None:
        """Open the list of storytellers; `servers` were found already."""

    def open_saves(self) -> None:
        """The saves."""

    def action_help(self) -> None:
        """The help, unless it is open."""

    def report(self, error: BaseException | None) -> str:
        """Write down what broke; where to find it, in a sentence, or nothing."""
