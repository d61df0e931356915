"""The one sanitiser."""

import hashlib
import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.text.sanitise import StreamCleaner, clean, clean_line, first_dirty

HOSTILE = {
    "title": "A\x1b]0;PWNED\x1b\\B",
    "clipboard": "A\x1b]52;c;cHduZWQ=\x07B",
    "colour": "A\x1b[31mB",
    "C1 colour": "A\x9b31mB",
    "alternate screen": "A\x1b[?1049lB",
    "reset": "A\x1bcB",
    "device string": "A\x1bPq#0;2\x1b\\B",
    "bell and backspace": "A\x07\x08B",
    "right to left": "A\u202eB",
    "isolates": "A\u2066\u2069B",
    "zero width": "A\u200bB",
    "delete": "A\x7fB",
    "nul": "A\x00B",
    "private use": "A\ue000B",
    "surrogate": "A\ud800B",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_that_drives_a_terminal_passes(text: str) -> None:
    assert clean(text) == "AB"
    assert first_dirty(text) is not None


@pytest.mark.parametrize(
    "text", ["他说「好」。\n第二行", "семь\tвосемь", "👩\u200d🚀 flies", "naïve — “quoted” …", "می\u200cخواهم"]
)
def test_honest_text_of_any_script_passes_whole(text: str) -> None:
    assert clean(text) == text
    assert first_dirty(text) is None


def test_line_ends_become_newlines() -> None:
    assert clean("a\r\nb\rc\u2028d\x85e\x0bf") == "a\nb\nc\nd\ne\nf"


def test_combining_marks_are_capped() -> None:
    assert len(clean("a" + "\u0301" * 500)) == 9


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert first_dirty(once) is None
    assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in once)


@given(
    st.lists(st.one_of(st.sampled_from(sorted(HOSTILE.values())), st.text("ab \x1b[]m\r\n", max_size=6)), max_size=8),
    st.lists(st.integers(1, 9), min_size=1, max_size=40),
)
def test_text_in_pieces_is_as_clean_as_text_in_one(parts: list[str], sizes: list[int]) -> None:
    text = "".join(parts)
    cleaner, out, at = StreamCleaner(), "", 0
    while at < len(text):
        size = sizes[at % len(sizes)]
        out += cleaner.feed(text[at : at + size])
        at += size
    out += cleaner.close()
    assert first_dirty(out) is None
    assert "\x1b" not in out


@pytest.mark.parametrize("size", range(1, 9))
def test_a_sequence_split_between_two_pieces_is_still_taken_out(size: int) -> None:
    text = "".join(HOSTILE.values())
    cleaner = StreamCleaner()
    out = "".join(cleaner.feed(text[at : at + size]) for at in range(0, len(text), size)) + cleaner.close()
    assert out == "AB" * len(HOSTILE)


def test_a_line_is_one_line_of_bounded_length() -> None:
    assert clean_line("  two\n lines\x1b[31m ") == "two lines"
    assert clean_line("x" * 300, limit=10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    "char", ["\U0001fa77", "\U0001f6dc", "\U00031350", "\U00011f00", "\u0cf3", "\U0001fadf", "\u1c89", "\U000323b0"]
)
def test_a_character_that_this_python_does_not_know_yet_passes(char: str) -> None:
    assert clean(f"I paint a {char}.") == f"I paint a {char}."
    assert first_dirty(char) is None


@pytest.mark.parametrize(
    "char",
    "\ufdd0\uffff\U0001fffe\U0010ffff\U000e0001\U000e0041\U000e0fff\u2065\ufff0\U00013439\ufeff\U000f0000\udfff\x80\u061c",
)
def test_noncharacters_tags_and_controls_are_kept_out(char: str) -> None:
    assert clean(f"A{char}B") == "AB"
    assert first_dirty(char) == char


def test_the_same_characters_are_kept_out_by_every_python() -> None:
    out = [code for code in range(0x110000) if first_dirty(chr(code))]
    assert len(out) == 143_580
    assert hashlib.sha256(repr(out).encode()).hexdigest().startswith("55223cc75069b724")


HEAVY = {
    "C1 controls": "\x9d",
    "device strings": "\x90",
    "one device string": "\x90" + "a" * 999,
    "titles": "\x1b]",
    "control sequences": "\x9b0;",
    "escapes": "\x1b ",
    "marks": "\u0301",
    "joiners": "\u200d",
    "line ends": "\r\x85",
    "strings with bells": "\x1bP\x07",
}


def seconds(work: Callable[[], object]) -> float:
    """The least of three measurements: what the work takes where nothing else is in its way."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


@pytest.mark.slow
@pytest.mark.parametrize("part", HEAVY.values(), ids=HEAVY)
def test_cleaning_takes_time_in_proportion_to_the_text(part: str) -> None:
    little, much = (part * (size // len(part)) for size in (32_000, 512_000))
    assert seconds(lambda: clean(much)) < 16 * 6 * max(seconds(lambda: clean(little)), 1e-4)
    assert seconds(lambda: first_dirty(much)) < 16 * 6 * max(seconds(lambda: first_dirty(little)), 1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("part", HEAVY.values(), ids=HEAVY)
def test_a_stream_is_cleaned_in_proportion_to_its_length(part: str) -> None:
    def streamed(size: int) -> None:
        cleaner = StreamCleaner()
        for at in range(0, size, 4):
            cleaner.feed((part * 5)[at % len(part) :][:4])

    assert seconds(lambda: streamed(24_000)) < 3 * 4 * max(seconds(lambda: streamed(8_000)), 1e-3)
