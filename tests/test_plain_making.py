"""A world in the making, in lines: it is seen how far it is, and Enter begins without it."""

import asyncio
import io
from typing import cast

import pytest

from fiction.engine.making import Making
from fiction.engine.session import Session
from fiction.errors import FictionError
from fiction.plain.line_printer import LinePrinter
from fiction.plain.world_making import how_far, made

SESSION = cast("Session", object())


class Keys:
    """Lines that are typed after a while; then none."""

    def __init__(self, *lines: str | None, after: float = 0.0) -> None:
        self._lines = list(lines)
        self._after = after

    async def next(self) -> str | None:
        await asyncio.sleep(self._after)
        if not self._lines:
            await asyncio.Event().wait()
        return self._lines.pop(0)


async def until(making: Making, *, seconds: float = 5.0) -> Session:
    """A world that takes so long, unless the reader does not wait."""
    making.hear('{"language": "en", "title": "Salt", "summary": "')
    try:
        async with asyncio.timeout(seconds):
            await making.given_up()
    except TimeoutError:
        pass
    return SESSION


async def begun(keys: Keys, *, seconds: float = 5.0, step: float = 0.01) -> tuple[Making, object, str]:
    making, out = Making(), io.StringIO()
    session, lines = await made(until(making, seconds=seconds), making, keys, LinePrinter(out), step=step)
    assert session is SESSION
    return making, lines, out.getvalue()


@pytest.mark.parametrize("typed", ["", "go", " GO "])
async def test_enter_or_go_begins_at_once(typed: str) -> None:
    making, _, said = await asyncio.wait_for(begun(Keys(typed, after=0.05)), 2)
    assert making.over
    assert "Enter" in said.splitlines()[0]
    assert "3 of 12 parts" in said


async def test_what_is_typed_for_the_story_stays_for_the_story() -> None:
    making, lines, _ = await begun(Keys("2", "3"), seconds=0.1)
    assert not making.over
    assert [await cast("Keys", lines).next() for _ in range(2)] == ["2", "3"]


async def test_an_input_that_has_ended_gives_nothing_up() -> None:
    making, _, _ = await begun(Keys(None), seconds=0.1)
    assert not making.over


async def test_lines_about_it_come_at_growing_distances() -> None:
    _, _, said = await begun(Keys(after=9), seconds=0.6, step=0.02)
    assert 2 <= said.count("3 of 12 parts") <= 6


async def test_what_goes_wrong_is_raised() -> None:
    async def work() -> Session:
        raise FictionError("No.")

    with pytest.raises(FictionError, match="No"):
        await made(work(), Making(), Keys(after=9), LinePrinter(io.StringIO()))


@pytest.mark.parametrize(("heard", "says"), [("", "nothing yet"), ('"title": "', "1 of 12 parts, 10 characters")])
def test_how_far_it_is_in_words(heard: str, says: str) -> None:
    making = Making()
    if heard:
        making.hear(heard)
    assert says in how_far(making)
    assert how_far(making).endswith("Enter begins without it.")
