"""The budgets of stories, and the caps at which the reader is asked."""

import statistics
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spending.conftest import LIST, OTHER, PAID, STORY, Clock

from fiction.engine.budget import Budget
from fiction.errors import StorytellerError, Trouble
from fiction.spending.budgets import Budgets
from fiction.spending.price_list import Listed, parse
from fiction.spending.prices import Prices
from fiction.spending.usage_log import Entry, UsageLog
from fiction.story.money import Price
from fiction.story.turn import Usage

TURN = Usage(4_000, 1_000, estimated=True)
"""Costs 9,000 millionths with `teller`."""


def pay(budget: Budget, usage: Usage = TURN) -> Usage:
    return budget.pay(usage, model="teller", base_url=PAID)


def permit(budget: Budget, usage: Usage = TURN, *, model: str = "teller", base_url: str = PAID) -> None:
    budget.permit(usage, model=model, base_url=base_url)


def refused(budget: Budget, usage: Usage = TURN) -> StorytellerError:
    with pytest.raises(StorytellerError) as caught:
        permit(budget, usage)
    assert caught.value.trouble is Trouble.CAPPED
    return caught.value


def test_what_is_paid_has_its_price_and_is_on_the_bill(folder: Path, prices: Prices) -> None:
    budgets = Budgets(folder, prices=prices)
    assert pay(budgets.of_story(STORY)) == Usage(4_000, 1_000, estimated=True, cost=9_000)
    pay(budgets.of_story(OTHER))
    costs = budgets.of_story(STORY).costs()
    assert (costs.story.cost, costs.today.cost) == (9_000, 18_000)
    assert (costs.story_cap, costs.day_cap, costs.rest) == (0, 0, None)


def test_a_forecast_writes_nothing_down(folder: Path, prices: Prices) -> None:
    budget = Budgets(folder, prices=prices).of_story(STORY)
    assert budget.forecast(TURN, model="teller", base_url=PAID).cost == 9_000
    assert budget.costs().story == Usage()


def test_without_caps_everything_is_permitted(folder: Path, prices: Prices) -> None:
    permit(Budgets(folder, prices=prices).of_story(STORY), Usage(10**9, 10**9))


def test_a_turn_that_just_fits_under_the_cap_is_permitted_and_the_next_one_is_not(folder: Path, prices: Prices) -> None:
    budget = Budgets(folder, prices=prices, story_cap=27_000).of_story(STORY)
    for _ in range(3):
        permit(budget)
        pay(budget)
    error = refused(budget)
    assert error.message == (
        "This story has cost about $0.0270, and this turn would cost about $0.0090: that is over the cap of $0.0270."
    )
    assert "spending.story_cap" in error.hint
    assert "built-in storyteller" in error.hint


def test_a_cap_is_over_all_days_of_a_story_and_over_all_stories_of_a_day(
    folder: Path, prices: Prices, clock: Clock
) -> None:
    pay(Budgets(folder, prices=prices, now=clock).of_story(STORY))
    clock.forward(minutes=31)
    budgets = Budgets(folder, prices=prices, story_cap=17_999, day_cap=17_999, now=clock)
    assert "This story" in refused(budgets.of_story(STORY)).message
    permit(budgets.of_story(OTHER))
    pay(budgets.of_story(OTHER))
    error = refused(budgets.of_story("c" * 32))
    assert error.message.startswith("Today's stories have cost about $0.0090")
    assert "spending.day_cap" in error.hint
    assert "story_cap" not in error.hint
    clock.forward(minutes=24 * 60)
    permit(budgets.of_story("c" * 32))


def test_both_caps_are_named_where_both_stand_in_the_way(folder: Path, prices: Prices) -> None:
    hint = refused(Budgets(folder, prices=prices, story_cap=8_999, day_cap=8_999).of_story(STORY)).hint
    assert "`spending.story_cap` and `spending.day_cap`" in hint


def test_another_process_counts_towards_the_day(folder: Path, prices: Prices) -> None:
    budgets = Budgets(folder, prices=prices, day_cap=17_999)
    permit(budgets.of_story(STORY))
    pay(Budgets(folder, prices=prices).of_story(OTHER))
    refused(budgets.of_story(STORY))


def test_going_on_lifts_the_cap_by_as_much_again_until_the_game_is_left(folder: Path, prices: Prices) -> None:
    budgets = Budgets(folder, prices=prices, story_cap=10_000, day_cap=1_000_000)
    budget = budgets.of_story(STORY)
    pay(budget)
    refused(budget)
    budget.allow()
    assert (budget.costs().story_cap, budget.costs().day_cap) == (20_000, 1_000_000)
    permit(budget)
    pay(budget)
    refused(budgets.of_story(STORY))
    budgets.of_story(STORY).allow()
    assert budget.costs().story_cap == 30_000
    refused(Budgets(folder, prices=prices, story_cap=10_000).of_story(STORY))


def test_going_on_without_a_refusal_lifts_nothing(folder: Path, prices: Prices) -> None:
    budget = Budgets(folder, prices=prices, story_cap=10_000).of_story(STORY)
    permit(budget)
    budget.allow()
    assert budget.costs().story_cap == 10_000


def test_what_was_allowed_for_one_story_is_not_allowed_for_another(folder: Path, prices: Prices) -> None:
    budgets = Budgets(folder, prices=prices, story_cap=8_000)
    refused(budgets.of_story(STORY))
    budgets.of_story(STORY).allow()
    refused(budgets.of_story(OTHER))


def test_a_story_that_is_over_its_cap_goes_on_with_what_costs_nothing(folder: Path, prices: Prices) -> None:
    budget = Budgets(folder, prices=prices, story_cap=1).of_story(STORY)
    pay(budget)
    refused(budget)
    permit(budget, model="gemma4", base_url="http://127.0.0.1:11434/v1")


@pytest.mark.parametrize("digits", [1, 9, 30, 5_000])
def test_no_count_that_a_server_claims_makes_paying_fail(digits: int, folder: Path, prices: Prices) -> None:
    budget = Budgets(folder, prices=prices).of_story(STORY)
    paid = pay(budget, Usage(10**digits, 10**digits, 10**digits))
    assert 0 <= paid.cost <= 10**10
    assert budget.costs().story.cost == paid.cost


def test_a_price_that_is_not_known_is_said_to_be_left_out(folder: Path, prices: Prices) -> None:
    budget = Budgets(folder, prices=prices, story_cap=9_000).of_story(STORY)
    assert budget.pay(Usage(100, 100), model="nobody", base_url=PAID).unpriced
    pay(budget)
    assert budget.costs().story.unpriced
    assert "at least $0.0090" in refused(budget).message


@given(
    caps=st.tuples(st.integers(0, 30_000), st.integers(0, 30_000)),
    spent=st.lists(st.integers(0, 100_000), max_size=3),
    wanted=st.integers(0, 100_000),
)
def test_after_the_reader_allowed_it_what_was_refused_is_permitted_and_no_cap_is_crossed_unasked(
    caps: tuple[int, int], spent: list[int], wanted: int
) -> None:
    with tempfile.TemporaryDirectory() as root:
        prices = Prices(parse(LIST, Path("prices.yaml")))
        budget = Budgets(Path(root), prices=prices, story_cap=caps[0], day_cap=caps[1], now=Clock()).of_story(STORY)
        for tokens in spent:
            pay(budget, Usage(completion=tokens))
        would_be = budget.costs().story.cost + 5 * wanted
        crossed = wanted > 0 and any(cap and would_be > cap for cap in caps)
        try:
            permit(budget, Usage(completion=wanted))
            assert not crossed
        except StorytellerError:
            assert crossed
            budget.allow()
            permit(budget, Usage(completion=wanted))
            costs = budget.costs()
            for cap, limit in zip(caps, (costs.story_cap, costs.day_cap), strict=True):
                assert limit == cap or (limit % cap == 0 and limit - cap < would_be <= limit)


ROUTER = "https://openrouter.ai/api/v1"
LOCAL = "http://127.0.0.1:4000/v1"
UNKNOWN = Usage(900, 120)


def test_before_a_model_of_no_known_price_is_asked_under_a_cap_the_reader_is(folder: Path, prices: Prices) -> None:
    budget = Budgets(folder, prices=prices, story_cap=10_000).of_story(STORY)
    with pytest.raises(StorytellerError) as caught:
        permit(budget, model="some/model", base_url=ROUTER)
    assert caught.value.trouble is Trouble.CAPPED
    assert caught.value.message == (
        "No price is known for some/model at openrouter.ai, so `spending.story_cap` ($0.01) can't be kept:"
        " what it costs is unknown."
    )
    budget.allow()
    permit(budget, model="some/model", base_url=ROUTER)
    with pytest.raises(StorytellerError, match="other/model"):
        permit(budget, model="other/model", base_url=ROUTER)
    assert budget.costs().story_cap == 10_000


def test_a_servers_own_bill_goes_before_the_list_and_is_what_the_cap_is_held_by(folder: Path, prices: Prices) -> None:
    budget = Budgets(folder, prices=prices, story_cap=100_000).of_story(STORY)
    assert budget.pay(UNKNOWN, model="teller", base_url=PAID, billed=50_000).cost == 50_000
    assert budget.pay(UNKNOWN, model="some/model", base_url=ROUTER, billed=40_000) == Usage(900, 120, cost=40_000)
    assert not budget.costs().story.unpriced
    with pytest.raises(StorytellerError, match=r"has cost \$0.09, and this turn would cost about \$0.04"):
        permit(budget, UNKNOWN, model="some/model", base_url=ROUTER)


def test_a_call_that_broke_off_before_its_bill_is_an_estimate_by_the_bills_before(folder: Path, prices: Prices) -> None:
    budget = Budgets(folder, prices=prices).of_story(STORY)
    budget.pay(Usage(900, 100), model="some/model", base_url=ROUTER, billed=50_000)
    broke = budget.pay(Usage(450, 50, estimated=True), model="some/model", base_url=ROUTER)
    assert broke == Usage(450, 50, estimated=True, cost=25_000)


def test_a_server_on_this_machine_is_free_until_it_sends_a_bill(folder: Path, prices: Prices) -> None:
    budget = Budgets(folder, prices=prices, story_cap=10_000).of_story(STORY)
    budget.learn(Price(10**6, 10**6, 10**6), model="gemma4", base_url=LOCAL)
    permit(budget, model="gemma4", base_url=LOCAL)
    assert budget.pay(UNKNOWN, model="gemma4", base_url=LOCAL) == UNKNOWN
    budget.pay(UNKNOWN, model="gemma4", base_url=LOCAL, billed=50_000)
    with pytest.raises(StorytellerError, match="over the cap"):
        permit(budget, model="gemma4", base_url=LOCAL)


def test_a_price_that_the_service_tells_goes_before_the_bundled_list_and_behind_the_readers_own(folder: Path) -> None:
    def parsed(dollars: int) -> tuple[Listed, ...]:
        return parse(b"prices: [{model: some/model, in: %d, out: %d}]" % (dollars, dollars), Path("prices.yaml"))

    told = Price(3_000_000, 3_000_000, 3_000_000, request=7)
    for own, expected in ((), 3_007), (parsed(5), 5_000):
        budget = Budgets(folder, prices=Prices(parsed(1), own)).of_story(STORY)
        budget.learn(told, model="some/model", base_url=ROUTER)
        assert budget.forecast(Usage(900, 100), model="some/model", base_url=ROUTER).cost == expected


def test_a_price_that_the_service_no_longer_tells_is_unknown_again(folder: Path, prices: Prices) -> None:
    budget = Budgets(folder, prices=prices).of_story(STORY)
    for price in (Price(1, 1, 1), None):
        budget.learn(price, model="some/model", base_url=ROUTER)
        assert budget.forecast(UNKNOWN, model="some/model", base_url=ROUTER).unpriced is (price is None)


def test_ten_thousand_calls_a_day_are_not_felt(folder: Path, prices: Prices) -> None:
    ledger = UsageLog(folder)
    for number in range(10_000):
        ledger.enter(Entry(f"{number % 40:032x}", "teller", "api.example.com", Usage(1_000, 100, 0, False, 1)))
    budget = Budgets(folder, prices=prices, story_cap=10**12, day_cap=10**12).of_story(f"{1:032x}")
    budget.costs()
    times = []
    for _ in range(50):
        for call in (lambda: permit(budget), lambda: pay(budget), budget.costs):
            started = time.perf_counter()
            call()
            times.append(time.perf_counter() - started)
    assert statistics.median(times) < 0.001
    assert budget.costs().today.total >= 10_000 * 1_100
