"""A server that misbehaves (PyPI `llmock`) behind the whole game: the story is kept, the reader is told the truth.

The same address serves two models: `teller` writes the passages, `keeper` the notes, and either can be made to fail.
"""

import asyncio
import dataclasses
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from llmock.journal import RequestRecord
from llmock.pytest_plugin import LLMock
from llmock.scenarios import Delay, Fail, Match, Reply, SlowFirstToken, StreamFault, StreamFaultKind

from fiction.engine.ports import Ahead
from fiction.engine.session import Session
from fiction.errors import Trouble
from fiction.llm.connections import Connections
from fiction.memory.recall import StoryMemory
from fiction.saves.library import SaveLibrary
from fiction.saves.store import SaveFile
from fiction.spending.budgets import Budgets
from fiction.spending.prices import Prices
from fiction.story.events import Event, Notice, PlansOffered, ProseDelta, ProseReset, TurnFailed, TurnSaved
from fiction.story.plan import Choice
from fiction.story.reader import StoryRecord, StorySettings
from fiction.story.turn import Stage, Turn
from fiction.storytellers.model import ModelStoryteller, ServerSettings
from support.model_scenes import WORLD
from support.model_server import NOTES, PASSAGE

PATH = "/v1/chat/completions"
STALL = 0.3
TELLER = Match(path=PATH, model="teller", stream=True)
KEEPER = Match(path=PATH, model="keeper", stream=True)
ACT = "You call the name back across the water."
STORY = "5" * 32


@dataclass
class Play:
    """A story on a server, and its save on the disk."""

    llmock: LLMock
    session: Session
    folder: Path
    budgets: Budgets

    async def proceed(self) -> list[Event]:
        return [event async for event in self.session.proceed()]

    async def play(self, choice: Choice | None = None) -> list[Event]:
        return [event async for event in self.session.play(choice or self.session.written(ACT))]

    async def retry(self) -> list[Event]:
        return [event async for event in self.session.retry()]

    @property
    def head(self) -> Turn:
        assert self.session.turn is not None
        return self.session.turn

    def records(self, model: str) -> list[RequestRecord]:
        """What a model was asked and how that ended, in order."""
        return [record for record in self.llmock.requests if record.path == PATH and record.model == model]

    def asked(self, model: str) -> list[str]:
        """The prompts that a model was sent, in order."""
        return [json.dumps((record.body or {})["messages"]) for record in self.records(model)]

    def on_disk(self) -> tuple[Turn | None, str]:
        """What the save holds, read from the file anew: the head, and what was decided and is not told."""
        shelf = SaveLibrary(self.folder)
        assert shelf.check(self.session.name) == []
        with closing(shelf.open(self.session.name, read_only=True)) as save:
            pending = save.pending()
            return save.head(), pending.text if pending else ""

    async def left_and_taken_up(self) -> "Play":
        """The same story in a new game."""
        await self.session.close()
        store = SaveLibrary(self.folder).open(self.session.name)
        return dataclasses.replace(self, session=session_on(store, self.llmock, self.folder, self.budgets))


def notes(number: int) -> str:
    """Good notes, with plans that were not offered before."""
    ways = (("bold", f"Climb stair {number} to the loft"), ("warm", f"Greet Mirel over cup {number}"))
    plans = [*ways, ("curious", f"Read notice {number}")]
    told = [{"label": label, "approach": way, "stake": "an hour", "brief": "You do it."} for way, label in plans]
    return json.dumps({**NOTES, "plans": told})


def scripted(llmock: LLMock) -> None:
    """Have the server say what a good model would, until it is told otherwise."""
    llmock.add(Reply(PASSAGE, times=None, match=TELLER), *(Reply(notes(n), match=KEEPER) for n in range(40)))


def session_on(store: SaveFile, llmock: LLMock, folder: Path, budgets: Budgets, *, ahead: Ahead = Ahead.OFF) -> Session:
    teller = ServerSettings(llmock.base_url(), "teller", stall_timeout=STALL)
    keeper = dataclasses.replace(teller, model="keeper")
    budget = budgets.of_story(STORY)
    model = ModelStoryteller(
        teller, notes=keeper, ahead=ahead, budget=budget, connections=Connections(folder / "known")
    )
    return Session(
        store=store,
        world=WORLD,
        memory=StoryMemory(cache=folder / "cache", chroma=False),
        storytellers={"model": model},
        budget=budget,
    )


def playing(llmock: LLMock, folder: Path, *, ahead: Ahead = Ahead.OFF) -> Play:
    """A new story, nothing told yet, on a server that is well."""
    scripted(llmock)
    settings = StorySettings(storyteller="model")
    record = StoryRecord(STORY, "The Landing", "landing", "1.0.0", "", settings=settings)
    budgets = Budgets(folder / "spending", prices=Prices.load(None))
    session = session_on(SaveLibrary(folder).create(record), llmock, folder, budgets, ahead=ahead)
    return Play(llmock, session, folder, budgets)


@pytest.fixture
async def play(llmock: LLMock, tmp_path: Path) -> AsyncIterator[Play]:
    """A story of which one turn is told."""
    story = playing(llmock, tmp_path)
    assert isinstance((await story.proceed())[-1], TurnSaved)
    yield story
    await story.session.close()


def failure(events: list[Event]) -> TurnFailed:
    failed = events[-1]
    assert isinstance(failed, TurnFailed), failed
    for text in (failed.message, failed.hint):
        assert text.endswith(".")
        assert text.isprintable()
        assert "llmock-test-key" not in text
    return failed


Fault = Fail | StreamFault | Delay | SlowFirstToken


def fail(status: int, *, retry_after: float | None = None) -> Callable[[Match], Fault]:
    return lambda match: Fail(status, retry_after=retry_after, match=match)


def too_long(*, times: int | None = 1) -> Fault:
    message = "This model's maximum context length was exceeded."
    return Fail(400, code="context_length_exceeded", message=message, times=times, match=TELLER)


def broken(kind: StreamFaultKind, after: int) -> Callable[[Match], Fault]:
    return lambda match: StreamFault(kind, after_chunks=after, stall_seconds=5.0, match=match)


KINDS: tuple[StreamFaultKind, ...] = ("truncate", "disconnect", "malformed", "stall")
FAULTS = [
    pytest.param(
        fail(429, retry_after=1), Trouble.BUSY, "asked too much just now; it asks to wait 1 s", id="rate limit"
    ),
    pytest.param(fail(503, retry_after=0), Trouble.SERVER, "failed with status 503", id="outage"),
    pytest.param(fail(500), Trouble.SERVER, "failed with status 500", id="failure"),
    pytest.param(fail(401), Trouble.KEY, "wants a key", id="no key"),
    pytest.param(fail(402), Trouble.BUSY, "no quota left", id="no credit"),
    pytest.param(fail(404), Trouble.MODEL, "has no model named", id="no model"),
    pytest.param(broken("disconnect", 1), Trouble.CUT_OFF, "broke off before its end", id="disconnect at once"),
    pytest.param(broken("disconnect", 40), Trouble.CUT_OFF, "broke off before its end", id="disconnect"),
    pytest.param(broken("truncate", 40), Trouble.CUT_OFF, "broke off before its end", id="truncate"),
    pytest.param(broken("malformed", 40), Trouble.SERVER, "a piece of it could not be read", id="corrupt"),
    pytest.param(broken("stall", 40), Trouble.STALLED, "sent nothing for 0.3 s", id="stall"),
]
"""A fault, what kind of trouble it is, and what of it the reader is told."""
_MENDED_FIRST = (Trouble.KEY, Trouble.MODEL)
"""What a reader puts right before a retry; the verdict can't know that."""


# --- while the passage is told ---


@pytest.mark.parametrize(("fault", "trouble", "says"), FAULTS)
async def test_a_fault_in_the_passage_keeps_the_story_and_says_so_and_a_retry_goes_on(
    play: Play, fault: Callable[[Match], Fault], trouble: Trouble, says: str
) -> None:
    before = play.head
    play.llmock.add(fault(TELLER))
    failed = failure(await play.play())
    assert failed.trouble is trouble
    assert says in failed.message
    assert play.head == before
    kept = play.session.pending
    assert kept == failed.choice == play.session.written(ACT)
    assert play.on_disk() == (before, ACT)
    await asyncio.sleep(failed.wait or 0)
    events = await play.retry()
    assert isinstance(events[-1], TurnSaved)
    assert (play.head.depth, play.head.choice.text) == (before.depth + 1, ACT)
    assert play.head.passage == PASSAGE
    assert play.session.pending is None
    assert len(play.session.plans) == 3
    assert play.on_disk() == (play.head, "")
    if trouble not in _MENDED_FIRST:
        play.llmock.assert_resilient()


@pytest.mark.parametrize("kind", KINDS)
async def test_who_leaves_after_a_fault_finds_what_they_wrote_and_goes_on(play: Play, kind: StreamFaultKind) -> None:
    before = play.head
    play.llmock.add(broken(kind, 40)(TELLER))
    failure(await play.play())
    again = await play.left_and_taken_up()
    assert again.head == before
    assert again.session.pending is not None
    assert await again.proceed() == []
    assert isinstance((await again.retry())[-1], TurnSaved)
    assert (again.head.depth, again.head.choice.text, again.head.passage) == (2, ACT, PASSAGE)
    again.llmock.assert_resilient()
    await again.session.close()


async def test_an_outage_that_says_how_long_it_takes_is_told_with_that(play: Play) -> None:
    play.llmock.add(Fail(503, retry_after=7, match=TELLER))
    assert failure(await play.play()).wait == 7


async def test_a_fault_in_the_first_passage_leaves_a_story_that_can_begin(llmock: LLMock, tmp_path: Path) -> None:
    play = playing(llmock, tmp_path)
    llmock.add(StreamFault("truncate", after_chunks=9, match=TELLER))
    assert failure(await play.proceed()).trouble is Trouble.CUT_OFF
    assert play.session.turn is None
    assert isinstance((await play.retry())[-1], TurnSaved)
    assert play.head.passage == PASSAGE
    llmock.assert_resilient()
    await play.session.close()


async def test_ten_faults_in_a_row_lose_nothing_and_make_no_storm(play: Play) -> None:
    before = play.head
    for kind in KINDS[:3] * 3:
        play.llmock.add(StreamFault(kind, after_chunks=5, match=TELLER))
    failure(await play.play())
    for _ in range(8):
        failure(await play.retry())
        assert play.head == before
    assert len(play.asked("teller")) == 1 + 9, "one request for each time that the reader asked"
    assert isinstance((await play.retry())[-1], TurnSaved)


# --- a prompt that does not fit ---


async def test_an_overflow_makes_the_prompt_shorter_and_tells_the_turn(play: Play) -> None:
    for _ in range(6):
        await play.play()
    play.llmock.add(too_long())
    events = await play.play()
    assert isinstance(events[-1], TurnSaved)
    assert play.head.passage == PASSAGE
    refused, taken = play.asked("teller")[-2:]
    assert len(taken) < len(refused)
    assert ACT in taken
    play.llmock.assert_resilient()


async def test_a_model_too_small_for_any_prompt_is_told_of_as_such(play: Play) -> None:
    before = play.head
    play.llmock.add(too_long(times=None))
    failed = failure(await play.play())
    assert failed.trouble is Trouble.TOO_LONG
    assert "does not fit the context of teller" in failed.message
    assert "larger context" in failed.hint
    assert play.head == before
    assert len(play.asked("teller")) == 3, "one turn, and at the most one more try with less"
    assert play.on_disk() == (before, ACT)


async def test_a_short_prompt_that_does_not_fit_is_not_sent_again_as_it_was(play: Play) -> None:
    play.llmock.add(too_long(times=None))
    failure(await play.play())
    play.llmock.assert_resilient()


async def test_a_context_that_the_server_names_is_kept_to(play: Play) -> None:
    for _ in range(4):
        await play.play()
    play.llmock.limits(context_window=1_500)
    events = await play.play()
    assert isinstance(events[-1], TurnSaved)
    assert not play.head.plain
    assert play.head.passage == PASSAGE
    sent = len(play.asked("teller"))
    assert isinstance((await play.play())[-1], TurnSaved)
    assert len(play.asked("teller")) == sent + 1, "what was learned is remembered"
    play.llmock.assert_resilient()


# --- waiting ---


async def test_the_first_word_may_take_longer_than_any_other(play: Play) -> None:
    play.llmock.add(SlowFirstToken(4 * STALL, match=TELLER), SlowFirstToken(4 * STALL, match=KEEPER))
    assert isinstance((await play.play())[-1], TurnSaved)
    assert not play.head.plain
    play.llmock.assert_resilient(strict=True)


async def test_a_server_that_thinks_before_it_answers_at_all_is_waited_for(play: Play) -> None:
    play.llmock.add(Delay(4 * STALL, match=TELLER))
    assert isinstance((await play.play())[-1], TurnSaved)
    play.llmock.assert_resilient(strict=True)


@pytest.mark.parametrize("fault", [SlowFirstToken(5, match=TELLER), Delay(5, match=TELLER)], ids=["token", "answer"])
async def test_who_does_not_want_to_wait_can_stop_and_ask_again(play: Play, fault: Fault) -> None:
    before = play.head
    play.llmock.add(fault)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await play.play()
    assert play.head == before
    assert play.session.pending is not None
    assert isinstance((await play.retry())[-1], TurnSaved)
    assert play.head.choice.text == ACT


async def test_stopping_in_the_middle_of_a_stall_keeps_what_was_decided(play: Play) -> None:
    before = play.head
    play.llmock.add(StreamFault("stall", after_chunks=30, stall_seconds=5, match=TELLER))

    async def until_words(events: AsyncGenerator[Event, None]) -> None:
        async for event in events:
            if isinstance(event, ProseDelta):
                words.set()

    words = asyncio.Event()
    task = asyncio.create_task(until_words(play.session.play(play.session.offered(2))))
    await words.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert play.head == before
    assert play.session.pending == play.session.offered(2)
    assert isinstance((await play.retry())[-1], TurnSaved)


# --- while the notes are made ---


@pytest.mark.parametrize(("fault", "trouble", "says"), FAULTS)
async def test_a_fault_in_the_notes_never_costs_the_passage(
    play: Play, fault: Callable[[Match], Fault], trouble: Trouble, says: str
) -> None:
    before = play.head
    lasting = dataclasses.replace(fault(KEEPER), times=None)
    play.llmock.add(lasting)
    events = await play.play()
    assert isinstance(events[-1], TurnSaved)
    assert play.head.passage == PASSAGE
    assert play.head.stage is Stage.COMPLETE
    assert play.head.plain
    assert play.head.memory == before.memory
    assert len(play.session.plans) == 3
    (notice,) = [event.text for event in events if isinstance(event, Notice)]
    assert "memory" in notice
    assert "general ones" in notice
    assert [event.plain for event in events if isinstance(event, PlansOffered)] == [True]
    assert len(play.asked("keeper")) <= 1 + 4
    told = play.head
    play.llmock.reset()
    scripted(play.llmock)
    events = await play.retry()
    assert isinstance(events[-1], TurnSaved)
    assert (play.head.id, play.head.passage, play.head.plain) == (told.id, PASSAGE, False)
    assert play.head.memory == NOTES["memory"]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_broken_reply_with_notes_is_asked_for_again_where_that_helps(play: Play, kind: StreamFaultKind) -> None:
    play.llmock.add(StreamFault(kind, after_chunks=20, stall_seconds=5, match=KEEPER))
    assert isinstance((await play.play())[-1], TurnSaved)
    if kind in ("truncate", "disconnect"):
        assert not play.head.plain
    else:
        assert isinstance((await play.retry())[-1], TurnSaved)
        assert not play.head.plain
    assert play.head.memory == NOTES["memory"]


# --- while the reader reads ---


@pytest.mark.parametrize(
    "fault",
    [fail(429, retry_after=1), fail(503), broken("disconnect", 0), broken("malformed", 0), broken("stall", 1)],
    ids=["rate limit", "outage", "disconnect", "corrupt", "stall"],
)
async def test_a_fault_that_meets_what_is_made_ready_is_not_felt(
    llmock: LLMock, tmp_path: Path, fault: Callable[[Match], Fault]
) -> None:
    play = playing(llmock, tmp_path, ahead=Ahead.WARM)
    async for event in play.session.proceed():
        if isinstance(event, PlansOffered):
            llmock.add(fault(TELLER))
    async with asyncio.timeout(5):
        while not any(record.fault for record in play.records("teller")):
            await asyncio.sleep(0.02)
    events = await play.play(play.session.offered(1))
    assert isinstance(events[-1], TurnSaved)
    assert play.head.passage == PASSAGE
    assert not [event for event in events if isinstance(event, Notice | ProseReset)]
    await play.session.close()


# --- what it costs ---


async def test_what_a_broken_reply_cost_is_on_the_bill(play: Play) -> None:
    before = play.session.costs.story
    play.llmock.add(StreamFault("truncate", after_chunks=60, match=TELLER))
    failure(await play.play())
    after = play.session.costs.story
    assert after.prompt > before.prompt
    assert after.completion > before.completion
    assert after.estimated
    assert not after.cost, "a server on this machine costs nothing"
    assert play.budgets.of_story(STORY).costs().today == after


async def test_a_cap_stops_before_it_is_crossed_and_the_reader_may_go_on(llmock: LLMock, tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text("prices: [{model: '*', host: 127.0.0.1, in: 1, out: 5}]\n")
    cap = 20_000
    budgets = Budgets(tmp_path / "spending", prices=Prices.load(tmp_path / "prices.yaml"), story_cap=cap)
    fresh = playing(llmock, tmp_path)
    await fresh.session.close()
    play = await dataclasses.replace(fresh, budgets=budgets).left_and_taken_up()
    await play.proceed()
    for _ in range(20):
        events = await play.play()
        if not isinstance(events[-1], TurnSaved):
            break
    failed, spent, asked = failure(events), play.session.costs.story.cost, len(llmock.requests)
    assert failed.trouble is Trouble.CAPPED
    assert "over the cap of $0.02" in failed.message
    assert "spending.story_cap" in failed.hint
    assert 0 < spent <= cap
    assert play.head.depth > 1
    assert play.on_disk() == (play.head, ACT)
    assert failure(await play.retry()).trouble is Trouble.CAPPED
    assert (len(llmock.requests), play.session.costs.story.cost) == (asked, spent)
    play.session.allow()
    assert isinstance((await play.retry())[-1], TurnSaved)
    assert spent < play.session.costs.story.cost <= play.session.costs.story_cap == 2 * cap
    await play.session.close()


async def test_a_whole_story_of_faults_is_told_to_its_end(play: Play) -> None:
    for number in range(8):
        play.llmock.add(StreamFault(KINDS[number % 4], after_chunks=5 + 9 * number, stall_seconds=5, match=TELLER))
        failure(await play.play(play.session.offered(number % 3 + 1)))
        assert isinstance((await play.retry())[-1], TurnSaved)
    assert play.head.depth == 9
    play.llmock.assert_resilient()
    assert play.on_disk() == (play.head, "")
    assert [turn.depth for turn in play.session.transcript(20)] == list(range(1, 10))
