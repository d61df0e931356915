"""What servers were asked for, in words: tokens, and dollars where there are any."""

from textual.content import Content

from fiction.engine.budget import Costs
from fiction.story.money import dollars
from fiction.story.turn import Usage

UNKNOWN = "cost unknown"
_MILLION = 1_000_000


def money(usage: Usage) -> str:
    """What it costs, with what is not certain about it; empty where it costs nothing."""
    if not usage.cost:
        return UNKNOWN if usage.unpriced else ""
    hedge = "at least " if usage.unpriced else "about " if usage.estimated else ""
    return hedge + dollars(usage.cost)


def tokens(usage: Usage) -> str:
    """`2,310 in (1,980 from the cache), 412 out`, `about` where they were not counted by the server."""
    cached = f" ({usage.cached:,} from the cache)" if usage.cached else ""
    return f"{'about ' if usage.estimated else ''}{usage.prompt:,} in{cached}, {usage.completion:,} out"


def rounded(count: int) -> str:
    """`950`, `31k`, `1.2M`."""
    if count < 1_000:
        return str(count)
    return f"{count / 1_000:.0f}k" if count < _MILLION else f"{count / _MILLION:.1f}M"


def so_far(story: Usage) -> str:
    """The whole story in a few words, for the head of the page; empty where no server was asked."""
    if not story.total:
        return ""
    return money(story) if story.cost else ", ".join(filter(None, (f"{rounded(story.total)} tokens", money(story))))


def bill(turn: Usage, costs: Costs) -> list[Content]:
    """This turn and this story in two lines, for the panel; none where no server was asked."""
    lines = [("This turn: ", turn), ("This story: ", costs.story)]
    return [Content.assemble(name, _spent(usage)) for name, usage in lines if usage.total]


def _spent(usage: Usage) -> str:
    return " · ".join(part for part in (tokens(usage), money(usage)) if part)
