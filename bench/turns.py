"""Does the ten thousandth turn come as quickly as the tenth? First frame, resume and turn overhead by length.

For stories of 10, 100, 1,000 and 10,000 turns: how long `fiction resume` takes until the last passage stands on the
screen, and what a turn costs beside the storyteller's own time (choice saved, recall, director, told, reflected,
committed, indexed), with the real save, the real memory and Chroma. Beside them: an empty Textual app's first frame.

Bars (docs/design.md section 11): resume at 10,000 turns at most 1.5 times that at 10; turn overhead p95 at 10,000 turns
at most 1.3 times that at 100, and under 50 ms p50. `uv run python -m bench.turns [--quick]`
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from pathlib import Path

from bench.frame import EMPTY
from bench.pty_time import until_painted
from bench.stories import build_story, prose
from fiction.engine.ports import Ahead
from fiction.engine.session import Session
from fiction.memory.recall import StoryMemory
from fiction.saves.store import SaveFile
from fiction.story.events import ProseDelta
from fiction.story.ledger import AddFact
from fiction.story.plan import Approach, Plan
from fiction.story.scene import Scene, Telling
from fiction.story.turn import Reflection
from fiction.story.world import World

LENGTHS = (10, 100, 1_000, 10_000)
TURNS = 60
RUNS = 5


class Instant:
    """A storyteller that takes no time: what is measured is all that is not the storyteller."""

    name = "offline"
    about = "prose made ahead"
    ahead = Ahead.OFF

    async def prepare(self, scene: Scene) -> None:
        pass

    async def narrate(self, scene: Scene) -> AsyncGenerator[Telling, None]:
        yield ProseDelta(prose(scene.depth))

    async def reflect(self, scene: Scene, passage: str) -> Reflection:
        plans = tuple(
            Plan(f"{verb} the matter of turn {scene.depth}", "it may cost you", approach)
            for verb, approach in (("Press", Approach.BOLD), ("Ask after", Approach.WARM), ("Study", Approach.CURIOUS))
        )
        return Reflection(memory=passage[:300], plans=plans, ledger_ops=(AddFact("you", "saw", f"it {scene.depth}"),))

    async def close(self) -> None:
        pass


async def overhead(path: Path, cache: Path) -> tuple[list[float], float, float]:
    """Seconds of each of TURNS turns once all is indexed, of the first turn right after opening, and of an undo.

    What was indexed before stays in `cache`: the second call is what a reader meets who comes back to a story.
    """
    opened = time.perf_counter()
    memory = StoryMemory(cache=cache)
    store = SaveFile.open(path)
    session = Session(
        store=store, world=World("w", "1", "W", "", ""), memory=memory, storytellers={"offline": Instant()}
    )
    [event async for event in session.proceed()]
    [event async for event in session.play(session.offered(1))]
    first = time.perf_counter() - opened
    await memory.ready(120)
    times: list[float] = []
    for turn in range(TURNS):
        started = time.perf_counter()
        [event async for event in session.play(session.offered(turn % 3 + 1))]
        times.append(time.perf_counter() - started)
    started = time.perf_counter()
    session.undo()
    undo = time.perf_counter() - started
    await session.close()
    return times, first, undo


def milliseconds(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] * 1e3


def main(lengths: tuple[int, ...]) -> int:
    p95: dict[int, float] = {}
    p50: dict[int, float] = {}
    resumed: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as root:
        home = Path(root)
        (home / "saves").mkdir()
        empty = home / "empty.py"
        empty.write_text(EMPTY)
        blank = statistics.median(until_painted([sys.executable, str(empty)], "painted-at-last") for _ in range(RUNS))
        print(f"an empty Textual app: first frame {blank * 1e3:.0f} ms (median of {RUNS})")
        print(
            f"{'turns':>7} {'resume':>8} {'first turn':>11} {'unindexed':>10} {'turn p50':>9} {'turn p95':>9}"
            f" {'undo':>7}"
            "   ms (unindexed: the first turn of a story whose index was deleted)"
        )
        for length in lengths:
            name = f"story-{length}"
            path = home / "saves" / f"{name}.fiction"
            build_story(path, length)
            needle = " ".join(prose(length).split()[:3])
            command = [sys.executable, "-m", "fiction", "resume", name]
            runs = [until_painted(command, needle, env={"FICTION_HOME": root}) for _ in range(RUNS)]
            resumed[length] = statistics.median(runs)
            _, cold, _ = asyncio.run(overhead(path, home / "cache"))
            times, first, undo = asyncio.run(overhead(path, home / "cache"))
            p50[length], p95[length] = milliseconds(times, 0.5), milliseconds(times, 0.95)
            print(
                f"{length:>7} {resumed[length] * 1e3:8.0f} {first * 1e3:11.1f} {cold * 1e3:10.1f}"
                f" {p50[length]:9.1f} {p95[length]:9.1f} {undo * 1e3:7.1f}",
                flush=True,
            )
    low, high = lengths[0], lengths[-1]
    base = 100 if 100 in lengths else low
    print(f"resume {high} / {low}: {resumed[high] / resumed[low]:.2f} (bar 1.5)")
    print(
        f"turn p95 {high} / {base}: {p95[high] / p95[base]:.2f} (bar 1.3);  p50 at {high}: {p50[high]:.1f} ms (bar 50)"
    )
    return 0 if resumed[high] <= 1.5 * resumed[low] and p95[high] <= 1.3 * p95[base] and p50[high] < 50 else 1


if __name__ == "__main__":
    sys.exit(main(LENGTHS[:3] if "--quick" in sys.argv else LENGTHS))
