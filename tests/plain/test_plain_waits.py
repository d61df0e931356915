"""Waiting in lines: for the first word, for a server that asks for time, and for the reader's word on a cap."""

import asyncio
import io
import os
import signal
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fiction.engine.budget import Costs
from fiction.errors import StorytellerError, Trouble
from fiction.plain import LinePrinter, PlainGame
from fiction.plain.cost_lines import bill
from fiction.story.cards import StorytellerCard
from fiction.story.money import Price
from fiction.story.scene import Scene, Telling
from fiction.story.turn import Reflection, Usage
from support.clocks import FastClock, HandClock
from support.plain_table import Table, Typed, play

DOWN = StorytellerError("No server answers.", trouble=Trouble.UNREACHABLE, hint="Start it.")
BUSY = StorytellerError("It is busy.", trouble=Trouble.BUSY, wait=24.4)
CAPPED = StorytellerError("The turn would cost about $0.02.", trouble=Trouble.CAPPED, hint="Raise it.")
BOTH = (StorytellerCard("model", "another script"), StorytellerCard("offline", "a script"))


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """Told by a mind, with the built-in storyteller beside it."""
    return Table(tmp_path, told_by="model", cards=BOTH)


class TestAfterATrouble:
    async def test_one_line_says_what_can_be_typed(self, table: Table) -> None:
        table.mind.fail_narrate[3] = DOWN
        played = await play(table, "1", "1")
        at = played.lines.index("No server answers. Start it.")
        assert played.lines[at + 1] == (
            "Nothing is lost. Type /retry to try again, /retry WISH to have it told with a wish, /storyteller offline"
            " and then /retry to have the built-in storyteller tell it, /undo to go back, or /quit."
        )

    async def test_each_of_them_works(self, table: Table) -> None:
        for depth in (2, 3, 4, 5):
            table.mind.fail_narrate[depth] = DOWN
        played = await play(
            table, "1", "/retry", "1", "/retry shorter", "1", "/storyteller offline", "/retry", "/storyteller model",
            "1", "/undo", "/quit",
        )  # fmt: skip
        assert "Passage 2: Climb stair 1." in played.lines
        assert "Passage 3: Climb stair 2. (shorter)" in played.lines
        assert "Type /retry to have it told." in played.lines
        assert "Passage 4: Climb stair 3." in played.lines
        assert [scene.depth for scene in table.teller.scenes] == [4]
        assert played.code == 0

    @pytest.mark.parametrize("trouble", list(Trouble))
    async def test_every_trouble_leaves_a_way_on(self, table: Table, trouble: Trouble) -> None:
        table.mind.fail_after[2] = StorytellerError(f"It is {trouble}.", trouble=trouble, hint="Do this.")
        played = await play(table, "1", "/retry")
        assert f"It is {trouble}. Do this." in played.lines
        assert any(line.startswith("Nothing is lost. Type /") for line in played.lines)
        assert "Passage 2: Climb stair 1." in played.lines

    async def test_a_full_disk_is_no_reason_to_change_who_tells(self, table: Table) -> None:
        played = await play(table, "1")
        assert "storyteller offline" not in played.text

    async def test_plans_that_the_storyteller_did_not_make_can_be_made_again(self, table: Table) -> None:
        table.mind.fail_reflect[2] = BUSY
        played = await play(table, "1", "/retry")
        general = "These are general plans. Type /retry to have the storyteller make its own."
        assert played.lines.count(general) == 1
        assert played.lines.index("1. Climb stair 2. (bold; the stair may break)") > played.lines.index(general)


class TestAskedToWait:
    async def test_the_wait_can_be_seen_and_ends_in_a_retry(self, table: Table) -> None:
        table.mind.fail_narrate[2] = BUSY
        clock = FastClock()
        played = await play(table, "1", "/wait", clock=clock)
        assert any("/wait to wait the 25 seconds that the server asks for" in line for line in played.lines)
        lines = [line for line in played.lines if line.startswith("Waiting: ")]
        assert lines == [
            "Waiting: 25 s left. Ctrl-C stops.",
            "Waiting: 15 s left. Ctrl-C stops.",
            "Waiting: 5 s left. Ctrl-C stops.",
        ]
        assert "Passage 2: Climb stair 1." in played.lines

    async def test_time_that_has_passed_meanwhile_counts(self, table: Table) -> None:
        table.mind.fail_narrate[2] = BUSY
        clock = FastClock()
        later = lambda: setattr(clock, "_now", clock.now() + 20)  # noqa: E731
        played = await play(table, "1", later, "/wait", clock=clock)
        assert [line for line in played.lines if line.startswith("Waiting: ")] == ["Waiting: 5 s left. Ctrl-C stops."]

    async def test_ctrl_c_stops_the_wait_and_nothing_else(self, table: Table) -> None:
        table.mind.fail_narrate[2] = BUSY
        asyncio.get_running_loop().call_later(0.3, os.kill, os.getpid(), signal.SIGINT)
        played = await play(table, "1", "/wait", "/retry", clock=HandClock())
        assert "Stopped. Type /retry to try again, or choose anew." in played.lines
        assert "Passage 2: Climb stair 1." in played.lines
        assert played.code == 0

    async def test_there_may_be_nothing_to_wait_for(self, table: Table) -> None:
        table.mind.fail_narrate[2] = DOWN
        played = await play(table, "/wait", "1", "/wait")
        assert played.lines.count("There is nothing to wait for.") == 2


class TestWaitingForAWord:
    async def test_a_line_at_thirty_seconds_and_then_at_growing_distances(self, table: Table) -> None:
        out, clock = io.StringIO(), HandClock()
        table.mind.hold = asyncio.Event()
        reflecting = asyncio.Event()
        narrate, reflect = table.mind._tell, table.mind.reflect

        async def slow_to_begin(scene: Scene) -> AsyncGenerator[Telling, None]:
            await first.wait()
            async for event in narrate(scene):
                yield event

        async def slow_to_reflect(scene: Scene, passage: str) -> Reflection:
            await reflecting.wait()
            return await reflect(scene, passage)

        first = asyncio.Event()
        table.mind._tell, table.mind.reflect = slow_to_begin, slow_to_reflect  # type: ignore[method-assign]
        session = table.session()
        game = asyncio.create_task(
            PlainGame(table, session, lines=Typed("/quit"), page=LinePrinter(out), clock=clock).play()
        )

        def waited() -> list[str]:
            return [line for line in out.getvalue().splitlines() if line.startswith("Still")]

        await clock.pass_by(29)
        assert waited() == []
        await clock.pass_by(1)
        assert waited() == ["Still waiting (30 s). Ctrl-C stops."]
        for seconds in (30, 60, 60, 120):
            await clock.pass_by(seconds)
        assert [line[15:20] for line in waited()] == ["30 s)", "60 s)", "2 min", "4 min"]  # none at three minutes
        assert waited()[2] == "Still waiting (2 min). Ctrl-C stops."
        first.set()
        await clock.pass_by(1_000)
        assert len(waited()) == 4  # the passage has begun: not a line into the middle of it
        table.mind.hold.set()
        await clock.pass_by(0)
        assert "Passage 1: begin." in out.getvalue().splitlines()
        await clock.pass_by(30)
        assert len(waited()) == 5
        reflecting.set()
        assert await game == 0
        await session.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}


@dataclass
class Tin:
    """A budget that refuses until it is told to go on."""

    spent: Costs
    allowed: int = 0

    def permit(self, expected: Usage, *, model: str, base_url: str) -> None: ...

    def learn(self, price: Price | None, *, model: str, base_url: str) -> None:
        """Prices are of no interest here."""

    def pay(self, usage: Usage, *, model: str, base_url: str, billed: int | None = None) -> Usage:
        return usage

    def forecast(self, usage: Usage, *, model: str, base_url: str) -> Usage:
        return usage

    def allow(self) -> None:
        self.allowed += 1

    def costs(self) -> Costs:
        return self.spent


class TestCosts:
    async def test_a_cap_is_said_and_can_be_lifted(self, table: Table) -> None:
        budget = table.budget = Tin(Costs())
        table.mind.fail_narrate[2] = CAPPED
        played = await play(table, "/allow", "1", "/allow")
        assert "No cap stands in the way." in played.lines
        assert "The turn would cost about $0.02. Raise it." in played.lines
        assert any(line.startswith("Nothing is lost. Type /allow to go on all the same, ") for line in played.lines)
        assert budget.allowed == 1
        assert "Passage 2: Climb stair 1." in played.lines

    async def test_the_bill_is_told_in_sentences(self, table: Table) -> None:
        table.budget = Tin(Costs(story=Usage(5_000, 900, 2_000, cost=12_345), story_cap=1_000_000))
        table.mind.spends = Usage(2_000, 300, 500, cost=500)
        played = await play(table, "1", "/cost")
        lines = [line for line in played.lines if " tokens in" in line or "cost" in line]
        assert lines[1] == "This story: 5,000 tokens in (2,000 from the cache), 900 out; $0.0124."
        assert lines[2].startswith("The next turn: about ")
        assert lines[3].startswith("The rest of the story: about ")
        assert "You are asked before a turn that would take this story over $1.00." in played.lines

    async def test_the_built_in_storyteller_costs_nothing(self, tmp_path: Path) -> None:
        played = await play(Table(tmp_path), "1", "/cost")
        assert "This story costs nothing: no server is asked for it." in played.lines

    def test_what_is_not_known_is_said(self) -> None:
        unknown = Usage(10, 5, estimated=True, unpriced=True)
        lines = list(bill(Costs(story=unknown, next_turn=Usage(10, 5, cost=20_000_000, unpriced=True)), None))
        assert lines[0] == "This story: about 10 tokens in, 5 out; what it costs is unknown."
        assert lines[1] == "The next turn: 10 tokens in, 5 out; at least $20.00, the rest is unknown."
        assert lines[2].startswith("There is no cap.")

    def test_no_cap_is_promised_for_what_is_asked_at_an_unknown_price(self) -> None:
        unknown = Usage(10, 5, estimated=True, unpriced=True)
        text = " ".join(bill(Costs(next_turn=unknown, rest=unknown, story_cap=10_000, day_cap=20_000), None))
        assert "The next turn: about 10 tokens in, 5 out; what it costs is unknown." in text
        assert "counts towards no cap" in text
        assert "stops before" not in text

    def test_a_model_on_this_machine_has_tokens_and_no_dollars(self) -> None:
        text = " ".join(bill(Costs(story=Usage(10, 5), next_turn=Usage(10, 5, estimated=True)), None))
        assert "$" not in text
        assert "cap" not in text


class TestWhoTells:
    async def test_they_are_listed_and_can_be_changed_in_mid_story(self, table: Table) -> None:
        table.cards = (*BOTH, StorytellerCard("model:big", "", available=False, why_not="No such server."))
        played = await play(table, "1", "/storyteller", "/storyteller offline", "1", "/storyteller model", "1")
        assert "model: another script. Tells now." in played.lines
        assert "offline: a script." in played.lines
        assert "model:big: not to be had. No such server." in played.lines
        assert "Type /storyteller NAME to have another one tell from now on." in played.lines
        assert [scene.depth for scene in table.teller.scenes] == [3]
        assert [scene.depth for scene in table.mind.scenes] == [1, 2, 4]
