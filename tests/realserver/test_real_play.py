"""The whole game, with a real llama.cpp server behind it: thirty turns, and whatever a reader may do meanwhile.

Run by `bench/real_server.sh`.
"""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from fiction.engine.game import NewStory
from fiction.engine.session import Session
from fiction.paths import Home
from fiction.story.events import Event, ProseDelta, TurnFailed, TurnSaved
from fiction.story.reader import ReaderProfile, StorySettings
from fiction.story.turn import Stage
from fiction.wiring.game import LocalGame

pytestmark = [pytest.mark.realserver, pytest.mark.timeout(900)]

TURNS = 30
WORLD = "a-river-in-two-minds"


def game(folder: Path, server: str) -> LocalGame:
    environment = {"FICTION_BASE_URL": server, "FICTION_MODEL": "tiny", "FICTION_API_KEY": "none"}
    return LocalGame(Home.at(folder), environment=environment)


async def drain(events: AsyncGenerator[Event, None]) -> list[Event]:
    return [event async for event in events]


async def stop_in_mid_stream(session: Session) -> None:
    """Play the first plan and cancel it when its first words are there."""

    async def playing() -> None:
        async for event in session.play(session.offered(1)):
            if isinstance(event, ProseDelta):
                streaming.set()

    streaming = asyncio.Event()
    task = asyncio.create_task(playing())
    await streaming.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_thirty_turns_with_a_stop_a_retry_an_undo_and_a_resume(roomy: str, tmp_path: Path) -> None:
    settings = StorySettings(turns=TURNS + 10, storyteller="model")
    story = NewStory(world=WORLD, reader=ReaderProfile(name="Ana"), settings=settings)
    session = await game(tmp_path, roomy).start(story)
    await drain(session.proceed())
    plain = 0
    while session.turn is not None and session.turn.depth < TURNS:
        depth = session.turn.depth
        if depth == 5:
            await stop_in_mid_stream(session)
            assert session.turn.depth == 5
            assert session.pending is not None
            events = await drain(session.retry())
        elif depth == 10:
            before = session.turn
            await drain(session.retry("shorter"))
            assert session.turn.parent == before.parent
            assert session.turn.id != before.id
            events = await drain(session.play(session.written("call out over the water")))
        elif depth == 15:
            gone = session.turn
            session.undo()
            assert session.turn.depth == 14
            await drain(session.play(session.offered(2)))
            assert session.turn.passage != gone.passage
            events = await drain(session.play(session.offered(3)))
        elif depth == 20:
            last, name = session.turn, session.name
            await session.close()
            session = await game(tmp_path, roomy).resume(name)
            assert session.turn == last
            assert await drain(session.proceed()) == []
            events = await drain(session.play(session.offered(1)))
        else:
            events = await drain(session.play(session.offered(depth % 3 + 1)))
        failed = [event for event in events if isinstance(event, TurnFailed)]
        assert not failed, failed[0].message
        assert isinstance(events[-1], TurnSaved)
        assert session.turn is not None
        assert session.turn.stage is Stage.COMPLETE
        assert session.turn.storyteller == "model"
        assert len(session.plans) == 3
        plain += session.turn.plain
    assert plain <= 1
    await session.close()
