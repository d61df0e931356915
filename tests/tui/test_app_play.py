"""Playing on the whole screen, by keyboard and by mouse."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from fiction.engine.game import NewStory
from fiction.errors import FictionError, StorytellerError, Trouble
from fiction.story.plan import ChoiceKind
from fiction.story.turn import Stage
from fiction.tui.app import FictionApp
from fiction.tui.library.title import TitleScreen
from fiction.tui.reading.act_input import ActInput
from fiction.tui.reading.choices import OptionRow
from fiction.tui.reading.phases import Phase
from support.tui_game import PROSE, SALT, Shelf, Teller
from support.tui_screens import begin, reading, sees, shown, until

Opened = Callable[..., FictionApp]
DOWN = StorytellerError("No server answers.", trouble=Trouble.UNREACHABLE, hint="Start it.", wait=30)
SIZES = [(60, 20), (80, 24), (200, 60)]


@pytest.mark.parametrize("size", SIZES)
async def test_three_key_presses_lead_from_the_title_into_a_story(opened: Opened, size: tuple[int, int]) -> None:
    app = opened()
    async with app.run_test(size=size, notifications=True) as pilot:
        await begin(pilot)
        await sees(pilot, "The ferryman takes the salt", "turn 1 of ~20", "Call Imre's name once, softly")


@pytest.mark.parametrize("size", SIZES)
async def test_a_number_takes_that_plan(opened: Opened, size: tuple[int, int]) -> None:
    app = opened()
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = await begin(pilot)
        await pilot.press("2")
        await sees(pilot, "> Call Imre's name once, softly", "turn 2 of ~20", "The light goes down")
        assert screen.session.turn is not None
        assert screen.session.turn.choice.kind is ChoiceKind.OFFERED
        latest = screen.page.latest
        assert latest is not None
        assert screen.page.scroll_offset.y == latest.virtual_region.y


async def test_a_click_takes_a_plan(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        screen = await begin(pilot)
        await pilot.click(list(screen.query(OptionRow))[2])
        await sees(pilot, "> Ask the ferryman what he buried", "turn 2")


async def test_continue_is_one_key_press(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await begin(pilot)
        await pilot.press("1")
        await sees(pilot, "turn 2")
        await pilot.press("q")
        await sees(pilot, "Continue  The Salt Road, The drowned chapel, turn 2")
        await pilot.press("c")
        await sees(pilot, "> Climb down after the sound", "turn 2 of ~20")


async def test_the_reader_writes_an_act(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        screen = await begin(pilot)
        await pilot.press("slash", *"dive 123", "enter")
        await sees(pilot, "> dive 123", "turn 2")
        assert screen.session.turn is not None
        assert screen.session.turn.choice.kind is ChoiceKind.WRITTEN


async def test_a_plan_is_put_in_the_readers_words(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await begin(pilot)
        screen.query_one("#ways").focus()
        await pilot.press("down", "e")
        assert screen.query_one(ActInput).text == "Call Imre's name once, softly"
        await pilot.press(*" twice", "enter")
        await sees(pilot, "softly twice", "turn 2")
        assert screen.session.turn is not None
        assert screen.session.turn.choice.kind is ChoiceKind.EDITED


async def test_escape_puts_the_pen_away_and_nothing_is_told(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await begin(pilot)
        await pilot.press("4", *"no", "escape")
        await pilot.pause()
        assert not screen.desk.writing
        await pilot.press("enter")
        await sees(pilot, "turn 2")


async def test_undo_redo_and_retry_move_along_the_tree(opened: Opened) -> None:
    teller = Teller()
    app = opened(teller)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await begin(pilot)
        await pilot.press("1")
        await sees(pilot, "turn 2")
        await pilot.press("u")
        await sees(pilot, "turn 1")
        await pilot.press("U")
        await sees(pilot, "turn 2")
        first = screen.session.turn
        await pilot.press("R", *"shorter", "enter")
        await until(pilot, lambda: screen.session.turn != first and screen.phase is Phase.CHOOSING)
        assert teller.hints[-1] == "shorter"
        assert len(screen.page.leaves) == 2


async def test_a_retelling_that_fails_is_tried_again_in_its_place(opened: Opened) -> None:
    teller = Teller()
    app = opened(teller)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await begin(pilot)
        await pilot.press("1")
        await sees(pilot, "turn 2")
        offered = []
        for _ in range(2):
            teller.fail = DOWN
            await pilot.press("r")
            await sees(pilot, "No server answers.", "Try again")
            offered.append(shown(app))
        await pilot.press("r")
        await until(pilot, lambda: screen.phase is Phase.CHOOSING)
        assert [leaf.turn.depth for leaf in screen.page.leaves if leaf.turn] == [1, 2]
        assert len(teller.hints) == 5
        assert not any("Change what you wrote" in text for text in offered)


async def test_keys_do_nothing_dangerous_while_a_turn_is_told(opened: Opened) -> None:
    teller = Teller()
    app = opened(teller)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await begin(pilot)
        teller.halfway = asyncio.Event()
        await pilot.press("1")
        await sees(pilot, "The light goes down")
        await pilot.press("1", "2", "3", "4", "u", "r", "e", "c", "m", "s", "slash", "x", "U", "R")
        assert screen.phase is Phase.TELLING
        teller.halfway.set()
        await sees(pilot, "turn 2")
        assert len(teller.hints) == 2


@pytest.mark.parametrize("key", ["escape", "ctrl+x"])
async def test_a_turn_can_be_stopped_and_told_after_all(opened: Opened, key: str) -> None:
    teller = Teller()
    app = opened(teller)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await begin(pilot)
        teller.halfway = asyncio.Event()
        await pilot.press("2")
        await sees(pilot, "The light goes down")
        await pilot.press(key)
        await sees(pilot, "You stopped the telling", "not part of the story")
        assert screen.session.pending is not None
        teller.halfway = None
        await pilot.press("r")
        await sees(pilot, "turn 2", "in its sleep")
        assert len(screen.page.leaves) == 2


async def test_a_turn_stopped_while_it_is_remembered_goes_on_later(opened: Opened) -> None:
    teller = Teller()
    app = opened(teller)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await begin(pilot)
        teller.reflecting = asyncio.Event()
        await pilot.press("2")
        await sees(pilot, "remembers, and thinks of ways on")
        await pilot.press("escape")
        await sees(pilot, "The passage is safe")
        teller.reflecting = None
        await pilot.press("r")
        await until(pilot, lambda: screen.phase is Phase.CHOOSING)
        assert screen.session.turn is not None
        assert screen.session.turn.stage is Stage.COMPLETE
        assert screen.session.turn.depth == 2


@pytest.mark.parametrize("size", SIZES)
async def test_a_failure_says_what_happened_and_what_can_be_done(opened: Opened, size: tuple[int, int]) -> None:
    model = Teller("model", "a model")
    app = opened(model, Teller())
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = await begin(pilot)
        screen.session.use("model")
        model.fail = DOWN
        await pilot.press("1")
        await sees(pilot, "No server answers.", "Start it.", "Try again", "better in", "built-in storyteller")
        await pilot.press("b")
        await sees(pilot, "turn 2")
        assert screen.session.turn is not None
        assert screen.session.turn.storyteller == "offline"


async def test_after_a_failure_the_words_can_be_changed(opened: Opened) -> None:
    teller = Teller()
    app = opened(teller)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await begin(pilot)
        teller.fail = DOWN
        await pilot.press("slash", *"dive", "enter")
        await sees(pilot, "No server answers.")
        await pilot.press("e")
        assert screen.query_one(ActInput).text == "dive"
        await pilot.press(*" deep", "enter")
        await sees(pilot, "> dive deep", "turn 2")


async def test_going_back_from_a_failure_keeps_what_was_decided(opened: Opened) -> None:
    teller = Teller()
    app = opened(teller)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await begin(pilot)
        teller.fail = DOWN
        await pilot.press("slash", *"dive", "enter")
        await sees(pilot, "No server answers.")
        await pilot.press("escape")
        await sees(pilot, "Still untold: dive", "Climb down")
        await pilot.press("r")
        await sees(pilot, "> dive", "turn 2")


async def test_leaving_in_mid_turn_loses_nothing(opened: Opened) -> None:
    teller = Teller()
    app = opened(teller)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await begin(pilot)
        teller.halfway = asyncio.Event()
        await pilot.press("slash", *"dive", "enter")
        await sees(pilot, "The light goes down")
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, TitleScreen))
        teller.halfway = None
        await sees(pilot, "Continue")
        await pilot.press("c")
        await sees(pilot, "Still untold: dive")


async def test_an_ending_is_shown_and_the_story_can_go_on(opened: Opened) -> None:
    app = opened(Teller(ends_at=2))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await begin(pilot)
        await pilot.press("1")
        await sees(pilot, "The End — The Salt Road", "Begin a new story", "Write on all the same")
        await pilot.press("1")
        assert screen.phase is Phase.ENDED
        await pilot.press("u")
        await sees(pilot, "Climb down after the sound", "turn 1")


async def test_the_view_is_not_dragged_while_the_story_streams(opened: Opened) -> None:
    teller = Teller(passages=("word " * 400, "word " * 400))
    app = opened(teller)
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        screen = await begin(pilot)
        teller.halfway = asyncio.Event()
        await pilot.press("1")
        await until(pilot, lambda: screen.page.below > 3)
        await sees(pilot, "> Climb down", "▼ more")
        await pilot.press("pagedown")
        await pilot.pause()
        place = screen.page.scroll_offset.y
        teller.halfway.set()
        await until(pilot, lambda: screen.phase is Phase.CHOOSING)
        assert screen.page.scroll_offset.y == place


async def test_few_turns_are_mounted_and_older_ones_come_when_they_are_scrolled_to(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, Teller(passages=("A short one.", "Another.")))
    session = await shelf.start(NewStory(world="salt-road"))
    async for _ in session.proceed():
        pass
    for _ in range(45):
        async for _ in session.play(session.offered(1)):
            pass
    app = FictionApp(lambda: shelf, start=session, animations="none")
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        await sees(pilot, "turn 46")
        page = reading(app).page
        assert len(page.leaves) <= 30
        for _ in range(80):  # ten turns at a time, each after a refresh or two
            page.focus()
            await pilot.press("home")
            await pilot.pause(0.1)
            if (first := page.leaves[0].turn) is not None and first.depth == 1:
                break
        assert first is not None
        assert first.depth == 1
        assert len(page.leaves) <= 30
        await pilot.press("1")
        await sees(pilot, "turn 47")
        last = page.leaves[-1].turn
        assert last is not None
        assert last.depth == 47


async def test_a_place_gets_a_name(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await begin(pilot)
        await pilot.press("s", *"the well", "enter")
        await sees(pilot, "This place is now called the well.")
        assert [mark.name for mark in screen.session.bookmarks()] == ["the well"]


async def test_the_memory_at_work_stands_beside_the_page_where_there_is_room(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(200, 60), notifications=True) as pilot:
        await begin(pilot)
        await sees(pilot, "THIS TURN", "he said that it was lost", "OPEN THREADS")
        await pilot.press("p")
        await until(pilot, lambda: "THIS TURN" not in shown(app))
        await pilot.resize_terminal(60, 20)
        await pilot.press("p")
        await sees(pilot, "THIS TURN")
        await pilot.press("p")
        await sees(pilot, "The ferryman")


async def test_a_broken_part_of_the_game_is_a_sentence_and_a_report(opened: Opened, tmp_path: Path) -> None:
    teller = Teller(fail=ZeroDivisionError("secret sk-abcdefghijklmnop"))
    log = tmp_path / "crash.txt"
    app = opened(teller, crash_log=log)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.pause()
        await pilot.press("enter", "enter")
        await pilot.pause(0.1)
        await pilot.press("enter")
        await sees(pilot, "Something in the game itself went wrong", "A report is in")
        assert "ZeroDivisionError" in log.read_text()
        assert "sk-abcdefghijklmnop" not in log.read_text()
        await pilot.press("r")
        await sees(pilot, "Climb down")


async def test_a_story_that_cannot_begin_says_so_and_keeps_the_form(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.refuses = FictionError("The disk is full.", hint="Make room.")
    app = FictionApp(lambda: shelf, animations="none")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.pause()
        await pilot.press("enter", "enter")
        await pilot.pause(0.1)
        await pilot.press(*"Ada", "enter")
        await sees(pilot, "The disk is full. Make room.")
        assert "Ada" in shown(app)
        assert shelf.kept[-1].name == "Ada"


async def test_the_form_becomes_the_profile_and_the_contract(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    app = FictionApp(lambda: shelf, animations="none")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.pause()
        await pilot.press("enter", "enter")
        await pilot.pause(0.1)
        await pilot.press(*"Ada", "tab", *"she/her", "tab", "tab", *"the sea, cats", "tab", *"spiders", "tab", "tab")
        await pilot.press("right", "tab", "right", "tab", "right", "enter")
        await sees(pilot, "turn 1 of ~60")
    story = shelf.started[0]
    assert (story.reader.name, str(story.reader.pronouns)) == ("Ada", "she/her/her")
    assert (story.reader.likes, story.reader.lines) == (("the sea", "cats"), ("spiders",))
    assert (story.settings.opening, story.settings.turns) == (SALT.openings[1].id, 60)
    assert story.settings.seed
    assert story.reader.passage_length.value == "long"


async def test_a_session_that_is_handed_over_opens_at_once(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    session = await shelf.start(NewStory(world="salt-road"))
    app = FictionApp(lambda: shelf, start=session, theme="paper", animations="none")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await sees(pilot, PROSE[1][:30])
        assert app.theme == "paper"
        await until(pilot, lambda: shelf.warmed == 1)
        assert reading(app).session is session


async def test_the_reader_goes_back_to_a_place_that_has_a_name(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        screen = await begin(pilot)
        await pilot.press("B")
        await sees(pilot, "No place in this story has a name yet")
        await pilot.press("s", *"the [b]well", "enter", "1")
        await sees(pilot, "turn 2")
        await until(pilot, lambda: screen.phase is Phase.CHOOSING)
        await pilot.press("B")
        await sees(pilot, "the [b]well", "named just now")
        await pilot.press("enter")
        await sees(pilot, "turn 1 of")
        assert screen.session.can_redo


async def test_a_stream_that_stalls_says_so_and_is_quiet_again_when_it_goes_on(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fiction.tui.reading.turn_view.PATIENCE", 1)
    teller = Teller()
    app = opened(teller)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await begin(pilot)
        teller.halfway = asyncio.Event()
        await pilot.press("1")
        await sees(pilot, "The light goes down", "The storyteller has paused ... 1 s")
        teller.halfway.set()
        await sees(pilot, "turn 2")
        assert "has paused" not in shown(app)


async def test_one_notice_is_shown_at_a_time_and_goes_when_the_story_goes_on(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await begin(pilot)
        await pilot.press("s", *"one", "enter", "s", *"two", "enter")
        await sees(pilot, "now called two")
        assert "now called one" not in shown(app)
        await pilot.press("1")
        await sees(pilot, "turn 2")
        assert "now called two" not in shown(app)
