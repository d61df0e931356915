"""Storylets: pieces of story with conditions, roles for the cast, bodies of text, and plans with outcomes.

This is quality-based narrative with Wildermyth's cast roles (docs/design.md section 8). Texts may hold slots:
`{you}`, `{place}`, `{role}` and `{role.they}`, `{role.them}`, `{role.their}` for each role, and nothing else; a slot
whose first letter is upper case (`{Role.they}`) gives a capital.
"""

from dataclasses import dataclass
from enum import StrEnum

from fiction.story.plan import Approach


@dataclass(frozen=True, slots=True)
class Quality:
    """A number that the story tracks (trust, a debt, 0 or 1 for holding the lamp)."""

    id: str
    name: str = ""
    """For the reader, where it is shown."""
    start: int = 0
    minimum: int = 0
    maximum: int = 10


@dataclass(frozen=True, slots=True)
class Effect:
    """A change of one quality."""

    quality: str
    amount: int
    sets: bool = False
    """The quality becomes `amount`; otherwise it grows by it."""


@dataclass(frozen=True, slots=True)
class Role:
    """A part that one of the world's characters plays for a whole scene."""

    name: str
    who: tuple[str, ...] = ()
    """Ids of characters that may play it; empty for all that have the tags."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """A whole text, and the condition to tell it."""

    text: str
    when: str = ""


class StoryletKind(StrEnum):
    """The purpose of a storylet."""

    SCENE = "scene"
    HINGE = "hinge"
    """Opens an act: told as the first storylet of it."""
    CLIMAX = "climax"
    """Ends the story: told when the director asks for it; its plans lead to endings."""
    QUIET = "quiet"
    """A breath between scenes: low tension, small choices."""


@dataclass(frozen=True, slots=True)
class StoryletPlan:
    """A plan of a storylet, with its outcome."""

    id: str
    label: str
    stake: str = ""
    approach: Approach = Approach.CURIOUS
    brief: str = ""
    when: str = ""
    """Condition to offer it; plans whose condition holds come before plans without one."""
    outcome: tuple[Body, ...] = ()
    """The outcome, which begins the next passage."""
    effects: tuple[Effect, ...] = ()
    memory: str = ""
    """A sentence for the short-term memory."""
    recollection: str = ""
    """A noun phrase for callbacks ("the night you gave Imre the key"); empty for none."""
    facts: tuple[tuple[str, str, str], ...] = ()
    opens: tuple[str, ...] = ()
    advances: tuple[str, ...] = ()
    pays: tuple[str, ...] = ()
    goto: str = ""
    """Id of the storylet that must follow, in the same scene and with the same roles."""
    ending: str = ""
    """Id of the ending this leads to; `*` for the ending that fits best."""
    place: str = ""
    """Id of the place it leads to."""


@dataclass(frozen=True, slots=True)
class Echo:
    """A sentence or two added to a body when its condition holds; told at most once a story."""

    when: str
    text: str


@dataclass(frozen=True, slots=True)
class Storylet:
    """A piece of story."""

    id: str
    title: str = ""
    """Title of the scene; empty keeps the running one."""
    kind: StoryletKind = StoryletKind.SCENE
    acts: tuple[int, ...] = ()
    """The acts it may be told in, from 1; empty is any."""
    when: str = ""
    weight: int = 10
    once: bool = True
    cooldown: int = 0
    """Turns before it may come again, where `once` is off."""
    tension: int = 4
    """0 to 10, by events, not by tone."""
    importance: int = 5
    place: str = ""
    only_by_goto: bool = False
    """Never drawn; only reached by a plan's `goto`."""
    roles: tuple[Role, ...] = ()
    bodies: tuple[Body, ...] = ()
    echoes: tuple[Echo, ...] = ()
    plans: tuple[StoryletPlan, ...] = ()
    note: str = ""
    """A sentence for the short-term memory about the situation itself."""
    effects: tuple[Effect, ...] = ()
    """Effects of the storylet itself, whatever the reader does."""
    opens: tuple[str, ...] = ()
    """Threads opened by the storylet itself."""
