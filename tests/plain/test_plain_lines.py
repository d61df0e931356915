"""Lines in, lines out."""

import asyncio
import io
import os
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.plain.line_printer import LinePrinter
from fiction.plain.lines import TypedLines


def page_of(*pieces: str, columns: int = 0) -> str:
    out = io.StringIO()
    page = LinePrinter(out, columns=columns)
    for piece in pieces:
        page.stream(piece)
    page.finish()
    return out.getvalue()


def test_words_are_wrapped_at_their_ends_however_they_come() -> None:
    text = "the lamp goes out and the rain comes in"
    whole = page_of(text, columns=20)
    assert whole == "the lamp goes out\nand the rain comes\nin\n"
    assert page_of(*text, columns=20) == whole


def test_a_pipe_gets_a_paragraph_a_line() -> None:
    assert page_of("the lamp goes out", " and\nthe rain", " comes in") == "the lamp goes out and\nthe rain comes in\n"


def test_scripts_without_spaces_are_wrapped_too() -> None:
    lines = page_of("雨が降っていて灯りが消えた。" * 3, columns=20).splitlines()
    assert max(len(line) for line in lines) == 10


@given(st.lists(st.text(alphabet="ab 雨\n", max_size=30), max_size=8), st.integers(2, 30))
def test_no_line_is_longer_than_the_measure_but_a_word_that_is(pieces: list[str], columns: int) -> None:
    printed = page_of(*pieces, columns=columns)
    assert "".join(printed.split()) == "".join("".join(pieces).split())
    for line in printed.splitlines():
        assert sum(2 if char == "雨" else 1 for char in line) <= columns or " " not in line


def test_each_whole_word_is_out_before_the_next_one_comes() -> None:
    out = io.StringIO()
    page = LinePrinter(out, columns=40)
    page.stream("the lamp go")
    assert out.getvalue() == "the lamp"


@pytest.fixture
def pipe() -> Iterator[tuple[TypedLines, int]]:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as raw:
        yield TypedLines(raw), writing


async def test_lines_come_in_order_and_end_with_none(pipe: tuple[TypedLines, int]) -> None:
    lines, writing = pipe
    os.write(writing, "eins\r\nzwei\n\nünd \xff".encode("latin-1"))
    os.close(writing)
    assert [await lines.next() for _ in range(6)] == ["eins", "zwei", "", "\ufffdnd \ufffd", None, None]


async def test_a_line_without_end_does_not_fill_the_memory(pipe: tuple[TypedLines, int]) -> None:
    lines, writing = pipe

    def flood() -> None:
        os.write(writing, b"x" * 60_000)
        for _ in range(40):
            os.write(writing, b"x" * 60_000)
        os.write(writing, b"\nnext\n")
        os.close(writing)

    flooding = threading.Thread(target=flood)
    flooding.start()
    first = await lines.next()
    assert first is not None
    assert len(first) == 64 * 1024
    assert await lines.next() == "next"
    flooding.join()


async def test_the_loop_goes_on_while_nobody_types(pipe: tuple[TypedLines, int]) -> None:
    lines, writing = pipe
    waiting = asyncio.ensure_future(lines.next())
    began = time.monotonic()
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert time.monotonic() - began < 1.0
    assert not waiting.done()
    os.write(writing, b"here\n")
    assert await waiting == "here"
    os.close(writing)


async def test_a_line_that_was_not_waited_for_is_not_lost(pipe: tuple[TypedLines, int]) -> None:
    lines, writing = pipe
    waiting = asyncio.ensure_future(lines.next())
    await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.sleep(0.01)
    os.write(writing, b"kept\n")
    assert await lines.next() == "kept"
    os.close(writing)


def test_no_line_begins_with_a_closing_sign_or_ends_with_an_opening_one() -> None:
    text = "他说：“这口钟，一秒也不慢。”她把灯放低，（像每晚一样）照着水面。" * 3
    for columns in range(8, 30):
        lines = [line for line in page_of(text, columns=columns).splitlines() if line]
        assert "".join(lines) == text
        assert not any(line[0] in "，。：”）" for line in lines)
        assert not any(line[-1] in "“（" for line in lines)
