"""The terminal's life with the real game on it: how the game ends, what it follows, and what it survives."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals", allow_module_level=True)

from support.pty_game import PtyGame

TITLE = "? help"
"""In the last line of the title."""
READING = "1-3 choose"
"""In the last line of the page, once the plans are there."""


@contextmanager
def reading(home: Path, *, ignoring: tuple[signal.Signals, ...] = ()) -> Iterator[PtyGame]:
    """The page of a new story, without Chroma, which takes a second to load."""
    (home / "config.yaml").write_text("memory: {chroma: false}\n")
    with PtyGame("play", "a-river-in-two-minds", "--seed", "3", ignoring=ignoring) as game:
        game.until(READING)
        yield game


def take_pen(game: PtyGame) -> int:
    """Take the pen. Returns how much had been written by then."""
    start = len(game.seen)
    game.type(b"/")
    return game.until("What do you do", since=start)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_the_game_leaves_the_terminal_as_it_was(number: signal.Signals) -> None:
    with PtyGame() as game:
        game.until(TITLE)
        assert not game.edits_lines
        game.send(number)
        assert game.exit_code() == 128 + number
        assert (game.modes, game.edits_lines) == (set(), True)
        assert "Traceback" not in game.text_since()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGQUIT, signal.SIGINT])
def test_other_signals_end_it_in_the_same_way_however_often_they_come(home: Path, number: signal.Signals) -> None:
    with reading(home) as game:
        take_pen(game)
        game.send(number)
        game.send(number)
        assert game.exit_code() == 128 + number
        assert (game.modes, game.edits_lines) == (set(), True)


@pytest.mark.slow
def test_without_a_terminal_the_game_ends_and_its_story_is_free(home: Path) -> None:
    with reading(home, ignoring=(signal.SIGHUP,)) as game:
        game.send(signal.SIGHUP)  # ignored, as it was told to be
        start = take_pen(game)
        game.type(b"\x1b[200~a letter without e")
        game.pause(0.3)
        game.type(b"nd\x1b[201~")
        game.until("without end", since=start)
        game.close_window()
        assert game.exit_code() == 129
    with PtyGame("resume", "--plain") as game:
        game.until("> ")
        game.type(b"/quit\n")
        assert game.exit_code() == 0


def test_without_a_terminal_the_title_ends_too() -> None:
    with PtyGame(ignoring=(signal.SIGHUP,)) as game:
        game.until(TITLE)
        game.type(b"\xff")
        game.close_window()
        assert game.exit_code() == 129


def test_the_size_is_that_of_the_terminal_whatever_the_environment_says() -> None:
    with PtyGame(size=(60, 20), env={"COLUMNS": "90", "LINES": "28"}) as game:
        game.until(TITLE)
        game.pause(0.5)
        assert game.painted() == (60, 20)
        for columns, lines in ((70, 24), (100, 40)):
            start = len(game.seen)
            game.resize(columns, lines)
            game.wait(lambda: game.painted(start)[0] == columns, f"{columns} columns")  # noqa: B023 - called at once
            assert game.painted(start)[1] <= lines


@pytest.mark.slow
def test_bytes_that_are_no_text_do_not_end_the_game(home: Path) -> None:
    with reading(home) as game:
        start = take_pen(game)
        game.type(b"I \xff\xfe\x80 \xed\xa0\x80 one" + "für zwei".encode("latin-1"))
        game.until("zwei", since=start)
        assert "\ufffd" in game.text_since(start)
        game.type(b"\x1b[200~I \xff\xc3\x28 \xe2\x82 three\x1b[201~")
        game.until("three", since=start)
        letter = "ß".encode()
        game.type(b"a" + letter[:1])
        game.pause(0.2)
        game.type(letter[1:] + b"z")
        game.until("aßz", since=start)
        game.send(signal.SIGTERM)
        assert game.exit_code() == 143


@pytest.mark.slow
def test_a_stop_gives_the_terminal_back_and_going_on_takes_it_again(home: Path) -> None:
    with reading(home) as game:
        start = take_pen(game)
        game.type(b"unsent words")
        game.until("words", since=start)
        game.type(b"\x1a")
        game.wait(lambda: game.stopped, "the stop")
        game.pause(0.1)
        assert (game.modes, game.edits_lines) == (set(), True)
        start = len(game.seen)
        game.send(signal.SIGCONT)
        game.until("unsent words", since=start)
        assert not game.edits_lines
        game.send(signal.SIGSTOP)  # not by the game itself: the shell gives the terminal back as it likes
        game.wait(lambda: game.stopped, "the stop")
        start = len(game.seen)
        game.send(signal.SIGCONT)
        game.until("unsent words", since=start)
        game.send(signal.SIGTERM)
        assert game.exit_code() == 143
        assert (game.modes, game.edits_lines) == (set(), True)


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.0, 0.6])
def test_a_signal_before_the_first_frame_leaves_nothing_behind(delay: float) -> None:
    with PtyGame() as game:
        game.pause(delay)
        game.send(signal.SIGTERM)
        assert game.exit_code() in (143, -signal.SIGTERM)
        assert (game.modes, game.edits_lines) == (set(), True)


@pytest.mark.slow
def test_a_signal_in_a_stop_ends_the_game_when_it_goes_on(home: Path) -> None:
    with reading(home) as game:
        game.type(b"\x1a")
        game.wait(lambda: game.stopped, "the stop")
        game.send(signal.SIGTERM)
        game.send(signal.SIGCONT)
        assert game.exit_code() == 143
        assert (game.modes, game.edits_lines) == (set(), True)


@pytest.mark.slow
def test_a_window_that_is_closed_in_a_stop_ends_the_game_when_it_goes_on(home: Path) -> None:
    with reading(home, ignoring=(signal.SIGHUP,)) as game:
        game.send(signal.SIGSTOP)
        game.wait(lambda: game.stopped, "the stop")
        game.close_window()
        game.send(signal.SIGCONT)
        assert game.exit_code() == 129


@pytest.mark.slow
@pytest.mark.parametrize("size", ["0", "-5", "wide", ""])
def test_sizes_in_the_environment_that_make_no_sense_do_no_harm(size: str) -> None:
    with PtyGame(size=(70, 22), env={"COLUMNS": size, "LINES": size}) as game:
        game.until(TITLE)
        game.pause(0.5)
        assert game.painted() == (70, 22)
