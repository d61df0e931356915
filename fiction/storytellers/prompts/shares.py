"""Sharing out a prompt's room: parts with items, each part with a share, what one leaves over going to the next."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fiction.text.tokens import clip, estimate

_LEAST_ITEM = 30
"""Tokens under which a shortened item is not worth its place."""
_HEADING = 10
_BULLET = 1


@dataclass(frozen=True, slots=True)
class PromptItem:
    """One text, and where it stands among its like when they are told."""

    text: str
    place: int = 0


@dataclass(slots=True)
class PromptPart:
    """One kind of material."""

    heading: str
    share: float
    """Of the room, or of what the first parts leave of it, before what others leave over is shared out."""
    items: Sequence[PromptItem]
    """The weightiest first."""
    shorten: Callable[[str, int], str] = clip
    at_first: int = 99
    """How many items count before what is left over is shared out."""
    most: float = 1.0
    """Of the part, for any one item, so that there is more than one of them."""
    least: int = _LEAST_ITEM
    """Tokens under which what is left of any item but the first is not worth its place."""
    keep: float = 0.0
    """Share of an item under which what is left of it is worth nothing: the beginning of a thing misleads."""
    bullet: str = "- "
    kept: list[PromptItem] = field(default_factory=list)

    @property
    def used(self) -> int:
        """Tokens."""
        return sum(estimate(item.text) + _BULLET for item in self.kept) + (_HEADING if self.kept else 0)

    def fill(self, tokens: int, items: Sequence[PromptItem]) -> None:
        """Keep what fits of the items, shortening those that do not."""
        self.kept = []
        left = tokens - _HEADING
        most = max(_LEAST_ITEM, int(left * self.most))
        for item in items:
            allowed = min(left, most)
            least = self.least if self.kept else _LEAST_ITEM
            fits = estimate(item.text) + _BULLET <= allowed
            text = item.text if fits else self.shorten(item.text, allowed - _BULLET) if left >= least else ""
            if text and estimate(text) >= self.keep * estimate(item.text):
                self.kept.append(PromptItem(text, item.place))
                left -= estimate(text) + _BULLET

    def told(self) -> str:
        """As it stands in the prompt; empty where nothing was kept."""
        lines = [f"{self.bullet}{item.text}" for item in sorted(self.kept, key=lambda item: item.place)]
        between = "\n" if self.bullet else "\n\n"
        return f"{self.heading}:\n{between.join(lines)}" if lines else ""


def share_out(
    first: Sequence[PromptPart],
    others: Sequence[PromptPart],
    tokens: int,
    *,
    greedy: Sequence[PromptPart],
) -> None:
    """Fill the first parts to their shares, the others to theirs of the rest, then the greedy ones with what is left.

    The shares of the others are at most 1 together, so that all of it is never more than `tokens`.
    """
    for part in first:
        part.fill(int(tokens * part.share), part.items[: part.at_first])
    rest = tokens - sum(part.used for part in first)
    for part in others:
        part.fill(int(rest * part.share), part.items[: part.at_first])
    for part in greedy:
        left = tokens - sum(other.used for other in (*first, *others))
        part.fill(part.used + max(0, left), part.items)


def numbered(texts: Sequence[str]) -> tuple[PromptItem, ...]:
    """Items that are told in the order of their worth."""
    return tuple(PromptItem(text, place) for place, text in enumerate(texts))
