"""The budget of a story: the port that every call to a server passes, and the costs that faces show."""

from dataclasses import dataclass
from typing import Protocol

from fiction.story.money import Price
from fiction.story.turn import Usage


@dataclass(frozen=True, slots=True)
class Costs:
    """The costs of a story. Caps are in millionths of a US dollar; 0 is no cap."""

    story: Usage = Usage()
    """All that was asked of servers for this story, told or not: retries, notes and passages written ahead included."""
    today: Usage = Usage()
    """The same for all stories since midnight."""
    next_turn: Usage = Usage()
    """An estimate for the next turn."""
    rest: Usage | None = None
    """An estimate for the rest of the story, by its length contract; None for an endless story."""
    story_cap: int = 0
    day_cap: int = 0


class Budget(Protocol):
    """The spending of one story. Every call to a server passes here, whatever comes of it."""

    def permit(self, expected: Usage, *, model: str, base_url: str) -> None:
        """Check the expected cost against the caps before a call, or before a turn of several calls.

        Raises:
            StorytellerError: `Trouble.CAPPED`; a cap would be crossed, or there is a cap and no price is known.
                Nothing was asked of the server.
        """
        ...

    def pay(self, usage: Usage, *, model: str, base_url: str, billed: int | None = None) -> Usage:
        """Log a call that was made, and return its usage with its cost. Never raises: no passage is lost over its bill.

        `billed` is what the server says it has cost, in millionths of a dollar; None where it does not say.
        """
        ...

    def learn(self, price: Price | None, *, model: str, base_url: str) -> None:
        """Take in the price on a server's own list; None where the list has none (any more)."""
        ...

    def forecast(self, usage: Usage, *, model: str, base_url: str) -> Usage:
        """The usage with its cost; nothing is logged."""
        ...

    def allow(self) -> None:
        """Raise the caps that stand in the way by as much again, and permit models of unknown price, until the game is
        left; the reader was asked."""
        ...

    def costs(self) -> Costs:
        """The costs so far; `next_turn` and `rest` are left to the session, which knows the turns."""
        ...
