"""How turns come about: what a retry keeps, what a turn costs, what goes wrong and is said."""

import asyncio
import dataclasses
from collections.abc import AsyncGenerator

import pytest

from fiction.errors import NotFound, SaveError, StorytellerError, Trouble
from fiction.saves.store import SaveFile
from fiction.story.events import (
    ChoiceSaved,
    MemoryUpdated,
    Notice,
    PlansOffered,
    ProseReset,
    Spent,
    TurnFailed,
    TurnSaved,
)
from fiction.story.ledger import AddFact
from fiction.story.memory import Embedding
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.scene import Scene, Telling
from fiction.story.turn import Reflection, Stage, Usage
from support.scripted import ListMemory, Scripted, plans_at
from support.table import Table, drain

DOWN = StorytellerError("No server answers.", trouble=Trouble.UNREACHABLE, hint="Start it.")
CAPPED = StorytellerError("That is enough for today.", trouble=Trouble.CAPPED, hint="Allow more.")


async def test_a_turn_costs_its_passage_and_its_notes(table: Table) -> None:
    table.storyteller.spends = Usage(100, 20, 50)
    events = await table.play()
    assert table.session.turn is not None
    assert table.session.turn.usage == Usage(200, 40, 100)
    assert [event.usage for event in events if isinstance(event, Spent)] == [Usage(100, 20, 50)] * 2


async def test_a_passage_whose_notes_failed_has_its_own_cost(table: Table) -> None:
    table.storyteller.spends = Usage(100, 20, 50)
    table.storyteller.fail_reflect[1] = CAPPED
    failed = (await table.play())[-1]
    assert isinstance(failed, TurnFailed)
    assert table.session.turn is not None
    assert (table.session.turn.stage, table.session.turn.usage) == (Stage.TOLD, Usage(100, 20, 50))


async def test_what_is_free_is_not_announced(table: Table) -> None:
    assert not any(isinstance(event, Spent) for event in await table.play(1))


async def test_a_pending_choice_that_is_retried_is_kept_with_its_new_wish(table: Table) -> None:
    await table.play()
    table.storyteller.fail_narrate[2] = DOWN
    await drain(table.session.play(table.session.written("wave")))
    table.storyteller.fail_narrate[2] = DOWN
    events = await drain(table.session.retry("\x1b[2Jshorter"))
    assert events[0] == ChoiceSaved(Choice(ChoiceKind.WRITTEN, "wave", hint="shorter"))
    before = table.session.pending
    await drain(table.session.retry())
    assert (before, table.session.pending) == (Choice(ChoiceKind.WRITTEN, "wave", hint="shorter"), None)
    assert table.session.turn is not None
    assert table.session.turn.passage == "Passage 2: wave."


async def test_another_telling_of_a_choice_is_no_new_decision(table: Table) -> None:
    await table.play(1)
    events = await drain(table.session.retry("\x1b[2Jshorter"))
    assert not any(isinstance(event, ChoiceSaved) for event in events)
    assert table.storyteller.scenes[-1].choice.hint == "shorter"
    assert (table.storyteller.scenes[-1].telling, table.storyteller.scenes[-1].depth) == (1, 2)
    await drain(table.session.retry())
    assert table.storyteller.scenes[-1].choice.hint == "Tell it in another way (telling 3)."
    assert table.storyteller.scenes[-1].telling == 2


async def test_a_first_turn_that_failed_is_retried_with_the_wish(table: Table) -> None:
    table.storyteller.fail_narrate[1] = DOWN
    await table.play()
    events = await drain(table.session.retry("at sea"))
    assert isinstance(events[-1], TurnSaved)
    assert table.storyteller.scenes[-1].choice == Choice(ChoiceKind.BEGIN, hint="at sea")
    assert not any(isinstance(event, ChoiceSaved) for event in events)


async def test_plain_plans_are_made_anew_and_with_a_wish_the_turn_is_told_anew(table: Table) -> None:
    table.storyteller.fail_reflect[1] = DOWN
    await table.play()
    assert table.session.turn is not None
    assert table.session.turn.plain
    told = table.session.turn.id
    await drain(table.session.retry())
    assert (table.session.turn.id, table.session.turn.plain) == (told, False)
    assert table.session.plans == plans_at(1)
    await drain(table.session.retry("shorter"))
    assert table.session.turn.id != told


async def test_a_passage_that_still_can_not_be_saved_says_so_and_is_kept(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    await table.play()

    def refuse(*_: object, **__: object) -> None:
        raise SaveError("The disk is full.")

    with monkeypatch.context() as disk:
        disk.setattr(SaveFile, "tell", refuse)
        await drain(table.session.play(table.session.written("wave")))
        (failed,) = await drain(table.session.retry())
        assert isinstance(failed, TurnFailed)
        assert (failed.message, failed.choice) == ("The disk is full.", Choice(ChoiceKind.WRITTEN, "wave"))
    narrated = len(table.storyteller.scenes)
    assert isinstance((await drain(table.session.retry()))[-1], TurnSaved)
    assert len(table.storyteller.scenes) == narrated
    assert table.session.turn is not None
    assert (table.session.turn.parent, table.session.turn.passage) == (1, "Passage 2: wave.")


async def test_moving_elsewhere_gives_up_a_passage_that_could_not_be_saved(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    await table.play(1)

    def refuse(*_: object, **__: object) -> None:
        raise SaveError("The disk is full.")

    with monkeypatch.context() as disk:
        disk.setattr(SaveFile, "tell", refuse)
        await drain(table.session.play(table.session.written("wave")))
    table.session.undo()
    await drain(table.session.retry())
    assert table.session.turn is not None
    assert table.session.turn.depth == 2
    assert "wave" in table.session.turn.passage


async def test_notes_that_can_not_be_saved_leave_the_turn_told(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise SaveError("The disk is full.", hint="Make room.")

    with monkeypatch.context() as disk:
        disk.setattr(SaveFile, "complete", refuse)
        failed = (await table.play())[-1]
    assert isinstance(failed, TurnFailed)
    assert (failed.message, failed.hint, failed.trouble) == ("The disk is full.", "Make room.", None)
    assert table.session.turn is not None
    assert table.session.turn.stage is Stage.TOLD
    assert not table.memory.memories
    assert isinstance((await drain(table.session.retry()))[-1], TurnSaved)


async def test_an_empty_page_is_a_failure(table: Table) -> None:
    class Silent(Scripted):
        async def _tell(self, scene: Scene) -> AsyncGenerator[Telling, None]:
            yield Notice("One moment.")

    await table.session.close()
    folder = table.path.parent / "silent"
    folder.mkdir()
    silent = Table.laid(folder, Silent())
    failed = (await silent.play())[-1]
    assert isinstance(failed, TurnFailed)
    assert (failed.trouble, failed.hint) == (Trouble.EMPTY, "Retry, or put it in other words.")
    assert silent.session.turn is None
    await silent.session.close()


async def test_what_was_told_before_it_began_again_is_no_part_of_the_passage(table: Table) -> None:
    class Doubtful(Scripted):
        async def _tell(self, scene: Scene) -> AsyncGenerator[Telling, None]:
            async for event in super()._tell(scene):
                yield event
            yield ProseReset()
            async for event in super()._tell(scene):
                yield event

    await table.session.close()
    folder = table.path.parent / "doubtful"
    folder.mkdir()
    doubtful = Table.laid(folder, Doubtful())
    await doubtful.play()
    assert doubtful.session.turn is not None
    assert doubtful.session.turn.passage == "Passage 1: begin."
    await doubtful.session.close()


async def test_notes_without_a_memory_a_title_or_a_state_keep_those_there_were(table: Table) -> None:
    class Terse(Scripted):
        async def reflect(self, scene: Scene, passage: str) -> Reflection:
            full = await super().reflect(scene, passage)
            return (
                full
                if scene.depth == 1
                else dataclasses.replace(full, memory=" \n", title="", state="", notice="Short.")
            )

    await table.session.close()
    folder = table.path.parent / "terse"
    folder.mkdir()
    terse = Table.laid(folder, Terse())
    events = await terse.play(1)
    first, second = terse.session.transcript(9)
    assert (second.memory, second.title, second.state) == (first.memory, first.title, first.state)
    assert second.memory == "Depth 1: Passage 1: begin."
    assert Notice("Short.") in events
    await terse.session.close()


async def test_the_memory_is_told_after_the_commit_and_the_ledger_is_at_hand(table: Table) -> None:
    seen: list[tuple[Stage, int]] = []

    class Watching(ListMemory):
        async def remember(self, memory, embedding) -> None:  # type: ignore[no-untyped-def]
            head = table.session.turn
            seen.append((head.stage if head else Stage.TOLD, memory.turn))
            assert embedding is not None

    table.session._turns._memory = Watching()
    await table.play()
    assert seen == [(Stage.COMPLETE, 1)]
    assert SaveFile.open(table.path, read_only=True).turn(table.session.turn.id).stage is Stage.COMPLETE  # type: ignore[union-attr]


async def test_doubts_about_a_turn_are_saved_with_it_but_not_about_plans_there_are_none_of(table: Table) -> None:
    table.storyteller.ops[1] = (AddFact("Oda", "lives in", "the mill"),)
    table.storyteller.ops[2] = (AddFact("Oda", "lives in", "the tower"),)
    table.storyteller.ends_at = 2
    await table.play(1)
    assert table.session.turn is not None
    assert [(found.check, found.detail) for found in table.session.turn.findings] == [
        ("contradiction", "Oda lives in the mill, not the tower")
    ]


async def test_while_notes_are_made_the_passage_is_embedded_and_let_go_of_when_they_fail(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = asyncio.Event()

    async def embed(text: str) -> Embedding | None:
        try:
            await asyncio.Event().wait()
        finally:
            let_go.set()
        return None

    class Slow(Scripted):
        async def reflect(self, scene: Scene, passage: str) -> Reflection:
            await asyncio.sleep(0)
            raise CAPPED

    await table.session.close()
    folder = table.path.parent / "slow"
    folder.mkdir()
    slow = Table.laid(folder, Slow())
    monkeypatch.setattr(slow.memory, "embed", embed)
    failed = (await slow.play())[-1]
    assert isinstance(failed, TurnFailed)
    await asyncio.wait_for(let_go.wait(), 5)
    await slow.session.close()


async def test_a_plan_or_a_place_that_is_not_there_is_said(table: Table) -> None:
    with pytest.raises(NotFound, match="There is no plan 1") as caught:
        table.session.offered(1)
    assert caught.value.hint == ""
    await table.play()
    for number in (0, 4, -1):
        with pytest.raises(NotFound) as caught:
            table.session.offered(number)
        assert caught.value.hint == "There are 3."
    assert [table.session.offered(number).text for number in (1, 3)] == ["Climb stair 1", "Read notice 1"]


async def test_plans_are_offered_with_a_mark_where_they_are_plain(table: Table) -> None:
    table.storyteller.fail_reflect[1] = DOWN
    events = await table.play()
    (offered,) = (event for event in events if isinstance(event, PlansOffered))
    assert offered.plain
    assert any(isinstance(event, MemoryUpdated) for event in events)


async def test_who_leaves_while_notes_are_made_leaves_nothing_at_work(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go, reflecting = asyncio.Event(), asyncio.Event()

    async def embed(text: str) -> Embedding | None:
        try:
            await asyncio.Event().wait()
        finally:
            let_go.set()
        return None

    class Endless(Scripted):
        async def reflect(self, scene: Scene, passage: str) -> Reflection:
            reflecting.set()
            await asyncio.Event().wait()
            raise AssertionError

    await table.session.close()
    folder = table.path.parent / "endless"
    folder.mkdir()
    endless = Table.laid(folder, Endless())
    monkeypatch.setattr(endless.memory, "embed", embed)
    playing = asyncio.create_task(endless.play())
    await asyncio.wait_for(reflecting.wait(), 5)
    playing.cancel()
    await asyncio.wait([playing], timeout=5)
    await asyncio.wait_for(let_go.wait(), 5)
    await endless.session.close()
