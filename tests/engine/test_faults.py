"""After every trouble the reader can wait, retry, put it otherwise, have another tell it, go back, or leave."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fiction.engine.ports import Ahead
from fiction.errors import StorytellerError, Trouble
from fiction.saves.store import SaveFile
from fiction.story.events import PassageDone, ProseDelta, TurnFailed, TurnSaved
from fiction.story.reader import StorySettings
from fiction.story.turn import Stage
from support.scripted import Scripted
from support.table import Table, drain, until

WORDS = "knock twice"


def broken(trouble: Trouble) -> StorytellerError:
    wait = 20.0 if trouble is Trouble.BUSY else None
    return StorytellerError(f"It is {trouble}.", trouble=trouble, hint="Do this.", wait=wait)


EVERY = [(Ahead.BEST if at % 2 else Ahead.OFF, trouble) for at, trouble in enumerate(Trouble)]
"""Every trouble, by turns with a storyteller that works ahead and with one that does not."""


@pytest.fixture
async def table(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Table]:
    """A story of two turns, told by one that works ahead if a test asks for it, with another one beside it."""
    mind = Scripted(name="offline", ahead=getattr(request, "param", Ahead.OFF))
    table = Table.laid(tmp_path, mind, settings=StorySettings(turns=20, storyteller="offline"))
    await table.play(1)
    yield table
    await table.session.close()


# --- ways on: each leads to a turn, and says what was told ---


async def retry(table: Table) -> str:
    await drain(table.session.retry())
    return WORDS


async def retry_with_a_wish(table: Table) -> str:
    await drain(table.session.retry("shorter"))
    return f"{WORDS}. (shorter)"


async def say_it_otherwise(table: Table) -> str:
    await drain(table.session.play(table.session.written("shout")))
    return "shout"


async def take_a_plan(table: Table) -> str:
    choice = table.session.offered(3)
    await drain(table.session.play(choice))
    return choice.text


async def let_another_tell_this_turn(table: Table) -> str:
    await drain(table.session.retry(storyteller="model"))
    assert table.session.turn is not None
    assert table.session.turn.storyteller == "model"
    assert table.session.storyteller.name == "offline"
    return WORDS


async def let_another_tell_from_now_on(table: Table) -> str:
    table.session.use("model")
    await drain(table.session.retry())
    assert table.session.turn is not None
    assert table.session.turn.storyteller == "model"
    table.session.use("offline")
    return WORDS


async def go_back_and_on(table: Table) -> str:
    assert table.session.undo() is not None
    return await take_a_plan(table)


async def leave_and_come_back(table: Table) -> str:
    await table.reopen()
    await drain(table.session.proceed())
    return await retry(table)


WAYS = (
    retry, retry_with_a_wish, say_it_otherwise, take_a_plan, let_another_tell_this_turn, let_another_tell_from_now_on,
    go_back_and_on, leave_and_come_back,
)  # fmt: skip


@pytest.mark.parametrize(("table", "trouble"), EVERY, indirect=["table"])
async def test_every_way_on_is_open_after_every_trouble(table: Table, trouble: Trouble) -> None:
    for moment in ("fail_narrate", "fail_after"):
        for way in WAYS:
            await fail(table, moment, trouble)
            told = await way(table)
            turn = table.session.turn
            assert turn is not None
            assert turn.passage.startswith(f"Passage {turn.depth}: {told}"), way
            assert turn.stage is Stage.COMPLETE
            assert table.session.pending is None


async def fail(table: Table, moment: str, trouble: Trouble) -> None:
    """Decide something that can't be told."""
    before = table.session.turn
    assert before is not None
    getattr(table.storyteller, moment)[before.depth + 1] = broken(trouble)
    failed = (await drain(table.session.play(table.session.written(WORDS))))[-1]
    assert isinstance(failed, TurnFailed)
    assert (failed.message, failed.hint, failed.trouble) == (f"It is {trouble}.", "Do this.", trouble)
    assert failed.wait == (20.0 if trouble is Trouble.BUSY else None)
    assert table.session.turn == before
    assert table.session.pending == table.session.written(WORDS)


@pytest.mark.parametrize(("table", "trouble"), EVERY, indirect=["table"])
async def test_trouble_with_the_notes_costs_no_passage_and_can_be_mended(table: Table, trouble: Trouble) -> None:
    table.storyteller.fail_reflect[3] = broken(trouble)
    events = await drain(table.session.play(table.session.written(WORDS)))
    asked = trouble is Trouble.CAPPED  # before more is spent; general plans stand in for all else
    assert isinstance(events[-1], TurnFailed if asked else TurnSaved)
    turn = table.session.turn
    assert turn is not None
    assert turn.stage is (Stage.TOLD if asked else Stage.COMPLETE)
    assert turn.plain is not asked
    await drain(table.session.retry())
    assert table.session.turn is not None
    assert table.session.turn.id == turn.id
    assert not table.session.turn.plain
    assert table.session.turn.passage == f"Passage 3: {WORDS}."


@pytest.mark.parametrize(("table", "trouble"), EVERY, indirect=["table"])
async def test_the_same_trouble_again_and_again_loses_nothing(table: Table, trouble: Trouble) -> None:
    before = table.session.turn
    for _ in range(3):
        table.storyteller.fail_after[3] = broken(trouble)
        choosing = table.session.play(table.session.written(WORDS)) if not table.session.pending else None
        failed = (await drain(choosing or table.session.retry()))[-1]
        assert isinstance(failed, TurnFailed)
        assert table.session.turn == before
        assert table.session.pending is not None
        assert table.session.pending.text == WORDS
    await retry(table)
    assert table.session.turn is not None
    assert table.session.turn.passage == f"Passage 3: {WORDS}."


@pytest.mark.parametrize("table", [Ahead.OFF, Ahead.BEST], indirect=True)
async def test_a_turn_stopped_in_mid_stream_leaves_the_story_as_it_was(table: Table) -> None:
    before, ledger, memories = table.session.turn, table.session.ledger, table.session.memories()
    table.storyteller.holds[WORDS] = asyncio.Event()
    turn = asyncio.create_task(drain(table.session.play(table.session.written(WORDS))))
    await until(lambda: f"tell 3: {WORDS}" in table.storyteller.log)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert table.storyteller.log[-1] == f"let go of 3: {WORDS}"
    assert (table.session.turn, table.session.ledger, table.session.memories()) == (before, ledger, memories)
    assert table.session.pending == table.session.written(WORDS)
    await table.session.close()
    kept = SaveFile.open(table.path)
    assert kept.head() == before
    assert before is not None
    assert kept.children(before.id) == ()
    kept.close()


@pytest.mark.parametrize("table", [Ahead.OFF, Ahead.BEST], indirect=True)
async def test_a_retry_stopped_in_mid_stream_keeps_the_old_telling(table: Table) -> None:
    before = table.session.turn
    events = table.session.retry("shorter")
    async for event in events:
        if isinstance(event, ProseDelta):
            break
    await events.aclose()
    assert table.session.turn == before
    assert table.session.pending is None
    assert len(table.session.plans) == 3


@pytest.mark.parametrize("table", [Ahead.OFF, Ahead.BEST], indirect=True)
async def test_a_turn_stopped_after_its_passage_keeps_it(table: Table) -> None:
    events = table.session.play(table.session.written(WORDS))
    async for event in events:
        if isinstance(event, PassageDone):
            break
    await events.aclose()
    stopped = table.session.turn
    assert stopped is not None
    assert stopped.stage is Stage.TOLD
    await drain(table.session.retry())
    assert table.session.turn is not None
    assert table.session.turn.stage is Stage.COMPLETE
    assert len(table.session.plans) == 3
