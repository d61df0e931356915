"""Entries of the lists that a face shows: worlds, saves, storytellers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorldCard:
    """A world in the library."""

    id: str
    title: str
    summary: str
    version: str = ""
    authors: tuple[str, ...] = ()
    genre: tuple[str, ...] = ()
    language: str = "en"
    rating: str = "teen"
    content_warnings: tuple[str, ...] = ()
    storylets: bool = False
    """The built-in storyteller has this world's own scenes to tell."""
    source: str = ""
    """`bundled` or `installed`."""
    trouble: str = ""
    """Why it can't be played, in one sentence; such a world is listed, not hidden."""


@dataclass(frozen=True, slots=True)
class SaveCard:
    """A save in the list."""

    name: str
    title: str = ""
    world_id: str = ""
    world_title: str = ""
    turns: int = 0
    """Depth of the head."""
    scene: str = ""
    updated: int = 0
    """Unix time in milliseconds."""
    size: int = 0
    """Bytes."""
    ended: bool = False
    pending: str = ""
    """Text of the pending choice: typed and not yet told."""
    storyteller: str = ""
    trouble: str = ""
    """Why it can't be opened, in one sentence; a damaged save is listed, not hidden."""


@dataclass(frozen=True, slots=True)
class StorytellerCard:
    """A storyteller that can be chosen now."""

    name: str
    """`offline`, `model`, or `model:NAME` for a server that the settings name."""
    about: str
    available: bool = True
    why_not: str = ""
