"""A world in the making, on the screen."""

from pathlib import Path

from textual.widgets import Static

from fiction.engine.game import NewStory
from fiction.errors import NotFound
from fiction.story.reader import StorySettings
from fiction.tui.app import FictionApp
from fiction.tui.library.making import MakingScreen
from fiction.tui.reading.screen import ReadingScreen
from support.tui_game import Shelf

STORY = NewStory(premise="A ferryman who counts", settings=StorySettings(storyteller="model", premise="A ferryman"))
HEARD = '{"language": "en", "title": "Salt", "summary": "'


def app_of(shelf: Shelf) -> FictionApp:
    return FictionApp(lambda: shelf, begin=STORY, animations="none")


async def test_it_shows_how_far_it_is_and_one_key_begins_without_it(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.slow = HEARD
    app = app_of(shelf)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(1.3)
        assert isinstance(app.screen, MakingScreen)
        said = str(app.screen.query_one("#status", Static).render())
        assert f"3 of 12 parts · {len(HEARD)} characters · 1 s" in said
        await pilot.press("enter")
        for _ in range(40):
            await pilot.pause(0.05)
            if isinstance(app.screen, ReadingScreen):
                break
        assert isinstance(app.screen, ReadingScreen)
        assert shelf.started == [STORY]


async def test_escape_goes_back_and_makes_no_story(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.slow = HEARD
    app = app_of(shelf)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.3)
        await pilot.press("escape")
        await pilot.pause(0.2)
        assert not isinstance(app.screen, MakingScreen | ReadingScreen)
        assert shelf.started == []


async def test_what_goes_wrong_is_said_where_the_sentence_was_written(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.refuses = NotFound("No server answers.")
    app = app_of(shelf)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.5)
        assert not isinstance(app.screen, MakingScreen)
        assert any("No server answers" in notice.message for notice in app._notifications)
