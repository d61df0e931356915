"""Saves for the tests: new, with some turns, and of any length."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.stories import draft, record, reflection
from fiction.saves.store import SaveFile
from fiction.story.turn import Turn


@pytest.fixture
def save(tmp_path: Path) -> Iterator[SaveFile]:
    """A save without turns, open for play."""
    opened = SaveFile.create(tmp_path / "tale.fiction", record(turns=0))
    yield opened
    opened.close()


@pytest.fixture
def grow() -> Callable[..., list[Turn]]:
    """Tells and completes so many turns at the head; returns them."""

    def add(save: SaveFile, count: int, *, start: int = 1) -> list[Turn]:
        made = []
        for number in range(start, start + count):
            head = save.head()
            at = head.id if head else None
            made.append(save.complete(save.tell(at, draft(number), head=at).id, reflection(number)))
        return made

    return add
