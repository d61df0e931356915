"""The till: what each story spends, and the caps at which the reader is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fiction.engine.budget import Budget, Costs
from fiction.errors import StorytellerError, Trouble
from fiction.spending.prices import Prices, host_of
from fiction.spending.usage_log import Entry, UsageLog, local_now
from fiction.story.money import Price, dollars
from fiction.story.turn import Usage
from fiction.text.sanitise import clean_line


@dataclass(slots=True)
class _Cap:
    """How much may be spent, in millionths of a dollar."""

    setting: str
    whose: str
    cap: int
    """As it is set; 0 is no cap."""
    lifted: int = 0
    """What the reader allowed beyond it, until the game is left."""
    wanted: int = 0
    """What the spending that was refused last would have come to; 0 where this cap did not stand in its way."""

    @property
    def limit(self) -> int:
        """What may be spent now."""
        return self.cap + self.lifted

    def stops(self, spent: int, more: int) -> bool:
        """Whether this would be too much; remembered for `lift`."""
        self.wanted = spent + more if self.cap and spent + more > self.limit else 0
        return self.wanted > 0

    def lift(self) -> None:
        """By as much again, or as often as that it takes for what was refused."""
        if self.wanted:
            self.lifted += -(-(self.wanted - self.limit) // self.cap) * self.cap
            self.wanted = 0


class Budgets:
    """What all stories of one game spend together. Caps are in millionths of a US dollar; 0 is no cap."""

    def __init__(
        self,
        folder: Path,
        *,
        prices: Prices,
        story_cap: int = 0,
        day_cap: int = 0,
        now: Callable[[], datetime] = local_now,
    ) -> None:
        self._prices = prices
        self._ledger = UsageLog(folder, now=now)
        self._story_cap = story_cap
        self._day = _Cap("spending.day_cap", "Today's stories have", day_cap)
        self._purses: dict[str, _StoryPurse] = {}

    def purse(self, story_uuid: str) -> Budget:
        """The purse of a story; the same one each time: what the reader allowed holds until the game is left."""
        if story_uuid not in self._purses:
            cap = _Cap("spending.story_cap", "This story has", self._story_cap)
            self._purses[story_uuid] = _StoryPurse(story_uuid, self._ledger, self._prices, cap, self._day)
            self._ledger.follow(story_uuid)
        return self._purses[story_uuid]


class _StoryPurse:
    """The purse of one story."""

    def __init__(self, story: str, ledger: UsageLog, prices: Prices, cap: _Cap, day: _Cap) -> None:
        self._story = story
        self._ledger = ledger
        self._prices = prices
        self._cap = cap
        self._day = day
        self._refused: set[tuple[str, str]] = set()
        """Models and addresses of no known price that a cap has kept from being asked."""
        self._trusted: set[tuple[str, str]] = set()
        """Such models and addresses that the reader agreed to use without a known price."""

    def permit(self, expected: Usage, *, model: str, base_url: str) -> None:
        if not (self._cap.cap or self._day.cap):
            return
        forecast = self.forecast(expected, model=model, base_url=base_url)
        more, asked = forecast.cost, (model, base_url)
        if forecast.unpriced and asked not in self._trusted:
            self._refused.add(asked)
            raise _unknown([cap for cap in (self._cap, self._day) if cap.cap], model, host_of(base_url))
        if not more and not forecast.unpriced:
            return
        crossed = [
            (cap, spent)
            for cap, spent in ((self._cap, self._ledger.of(self._story)), (self._day, self._ledger.today()))
            if cap.stops(spent.cost, more)
        ]
        if crossed:
            settings = " and ".join(f"`{cap.setting}`" for cap, _ in crossed)
            raise _refusal(*crossed[0], None if forecast.unpriced else more, settings)

    def pay(self, usage: Usage, *, model: str, base_url: str, billed: int | None = None) -> Usage:
        if billed is None:
            paid = self.forecast(usage, model=model, base_url=base_url)
        else:
            paid = self._prices.billed(usage, billed, model=model, base_url=base_url)
        self._ledger.enter(Entry(self._story, model, host_of(base_url), paid))
        return paid

    def forecast(self, usage: Usage, *, model: str, base_url: str) -> Usage:
        return self._prices.priced(usage, model=model, base_url=base_url)

    def learn(self, price: Price | None, *, model: str, base_url: str) -> None:
        self._prices.learn(price, model=model, base_url=base_url)

    def allow(self) -> None:
        self._trusted |= self._refused
        self._refused.clear()
        self._cap.lift()
        self._day.lift()

    def costs(self) -> Costs:
        return Costs(
            story=self._ledger.of(self._story),
            today=self._ledger.today(),
            story_cap=self._cap.limit,
            day_cap=self._day.limit,
        )


def _refusal(cap: _Cap, spent: Usage, more: int | None, settings: str) -> StorytellerError:
    about = "at least " if spent.unpriced else "about " if spent.estimated else ""
    turn = "what this turn would cost is not known" if more is None else f"this turn would cost about {dollars(more)}"
    return StorytellerError(
        f"{cap.whose} cost {about}{dollars(spent.cost)}, and {turn}: that is over the cap of {dollars(cap.limit)}.",
        trouble=Trouble.CAPPED,
        hint=f"Go on all the same, let the built-in storyteller tell this turn, or raise {settings}.",
    )


def _unknown(caps: list[_Cap], model: str, host: str) -> StorytellerError:
    kept = " and ".join(f"`{cap.setting}` ({dollars(cap.limit)})" for cap in caps)
    named = f"{clean_line(model, limit=120)} at {clean_line(host, limit=120)}"
    return StorytellerError(
        f"No price is known for {named}, so {kept} can't be kept: what it costs is unknown.",
        trouble=Trouble.CAPPED,
        hint="Go on all the same, let the built-in storyteller tell this turn, or write the price into `prices.yaml`"
        " beside the settings.",
    )
