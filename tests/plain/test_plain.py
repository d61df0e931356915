"""The plain game over a real save, told by a script."""

import asyncio
import io
import os
import signal
from pathlib import Path

import pytest

from fiction.engine.session import Session
from fiction.errors import NotFound, StorytellerError, Trouble
from fiction.plain import LinePrinter, library
from support.plain_table import Table, Typed, play

DOWN = StorytellerError("No server answers.", trouble=Trouble.UNREACHABLE, hint="Start it.")


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path)


async def test_each_turn_is_announced_told_and_followed_by_three_plans(table: Table) -> None:
    played = await play(table, "1", "2")
    assert played.code == 0
    order = [
        "Turn 1.",
        "Passage 1: begin.",
        "1. Climb stair 1. (bold; the stair may break)",
        "2. Greet neighbour 1. (warm; they may answer)",
        "3. Read notice 1. (curious; it may concern you)",
        "You: Climb stair 1.",
        "Turn 2. Scene 0.",
        "Passage 2: Climb stair 1.",
        "You: Greet neighbour 2.",
        "Passage 3: Greet neighbour 2.",
        "Saved as story. To go on: fiction resume story",
    ]
    places = [played.lines.index(line) for line in order]
    assert places == sorted(places)


async def test_a_new_scene_is_told_after_its_first_passage(table: Table) -> None:
    played = await play(table, "1", "1", "1")
    assert "Turn 3. Scene 0." in played.lines
    assert played.lines.index("The scene: Scene 1.") > played.lines.index("Passage 3: Climb stair 2.")
    assert "Turn 4. Scene 1." in played.lines


async def test_nothing_is_drawn(table: Table) -> None:
    played = await play(table, "1", "/timeline", "/help", "/memory", "/journal")
    assert not [char for char in played.text if "\u2500" <= char <= "\u25ff" or char == "\x1b"]


async def test_anything_else_is_the_readers_own_attempt(table: Table) -> None:
    played = await play(table, "  I ask the cook\x1b[2J for salt  ")
    assert "Passage 2: I ask the cook for salt." in played.lines


async def test_a_plan_can_be_edited_at_once_or_after_seeing_it(table: Table) -> None:
    played = await play(table, "e 2 Greet nobody", "e 1", "Climb slowly", "e 3", "", "E 9")
    assert "Passage 2: Greet nobody." in played.lines
    assert "Plan 1 is: Climb stair 2" in played.lines
    assert "Passage 3: Climb slowly." in played.lines
    assert "Plan 3 is: Read notice 3" in played.lines
    assert "Passage 4: E 9." in played.lines


@pytest.mark.parametrize("line", ["4", "0", "99999999999999999999", "٣"])
async def test_a_number_without_a_plan_is_no_attempt(table: Table, line: str) -> None:
    played = await play(table, line)
    assert "Passage 2" not in played.text or line == "٣"


async def test_an_unknown_command_points_to_the_help(table: Table) -> None:
    played = await play(table, "/dance", "/export html", "/help")
    assert "There is no command /dance. Type /help for those there are." in played.lines
    assert "There is no command /export. Type /help for those there are." in played.lines
    assert any(line.startswith("/undo: ") for line in played.lines)


async def test_undo_and_redo_show_the_page(table: Table) -> None:
    played = await play(table, "1", "/undo", "/undo", "/redo", "/redo")
    assert played.lines.count("Passage 1: begin.") == 2
    assert played.lines.count("Passage 2: Climb stair 1.") == 2
    assert "This is the first turn; there is nothing before it." in played.lines
    assert "There is nothing to go forward to." in played.lines


async def test_a_retry_may_carry_a_wish(table: Table) -> None:
    played = await play(table, "1", "/retry shorter")
    assert "Passage 2: Climb stair 1. (shorter)" in played.lines
    assert played.lines.count("Turn 2. Scene 0.") == 2


async def test_memory_journal_timeline_and_names_are_told_in_sentences(table: Table) -> None:
    played = await play(
        table, "1", "/save by the well", "/memory edit The cook lies.", "/memory", "/journal", "/timeline"
    )
    assert played.lines.count("The cook lies.") == 2
    assert "Added: depth 2. Because: it is new." in played.lines
    assert (
        "Fact: you did thing 2. Since turn 2." in played.lines or "Fact: you did thing 1. Since turn 1." in played.lines
    )
    assert "This place is saved as by the well." in played.lines
    assert "Turn 2. Scene 0. You: Climb stair 1. Saved as by the well." in played.lines


async def test_what_failed_is_said_and_can_be_tried_again(table: Table) -> None:
    table.teller.fail_narrate[2] = DOWN
    played = await play(table, "1", "/retry")
    assert "No server answers. Start it." in played.lines
    assert (
        "Nothing is lost. Type /retry to try again, /retry WISH to have it told with a wish, or /quit." in played.lines
    )
    assert "Passage 2: Climb stair 1." in played.lines
    assert played.code == 0


async def test_input_that_ends_on_a_failed_turn_is_a_failure_and_what_was_decided_is_kept(table: Table) -> None:
    table.teller.fail_narrate[2] = DOWN
    played = await play(table, "2")
    assert played.error is not None
    assert played.error.sentence == "No server answers. Start it."
    again = await play(table, "/retry")
    assert any(line.startswith("Not told yet: You: Greet neighbour 1.") for line in again.lines)
    assert "Passage 2: Greet neighbour 1." in again.lines


async def test_another_storyteller_can_go_on_if_there_is_one(table: Table) -> None:
    played = await play(table, "/storyteller model", "/storyteller nobody", "/storyteller offline")
    assert "No model." in played.text
    assert "There is no storyteller 'nobody' here." in played.text
    assert "Told by a script." in played.lines


async def test_after_the_end_the_reader_is_told_what_can_be_typed(table: Table) -> None:
    table.teller.ends_at = 2
    played = await play(table, "1", "1", "/continue")
    assert any(line.startswith("The end.") for line in played.lines)
    assert sum("/continue" in line and "/undo" in line for line in played.lines) == 2
    assert any(line.startswith("Passage 3: ") for line in played.lines)


async def test_too_much_typing_is_cut_with_a_sentence(table: Table) -> None:
    played = await play(table, "a" * 3_000)
    assert "That was more than 2,000 characters; the rest was cut off." in played.lines
    assert f"Passage 2: {'a' * 2_000}." in played.lines


async def test_a_story_is_taken_up_at_its_page(table: Table) -> None:
    await play(table, "1")
    played = await play(table)
    assert "Passage 2: Climb stair 1." in played.lines
    assert "Passage 1: begin." not in played.lines
    assert played.lines.count("1. Climb stair 2. (bold; the stair may break)") == 1


async def test_quitting_is_saved_and_no_failure(table: Table) -> None:
    played = await play(table, "1", "/quit", "1")
    assert played.code == 0
    assert "Passage 3" not in played.text


async def test_ctrl_c_stops_a_turn_and_keeps_what_was_decided(table: Table) -> None:
    table.teller.hold = asyncio.Event()
    opened = asyncio.get_running_loop().call_later(0.2, table.teller.hold.set)
    await play(table)
    opened.cancel()
    table.teller.hold = asyncio.Event()
    before = len(table.teller.scenes)

    def press() -> None:
        if len(table.teller.scenes) > before:
            os.kill(os.getpid(), signal.SIGINT)
        else:
            asyncio.get_running_loop().call_later(0.02, press)

    asyncio.get_running_loop().call_soon(press)
    release = table.teller.hold.set
    played = await play(table, "1", release, "/retry")
    assert "Stopped." in played.lines
    assert "What you decided is kept. Type /retry to have it told, or choose anew." in played.lines
    assert "Passage 2: Climb stair 1." in played.lines
    assert played.code == 0


async def test_ctrl_c_at_the_prompt_saves_and_leaves_with_130(table: Table) -> None:
    played = await play(table, "1", lambda: os.kill(os.getpid(), signal.SIGINT), "1")
    assert played.code == 130
    assert "Saved as story. To go on: fiction resume story" in played.lines
    assert "Passage 3" not in played.text


class TestLibrary:
    async def choose(self, table: Table, *lines: str) -> tuple[str, Session | None]:
        out = io.StringIO()
        session = await library(table, Typed(*lines), LinePrinter(out))
        if session is not None:
            await session.close()
        return out.getvalue(), session

    async def test_a_world_is_taken_by_its_number_and_a_name_is_asked_for(self, table: Table) -> None:
        text, session = await self.choose(table, "9", "2", "Grace")
        assert session is not None
        assert table.started[0].world == "b"
        assert table.started[0].reader.name == "Grace"
        assert table.started[0].settings.storyteller == "offline"
        assert "Type a number from 1 to 2." in text
        assert "2. Brine. A sea. (for teen; death)" in text
        assert "Can't be played: Clay. It is broken." in text

    async def test_enter_takes_the_first_world_and_keeps_the_name(self, table: Table) -> None:
        await self.choose(table, "", "")
        assert (table.started[0].world, table.started[0].reader.name) == ("a", "Ada")

    async def test_two_stories_are_told_differently(self, table: Table) -> None:
        await self.choose(table, "", "")
        table.path.unlink()
        await self.choose(table, "", "")
        assert table.started[0].settings.seed != table.started[1].settings.seed

    async def test_with_a_save_one_can_go_on_or_begin_anew(self, table: Table) -> None:
        await table.session().close()
        for answer in ("", "c"):
            text, session = await self.choose(table, answer)
            assert session is not None
            assert "Your last story is A Story, at turn 3." in text
        assert not table.started
        await self.choose(table, "n", "1", "")
        assert table.started

    async def test_input_that_ends_early_starts_nothing(self, table: Table) -> None:
        for lines in ((), ("1",)):
            _, session = await self.choose(table, *lines)
            assert session is None
        assert not table.started

    async def test_without_worlds_the_reader_is_told_how_to_get_some(self, table: Table) -> None:
        table.worlds = lambda: ()  # type: ignore[method-assign]
        with pytest.raises(NotFound, match="no worlds"):
            await self.choose(table)
