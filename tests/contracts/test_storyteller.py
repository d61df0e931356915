"""The contract of `engine.ports.Storyteller`, for everything that tells."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest

from fiction.engine.ports import Ahead, Storyteller
from fiction.story.events import Notice, ProseDelta, ProseReset
from fiction.story.memory import TurnId
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.reader import ReaderProfile, StorySettings
from fiction.story.scene import Scene
from fiction.story.turn import Reflection, Stage, Turn
from fiction.story.world import World
from fiction.storytellers.model import ModelStoryteller, ServerSettings
from fiction.storytellers.offline import OfflineStoryteller
from fiction.storytellers.stand_in import StandIn
from support.model_server import ModelServer
from support.scripted import Scripted

WORLD = World("quay", "1.0.0", "The Quay", "A lamp is out.", "A harbour town. The lamp at the point is out.")
FIRST = Scene(WORLD, ReaderProfile(), StorySettings(), Choice(ChoiceKind.BEGIN), depth=1)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer().running() as running:
        yield running


@pytest.fixture(params=["offline", "model", "in place of another", "the tests' own"])
async def teller(request: pytest.FixtureRequest) -> AsyncIterator[Storyteller]:
    made: Storyteller
    match request.param:
        case "offline":
            made = OfflineStoryteller()
        case "model":
            url = request.getfixturevalue("server").url
            made = ModelStoryteller(ServerSettings(url, "tiny", "", stall_timeout=2.0))
        case "in place of another":
            made = StandIn(OfflineStoryteller(), "The model is not there.")
        case _:
            made = Scripted()
    yield made
    await made.close()


async def told(teller: Storyteller, scene: Scene) -> str:
    pieces: list[str] = []
    async with aclosing(teller.narrate(scene)) as telling:
        async for event in telling:
            match event:
                case ProseDelta(text=text):
                    pieces.append(text)
                case ProseReset():
                    pieces.clear()
                case _:
                    pass
    return "".join(pieces)


def after(scene: Scene, passage: str, notes: Reflection) -> Turn:
    """The turn that came of a scene."""
    return Turn(
        TurnId(scene.depth), None, scene.depth, 0, scene.choice, Stage.COMPLETE, passage,
        memory=notes.memory, plans=notes.plans, ledger_ops=notes.ledger_ops, state=notes.state, title=notes.title,
    )  # fmt: skip


async def second(teller: Storyteller) -> Scene:
    """The scene of the second turn, with the first plan that the first one offered."""
    passage = await told(teller, FIRST)
    notes = await teller.reflect(FIRST, passage)
    plan = notes.plans[0]
    return dataclasses.replace(
        FIRST,
        depth=2,
        choice=Choice(ChoiceKind.OFFERED, plan.label, plan),
        recent=(after(FIRST, passage, notes),),
        memory=notes.memory,
    )


def test_it_says_who_it_is(teller: Storyteller) -> None:
    assert teller.name in ("offline", "model")
    assert teller.about.strip()
    assert isinstance(teller.ahead, Ahead)


async def test_it_tells_a_passage_and_offers_three_plans_that_differ(teller: Storyteller) -> None:
    passage = await told(teller, FIRST)
    assert passage.strip()
    notes = await teller.reflect(FIRST, passage)
    assert notes.memory.strip()
    assert len({plan.label for plan in notes.plans}) == 3


async def test_a_plan_it_offered_leads_to_another_passage(teller: Storyteller) -> None:
    scene = await second(teller)
    passage = await told(teller, scene)
    assert passage.strip()
    assert (await teller.reflect(scene, passage)).memory.strip()


async def test_a_passage_of_another_teller_can_be_reflected_and_twice(teller: Storyteller) -> None:
    scene = await second(teller)
    for _ in range(2):
        notes = await teller.reflect(scene, "Somebody else told this. The lamp is lit, and nobody saw who lit it.")
        assert notes.memory.strip()
        assert notes.plans or notes.ending


async def test_a_telling_can_be_left_in_the_middle_and_begun_again(teller: Storyteller) -> None:
    async with aclosing(teller.narrate(FIRST)) as telling:
        async for event in telling:
            if not isinstance(event, Notice):
                break
    assert (await told(teller, FIRST)).strip()


async def test_a_telling_can_be_cancelled_and_begun_again(teller: Storyteller) -> None:
    begun = asyncio.Event()

    async def first_words() -> None:
        async with aclosing(teller.narrate(FIRST)) as telling:
            async for _ in telling:
                begun.set()
                await asyncio.Event().wait()

    task = asyncio.create_task(first_words())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await told(teller, FIRST)).strip()


async def test_making_ready_raises_nothing_and_changes_nothing(teller: Storyteller) -> None:
    scene = await second(teller)
    before = dataclasses.replace(scene)
    await teller.prepare(dataclasses.replace(scene, choice=Choice(ChoiceKind.OFFERED)))
    assert scene == before
    assert (await told(teller, scene)).strip()


async def test_it_closes_twice(teller: Storyteller) -> None:
    await teller.close()
    await teller.close()


async def test_one_in_place_of_another_says_so_once_and_works_nothing_ahead() -> None:
    inner = Scripted(ahead=Ahead.ALL)
    teller = StandIn(inner, "The model is not there.")
    said = [[event async for event in teller.narrate(FIRST) if isinstance(event, Notice)] for _ in range(3)]
    assert said == [[Notice("The model is not there.")], [], []]
    assert teller.ahead is Ahead.OFF
    assert (teller.name, teller.about) == (inner.name, inner.about)
    await teller.close()
    assert inner.closed
