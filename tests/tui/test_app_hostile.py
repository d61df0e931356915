"""Text that others wrote is text: it is no markup, no action, no escape sequence, and it crashes nothing."""

import dataclasses
from pathlib import Path

import pytest

from fiction.errors import PackError, Problem, StorytellerError, Trouble
from fiction.story.cards import SaveCard, WorldCard
from fiction.story.memory import MemoryChange, Rationale
from fiction.story.plan import Approach, Plan
from fiction.story.reader import ReaderProfile
from fiction.story.scene import Scene
from fiction.story.turn import Reflection
from fiction.story.world import Opening, World
from fiction.tui.app import FictionApp
from support.tui_game import GREEN, SALT, Shelf, Teller
from support.tui_screens import begin, sees, shown, until

QUIT = "[@click=app.quit]here[/]"
EVIL = [
    f'{QUIT} [/x] [/] a [b c="]',
    "[link=javascript:alert(1)]x[/link]\x1b]0;PWNED\x07\x1b[2J\x9b31m\u202e\x00",
]


class Everywhere(Teller):
    """Everything it tells holds the same evil."""

    evil = ""

    async def reflect(self, scene: Scene, passage: str) -> Reflection:
        evil = self.evil
        whole = await super().reflect(scene, passage)
        change = MemoryChange(evil or "x", evil)
        plans = tuple(Plan(f"{n} {evil}", evil, approach, evil) for n, approach in enumerate(list(Approach)[:3]))
        return dataclasses.replace(
            whole, memory=f"m {evil}", plans=plans, rationale=Rationale((change,), (change,)), title=f"t {evil}",
            notice=f"n {evil}",
        )  # fmt: skip


def hostile(folder: Path, evil: str) -> Shelf:
    teller = Everywhere(about=f"teller {evil}", passages=(f"Passage {evil} end.", f"Other {evil} end."))
    teller.evil = evil
    world = dataclasses.replace(
        SALT, title=f"World {evil}", summary=f"s {evil}", setting=f"set {evil}", authors=(evil,), genre=(evil,),
        cover=f"/\\ {evil}", protagonist=f"p {evil}", license=evil,
        openings=(Opening("a", f"o {evil}", "x", evil), Opening("b", evil, "y", evil)),
    )  # fmt: skip
    broken = WorldCard("bad", f"Bad {evil}", evil, trouble=f"trouble {evil}")
    shelf = Shelf(folder, teller, worlds=(world, GREEN), broken=(broken,), why_no_model=f"why {evil}")
    shelf.profile = ReaderProfile(name=evil, about=evil, likes=(evil,))
    shelf.extra_saves = (SaveCard("x", f"Save {evil}", "w", evil, 3, evil, pending=evil, trouble=f"torn {evil}"),)
    return shelf


def clean_screen(app: FictionApp) -> None:
    text = shown(app)
    assert not {c for c in text if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or c == "\u202e"}
    strips = app.screen._compositor.render_strips()
    metas = [segment.style.meta for strip in strips for segment in strip if segment.style and segment.style.meta]
    assert not [meta for meta in metas if "app.quit" in str(meta.get("@click", "")) and "here" in text.splitlines()[0]]


@pytest.mark.parametrize("evil", EVIL)
async def test_hostile_text_is_shown_as_it_stands_on_every_screen(tmp_path: Path, evil: str) -> None:
    app = FictionApp(lambda: hostile(tmp_path, evil), animations="none")
    async with app.run_test(size=(130, 40), notifications=True) as pilot:
        await pilot.pause()
        for keys in (
            ["w"],
            ["down", "down", "enter"],
            ["escape", "up", "up", "enter"],
            ["escape", "escape", "y"],
            ["escape"],
        ):
            await pilot.press(*keys)
            await pilot.pause(0.1)
            clean_screen(app)
        await pilot.press("s")
        await sees(pilot, "can't be opened")
        clean_screen(app)
        await pilot.press("n")
        await pilot.pause(0.1)
        await pilot.press("escape", "d")
        await pilot.pause(0.1)
        await pilot.press("n", "escape")
        await pilot.press("n", "enter", "enter")
        await sees(pilot, "Something else", "THIS TURN")
        clean_screen(app)
        await pilot.press("1")
        await sees(pilot, "turn 2")
        clean_screen(app)
        for key in ("e", "escape", "m", "f3", "f4"):
            await pilot.press(key)
            await pilot.pause(0.1)
            clean_screen(app)
        assert app.is_running
        assert app.return_code is None


async def test_markup_in_a_passage_is_no_action_when_it_is_clicked(tmp_path: Path) -> None:
    app = FictionApp(lambda: Shelf(tmp_path, Teller(passages=(QUIT, QUIT))), animations="none")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await begin(pilot)
        await sees(pilot, QUIT)
        for x in (3, 20, 25):
            await pilot.click(screen.page.latest, offset=(x, 0))
        await pilot.pause()
        assert app.is_running
        assert app.return_code is None


async def test_hostile_failures_are_sentences(tmp_path: Path) -> None:
    teller = Teller()
    app = FictionApp(lambda: Shelf(tmp_path, teller), animations="none")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await begin(pilot)
        teller.fail = StorytellerError(f"bad [/x] {QUIT}", trouble=Trouble.SERVER, hint="[/] \x1b[2J[b c=")
        await pilot.press("1")
        await sees(pilot, "bad [/x] [@click=app.quit]here[/]", "[/] [b c=")


class Unreadable(Shelf):
    """One world that can't be read."""

    def world(self, world: str) -> World:
        if world == "bad":
            raise PackError("It is broken [/x].", problems=(Problem("w.yaml", 3, 1, "what [/] is this", "[@click=x]"),))
        return super().world(world)


async def test_a_broken_world_is_listed_with_its_trouble_and_its_mistakes(tmp_path: Path) -> None:
    shelf = Unreadable(tmp_path, broken=(WorldCard("bad", "Bad world", "", trouble="It has one mistake."),))
    app = FictionApp(lambda: shelf, animations="none")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.pause()
        await pilot.press("n")
        await sees(pilot, "can't be played: It has one mistake.")
        await pilot.press("end", "enter")
        await sees(pilot, "This world can't be played.", "w.yaml:3:1: what [/] is this [[@click=x]]")
        await pilot.press("enter")
        await until(pilot, lambda: not shelf.started)
