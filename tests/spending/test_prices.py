"""What a call costs."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spending.conftest import LIST, PAID

from fiction.spending.price_list import parse
from fiction.spending.prices import Prices, cost, costs_nothing, host_of
from fiction.story.money import Price
from fiction.story.turn import Usage

OPENAI = "https://api.openai.com/v1"
ROUTER = "https://openrouter.ai/api/v1"

counts = st.integers(0, 10_000_000)
usages = st.builds(Usage, prompt=counts, completion=counts, cached=counts)
rates = st.builds(Price, prompt=counts, cached=counts, completion=counts)


@given(usages, rates)
def test_a_cost_is_the_exact_one_rounded_up(usage: Usage, price: Price) -> None:
    cached = min(usage.cached, usage.prompt)
    exact = Fraction(
        (usage.prompt - cached) * price.prompt + cached * price.cached + usage.completion * price.completion, 1_000_000
    )
    assert 0 <= cost(usage, price) - exact < 1


@given(st.integers(), st.integers(), st.integers(), rates)
def test_no_number_that_a_server_claims_makes_a_cost_negative_or_endless(
    prompt: int, completion: int, cached: int, price: Price
) -> None:
    assert 0 <= cost(Usage(prompt, completion, cached), price) <= 2 * 10**9 * 10_000_000


def known(model: str, base_url: str, prices: Prices) -> int | None:
    price = prices.price(model=model, base_url=base_url)
    return price.prompt if price else None


@pytest.mark.parametrize(
    ("model", "dollars"),
    [
        ("teller", 1),
        ("Teller", 1),
        ("teller-2026-09-01", 1),
        ("teller-20260901", 1),
        ("teller-mini", 0.25),
        ("teller-grand", 9),
        ("storyteller", None),
        ("", None),
    ],
)
def test_the_most_specific_pattern_wins(model: str, dollars: float | None, prices: Prices) -> None:
    assert known(model, PAID, prices) == (None if dollars is None else dollars * 1_000_000)


def test_a_price_is_that_of_its_host(prices: Prices) -> None:
    assert known("teller", "https://elsewhere.example.net/v1", prices) is None
    assert known("teller-mini", "https://eu.example.com/v1", prices) == 9_000_000


def test_a_model_at_an_unknown_price_is_marked_and_costs_nothing_that_could_be_added_up(prices: Prices) -> None:
    usage = prices.priced(Usage(100, 50, cost=7), model="nobody", base_url=PAID)
    assert usage == Usage(100, 50, unpriced=True)
    assert not prices.priced(Usage(), model="nobody", base_url=PAID).unpriced


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "127.8.8.8",
        "[::1]",
        "0.0.0.0",
        "10.1.2.3",
        "172.20.0.5",
        "192.168.1.30",
        "100.101.102.103",
        "169.254.1.1",
        "[fd00::1]",
        "[fe80::1%25eth0]",
        "[::ffff:192.168.0.1]",
        "gpu-box",
        "gpu.local",
        "Mind.LAN.",
        "mind.home.arpa",
    ],
)
def test_this_machine_and_private_networks_cost_nothing(host: str, prices: Prices) -> None:
    for model in ("teller", "nobody"):
        usage = prices.priced(Usage(100, 50), model=model, base_url=f"http://{host}:8080/v1")
        assert (usage.cost, usage.unpriced) == (0, False)


@pytest.mark.parametrize("host", ["api.openai.com", "8.8.8.8", "[2606:4700::1111]", "[::ffff:8.8.8.8]", "notlocal.com"])
def test_other_hosts_do_cost(host: str) -> None:
    assert not costs_nothing(host_of(f"https://{host}/v1"))


@pytest.mark.parametrize("address", ["", "nonsense", "http://[", "https://", "http://\x00"])
def test_an_address_that_is_none_has_no_price(address: str, prices: Prices) -> None:
    assert prices.priced(Usage(1, 1), model="teller", base_url=address).unpriced


def test_the_readers_own_list_goes_over_the_bundled_one(tmp_path: Path) -> None:
    own = tmp_path / "prices.yaml"
    own.write_text("prices:\n- {model: gpt-6-*, in: 7, out: 7}\n- {model: mine, host: proxy.lan, in: 2, out: 3}\n")
    prices = Prices.load(own)
    assert known("gpt-6-luna", OPENAI, prices) == 7_000_000
    assert known("gpt-6.1-terra", OPENAI, prices) == 1_000_000
    assert known("mine", "http://proxy.lan:4000/v1", prices) == 2_000_000
    assert known("gpt-6-luna", "http://proxy.lan:4000/v1", prices) == 0


@pytest.mark.parametrize(
    ("model", "dollars"),
    [("gpt-6-luna", 0.1), ("gpt-6.1-terra", 1), ("gpt-6.1-sol", 2), ("gpt-6-astra", 10), ("gpt-6-luna-pro", None)],
)
def test_what_is_bundled_is_found_at_its_maker_and_at_openrouter(model: str, dollars: float | None) -> None:
    prices = Prices.load(None)
    wanted = None if dollars is None else dollars * 1_000_000
    assert known(model, OPENAI, prices) == wanted
    assert known(f"openai/{model}", ROUTER, prices) == wanted


def test_at_openrouter_a_vendor_sells_its_own_models_only() -> None:
    prices = Prices.load(None)
    assert known("mistralai/gpt-6-luna", ROUTER, prices) is None
    assert known("gpt-6-luna", ROUTER, prices) is None
    assert known("openai/gpt-6-luna:nitro", ROUTER, prices) is None
    assert known("vendor/model:free", ROUTER, prices) == 0
    anywhere = Prices((), parse(b"prices: [{model: gpt-6-luna, in: 4, out: 4}]", Path("prices.yaml")))
    assert known("openai/gpt-6-luna", ROUTER, anywhere) == 4_000_000


def test_a_hundred_turns_cost_what_the_arithmetic_of_the_design_says() -> None:
    turn = Usage(2000, 350) + Usage(2350, 650)
    luna = Prices.load(None).priced(turn, model="gpt-6-luna", base_url=OPENAI)
    assert 0.09 < 100 * luna.cost / 1_000_000 < 0.1


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_name_and_no_address_makes_pricing_fail(model: str, base_url: str) -> None:
    prices = Prices(parse(LIST, Path("prices.yaml")))
    assert prices.priced(Usage(10, 10), model=model, base_url=base_url).cost >= 0
