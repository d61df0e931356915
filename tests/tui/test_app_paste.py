"""Paste is foreign text: no field shows, keeps or passes on what a terminal would obey."""

from collections.abc import Callable

import pytest
from textual.app import App, ComposeResult
from textual.events import Key, Paste
from textual.widgets import Input

from fiction.text.sanitise import clean
from fiction.tui.app import FictionApp
from fiction.tui.reading.act_input import ActInput
from fiction.tui.widgets.line import Line
from support.tui_screens import begin

EVIL = [
    "a\x9b31mb\x9d0;title\x9c\x7f\u202ec",
    "a\x1b]52;c;aGk=\x07b\u2066c\u2069",
    "a\x00b\x85c\u200ec",
    "e" + "\u0301" * 20_000,
]


class Fields(App[None]):
    """A pen, a line, and a line of Textual's own as in the palette."""

    def compose(self) -> ComposeResult:
        yield ActInput()
        yield Line(id="line")


@pytest.mark.parametrize("evil", EVIL)
async def test_what_is_pasted_into_a_field_is_clean_before_it_is_shown(evil: str) -> None:
    async with Fields().run_test() as pilot:
        pen, line = pilot.app.query_one(ActInput), pilot.app.query_one(Line)
        for field in (pen, line):
            field.focus()
            pilot.app.post_message(Paste(evil))
            await pilot.pause()
        assert pen.text == clean(evil)
        assert line.value == " ".join(clean(evil).split())


async def test_what_is_typed_is_clean_however_it_comes() -> None:
    async with Fields().run_test() as pilot:
        pen, line = pilot.app.query_one(ActInput), pilot.app.query_one(Line)
        for field in (pen, line):
            field.focus()
            for char in "e" + "\u0301" * 40 + "\u202e\x9bx":
                pilot.app.post_message(Key(char, char))
            await pilot.pause()
        assert pen.text == line.value == "e" + "\u0301" * 8 + "x"


async def test_several_pasted_lines_are_one_in_a_line_and_stay_in_the_pen() -> None:
    async with Fields().run_test() as pilot:
        pen, line = pilot.app.query_one(ActInput), pilot.app.query_one(Line)
        for field in (pen, line):
            field.focus()
            pilot.app.post_message(Paste("one\r\ntwo\n"))
            await pilot.pause()
        assert pen.text == "one\ntwo\n"
        assert line.value == "one two"


async def test_a_paste_takes_the_place_of_what_is_selected() -> None:
    async with Fields().run_test() as pilot:
        line = pilot.app.query_one(Line)
        line.focus()
        await pilot.press("a", "b", "c", "shift+left", "shift+left")
        pilot.app.post_message(Paste("\x9bmx"))
        await pilot.pause()
        assert line.value == "ax"


async def test_the_palette_is_pasted_into_cleanly_too(opened: Callable[..., FictionApp]) -> None:
    async with opened().run_test() as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        pilot.app.post_message(Paste("th\x9b\u202eeme"))
        await pilot.pause()
        assert pilot.app.screen.query_one(Input).value == clean("th\x9b\u202eeme")


async def test_marks_without_end_can_be_pasted_and_sent(opened: Callable[..., FictionApp]) -> None:
    app = opened()
    async with app.run_test() as pilot:
        await begin(pilot)
        await pilot.press("slash")
        await pilot.pause()
        app.post_message(Paste("e" + "\u0301" * 20_000))
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause(0.3)
        assert app.story is not None
        assert app.story.turn is not None


async def test_what_was_written_is_taken_back_by_another_key_than_that_of_the_shell() -> None:
    async with Fields().run_test() as pilot:
        pen = pilot.app.query_one(ActInput)
        pen.focus()
        pilot.app.post_message(Paste("gone"))
        await pilot.pause()
        await pilot.press("ctrl+underscore")
        assert pen.text == ""
        await pilot.press("ctrl+y")
        assert pen.text == "gone"
