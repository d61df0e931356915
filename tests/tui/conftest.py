"""A game in a temporary folder, and ways to look at a screen."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fiction.tui.app import FictionApp
from support.tui_game import Shelf, Teller

SIZES = [(60, 20), *(pytest.param(size, marks=pytest.mark.slow) for size in ((80, 24), (200, 60)))]
"""The smallest window; larger ones in the slow group."""


@pytest.fixture(autouse=True)
def _same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_ANIMATIONS", "TEXTUAL_DEBUG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., FictionApp]:
    """Makes an app over a fresh folder, told by the given tellers."""

    def make(*tellers: Teller, crash_log: Path | None = None) -> FictionApp:
        return FictionApp(lambda: Shelf(tmp_path, *tellers), animations="none", crash_log=crash_log)

    return make
