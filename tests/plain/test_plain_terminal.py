"""The plain game's terminal: signals, its end, and its size."""

import re
import signal
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals", allow_module_level=True)

from support.pty_game import PtyGame

PLAY = ("play", "a-river-in-two-minds", "--plain", "--seed", "3")


@pytest.fixture
def quick(home: Path) -> None:
    """Without Chroma, which takes a second to load."""
    (home / "config.yaml").write_text("memory: {chroma: false}\n")


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_the_name_of_a_world_is_wrapped_to_the_window_whatever_the_environment_says() -> None:
    with PtyGame(*PLAY, size=(50, 20), env={"COLUMNS": "200", "LINES": "90"}) as game:
        game.until("> ")
        told = game.text_since().split("Turn 1.")[1].splitlines()
        assert 40 < max(map(len, told)) <= 49
        game.send(signal.SIGHUP)
        assert game.exit_code() == 129
        assert (game.modes, game.edits_lines) == (set(), True)


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_a_signal_in_a_stop_ends_the_game_when_it_goes_on() -> None:
    with PtyGame(*PLAY) as game:
        game.until("> ")
        game.type(b"half an act")
        game.until("half an act")
        game.send(signal.SIGSTOP)
        game.wait(lambda: game.stopped, "the stop")
        game.send(signal.SIGTERM)
        game.send(signal.SIGCONT)
        assert game.exit_code() == 143
        assert (game.modes, game.edits_lines) == (set(), True)
        assert "Traceback" not in game.text_since()


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("typed", [b"", b"\x1b[200~half a paste", b"I look around.\r"], ids=["waits", "paste", "tells"])
def test_without_a_terminal_the_game_ends_and_its_story_is_free(typed: bytes) -> None:
    with PtyGame(*PLAY, ignoring=(signal.SIGHUP,)) as game:
        game.until("> ")
        game.type(typed)
        game.close_window()
        game.exit_code()
    with PtyGame("resume", "--plain") as game:
        game.until("> ")
        assert "another window" not in game.text_since()
        game.type(b"/quit\r")
        assert game.exit_code() == 0


def test_the_help_is_as_wide_as_the_window_whatever_the_environment_says() -> None:
    with PtyGame("play", "--help", size=(60, 20), env={"COLUMNS": "200"}) as game:
        assert game.exit_code() == 0
        lines = re.sub("\r", "", game.text_since()).splitlines()
        assert 45 < max(map(len, lines)) <= 60
