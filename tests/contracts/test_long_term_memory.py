"""The contract of `engine.ports.LongTermMemory`, for everything that takes its place."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bench.stories import draft, record, reflection
from fiction.engine.ports import LongTermMemory
from fiction.memory.late import LateMemory, NoMemory
from fiction.memory.recall import StoryMemory
from fiction.saves.store import SaveFile
from fiction.story.memory import Cue, Lineage, Memory, TurnId
from support.scripted import ListMemory

WAIT = 20.0
ONE_BRANCH = Lineage(((0, 1_000_000),))
BELL = Memory(TurnId(9), 0, 9, "The drowned bell of Varga rings.")

MEMORIES: dict[str, Callable[[Path], LongTermMemory]] = {
    "by words": lambda _: StoryMemory(cache=None, chroma=False),
    "with a cache": lambda cache: StoryMemory(cache=cache, chroma=False),
    "with Chroma": lambda cache: StoryMemory(cache=cache),
    "late": lambda _: LateMemory(lambda: StoryMemory(cache=None, chroma=False)),
    "late and none": lambda _: LateMemory(lambda: NoMemory("It could not be started.")),
    "none": lambda _: NoMemory("It could not be started."),
    "the tests' own": lambda _: ListMemory(),
}
KEEPING = {"by words", "with a cache", "with Chroma", "late", "the tests' own"}
"""Those that hold what they are told."""


@pytest.fixture(params=MEMORIES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def memory(kind: str, tmp_path: Path) -> AsyncIterator[LongTermMemory]:
    made = MEMORIES[kind](tmp_path / "cache")
    yield made
    await made.close()


@pytest.fixture
async def opened(memory: LongTermMemory, tmp_path: Path) -> LongTermMemory:
    """Open over a save with one turn."""
    save = SaveFile.create(tmp_path / "tale.fiction", record(turns=0))
    save.complete(save.tell(None, draft(1), head=None).id, reflection(1))
    await memory.open(save.archive())
    assert await memory.ready(WAIT)
    save.close()
    return memory


def ask(text: str, *, before: int = 1_000_000, limit: int = 4) -> Cue:
    return Cue(text, ONE_BRANCH, before, limit)


async def test_it_is_ready_in_the_end(opened: LongTermMemory) -> None:
    assert await opened.ready() is True
    assert await opened.ready(WAIT) is True


async def test_what_it_is_told_is_recalled_where_it_keeps_anything(opened: LongTermMemory, kind: str) -> None:
    await opened.remember(BELL, await opened.embed(BELL.text))
    found = await opened.recall(ask("bell"))
    assert [item.turn for item in found.items if item.turn == 9] == ([TurnId(9)] if kind in KEEPING else [])


async def test_a_memory_told_again_replaces_the_older_version(opened: LongTermMemory) -> None:
    await opened.remember(BELL, None)
    await opened.remember(Memory(TurnId(9), 0, 9, "A quiet orchard."), None)
    assert all("bell" not in item.text for item in (await opened.recall(ask("bell"))).items)


async def test_what_the_prompt_holds_already_is_not_recalled(opened: LongTermMemory) -> None:
    await opened.remember(BELL, None)
    assert all(item.depth < 9 for item in (await opened.recall(ask("bell", before=9))).items)


async def test_what_the_reader_forgot_is_not_recalled(opened: LongTermMemory) -> None:
    await opened.remember(BELL, None)
    gone = Memory(BELL.turn, BELL.segment, BELL.depth, BELL.text, forgotten=True)
    assert all(item.turn != BELL.turn for item in (await opened.recall(ask("bell"), (gone,))).items)


async def test_nothing_of_another_branch_is_recalled(opened: LongTermMemory) -> None:
    await opened.remember(Memory(TurnId(12), 5, 9, BELL.text), None)
    assert all(item.turn != 12 for item in (await opened.recall(ask("bell"))).items)


@pytest.mark.parametrize("text", ["", "   ", "\x00", "word " * 5000])
async def test_any_question_has_an_answer(opened: LongTermMemory, text: str) -> None:
    assert len((await opened.recall(ask(text))).items) <= 4
    await opened.embed(text)


async def test_it_closes_twice_and_without_having_been_opened(memory: LongTermMemory) -> None:
    await memory.close()
    await memory.close()


async def test_before_it_is_opened_there_is_nothing_to_recall(memory: LongTermMemory) -> None:
    assert (await memory.recall(ask("bell"))).items == ()


@pytest.mark.parametrize("name", ["none", "late and none"])
async def test_where_there_is_no_memory_the_reason_is_said_once(name: str, tmp_path: Path) -> None:
    memory = MEMORIES[name](tmp_path)
    save = SaveFile.create(tmp_path / "tale.fiction", record(turns=0))
    await memory.open(save.archive())
    said = [(await memory.recall(ask("bell"))).notice for _ in range(3)]
    assert said == ["It could not be started.", "", ""]
    await memory.close()
    save.close()


async def test_one_that_is_loaded_late_times_out_while_it_is_loaded(tmp_path: Path) -> None:
    from threading import Event

    go = Event()

    def make() -> LongTermMemory:
        go.wait(WAIT)
        return ListMemory()

    memory, save = LateMemory(make), SaveFile.create(tmp_path / "tale.fiction", record(turns=0))
    await memory.open(save.archive())
    assert await memory.ready(0.01) is False
    go.set()
    async with asyncio.timeout(WAIT):
        assert await memory.ready() is True
    await memory.close()
    save.close()
