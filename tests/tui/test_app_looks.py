"""How the screens look: pictures that are compared. A changed one is looked at, then taken with --snapshot-update."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

import pytest
from textual.pilot import Pilot

from fiction.errors import StorytellerError, Trouble
from fiction.tui.app import FictionApp
from support.tui_game import Shelf, Teller
from support.tui_screens import begin, sees


class Compare(Protocol):
    """The fixture of pytest-textual-snapshot."""

    def __call__(
        self, app: FictionApp, *, terminal_size: tuple[int, int], run_before: Callable[[Pilot[None]], Awaitable[None]]
    ) -> bool: ...


@pytest.fixture
def looks(snap_compare: Compare, tmp_path: Path) -> Callable[..., bool]:
    """Compares 80 by 24 cells after some steps."""

    def compare(steps: Callable[[Pilot[None]], Awaitable[None]], *tellers: Teller, theme: str = "night") -> bool:
        app = FictionApp(lambda: Shelf(tmp_path, *tellers), theme=theme, animations="none")
        return snap_compare(app, terminal_size=(80, 24), run_before=steps)

    return compare


def test_the_title(looks: Callable[..., bool]) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await sees(pilot, "told by the built-in storyteller", "No model is set up.")

    assert looks(steps)


def test_a_world(looks: Callable[..., bool]) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await pilot.press("w", "enter")
        await sees(pilot, "by Ines Varga", "Begin: The bell")

    assert looks(steps)


def test_the_page(looks: Callable[..., bool]) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await begin(pilot)
        await pilot.press("2")
        await sees(pilot, "turn 2", "❯ 1")

    assert looks(steps, theme="paper")


def test_a_failure(looks: Callable[..., bool]) -> None:
    teller = Teller()

    async def steps(pilot: Pilot[None]) -> None:
        await begin(pilot)
        teller.fail = StorytellerError("No server answers.", trouble=Trouble.UNREACHABLE, hint="Start it.")
        await pilot.press("1")
        await sees(pilot, "No server answers.", "❯ r")

    assert looks(steps, teller)


def test_the_ledger(looks: Callable[..., bool]) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await begin(pilot)
        await pilot.press("m", "f4")
        await sees(pilot, "Imre: the ferryman's son", "F2-F4 sections")

    assert looks(steps, theme="sepia")
