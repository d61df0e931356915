"""Budgets: what each story spends, and the caps at which the reader is asked."""

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
    """From the settings; 0 is no cap."""
    lifted: int = 0
    """Allowed by the reader on top of the cap, until the game is left."""
    wanted: int = 0
    """The total that the last refused request would have reached; 0 if this cap did not refuse it."""

    @property
    def limit(self) -> int:
        """The cap with the reader's allowance."""
        return self.cap + self.lifted

    def stops(self, spent: int, more: int) -> bool:
        """Whether `more` would exceed the limit; the total is remembered for `lift`."""
        self.wanted = spent + more if self.cap and spent + more > self.limit else 0
        return self.wanted > 0

    def lift(self) -> None:
        """Allow the refused request: raise the limit by the cap, as many times as it takes."""
        if self.wanted:
            self.lifted += -(-(self.wanted - self.limit) // self.cap) * self.cap
            self.wanted = 0


class Budgets:
    """The budgets of all stories of one game. Caps are in millionths of a US dollar; 0 is no cap."""

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
        self._log = UsageLog(folder, now=now)
        self._story_cap = story_cap
        self._day = _Cap("spending.day_cap", "Today's stories have", day_cap)
        self._stories: dict[str, _StoryBudget] = {}

    def of_story(self, story_uuid: str) -> Budget:
        """A story's budget: the same object on every call, so that an allowance holds until the game is left."""
        if story_uuid not in self._stories:
            cap = _Cap("spending.story_cap", "This story has", self._story_cap)
            self._stories[story_uuid] = _StoryBudget(story_uuid, self._log, self._prices, cap, self._day)
            self._log.follow(story_uuid)
        return self._stories[story_uuid]


class _StoryBudget:
    """The budget of one story."""

    def __init__(self, story: str, log: UsageLog, prices: Prices, cap: _Cap, day: _Cap) -> None:
        self._story = story
        self._log = log
        self._prices = prices
        self._cap = cap
        self._day = day
        self._refused: set[tuple[str, str]] = set()
        """Models without a known price, and their addresses, that a cap refused."""
        self._trusted: set[tuple[str, str]] = set()
        """Models without a known price, and their addresses, that the reader allowed."""

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
            for cap, spent in ((self._cap, self._log.of(self._story)), (self._day, self._log.today()))
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
        self._log.enter(Entry(self._story, model, host_of(base_url), paid))
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
            story=self._log.of(self._story),
            today=self._log.today(),
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
