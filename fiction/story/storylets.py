"""Storylets: pieces of story with conditions, cast roles, whole bodies, and plans whose outcomes they tell.

The model is that of quality-based narrative with Wildermyth's cast roles.
See docs/design.md section 8. Text may hold
slots: `{you}`, `{place}`, `{role}` and `{role.they}`, `{role.them}`, `{role.their}` for each role, and nothing else;
a slot whose first letter is upper case (`{Role.they}`) gives a capital.
"""

from dataclasses import dataclass
from enum import StrEnum

from fiction.story.plan import Approach


@dataclass(frozen=True, slots=True)
class Quality:
    """A number that the story keeps (trust, a debt, whether you hold the lamp)."""

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
    """A part that somebody of the world's cast plays, bound for the whole scene."""

    name: str
    who: tuple[str, ...] = ()
    """Ids of characters that may play it; empty is anybody with the tags."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """A whole text, and when it may be told."""

    text: str
    when: str = ""


class StoryletKind(StrEnum):
    """What a storylet is for."""

    SCENE = "scene"
    HINGE = "hinge"
    """Opens an act: told as the first storylet of it."""
    CLIMAX = "climax"
    """Brings the story to its end: told when the director asks for it; its plans lead to endings."""
    QUIET = "quiet"
    """A breath between scenes: low tension, small choices."""


@dataclass(frozen=True, slots=True)
class StoryletPlan:
    """A plan of a storylet, and what it leads to."""

    id: str
    label: str
    stake: str = ""
    approach: Approach = Approach.CURIOUS
    brief: str = ""
    when: str = ""
    """Offered only if this holds; plans with a condition that holds come before those without."""
    outcome: tuple[Body, ...] = ()
    """What comes of it, told first in the next passage."""
    effects: tuple[Effect, ...] = ()
    memory: str = ""
    """The sentence that the short-term memory takes in."""
    recollection: str = ""
    """A noun phrase by which it is remembered ("the night you gave Imre the key"); empty is never called back."""
    facts: tuple[tuple[str, str, str], ...] = ()
    opens: tuple[str, ...] = ()
    advances: tuple[str, ...] = ()
    pays: tuple[str, ...] = ()
    goto: str = ""
    """Id of the storylet that must follow, in the same scene and with the same roles."""
    ending: str = ""
    """Id of the ending this leads to; `*` for whichever ending fits best."""
    place: str = ""
    """Where it takes the reader."""


@dataclass(frozen=True, slots=True)
class Echo:
    """A sentence or two added to a body when something earlier makes it true; told at most once a story."""

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
    """Turns before it may come again, where it may."""
    tension: int = 4
    """0 to 10: what happens, not how it sounds."""
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
    """What being in it changes, whatever the reader does."""
    opens: tuple[str, ...] = ()
    """Threads opened by the telling itself."""
