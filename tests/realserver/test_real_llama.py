"""The model storyteller against a real llama.cpp server with a model that has learned nothing.

Run by `bench/real_server.sh`, which builds both and says where they are: FICTION_REAL_SERVER, FICTION_REAL_MODEL.
"""

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator

import pytest

from fiction.engine import ledger as ledgers
from fiction.engine.director import direct
from fiction.errors import StorytellerError, Trouble
from fiction.llm.capabilities.capabilities import OutputMode
from fiction.story.events import Notice, ProseDelta, ProseReset, Spent
from fiction.story.ledger import Ledger
from fiction.story.memory import SHORT_TERM_SENTENCES, SHORT_TERM_WORDS, TurnId
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.reader import ReaderProfile, StorySettings
from fiction.story.scene import Scene
from fiction.story.turn import Stage, Turn
from fiction.story.world import Beat, Character, World
from fiction.storytellers.model import ModelStoryteller, ServerSettings
from fiction.text.tokens import sentences

pytestmark = [pytest.mark.realserver, pytest.mark.timeout(900)]

TURNS = 30
WORLD = World(
    id="landing",
    version="1.0.0",
    title="The Landing",
    summary="A ferry, a bridge that is gone, and a letter nobody has read.",
    setting="A river village in the year after the bridge went down. Everybody crosses by the ferry and owes for it.",
    characters=(Character("imre", "Imre", "ferryman", "Sixty and patient."),),
    outline=(Beat("a", "The letter is delivered to nobody."), Beat("b", "The bridge is found.")),
)


@pytest.fixture
async def storyteller(roomy: str) -> AsyncIterator[ModelStoryteller]:
    teller = ModelStoryteller(ServerSettings(roomy, "tiny"))
    yield teller
    await teller.close()


def scene(depth: int = 1, choice: Choice | None = None, *, memory: str = "") -> Scene:
    settings = StorySettings(storyteller="model", turns=TURNS)
    begin = Choice(ChoiceKind.BEGIN)
    return Scene(WORLD, ReaderProfile(name="Ada"), settings, choice or begin, depth, memory=memory)


async def told(storyteller: ModelStoryteller, of: Scene) -> str:
    text = ""
    async for event in storyteller.narrate(of):
        match event:
            case ProseDelta():
                text += event.text
            case ProseReset():
                text = ""
            case Spent() | Notice():
                pass
    return text


async def test_thirty_turns_are_told_and_noted_down(storyteller: ModelStoryteller) -> None:
    recent: list[Turn] = []
    ledger, memory, choice, plain = Ledger(), "", Choice(ChoiceKind.BEGIN), 0
    for depth in range(1, TURNS + 1):
        direction = direct(WORLD, scene().settings, ledger, tuple(recent), depth)
        of = scene(depth, choice, memory=memory)
        of = dataclasses.replace(of, recent=tuple(recent[-3:]), ledger=ledger, direction=direction)
        passage = await told(storyteller, of)
        noted = await storyteller.reflect(of, passage)
        assert passage
        assert noted.memory
        assert noted.ending or len({plan.approach for plan in noted.plans}) == 3
        assert len(sentences(noted.memory)) <= SHORT_TERM_SENTENCES
        assert len(noted.memory.split()) <= SHORT_TERM_WORDS
        plain += noted.plain
        turn = Turn(
            TurnId(depth), None, depth, 0, choice, Stage.COMPLETE, passage, noted.memory,
            plans=noted.plans, ledger_ops=noted.ledger_ops, importance=noted.importance,
        )  # fmt: skip
        ledger = ledgers.apply(ledger, noted.ledger_ops, turn=turn.id, depth=depth)
        recent, memory = [*recent, turn], noted.memory
        plan = noted.plans[depth % 3] if noted.plans else None
        choice = Choice(ChoiceKind.OFFERED, plan.label, plan) if plan else Choice(ChoiceKind.CONTINUE)
    assert plain <= TURNS // 10
    assert storyteller.capabilities.rung <= OutputMode.OBJECT_WITH_SCHEMA


async def test_cancelling_frees_the_server_at_once(storyteller: ModelStoryteller) -> None:
    began = asyncio.Event()

    async def read() -> None:
        async for _ in storyteller.narrate(scene()):
            began.set()

    task = asyncio.create_task(read())
    await began.wait()
    started = time.perf_counter()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.perf_counter() - started < 0.5
    assert await asyncio.wait_for(told(storyteller, scene()), 60)


async def test_the_second_call_finds_the_first_in_the_servers_cache(storyteller: ModelStoryteller) -> None:
    of = scene(2, Choice(ChoiceKind.WRITTEN, "Ask the ferryman for the letter"), memory="You wait at the landing.")
    noted = await storyteller.reflect(of, await told(storyteller, of))
    assert noted.usage.cached > 0.4 * noted.usage.prompt


async def test_a_context_too_small_for_the_budget_makes_the_prompt_smaller(cramped: str) -> None:
    storyteller = ModelStoryteller(ServerSettings(cramped, "tiny"))
    try:
        passage = await told(storyteller, scene())
    except StorytellerError as error:  # this tokeniser spells most words letter by letter
        assert error.trouble is Trouble.TOO_LONG
        assert storyteller.capabilities.context
    else:
        assert passage
    await storyteller.close()


async def test_a_hundred_calls_in_a_row_lose_no_connection(storyteller: ModelStoryteller) -> None:
    begin = scene()
    for _ in range(100):
        telling = storyteller.narrate(begin)
        await anext(telling)
        await telling.aclose()
