"""Lines typed at a terminal, on a pseudo-terminal in this process; the game itself on one is in the slow group."""

import asyncio
import io
import os
import signal
import sys
from collections.abc import Iterator

import pytest

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals", allow_module_level=True)

import termios
from dataclasses import dataclass, field
from pathlib import Path

from fiction.plain.line_printer import LinePrinter
from fiction.plain.lines import TypedLines
from fiction.plain.terminal_lines import TerminalLines
from support.pty_game import PtyGame

BEGIN, END = b"\x1b[200~", b"\x1b[201~"
LETTER = b'I step onto the scale.\rThen I say:\r"Weigh me and write it down."\r'
JOINED = 'I step onto the scale. Then I say: "Weigh me and write it down."'


@dataclass
class Desk:
    """A terminal, what is typed at it, and what it shows."""

    keyboard: int
    terminal: int
    out: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self) -> None:
        self.page = LinePrinter(self.out, columns=72)
        self.lines = TerminalLines(self.terminal, self.page)

    def type(self, *pieces: bytes) -> None:
        for piece in pieces:
            os.write(self.keyboard, piece)

    async def ask(self, *pieces: bytes) -> str | None:
        self.page.prompt("> ")
        self.type(*pieces)
        return await asyncio.wait_for(self.lines.next(), 10)

    async def asking(self) -> "asyncio.Task[str | None]":
        self.page.prompt("> ")
        task = asyncio.create_task(self.lines.next())
        await asyncio.sleep(0)
        return task

    async def shows(self, text: str) -> None:
        async with asyncio.timeout(10):
            while text not in self.out.getvalue():
                await asyncio.sleep(0.005)

    def has(self, flag: int) -> bool:
        return bool(termios.tcgetattr(self.terminal)[3] & flag)


@pytest.fixture
def desk() -> Iterator[Desk]:
    keyboard, terminal = os.openpty()
    yield Desk(keyboard, terminal)
    os.close(keyboard)
    os.close(terminal)


async def test_a_line_is_what_was_typed_without_what_was_taken_away(desk: Desk) -> None:
    with desk.lines as lines:
        assert await desk.ask(b"I gp\x7fo \x1b[Don\r") == "I go on"
        assert await desk.ask(b"not this\x15this\r") == "this"
        assert await desk.ask("für Elisé\r".encode()) == "für Elisé"
        assert await desk.ask(b"\x04") is None
        assert await lines.next() is None


async def test_a_marked_paste_waits_for_enter_and_is_one_line(desk: Desk) -> None:
    with desk.lines:
        asked = await desk.asking()
        desk.type(b"First: ", BEGIN + LETTER + END)
        await desk.shows("> First: " + JOINED)
        assert "Several lines came at once and are taken as one.\nEnter sends it" in desk.out.getvalue()
        assert not asked.done()
        desk.type(b"\r")
        assert await asked == "First: " + JOINED
        asked = await desk.asking()
        desk.type(BEGIN + b"a word" + END + b" more")
        await desk.shows("> a word more")
        desk.type(b"\r")
        assert await asked == "a word more"
        assert desk.out.getvalue().count("Several") == 1


async def test_lines_that_come_at_once_without_marks_wait_for_enter_too(desk: Desk) -> None:
    with desk.lines:
        asked = await desk.asking()
        desk.type(LETTER)
        await desk.shows("> " + JOINED)
        assert not asked.done()
        desk.type(b"\x15")
        desk.type(b"another\r")
        assert await asked == "another"


async def test_lines_typed_ahead_are_answers_of_their_own_where_pastes_are_marked(desk: Desk) -> None:
    with desk.lines:
        asked = await desk.asking()
        desk.type(BEGIN + b"x" + END)
        await desk.shows("> x")
        desk.type(b"\r\r/quit\r")
        assert [await asked, await desk.ask(), await desk.ask()] == ["x", "", "/quit"]


async def test_enter_in_the_same_breath_as_a_paste_is_part_of_it(desk: Desk) -> None:
    with desk.lines:
        asked = await desk.asking()
        desk.type(BEGIN + b"one\rtwo" + END + b"three\r")
        await desk.shows("> one twothree")
        assert not asked.done()
        desk.type(b"\r")
        assert await asked == "one twothree"


async def test_control_characters_in_a_paste_do_nothing(desk: Desk) -> None:
    with desk.lines:
        asked = await desk.asking()
        desk.type(BEGIN + b"a\x03b\x04c\x1ad\x1b[2Je\x9b31mf\x07\x7f\x13g \xe2\x80\xae" + END)
        await desk.shows("g")
        desk.type(b"\r")
        assert (await asked or "").replace("\ufffd", "") == "abcde31mfg "
        assert "\x1b[2J" not in desk.out.getvalue()


async def test_a_megabyte_is_cut_with_a_sentence_and_played_only_with_enter(desk: Desk) -> None:
    with desk.lines:
        asked = await desk.asking()
        writing = asyncio.to_thread(desk.type, BEGIN, *[b"word and word\r" * 75] * 1000, END)
        await writing
        await desk.shows("That is more than 2,000 characters; the rest is left out.")
        assert not asked.done()
        assert len(desk.out.getvalue()) < 3_000
        desk.type(b"\r")
        assert len(await asked or "") == 2_000


async def test_what_was_typed_before_the_wait_was_given_up_stays(desk: Desk) -> None:
    with desk.lines:
        asked = await desk.asking()
        desk.type(b"half a ")
        await desk.shows("half a ")
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        assert await desk.ask(b"line\r") == "half a line"


async def test_the_terminal_is_taken_and_given_back(desk: Desk) -> None:
    before = termios.tcgetattr(desk.terminal)
    with desk.lines:
        assert desk.out.getvalue() == "\x1b[?2004h"
        assert not desk.has(termios.ICANON | termios.ECHO)
        assert desk.has(termios.ISIG)  # Ctrl+C stops what is told
        asked = await desk.asking()
        assert not desk.has(termios.ISIG)
        desk.type(b"\r")
        assert await asked == ""
        assert desk.has(termios.ISIG)
    assert termios.tcgetattr(desk.terminal) == before
    assert desk.out.getvalue().endswith("\x1b[?2004l")


async def test_the_rest_of_a_paste_is_left_to_nobody(desk: Desk) -> None:
    with desk.lines:
        asked = await desk.asking()
        desk.type(BEGIN + b"rm -r x\r")
        async with asyncio.timeout(10):
            while not desk.lines._keys.pasting:
                await asyncio.sleep(0.005)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        os.set_blocking(desk.terminal, False)
        desk.type(b"rm -r y\r")
    with pytest.raises(BlockingIOError):
        os.read(desk.terminal, 100)


async def test_a_terminal_that_is_gone_is_the_end() -> None:
    keyboard, terminal = os.openpty()
    desk = Desk(keyboard, terminal)
    with desk.lines:
        asked = await desk.asking()
        os.close(keyboard)
        assert await asyncio.wait_for(asked, 10) is None
    os.close(terminal)


async def test_a_terminal_that_edits_lines_itself_joins_those_that_come_at_once(desk: Desk) -> None:
    with open(desk.terminal, "rb", buffering=0, closefd=False) as raw:
        lines = TypedLines(raw, together=True)
        desk.type(b"one\rtwo\rthr")
        assert await lines.next() == "one two"
        desk.type(b"ee\r")
        assert await lines.next() == "three"


@pytest.mark.slow
def test_the_game_takes_a_letter_as_one_turn_and_stops_and_goes_on(home: Path) -> None:
    (home / "config.yaml").write_text("memory: {chroma: false}\n")
    with PtyGame("play", "a-river-in-two-minds", "--plain", "--seed", "3") as game:
        start = game.until("> ")
        assert (game.modes, game.edits_lines) == ({2004}, False)
        game.type(BEGIN + LETTER + END)
        start = game.until(JOINED, since=start)
        game.send(signal.SIGSTOP)
        game.wait(lambda: game.stopped, "the stop")
        game.send(signal.SIGCONT)
        start = game.until("> " + JOINED, since=start)
        game.type(b"\x1a")  # no shell is there to say `fg`: it does not stop
        start = game.until(JOINED, since=start)
        game.type(b"\r")
        start = game.until("> ", since=start)
        assert game.text_since().count("\nTurn ") == 2
        game.type(BEGIN + b"half a paste\rwithout an end")
        game.pause(0.3)
        game.send(signal.SIGTERM)
        assert game.exit_code() == 143
        assert (game.modes, game.edits_lines) == (set(), True)
        assert "Turn 3" not in game.text_since()


@pytest.mark.slow
@pytest.mark.parametrize(("key", "code"), [(b"\x03", 130), (b"\x1c", 131), (b"\x04", 0)])
def test_keys_that_end_the_game_give_the_terminal_back(home: Path, key: bytes, code: int) -> None:
    (home / "config.yaml").write_text("memory: {chroma: false}\n")
    with PtyGame("play", "a-river-in-two-minds", "--plain", "--seed", "3") as game:
        game.until("> ")
        game.type(key)
        assert game.exit_code() == code
        assert (game.modes, game.edits_lines) == (set(), True)
