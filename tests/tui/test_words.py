"""Numbers in words, absurd ones too: they come from saves, which may be damaged."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fiction.story.cards import SaveCard
from fiction.story.memory import TurnId
from fiction.story.turn import Bookmark
from fiction.tui import words
from fiction.tui.app import FictionApp
from fiction.tui.reading.bookmarks import Places
from support.tui_game import Shelf
from support.tui_screens import sees

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC).timestamp()
ABSURD = [-(2**63), -(10**17), -62_135_596_800_001, 2**63 - 1]


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (2 * 3600, "2 hours ago"),
        (6 * 86400, "6 days ago"),
        (30 * 86400, "28 October 2026"),
    ],
)
def test_a_time_is_said_by_its_distance_and_an_old_one_by_its_date(before: int, said: str) -> None:
    assert words.ago(round((NOW - before) * 1000), NOW) == said


@pytest.mark.parametrize("then", ABSURD)
def test_a_time_outside_of_the_calendar_is_said_too(then: int) -> None:
    assert words.ago(then, NOW) in ("long ago", "just now")


@pytest.mark.parametrize("updated", ABSURD)
async def test_a_save_with_an_absurd_time_is_listed(tmp_path: Path, updated: int) -> None:
    shelf = Shelf(tmp_path)
    shelf.extra_saves = (SaveCard("odd", "An odd one", "w", "A world", 3, "A scene", updated),)
    app = FictionApp(lambda: shelf, animations="none")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("s")
        await sees(pilot, "Saves", "An odd one", "3 turns")


async def test_a_place_named_at_an_absurd_time_is_listed(tmp_path: Path) -> None:
    app = FictionApp(lambda: Shelf(tmp_path), animations="none")
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(Places((Bookmark("the well", TurnId(1), ABSURD[0]),)))
        await sees(pilot, "the well", "named long ago")
