"""A world in the making, on the screen."""

import re
from pathlib import Path

from fiction.engine.game import NewStory
from fiction.errors import NotFound
from fiction.story.reader import StorySettings
from fiction.tui.app import FictionApp
from fiction.tui.library.making import MakingScreen
from fiction.tui.reading.screen import ReadingScreen
from support.tui_game import Shelf
from support.tui_screens import sees, shown, until

STORY = NewStory(premise="A ferryman who counts", settings=StorySettings(storyteller="model", premise="A ferryman"))
HEARD = '{"language": "en", "title": "Salt", "summary": "'


def app_of(shelf: Shelf) -> FictionApp:
    return FictionApp(lambda: shelf, begin=STORY, animations="none")


async def test_it_shows_how_far_it_is_and_one_key_begins_without_it(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.slow = HEARD
    app = app_of(shelf)
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, f"3 of 12 parts · {len(HEARD)} characters · ")
        said = shown(app)
        assert isinstance(app.screen, MakingScreen)
        assert re.search(r"characters · [1-9]\d* s", said)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
        assert shelf.started == [STORY]


async def test_escape_goes_back_and_makes_no_story(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.slow = HEARD
    app = app_of(shelf)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, MakingScreen))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, MakingScreen))
        assert not isinstance(app.screen, ReadingScreen)
        assert shelf.started == []


async def test_what_goes_wrong_is_said_where_the_sentence_was_written(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.refuses = NotFound("No server answers.")
    app = app_of(shelf)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: any("No server answers" in notice.message for notice in app._notifications))
        assert not isinstance(app.screen, MakingScreen)
