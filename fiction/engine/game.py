"""The port of a face to all but one running story: worlds, saves, settings, starting and resuming."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from fiction.engine.setup import Setup
from fiction.story.cards import SaveCard, StorytellerCard, WorldCard
from fiction.story.reader import ReaderProfile, StorySettings
from fiction.story.world import World

if TYPE_CHECKING:
    from fiction.engine.making import Making
    from fiction.engine.session import Session


@dataclass(frozen=True, slots=True)
class NewStory:
    """The reader's wishes for a story that is to begin."""

    world: str = ""
    """Id of a world; empty with a premise."""
    premise: str = ""
    genre: str = ""
    reader: ReaderProfile = ReaderProfile()
    settings: StorySettings = StorySettings()
    name: str = ""
    """For the save; empty takes the title."""


class Game(Protocol):
    """The library and the settings, as a face uses them; made in `wiring` and handed to the face.

    Raises:
        FictionError: with a sentence for the reader.
    """

    @property
    def setup(self) -> Setup:
        """Finding, trying and keeping models that tell stories."""
        ...

    def worlds(self) -> tuple[WorldCard, ...]:
        """All worlds, bundled ones first, broken ones with their trouble."""
        ...

    def world(self, world: str) -> World:
        """One world, whole. Raises NotFound or PackError."""
        ...

    def saves(self) -> tuple[SaveCard, ...]:
        """All saves, the newest first, damaged ones with their trouble."""
        ...

    def rename(self, save: str, title: str) -> None:
        """Give a save another title."""
        ...

    def delete(self, save: str) -> None:
        """Delete a save; the face has asked."""
        ...

    def storytellers(self) -> tuple[StorytellerCard, ...]:
        """The storytellers that can be chosen, the best first."""
        ...

    def reader(self) -> ReaderProfile:
        """The profile on disk, or an empty one."""
        ...

    def keep_reader(self, reader: ReaderProfile) -> None:
        """Write the profile."""
        ...

    async def start(self, story: NewStory, *, making: "Making | None" = None) -> "Session":
        """A new save with a session on it; nothing is told before `Session.proceed`.

        `making` follows a world that is made of the reader's sentence, and can end the wait for it.
        """
        ...

    async def resume(self, save: str = "") -> "Session":
        """A session on a save; the newest by default. Raises NotFound, SaveBusy, SaveDamaged, SaveTooNew."""
        ...

    def warm(self) -> None:
        """Load the libraries of the first turn; called once in a daemon thread after the first frame. Never raises."""
        ...
