"""A list of prices that somebody wrote by hand."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.errors import SettingsError
from fiction.spending.price_list import LIMITS, Listed, parse, read
from fiction.story.money import Price

FILE = Path("prices.yaml")


def test_dollars_for_a_million_tokens_are_read_exactly() -> None:
    text = b"prices:\n- {model: A, host: H.example, in: 0.1, cached: .01, out: $2.50, as_of: 2026-11}\n"
    assert parse(text, FILE) == (Listed("a", "h.example", Price(100_000, 10_000, 2_500_000), "2026-11"),)


def test_a_price_finer_than_a_millionth_is_rounded_up() -> None:
    (entry,) = parse(b"prices: [{model: a, in: 0.0000001, out: 0}]", FILE)
    assert entry.price == Price(1, 1, 0)


@pytest.mark.parametrize("cached", ["", "cached: ,", "cached: null,", "cached: ~,"])
def test_a_cached_price_that_is_not_known_is_the_full_price(cached: str) -> None:
    (entry,) = parse(f"prices: [{{model: a, in: 3, {cached} out: 4}}]".encode(), FILE)
    assert entry.price.cached == entry.price.prompt == 3_000_000


@pytest.mark.parametrize("text", [b"", b"# nothing yet\n", b"prices:\n", b"prices: []\n", b"\xef\xbb\xbfprices: ~\n"])
def test_a_list_may_be_empty(text: bytes) -> None:
    assert parse(text, FILE) == ()


def test_a_file_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read(tmp_path / "prices.yaml") == ()


def test_a_folder_in_its_place_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"{tmp_path} can't be read"):
        read(tmp_path)


ENTRY = "- {model: a, in: 1, out: 2}\n"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("prices:\n" + ENTRY + "- {model: b, in: 1}\n", 3, "no `out`"),
        ("prices:\n- model: b\n  in: a lot\n  out: 1\n", 3, "US dollars"),
        ("prices:\n- model: b\n  in: -1\n  out: 1\n", 3, "US dollars"),
        ("prices:\n- model: b\n  in: 1e3\n  out: 1\n", 3, "US dollars"),
        ("prices:\n- model: b\n  in: .inf\n  out: 1\n", 3, "US dollars"),
        ("prices:\n- model: b\n  in: 9999999\n  out: 1\n", 3, "US dollars"),
        ("prices:\n- model: b\n  in: 1\n  ouput: 1\n", 4, "no `ouput`"),
        ("prices:\n- model: b\n  in: 1\n  in: 2\n  out: 1\n", 4, "twice"),
        ("prices:\n- model: ''\n  in: 1\n  out: 1\n", 2, "name"),
        ("prices:\n- model: [b]\n  in: 1\n  out: 1\n", 2, "name"),
        ("prices:\n- gpt-6-luna\n", 2, "- model: NAME"),
        ("prices: 3\n", 1, "list"),
        ("- model: b\n", 1, "`prices:`"),
        ("price:\n" + ENTRY, 1, "no `price`"),
        ("prices:\n- {model: b, in: 1, out: 2\n", 3, ""),
        ("prices:\n- &x {model: b, in: 1, out: 2}\n- *x\n", 2, "anchors"),
        ("prices:\n- model: [[[[[[b]]]]]]\n", 2, "nested"),
        ("prices:\n- model: \x1b[2J\n", 2, "U+001B"),
        ("#" * LIMITS.max_bytes + "\n", 1, "bytes"),
    ],
)
def test_a_mistake_names_file_and_line(text: str, line: int, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(text.encode(), FILE)
    assert caught.value.message.startswith(f"prices.yaml:{line}: ")
    assert says in caught.value.sentence
    assert "\x1b" not in caught.value.sentence


def test_what_is_not_utf8_names_its_line() -> None:
    with pytest.raises(SettingsError, match=r"prices\.yaml:2: this is not UTF-8"):
        parse(b"prices:\n- model: \xff\n", FILE)


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))))
def test_any_bytes_are_a_list_or_a_settings_error(raw: bytes) -> None:
    try:
        assert isinstance(parse(raw, FILE), tuple)
    except SettingsError as error:
        assert str(error).startswith("prices.yaml:")
