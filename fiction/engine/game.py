"""What a face can do besides playing a session: look into the library, start stories, take them up again."""

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
    """What the reader asked for."""

    world: str = ""
    """Id of a world; empty with a premise."""
    premise: str = ""
    genre: str = ""
    reader: ReaderProfile = ReaderProfile()
    settings: StorySettings = StorySettings()
    name: str = ""
    """For the save; empty takes the title."""


class Game(Protocol):
    """What a face can do besides playing a session; made by the composition root and handed to the face.

    Raises:
        FictionError: with a sentence for the reader.
    """

    @property
    def setup(self) -> Setup:
        """Finding, trying and keeping minds that tell stories."""
        ...

    def worlds(self) -> tuple[WorldCard, ...]:
        """Every world there is, bundled first, broken ones with their trouble."""
        ...

    def world(self, world: str) -> World:
        """One world, whole. Raises NotFound or PackError."""
        ...

    def saves(self) -> tuple[SaveCard, ...]:
        """Every save, the newest first, damaged ones with their trouble."""
        ...

    def rename(self, save: str, title: str) -> None:
        """Give a save another title."""
        ...

    def delete(self, save: str) -> None:
        """Delete a save; the face has asked."""
        ...

    def storytellers(self) -> tuple[StorytellerCard, ...]:
        """Those that can be chosen, the best first."""
        ...

    def reader(self) -> ReaderProfile:
        """The profile on disk, or an empty one."""
        ...

    def keep_reader(self, reader: ReaderProfile) -> None:
        """Write the profile."""
        ...

    async def start(self, story: NewStory, *, making: "Making | None" = None) -> "Session":
        """A new save with a session on it; nothing is told before `Session.proceed`.

        `making` is told how far a world is that a storyteller makes of a sentence, and may end the wait for it.
        """
        ...

    async def resume(self, save: str = "") -> "Session":
        """A session on a save; the newest by default. Raises NotFound, SaveBusy, SaveDamaged, SaveTooNew."""
        ...

    def warm(self) -> None:
        """Load what the first turn will need; called once in a daemon thread after the first frame. Never raises."""
        ...
