"""Working ahead: what is made ready while the reader reads, and that nothing of it shows unless it is chosen."""

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from pathlib import Path
from typing import Literal

import pytest

from fiction.engine import foresight
from fiction.engine.foresight import likeliest
from fiction.engine.ports import Ahead
from fiction.engine.session import Session
from fiction.errors import StorytellerError, Trouble
from fiction.saves.store import SaveFile
from fiction.story.events import (
    ChoiceSaved,
    Event,
    Notice,
    PassageDone,
    ProseDelta,
    ProseReset,
    Remembered,
    Spent,
    TurnFailed,
    TurnSaved,
)
from fiction.story.memory import Cue, Memory, Recall
from fiction.story.plan import Approach, Choice, ChoiceKind
from fiction.story.reader import ReaderProfile, StorySettings
from fiction.story.scene import Scene, Telling
from fiction.story.turn import Stage, Usage
from support.scripted import Scripted, plans_at
from support.table import Table, drain, until, working_ahead

DOWN = StorytellerError("No server answers.", trouble=Trouble.UNREACHABLE, hint="Start it.")
WARM_READER = ReaderProfile(leanings=((Approach.WARM, 1.6), (Approach.BOLD, 0.7)))


@pytest.fixture
async def lay(tmp_path: Path) -> AsyncIterator[Callable[..., Table]]:
    tables: list[Table] = []

    def laid(ahead: Ahead, *, reader: ReaderProfile | None = None, teller: Scripted | None = None) -> Table:
        teller = teller or Scripted(name="mind")
        teller.ahead = ahead
        settings = StorySettings(turns=20, storyteller=teller.name)
        tables.append(Table.laid(tmp_path, teller, settings=settings, reader=reader))
        return tables[-1]

    yield laid
    for table in tables:
        await table.session.close()
    assert not working_ahead()


async def quiet() -> None:
    """Wait until nobody works ahead any more."""
    await until(lambda: not working_ahead())


def told(table: Table) -> list[str]:
    return [line for line in table.storyteller.log if line.startswith("tell ")]


class TestHowFar:
    async def test_a_storyteller_with_nothing_to_make_ready_costs_what_it_did(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.OFF)
        await table.play(1, 2)
        assert not working_ahead()
        assert not table.storyteller.prepared
        assert len(table.memory.cues) == 2

    async def test_warm_makes_the_server_ready_with_all_but_the_plan(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.WARM)
        await table.play(1)
        await quiet()
        scene = table.storyteller.prepared[-1]
        assert scene.parent == table.session.turn
        assert scene.choice == Choice(ChoiceKind.OFFERED)
        assert table.session.ready == frozenset()
        assert told(table) == ["tell 1: begin", "tell 2: Climb stair 1"]

    async def test_the_prompt_of_the_turn_begins_as_what_was_made_ready(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.WARM)
        await table.play(1, 1, 1, 1)
        await quiet()
        prepared = table.storyteller.prepared[-1]
        await drain(table.session.play(table.session.offered(2)))
        scene = table.storyteller.scenes[-1]
        assert dataclasses.replace(prepared, choice=scene.choice, recall=scene.recall) == scene

    async def test_best_writes_the_likeliest_passage(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.BEST, reader=WARM_READER)
        await table.play()
        await quiet()
        assert table.storyteller.log[-3:] == ["prepare 2", "tell 2: Greet neighbour 1", "told 2: Greet neighbour 1"]
        assert table.session.ready == {2}

    async def test_all_writes_every_passage_one_after_the_other_the_likeliest_first(
        self, lay: Callable[..., Table]
    ) -> None:
        table = lay(Ahead.ALL, reader=WARM_READER)
        await table.play()
        await quiet()
        assert table.storyteller.log[-7:] == [
            "prepare 2",
            "tell 2: Greet neighbour 1", "told 2: Greet neighbour 1",
            "tell 2: Read notice 1", "told 2: Read notice 1",
            "tell 2: Climb stair 1", "told 2: Climb stair 1",
        ]  # fmt: skip
        assert table.session.ready == {1, 2, 3}

    def test_of_plans_equally_likely_the_first_comes_first(self) -> None:
        plans = plans_at(1)
        assert [number for number, _ in likeliest(plans, ReaderProfile())] == [1, 2, 3]
        assert [number for number, _ in likeliest(plans, WARM_READER)] == [2, 3, 1]

    async def test_it_goes_no_further_than_one_turn(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.ALL)
        await table.play()
        await quiet()
        assert {scene.depth for scene in table.storyteller.scenes} == {1, 2}


class TestTaken:
    async def test_a_passage_that_is_whole_is_there_at_once_and_told_once(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.ALL, teller=Scripted(name="mind", spends=Usage(100, 20, 50)))
        await table.play()
        await quiet()
        before = len(told(table))
        events = await drain(table.session.play(table.session.offered(3)))
        assert [type(event) for event in events[:5]] == [ChoiceSaved, Remembered, ProseDelta, Spent, PassageDone]
        assert events[2] == ProseDelta("Passage 2: Read notice 1.")
        assert len(told(table)) == before
        turn = table.session.turn
        assert turn is not None
        assert turn.passage == "Passage 2: Read notice 1."

    async def test_its_usage_is_saved_as_that_of_any_other(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.ALL, teller=Scripted(name="mind", spends=Usage(100, 20, 50)))
        await table.play()
        await quiet()
        await drain(table.session.play(table.session.offered(3)))
        foreseen = table.session.turn
        await drain(table.session.play(table.session.written("wave")))
        live = table.session.turn
        assert foreseen is not None
        assert live is not None
        assert foreseen.usage == live.usage != Usage()

    async def test_it_takes_no_time_of_the_loops(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.BEST)
        await table.play()
        await quiet()
        events = table.session.play(table.session.offered(1))
        for kind in (ChoiceSaved, Remembered, ProseDelta):
            step = events.asend(None)
            with pytest.raises(StopIteration) as first:
                step.send(None)  # a coroutine that waits for anything does not end here
            assert isinstance(first.value.value, kind)
        await events.aclose()

    async def test_one_in_the_writing_is_given_as_far_as_it_is_and_then_live(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.ALL)
        release = table.storyteller.holds["Climb stair 1"] = asyncio.Event()
        await table.play()
        await until(lambda: "tell 2: Climb stair 1" in table.storyteller.log)
        events = table.session.play(table.session.offered(1))
        shown = [await anext(events) for _ in range(3)]
        assert shown[-1] == ProseDelta("Passage 2")
        release.set()
        rest = await drain(events)
        assert rest[0] == ProseDelta(": Climb stair 1.")
        assert told(table).count("tell 2: Climb stair 1") == 1
        assert "tell 2: Greet neighbour 1" not in table.storyteller.log
        assert table.session.turn is not None
        assert table.session.turn.passage == "Passage 2: Climb stair 1."

    async def test_whoever_stops_it_in_the_writing_stops_the_writing(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.BEST)
        table.storyteller.holds["Climb stair 1"] = asyncio.Event()
        await table.play()
        await until(lambda: "tell 2: Climb stair 1" in table.storyteller.log)
        events = table.session.play(table.session.offered(1))
        for _ in range(3):
            await anext(events)
        await events.aclose()
        assert not working_ahead()
        assert table.storyteller.log[-1] == "let go of 2: Climb stair 1"
        assert table.session.turn is not None
        assert table.session.turn.depth == 1
        assert table.session.pending == table.session.offered(1)

    async def test_one_that_breaks_after_it_was_taken_fails_like_any_other(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.BEST)
        release = table.storyteller.holds["Climb stair 1"] = asyncio.Event()

        class Broken(asyncio.Event):
            async def wait(self) -> Literal[True]:
                await release.wait()
                raise DOWN

        table.storyteller.holds["Climb stair 1"] = Broken()
        await table.play()
        await until(lambda: "tell 2: Climb stair 1" in table.storyteller.log)
        events = table.session.play(table.session.offered(1))
        for _ in range(3):
            await anext(events)
        release.set()
        failed = (await drain(events))[-1]
        assert isinstance(failed, TurnFailed)
        assert failed.trouble is Trouble.UNREACHABLE
        assert table.session.pending == table.session.offered(1)
        del table.storyteller.holds["Climb stair 1"]
        await drain(table.session.retry())
        assert table.session.turn is not None
        assert table.session.turn.passage == "Passage 2: Climb stair 1."

    async def test_the_others_are_let_go_of_before_the_notes_are_asked_for(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.ALL)
        table.storyteller.holds["Greet neighbour 1"] = asyncio.Event()
        await table.play()
        await until(lambda: "tell 2: Greet neighbour 1" in table.storyteller.log)
        assert table.session.ready == {1}
        await drain(table.session.play(table.session.offered(1)))
        log = table.storyteller.log
        assert log.index("let go of 2: Greet neighbour 1") < log.index("reflect 2")
        assert "tell 2: Read notice 1" not in log

    async def test_what_was_shown_before_it_began_again_is_not_shown(self, lay: Callable[..., Table]) -> None:
        class Doubtful(Scripted):
            async def _tell(self, scene: Scene) -> AsyncGenerator[Telling, None]:
                yield ProseDelta("No, ")
                yield Notice("It begins again.")
                yield ProseReset()
                yield ProseDelta("yes")
                yield ProseDelta("!")

        table = lay(Ahead.BEST, teller=Doubtful(name="mind"))
        await table.play()
        await quiet()
        events = await drain(table.session.play(table.session.offered(1)))
        assert events[2:4] == [ProseDelta("yes!"), Notice("It begins again.")]


OTHERWISE: dict[str, Callable[[Session], AsyncIterator[Event]]] = {
    "another plan": lambda session: session.play(session.offered(2)),
    "the plan in other words": lambda session: session.play(session.edited(1, "Climb slowly")),
    "own words": lambda session: session.play(session.written("wave")),
    "nothing": lambda session: session.continue_(),
    "a retry": lambda session: session.retry(),
    "a wish": lambda session: session.retry("shorter"),
    "the plan with a hint": lambda session: session.play(dataclasses.replace(session.offered(1), hint="shorter")),
    "another storyteller": lambda session: session.play(session.offered(1), storyteller="model"),
}


class TestNotTaken:
    @pytest.mark.parametrize("way", OTHERWISE.values(), ids=OTHERWISE)
    async def test_anything_else_throws_it_away_before_anything_is_asked(
        self, lay: Callable[..., Table], way: Callable[[Session], AsyncIterator[Event]]
    ) -> None:
        table = lay(Ahead.BEST)
        table.other.log = table.storyteller.log
        hold = table.storyteller.holds["Climb stair 2"] = asyncio.Event()
        await table.play(1)
        log = table.storyteller.log
        await until(lambda: "tell 3: Climb stair 2" in log)
        written = len(log)
        playing = asyncio.create_task(drain(way(table.session)))
        hold.set()
        await playing
        assert log[written] == "let go of 3: Climb stair 2"
        assert log[written + 1].startswith("tell ")
        assert table.session.turn is not None
        assert table.session.turn.stage is Stage.COMPLETE

    @pytest.mark.parametrize("way", OTHERWISE.values(), ids=OTHERWISE)
    async def test_a_whole_passage_for_another_choice_is_told_to_nobody(
        self, lay: Callable[..., Table], way: Callable[[Session], AsyncIterator[Event]]
    ) -> None:
        table = lay(Ahead.BEST)
        await table.play(1)
        await quiet()
        scenes = len(table.storyteller.scenes) + len(table.other.scenes)
        await drain(way(table.session))
        await quiet()
        assert len(table.storyteller.scenes) + len(table.other.scenes) >= scenes + 1
        assert table.session.turn is not None
        assert table.session.turn.passage != "Passage 3: Climb stair 2." or table.session.turn.storyteller == "model"

    async def test_one_that_does_not_let_go_holds_nobody_up(
        self, lay: Callable[..., Table], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        table = lay(Ahead.BEST)
        table.storyteller.holds["Climb stair 1"] = asyncio.Event()
        table.storyteller.letting_go = asyncio.Event()
        monkeypatch.setattr(foresight, "PATIENCE", 0.01)
        await table.play()
        await until(lambda: "tell 2: Climb stair 1" in table.storyteller.log)
        await drain(table.session.play(table.session.offered(2)))
        assert table.session.turn is not None
        assert table.session.turn.passage == "Passage 2: Greet neighbour 1."
        table.storyteller.letting_go.set()
        await quiet()

    async def test_nothing_of_it_is_kept_anywhere(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.ALL)
        await table.play(1)
        head, ledger, memories = table.session.turn, table.session.ledger, dict(table.memory.memories)
        await quiet()
        assert table.session.ready == {1, 2, 3}
        assert (table.session.turn, table.session.ledger, table.memory.memories) == (head, ledger, memories)
        assert table.session.pending is None
        await table.session.close()
        with_what_was_told = SaveFile.open(table.path)
        assert head is not None
        assert with_what_was_told.children(head.id) == ()
        assert with_what_was_told.head() == head
        with_what_was_told.close()


def longer(log: list[str]) -> Callable[[], bool]:
    """Whether more stands in it than now."""
    known = len(log)
    return lambda: len(log) > known


ELSEWHERE: dict[str, Callable[[Session], object]] = {
    "undo": lambda session: session.undo(),
    "jump": lambda session: session.jump(session.transcript(9)[0].id),
    "an edited memory": lambda session: session.edit_memory(session.transcript(9)[0].id, "the stair was sound"),
    "a pin": lambda session: session.pin(session.transcript(9)[0].id),
    "a forgotten memory": lambda session: session.forget(session.transcript(9)[0].id),
    "a restored memory": lambda session: session.restore(session.transcript(9)[0].id),
    "an edited short-term memory": lambda session: session.edit_short_term("The key is under the mat."),
    "the same storyteller": lambda session: session.use("mind"),
}


class TestBegunAnew:
    @pytest.mark.parametrize("way", ELSEWHERE.values(), ids=ELSEWHERE)
    async def test_from_where_the_reader_is_now(
        self, lay: Callable[..., Table], way: Callable[[Session], object]
    ) -> None:
        table = lay(Ahead.BEST)
        table.storyteller.hold = asyncio.Event()
        table.storyteller.hold.set()
        await table.play(1)
        await quiet()
        table.storyteller.hold.clear()
        prepared = len(table.storyteller.prepared)
        way(table.session)
        assert table.session.ready == frozenset()
        await until(lambda: len(table.storyteller.prepared) > prepared)
        table.storyteller.hold.set()
        await quiet()
        assert table.session.ready == {1}
        ahead = table.storyteller.prepared[-1]
        assert ahead.parent == table.session.turn
        assert table.session.turn is not None
        assert ahead.memory == table.session.turn.memory

    async def test_what_was_under_way_has_let_go_before_anything_new_is_asked(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.BEST)
        await table.play(1)
        await quiet()
        table.storyteller.hold = asyncio.Event()
        for _ in range(3):
            table.session.pin(table.session.transcript(1)[0].id)
            await until(longer(table.storyteller.log))
        table.storyteller.hold.set()
        await quiet()
        open_now = 0
        for line in table.storyteller.log:
            open_now += line.startswith("tell ") - line.startswith(("told ", "let go of "))
            assert open_now in (0, 1)

    async def test_with_the_storyteller_that_is_used_from_now_on(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.WARM)
        table.other.ahead = Ahead.BEST
        await table.play()
        await quiet()
        table.session.use("model")
        await quiet()
        assert len(table.other.prepared) == 1
        assert table.session.ready == {1}
        table.session.use("mind")
        assert table.session.ready == frozenset()

    async def test_after_a_resume(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.BEST)
        await table.play(1)
        await table.reopen()
        await quiet()
        assert table.session.ready == frozenset()
        await drain(table.session.proceed())
        await quiet()
        assert table.session.ready == {1}
        prepared = len(table.storyteller.prepared)
        assert await drain(table.session.proceed()) == []
        await quiet()
        assert table.session.ready == {1}
        assert len(table.storyteller.prepared) == prepared

    async def test_with_memories_as_they_are_now(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.ALL)
        await table.play(1, 1, 1, 1)
        await quiet()
        table.session.pin(table.session.transcript(9)[0].id)
        await quiet()
        await drain(table.session.play(table.session.offered(1)))
        assert table.session.turn is not None
        assert any(item.pinned for item in table.session.turn.recalled)


class TestNotBegun:
    async def test_after_an_ending(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.ALL)
        table.storyteller.ends_at = 2
        await table.play(1)
        assert not working_ahead()

    async def test_at_a_turn_that_is_only_told(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.WARM)
        await table.play()
        await quiet()
        events = table.session.play(table.session.offered(1))
        async for event in events:
            if isinstance(event, PassageDone):
                break
        await events.aclose()
        table.session.use("mind")
        assert not working_ahead()

    async def test_while_a_decision_is_pending(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.WARM)
        await table.play(1)
        await quiet()
        table.storyteller.fail_narrate[3] = DOWN
        await drain(table.session.play(table.session.offered(1)))
        assert not working_ahead()
        table.session.undo()
        assert not working_ahead()
        await table.reopen()
        await drain(table.session.proceed())
        assert not working_ahead()

    async def test_before_the_memory_is_opened(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.WARM)
        await table.play(1)
        await table.reopen()
        table.session.undo()
        assert not working_ahead()


class TestTroubles:
    async def test_an_error_is_swallowed_and_met_again_when_it_matters(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.ALL)
        table.storyteller.fail_after[2] = DOWN
        events = await table.play()
        await quiet()
        assert not any(isinstance(event, TurnFailed | Notice) for event in events)
        assert table.session.ready == frozenset()
        assert len(told(table)) == 2
        table.storyteller.fail_after[2] = DOWN
        failed = (await drain(table.session.play(table.session.offered(1))))[-1]
        assert isinstance(failed, TurnFailed)
        assert failed.trouble is Trouble.UNREACHABLE
        await drain(table.session.retry())
        assert table.session.turn is not None
        assert table.session.turn.depth == 2

    async def test_a_storyteller_that_breaks_while_it_makes_ready_spoils_nothing(
        self, lay: Callable[..., Table]
    ) -> None:
        class Breaks(Scripted):
            async def prepare(self, scene: Scene) -> None:
                raise RuntimeError("a bug")

        table = lay(Ahead.ALL, teller=Breaks(name="mind"))
        await table.play(1, 2, 3)
        await quiet()
        assert table.session.turn is not None
        assert table.session.turn.depth == 4

    @pytest.mark.parametrize("taken", [1, 2, 3, "wave"])
    async def test_what_the_memory_has_to_say_is_said_once_whatever_was_thrown_away(
        self, lay: Callable[..., Table], monkeypatch: pytest.MonkeyPatch, taken: int | str
    ) -> None:
        table = lay(Ahead.BEST)
        recall, notices = table.memory.recall, ["The index is being rebuilt."]

        async def with_notice(cue: Cue, overrides: tuple[Memory, ...] = ()) -> Recall:
            found = await recall(cue, overrides)
            return dataclasses.replace(found, notice=notices.pop() if notices else "")

        monkeypatch.setattr(table.memory, "recall", with_notice)
        await table.play()
        await quiet()
        assert not notices
        session, said = table.session, []
        for choice in (taken, 3, 1, 3):
            at = session.written(choice) if isinstance(choice, str) else session.offered(choice)
            said += [event.recall.notice for event in await drain(session.play(at)) if isinstance(event, Remembered)]
            await quiet()
        assert said == ["The index is being rebuilt.", "", "", ""]


@pytest.mark.parametrize("ahead", list(Ahead))
async def test_no_task_is_left_behind(tmp_path: Path, ahead: Ahead) -> None:
    before = asyncio.all_tasks()
    teller = Scripted(name="mind", ahead=ahead)
    table = Table.laid(tmp_path, teller, settings=StorySettings(turns=20, storyteller="mind"))
    await table.play(1, 2)
    teller.hold = asyncio.Event()
    table.session.undo()
    await asyncio.sleep(0)
    await table.session.close()
    assert asyncio.all_tasks() == before
    assert teller.closed


async def test_a_turn_whose_last_event_was_seen_after_the_end_begins_nothing(tmp_path: Path) -> None:
    teller = Scripted(name="mind", ahead=Ahead.ALL)
    table = Table.laid(tmp_path, teller, settings=StorySettings(turns=20, storyteller="mind"))
    events = table.session.proceed()
    while not isinstance(await anext(events), TurnSaved):
        pass
    await table.session.close()
    await events.aclose()
    assert not working_ahead()


class TestWhatIsReady:
    async def test_a_passage_written_ahead_has_the_prompt_that_the_server_was_made_ready_with(
        self, lay: Callable[..., Table]
    ) -> None:
        table = lay(Ahead.BEST)
        await table.play(1, 1, 1, 1)
        await quiet()
        prepared, written = table.storyteller.prepared[-1], table.storyteller.scenes[-1]
        assert dataclasses.replace(prepared, choice=written.choice, recall=written.recall) == written

    async def test_nothing_is_ready_any_more_while_another_choice_is_told(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.BEST)
        await table.play()
        await quiet()
        assert table.session.ready == {1}
        table.storyteller.hold = asyncio.Event()
        playing = asyncio.create_task(drain(table.session.play(table.session.offered(2))))
        await until(lambda: told(table)[-1] == "tell 2: Greet neighbour 1")
        assert table.session.ready == frozenset()
        table.storyteller.hold.set()
        await playing

    async def test_nothing_is_ready_where_the_storyteller_does_not_work_ahead(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.ALL)
        await table.play()
        await quiet()
        table.session.use("model")
        assert table.session.ready == frozenset()

    async def test_all_that_comes_after_it_was_taken_in_the_writing_is_told_once(
        self, lay: Callable[..., Table]
    ) -> None:
        table = lay(Ahead.BEST, teller=Scripted(name="mind", spends=Usage(100, 20, 50)))
        release = table.storyteller.holds["Climb stair 1"] = asyncio.Event()
        await table.play()
        await until(lambda: "tell 2: Climb stair 1" in table.storyteller.log)
        events = table.session.play(table.session.offered(1))
        shown = [await anext(events) for _ in range(3)]
        release.set()
        shown += await drain(events)
        assert [type(event) for event in shown[:6]] == [
            ChoiceSaved, Remembered, ProseDelta, ProseDelta, Spent, PassageDone,
        ]  # fmt: skip

    async def test_a_passage_that_was_cut_off_in_the_writing_is_told_anew(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.BEST)
        table.storyteller.fail_after[2] = DOWN
        await table.play()
        await quiet()
        await drain(table.session.play(table.session.offered(1)))
        assert told(table).count("tell 2: Climb stair 1") == 2
        assert table.session.turn is not None
        assert table.session.turn.passage == "Passage 2: Climb stair 1."

    async def test_the_others_are_not_written_once_a_whole_one_is_taken(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.ALL)
        hold = table.storyteller.holds["Greet neighbour 1"] = asyncio.Event()
        await table.play()
        await until(lambda: "tell 2: Greet neighbour 1" in table.storyteller.log)
        events = table.session.play(table.session.offered(1))
        for _ in range(3):
            await anext(events)
        hold.set()
        await asyncio.sleep(0)
        await drain(events)
        assert "told 2: Greet neighbour 1" not in table.storyteller.log
        assert "tell 2: Read notice 1" not in table.storyteller.log

    async def test_a_telling_that_stops_without_an_error_is_said_to_be_cut_off(self) -> None:
        stopped = foresight.Foreseen(1, Choice(ChoiceKind.CONTINUE))
        assert not stopped.hopeful
        stopped._over = True
        with pytest.raises(StorytellerError) as caught:
            await drain(stopped.told())  # type: ignore[arg-type]
        assert (caught.value.trouble, caught.value.hint) == (Trouble.CUT_OFF, "Retry, and it is told.")


class TestLettingGo:
    async def test_nothing_new_is_asked_before_what_was_cancelled_has_let_go(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.BEST)
        await table.play(1)
        await quiet()
        table.storyteller.holds["Climb stair 1"] = asyncio.Event()
        letting_go = table.storyteller.letting_go = asyncio.Event()
        table.session.undo()
        await until(lambda: told(table)[-1] == "tell 2: Climb stair 1")
        asked = len(table.storyteller.prepared)
        table.session.redo()
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(table.storyteller.prepared) == asked
        letting_go.set()
        await quiet()
        assert len(table.storyteller.prepared) == asked + 1
        log = table.storyteller.log
        assert log.index("let go of 2: Climb stair 1") < len(log) - 1 - log[::-1].index("prepare 3")

    async def test_what_broke_off_is_not_gone_on_with(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.ALL)
        table.storyteller.fail_after[2] = DOWN
        await table.play()
        await quiet()
        assert told(table) == ["tell 1: begin", "tell 2: Climb stair 1"]

    async def test_a_story_that_is_resumed_is_worked_ahead_for_at_once(self, lay: Callable[..., Table]) -> None:
        table = lay(Ahead.BEST)
        await table.play(1)
        await table.reopen()
        assert not working_ahead()
        assert await drain(table.session.proceed()) == []
        await quiet()
        assert table.session.ready == {1}

    async def test_words_that_come_one_by_one_after_it_was_taken_are_all_told(self, lay: Callable[..., Table]) -> None:
        taken = asyncio.Event()

        class Slow(Scripted):
            async def _tell(self, scene):  # type: ignore[no-untyped-def]
                yield ProseDelta("One")
                if scene.depth > 1:
                    await taken.wait()
                for word in (" two", " three", " four"):
                    for _ in range(20):
                        await asyncio.sleep(0)
                    yield ProseDelta(word)

        table = lay(Ahead.BEST, teller=Slow(name="mind"))
        await table.play()
        await until(lambda: told(table)[-1] == "tell 2: Climb stair 1")
        events = table.session.play(table.session.offered(1))
        shown = [await anext(events) for _ in range(3)]
        taken.set()
        shown += await drain(events)
        assert [event.text for event in shown if isinstance(event, ProseDelta)] == ["One", " two", " three", " four"]
