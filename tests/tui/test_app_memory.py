"""The memory and the saves, looked at and changed."""

from collections.abc import Callable
from pathlib import Path

from fiction.story.cards import SaveCard
from fiction.tui.app import FictionApp
from fiction.tui.reading.memory import MemoryScreen
from support.tui_game import GREEN, SALT, Shelf, Teller
from support.tui_screens import begin, sees, shown, until

Opened = Callable[..., FictionApp]


async def test_the_short_term_memory_is_changed_by_hand(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        screen = await begin(pilot)
        await pilot.press("m")
        await sees(pilot, "You are back at the lake.", "In the last turn", "he said that it was lost")
        await pilot.press(*" The key is cold.", "ctrl+s")
        await sees(pilot, "Kept.")
        assert screen.session.turn is not None
        assert screen.session.turn.memory.endswith("The key is cold.")


async def test_long_term_memories_are_searched_pinned_forgotten_and_restored(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await begin(pilot)
        await pilot.press("2")
        await sees(pilot, "turn 2")
        await pilot.press("m", "f3")
        await sees(pilot, "turn 1", "turn 2")
        await pilot.press("p")
        await sees(pilot, "(pinned)")
        await pilot.press("d")
        await sees(pilot, "Forget turn 2?")
        await pilot.press("y")
        await sees(pilot, "forgotten")
        await pilot.press("r")
        await until(pilot, lambda: "forgotten" not in shown(app))
        await pilot.press("slash", *"ferryman", "enter")
        await until(pilot, lambda: "turn 2" not in shown(app))
        await pilot.press("e", *" And it rained.", "enter")
        await sees(pilot, "in your words")
        assert any(memory.text.endswith("And it rained.") for memory in screen.session.memories())


async def test_the_ledger_is_shown(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        await begin(pilot)
        await pilot.press("m", "f4")
        await sees(pilot, "The drowned bell rings", "Imre: the ferryman's son", "Imre holds the brass key")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, MemoryScreen))


async def test_saves_are_renamed_and_deleted_after_a_question(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.extra_saves = (SaveCard("torn", "Torn", trouble="The file is not whole."),)
    app = FictionApp(lambda: shelf, animations="none")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await begin(pilot)
        await pilot.press("b")
        await sees(pilot, "1 turn", "can't be opened: The file is not whole.")
        await pilot.press("d")
        await sees(pilot, "This story is open.")
        await pilot.press("escape", "q")
        await sees(pilot, "Continue")
        await pilot.press("s", "n")
        await sees(pilot, "The story's title:")
        await pilot.press(*" II", "enter")
        await sees(pilot, "The Salt Road II")
        await pilot.press("d")
        await sees(pilot, "Delete “The Salt Road II” with 1 turn?")
        await pilot.press("enter", "n")
        await pilot.pause()
        assert len(list(tmp_path.glob("*.fiction"))) == 1
        await pilot.press("d", "y")
        await until(pilot, lambda: not list(tmp_path.glob("*.fiction")))


async def test_a_story_is_opened_from_the_saves_while_another_is_open(tmp_path: Path) -> None:
    app = FictionApp(lambda: Shelf(tmp_path), animations="none")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await begin(pilot)
        await pilot.press("q", "n", "down", "enter", "enter")
        await until(pilot, lambda: app.story is not None and app.story.world is GREEN)
        await sees(pilot, "turn 1", "Climb down")
        await pilot.press("b", "down", "enter")
        await until(pilot, lambda: app.story is not None and app.story.world is SALT)
        await sees(pilot, "turn 1", "Climb down")


async def test_a_story_about_something_needs_a_model(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, Teller(), Teller("model", "a model"))
    app = FictionApp(lambda: shelf, animations="none")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.pause(0.2)
        await pilot.press("a")
        await sees(pilot, "A story about")
        await pilot.press("enter")
        await sees(pilot, "Write what the story is to be about.")
        await pilot.press(*"a fox", "enter")
        await until(pilot, lambda: shelf.started)
        assert (shelf.started[0].premise, shelf.started[0].settings.storyteller) == ("a fox", "model")


async def test_themes_help_and_commands_are_at_hand(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.pause(0.2)
        assert app.theme == "night"
        await pilot.press("ctrl+t")
        assert app.theme == "paper"
        await pilot.press("f1")
        await sees(pilot, "How this works")
        await pilot.press("escape", "ctrl+p")
        await pilot.pause(0.3)
        await pilot.press(*"sepia", "enter")
        await until(pilot, lambda: app.theme == "sepia")


async def test_leaving_the_memory_loses_no_typing(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await begin(pilot)
        await pilot.press("m", *" The key is cold.", "escape")
        await sees(pilot, "Keep what you wrote")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, MemoryScreen))
        await pilot.press("escape")
        await sees(pilot, "Keep what you wrote")
        await pilot.press("y")
        await until(pilot, lambda: app.screen is screen)
        assert screen.session.turn is not None
        assert screen.session.turn.memory.endswith("The key is cold.")


async def test_the_story_that_is_open_is_neither_renamed_nor_deleted(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await begin(pilot)
        for key in ("n", "d"):
            await pilot.press("b", key)
            await sees(pilot, "This story is open.", "Enter go on")
            await pilot.press("escape")
