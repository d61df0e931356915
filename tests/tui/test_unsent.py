"""What a reader was writing when the screen ended."""

import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from fiction.tui.app import FictionApp
from fiction.tui.reading.act_input import ActInput
from fiction.tui.reading.screen import ReadingScreen
from fiction.tui.unsent import Unsent, UnsentFolder
from support.tui_game import Shelf, Teller
from support.tui_screens import begin, sees, until

UUID = "6f1f0f2e-8f5c-4e06-9d0a-0a51a7d3a001"
WORDS = Unsent(UUID, "t1", "ACT", 0, "I weigh\nthe bell \ud800")


class TestTheFolder:
    def test_what_was_kept_is_there_until_it_is_forgotten(self, tmp_path: Path) -> None:
        folder = UnsentFolder(tmp_path / "unsent")
        folder.keep(Unsent(UUID, "t0", "WISH", 0, "shorter"))
        folder.keep(WORDS)
        assert UnsentFolder(tmp_path / "unsent").of(UUID) == WORDS
        assert [path.stat().st_mode & 0o077 for path in (tmp_path / "unsent").iterdir()] == [0]
        folder.forget(UUID)
        folder.forget(UUID)
        assert folder.of(UUID) is None

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"turn": 1}', "[" * 100_000, '{"turn": "a", "purpose": "ACT"}'])
    def test_a_file_that_makes_no_sense_is_nothing(self, tmp_path: Path, text: str) -> None:
        folder = UnsentFolder(tmp_path)
        folder.keep(WORDS)
        next(tmp_path.iterdir()).write_text(text)
        assert folder.of(UUID) is None

    @pytest.mark.parametrize("story", ["", "../../x", "a/b"])
    def test_a_uuid_that_is_none_names_no_file(self, tmp_path: Path, story: str) -> None:
        folder = UnsentFolder(tmp_path / "unsent")
        folder.keep(Unsent(story, "", "ACT", 0, "x"))
        assert not list(tmp_path.iterdir())
        assert folder.of(story) is None

    def test_without_a_place_nothing_is_kept_and_nothing_breaks(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        for folder in (UnsentFolder(None), UnsentFolder(tmp_path / "file")):
            folder.keep(WORDS)
            folder.forget(UUID)
            assert folder.of(UUID) is None


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[], FictionApp]:
    shelf = Shelf(tmp_path, Teller())
    return lambda: FictionApp(lambda: shelf, animations="none", unsent=tmp_path / "unsent")


async def written_again(app: FictionApp) -> tuple[str, str]:
    """Take up the newest story. What the act input says, and what it is for."""
    async with app.run_test(size=(100, 30)) as pilot:
        await app.resume()
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
        screen = app.screen
        assert isinstance(screen, ReadingScreen)
        await sees(pilot, "turn 1")
        await pilot.pause(0.1)
        written = screen.query_one(ActInput).text if screen.desk.writing else "", screen._pen.purpose.name
        assert screen.desk.writing == screen.query_one(ActInput).has_focus
        return written


@pytest.mark.parametrize(
    ("key", "purpose", "end"),
    [("slash", "ACT", "quit"), ("R", "WISH", "signal"), ("e", "EDIT", "crash"), ("s", "NAME", "quit")],
)
async def test_what_was_being_written_is_there_again(
    opened: Callable[[], FictionApp], key: str, purpose: str, end: str
) -> None:
    app = opened()
    crash = pytest.raises(ZeroDivisionError) if end == "crash" else nullcontext()
    with crash:
        await _written_until(app, key, end)
    await app.close_story()
    assert await written_again(opened()) == ("half an idea", purpose)


async def _written_until(app: FictionApp, key: str, end: str) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await begin(pilot)
        await pilot.press(key)
        screen.query_one(ActInput).take("half an ide")
        await pilot.press("a")
        await pilot.pause()
        match end:
            case "quit":
                await app.action_quit()
            case "signal":
                app.exit(return_code=143)
            case _:
                app._handle_exception(ZeroDivisionError())


async def test_what_was_sent_or_put_away_is_not_there_again(opened: Callable[[], FictionApp]) -> None:
    app = opened()
    async with app.run_test(size=(100, 30)) as pilot:
        await begin(pilot)
        await pilot.press("slash", "x", "escape")
        await pilot.pause()
        app.exit()
    await app.close_story()
    assert (await written_again(opened()))[0] == ""


async def test_words_of_another_turn_are_not_put_in_the_way(opened: Callable[[], FictionApp]) -> None:
    app = opened()
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await begin(pilot)
        story = screen.session.story.uuid
        app.exit()
    await app.close_story()
    app = opened()
    app._unsent.keep(Unsent(story, "another", "ACT", 0, "I row"))
    assert (await written_again(app))[0] == ""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize("end", ["SIGTERM", "SIGHUP", "SIGKILL", "window"])
def test_a_game_that_is_ended_from_outside_keeps_what_was_being_written(home: Path, end: str) -> None:
    from support.pty_game import PtyGame

    (home / "config.yaml").write_text("memory: {chroma: false}\n")
    with PtyGame("play", "a-river-in-two-minds", "--seed", "3", ignoring=(signal.SIGHUP,) * (end == "window")) as game:
        game.until("1-3 choose")
        start = len(game.seen)
        game.type(b"/")
        game.until("What do you do", since=start)
        game.type(b"\x1b[200~a letter without end\x1b[201~")
        game.until("without end", since=start)
        game.pause(0.3)
        if end == "window":
            game.close_window()
        else:
            game.send(getattr(signal, end))
        assert game.exit_code() == {"SIGTERM": 143, "SIGHUP": 129, "SIGKILL": -9, "window": 129}[end]
    with PtyGame("resume") as game:
        game.until("letter without end")
        game.type(b"\r")
        game.until("> a letter without end")
        game.send(signal.SIGTERM)
        assert game.exit_code() == 143
