"""What the long-term memory costs at 10, 100, 1,000 and 10,000 turns, in milliseconds (p50 and p95).

`recall` is asked once everything is ready, Chroma too; `first` is the first recall after opening, with and without the
words' cache, while nothing else is ready. Bars: recall at 10,000 turns at most 1.3 times that at 100, and under 10 ms.
`python -m bench.recall_latency 10 100 1000` takes other lengths.
"""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path

from bench.recall import PATH, sentence
from fiction.memory.recall import StoryMemory
from fiction.story.memory import Cue, Embedding, Memory, TurnId

SIZES = (10, 100, 1_000, 10_000)
ROUNDS = 100


class Kept:
    """An archive that keeps its vectors."""

    def __init__(self, memories: list[Memory]) -> None:
        self.uuid = f"00000000-0000-4000-8000-{len(memories):012d}"
        self.told = memories
        self.vectors: dict[TurnId, Embedding] = {}

    def memories(self, *, after: TurnId | None = None) -> list[Memory]:
        return self.told[after or 0 :]

    def embeddings(self, model: str) -> list[tuple[TurnId, Embedding]]:
        return sorted(self.vectors.items(), key=lambda item: item[0])

    def store_embeddings(self, rows: Iterable[tuple[TurnId, Embedding]]) -> None:
        self.vectors.update(rows)

    def close(self) -> None:
        """Nothing is open."""


def passage(chance: random.Random, turn: int) -> Memory:
    """One of about 130 words."""
    return Memory(TurnId(turn), 0, turn, " ".join(sentence(chance) for _ in range(11)) + f" This is the {turn}th day.")


def plan(chance: random.Random, turns: int) -> Cue:
    """A plan of a label and a brief, some sixty words."""
    text = " ".join(sentence(chance) for _ in range(5)) + f" Remember the {chance.randint(1, turns)}th day."
    return Cue(text, PATH, max(2, turns - 3))


async def timed(act: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    await act()
    return 1_000 * (time.perf_counter() - start)


async def measure(turns: int, cache: Path) -> None:
    """One line of the table."""
    chance = random.Random(turns)
    archive = Kept([passage(chance, turn) for turn in range(1, turns + 1)])
    firsts: list[float] = []
    for _ in range(2):
        memory = StoryMemory(cache=cache)
        await memory.open(archive)
        firsts.append(await timed(partial(memory.recall, plan(chance, turns))))
        start = time.perf_counter()
        await memory.ready()
        ready = time.perf_counter() - start
        if not firsts[1:]:
            await memory.close()
    recalls = [await timed(partial(memory.recall, plan(chance, turns))) for _ in range(ROUNDS)]
    remembers = []
    for turn in range(turns + 1, turns + 21):
        told = passage(chance, turn)
        archive.told.append(told)
        embedding = await memory.embed(told.text)
        remembers.append(await timed(partial(memory.remember, told, embedding)))
    closing = await timed(memory.close)
    print(
        f"{turns:>7,} {statistics.median(recalls):>8.2f} {sorted(recalls)[int(0.95 * ROUNDS)]:>8.2f}"
        f" {statistics.median(remembers):>9.2f} {sorted(remembers)[18]:>8.2f}"
        f" {firsts[0]:>11,.0f} {firsts[1]:>10,.0f} {ready:>9.2f} {closing:>8.1f}",
        flush=True,
    )


async def main(sizes: list[int]) -> None:
    """Print the table."""
    print(
        f"{'turns':>7} {'recall':>8} {'p95':>8} {'remember':>9} {'p95':>8}"
        f" {'first, cold':>11} {'first':>10} {'ready, s':>9} {'close':>8}"
    )
    for turns in sizes:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as cache:
            await measure(turns, Path(cache))


if __name__ == "__main__":
    asyncio.run(main([int(size) for size in sys.argv[1:]] or list(SIZES)))
