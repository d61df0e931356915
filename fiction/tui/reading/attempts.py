"""An attempt at a turn, and what is attempted when the reader wants it told again."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

from fiction.engine.session import Session
from fiction.story.events import Event
from fiction.story.plan import Choice, ChoiceKind
from fiction.tui.reading.phases import unreflected


@dataclass(frozen=True, slots=True)
class Attempt:
    """A turn to be told."""

    events: AsyncGenerator[Event, None]
    """From the session; nothing happens before the first one is taken."""
    choice: Choice
    anew: bool = False
    """The last turn is told again, in its place."""


def again(session: Session, failed: Attempt | None, *, wish: str = "", storyteller: str = "") -> Attempt:
    """What failed, with the wish it had unless there is another; where nothing did, the last turn told anew."""
    if failed is not None:
        wish = wish or failed.choice.hint
        if _never_saved(session, failed):
            choice = replace(failed.choice, hint=wish)
            return Attempt(session.play(choice, storyteller=storyteller), choice)
    head, pending = session.turn, session.pending
    choice = pending or (head.choice if head else Choice(ChoiceKind.BEGIN))
    events = session.retry(wish, storyteller=storyteller)
    return Attempt(events, replace(choice, hint=wish), anew=pending is None and head is not None)


def _never_saved(session: Session, failed: Attempt) -> bool:
    """The save knows nothing of the choice: it could not even be written down."""
    return not (failed.anew or session.turn is None or session.pending or unreflected(session))
