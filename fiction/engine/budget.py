"""What a story costs, and what the reader allows it to: the port, and the values that faces show."""

from dataclasses import dataclass
from typing import Protocol

from fiction.story.money import Price
from fiction.story.turn import Usage


@dataclass(frozen=True, slots=True)
class Costs:
    """Where a story stands. Caps are in millionths of a US dollar; 0 is no cap."""

    story: Usage = Usage()
    """All that was asked of servers for this story, told or not: retries, notes and passages written ahead included."""
    today: Usage = Usage()
    """The same for all stories since midnight."""
    next_turn: Usage = Usage()
    """About what the next turn will be; always an estimate."""
    rest: Usage | None = None
    """About what the rest of the story will be, by its length contract; None for an endless one."""
    story_cap: int = 0
    day_cap: int = 0


class Budget(Protocol):
    """What one story may spend. Every call to a server passes here, whatever came of it."""

    def permit(self, expected: Usage, *, model: str, base_url: str) -> None:
        """Before a call (or a turn of several) is made. Prices what is expected.

        Raises:
            StorytellerError: `Trouble.CAPPED`; a cap would be crossed, or there is a cap and no price is known.
                Nothing was asked of the server.
        """
        ...

    def pay(self, usage: Usage, *, model: str, base_url: str, billed: int | None = None) -> Usage:
        """After a call: write it down; the usage with its cost. Never raises: a passage is not lost over its bill.

        `billed` is what the server says it has cost, in millionths of a dollar; None where it does not say.
        """
        ...

    def learn(self, price: Price | None, *, model: str, base_url: str) -> None:
        """Take in the price that a server's own list tells; None where it tells none (any more)."""
        ...

    def forecast(self, usage: Usage, *, model: str, base_url: str) -> Usage:
        """The usage with its cost; nothing is written down."""
        ...

    def allow(self) -> None:
        """The reader was asked and goes on: the caps that stand in the way are lifted by as much again, and a model
        whose price is not known may be asked, until the game is left."""
        ...

    def costs(self) -> Costs:
        """Where the story stands; `next_turn` and `rest` are left to the session, which knows the turns."""
        ...
