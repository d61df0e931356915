"""Working ahead with a real llama.cpp server: what is in its cache when the reader chooses, and what is told already.

Run by `bench/real_server.sh`; `-s` prints what the server itself counted.
"""

import asyncio
import statistics
import time
from pathlib import Path

import pytest

from fiction.engine.game import NewStory
from fiction.engine.session import Session
from fiction.errors import Trouble
from fiction.paths import Home
from fiction.story.events import PassageDone, ProseDelta, Spent, TurnFailed, TurnSaved
from fiction.story.reader import ReaderProfile, StorySettings
from fiction.story.turn import Usage
from fiction.wiring.game import LocalGame

pytestmark = [pytest.mark.realserver, pytest.mark.timeout(900)]

TURNS = 30
BUDGET = 10_000
"""The little model spells out most words: by its count a turn has two and a half times the tokens of any other's."""
SHOWN_WITHIN = 0.1
"""Seconds from the key to the passage that was written ahead."""


async def begun(folder: Path, server: str, speculate: str) -> Session:
    home = Home.at(folder)
    home.config.write_text(f"server: {{speculate: {speculate}, budget: {BUDGET}}}\n")
    game = LocalGame(home, environment={"FICTION_BASE_URL": server, "FICTION_MODEL": "tiny"})
    settings = StorySettings(turns=TURNS + 10, storyteller="model")
    session = await game.start(NewStory(world="a-river-in-two-minds", reader=ReaderProfile("Ana"), settings=settings))
    async for event in session.proceed():
        assert not isinstance(event, TurnFailed), event.message
    return session


async def made_ready() -> None:
    """Wait until nothing is done ahead any more, as a reader does who reads slowly."""
    while working := [task for task in asyncio.all_tasks() if task.get_name() == "working ahead"]:
        await asyncio.wait(working)


async def played(session: Session, number: int) -> tuple[Usage, float]:
    """What the passage's own call came to, and after how many seconds the passage stood whole.

    The little model now and then ends its turn before the first word; that is asked for once more.
    """
    first: Usage | None = None
    stood = 0.0
    began = time.perf_counter()
    async for event in session.play(session.offered(number)):
        match event:
            case Spent(usage=usage):
                first = first or usage
            case PassageDone():
                stood = time.perf_counter() - began
            case TurnFailed(trouble=Trouble.EMPTY):
                return await played(session, number)
            case TurnFailed(message=message):
                raise AssertionError(message)
            case ProseDelta() | TurnSaved() | _:
                pass
    assert first is not None
    return first, stood


async def test_nearly_all_of_the_next_prompt_is_in_the_servers_cache(roomy: str, tmp_path: Path) -> None:
    session = await begun(tmp_path, roomy, "warm")
    shares: list[float] = []
    counted: list[Usage] = []
    for turn in range(TURNS):
        await made_ready()
        usage, _ = await played(session, turn % 3 + 1)
        assert not usage.estimated
        counted.append(usage)
        shares.append(usage.cached / usage.prompt)
        print(f"turn {turn + 2}: {usage.cached} of {usage.prompt} tokens were in the cache ({shares[-1]:.1%})")
    await session.close()
    total = sum(usage.cached for usage in counted) / sum(usage.prompt for usage in counted)
    print(f"in all {total:.1%}; median {statistics.median(shares):.1%}, least {min(shares):.1%}")
    assert total >= 0.95
    assert statistics.median(shares) >= 0.95


async def test_what_was_written_ahead_is_shown_at_once(roomy: str, tmp_path: Path) -> None:
    session = await begun(tmp_path, roomy, "all")
    times: list[float] = []
    for turn in range(12):
        await made_ready()
        assert session.ready == {1, 2, 3}
        _, stood = await played(session, turn % 3 + 1)
        times.append(stood)
    await session.close()
    print(f"the chosen passage stood after {statistics.median(times) * 1e3:.0f} ms (at most {max(times) * 1e3:.0f})")
    assert statistics.median(times) < SHOWN_WITHIN
