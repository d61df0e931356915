"""The scene of a turn: all that a storyteller is told; and the events it yields while it narrates."""

from dataclasses import dataclass

from fiction.story.events import Notice, ProseDelta, ProseReset, Spent
from fiction.story.ledger import Ledger
from fiction.story.memory import Recall
from fiction.story.plan import Choice
from fiction.story.reader import ReaderProfile, StorySettings
from fiction.story.turn import Turn
from fiction.story.world import World


@dataclass(frozen=True, slots=True)
class Direction:
    """The director's wishes for this turn. They are suggestions."""

    act: int = 1
    """From 1."""
    acts: int = 3
    progress: float = 0.0
    """Share of the story's length that is told, 0 to 1 and beyond; always 0 in an endless story."""
    tension: float = 4.0
    """Wanted, 0 to 10."""
    opens_act: bool = False
    """This is the first turn of its act."""
    toward_ending: bool = False
    """The story should come to its end now: no new threads."""
    must_end: bool = False
    """This turn should be the ending, or lead straight into it."""
    due_thread: str = ""
    """Id of the longest waiting thread, if it is due."""
    stalled: bool = False
    """Little has happened for some turns: the world should act by itself."""
    lines: tuple[str, ...] = ()
    """At most three sentences for the prompt."""

    @property
    def goes_to_its_end(self) -> bool:
        """Whether the turn may be the story's last."""
        return self.toward_ending or self.must_end


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a storyteller is told about a turn: o(t-1), x(t), h(t-1), c(t) of the paper, world, reader, settings."""

    world: World
    reader: ReaderProfile
    settings: StorySettings
    choice: Choice
    """x(t)."""
    depth: int
    """Depth of the turn that is to be told, from 1."""
    recent: tuple[Turn, ...] = ()
    """The last turns before it, oldest first; at least those whose passages the prompt holds verbatim."""
    memory: str = ""
    """h(t-1)."""
    recall: Recall = Recall()
    """c(t)."""
    ledger: Ledger = Ledger()
    """State before this turn."""
    direction: Direction = Direction()
    established: tuple[str, ...] = ()
    """Facts that the last passage contradicted, as sentences."""
    telling: int = 0
    """Earlier tellings of this choice; from 1 on, other words are wanted."""

    @property
    def parent(self) -> Turn | None:
        """The turn before this one; None for the first."""
        return self.recent[-1] if self.recent else None

    @property
    def state(self) -> str:
        """The storyteller state that the last turn left."""
        return self.recent[-1].state if self.recent else ""


Telling = ProseDelta | ProseReset | Spent | Notice
"""An event that a storyteller yields while it narrates."""
