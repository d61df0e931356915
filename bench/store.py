"""Does a save stay quick as the story grows? Opening, one turn's writes, search and ledger at 10 to 10,000 turns.

`open` is opening, head and the last 20 turns; `tell+complete` what a turn costs on disk; `search` looks for
words that stand nowhere, `ledger` for the state at the head; `list` is the line in the list of saves.
`uv run python -m bench.store [--quick]`
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bench.stories import build_story, draft, reflection
from fiction.saves.cards import card
from fiction.saves.store import SaveFile

LENGTHS = (10, 100, 1_000, 10_000)
RUNS = 15
TURNS = 40
COLUMNS = ("open", "tell+complete p50", "p95", "undo+redo", "search", "200 memories", "ledger", "list")


def milliseconds(act: Callable[[], object], runs: int = RUNS) -> float:
    """Median of so many runs."""
    return statistics.median(_timed(act) for _ in range(runs))


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1e3


def opened(path: Path) -> None:
    """What resuming asks of a save."""
    with closing(SaveFile.open(path)) as save:
        head = save.head()
        assert head is not None
        save.path(head.id, 20)


def told(save: SaveFile, length: int) -> list[float]:
    """Milliseconds of each of TURNS turns."""
    times = []
    for number in range(length + 1, length + TURNS + 1):
        head = save.head()
        started = time.perf_counter()
        turn = save.tell(head.id if head else None, draft(number), head=head.id if head else None)
        save.complete(turn.id, reflection(number))
        times.append((time.perf_counter() - started) * 1e3)
    return sorted(times)


def back_and_forth(save: SaveFile) -> None:
    """Undo and redo."""
    head = save.head()
    assert head is not None
    assert head.parent is not None
    save.move(head.parent, expected=head.id)
    save.move(head.id, expected=head.parent)


def measure(path: Path, length: int) -> tuple[float, ...]:
    """One line of the table, in the order of COLUMNS."""
    build_story(path, length)
    start = milliseconds(lambda: opened(path))
    with closing(SaveFile.open(path)) as save:
        head = save.head()
        assert head is not None
        lineage = save.lineage(head.id)
        search = milliseconds(lambda: save.memories(lineage, search="milestone unsaid", limit=20), 5)
        page = milliseconds(lambda: save.memories(lineage), 5)
        ledger = milliseconds(lambda: save.ledger_before(head.id))
        times = told(save, length)
        undo = milliseconds(lambda: back_and_forth(save))
        line = milliseconds(lambda: card(path, path.stem))
    return start, times[TURNS // 2], times[int(TURNS * 0.95)], undo, search, page, ledger, line


def main(lengths: tuple[int, ...]) -> None:
    print("   turns      MB " + " ".join(f"{name:>{max(8, len(name))}}" for name in COLUMNS) + "   (ms)")
    with tempfile.TemporaryDirectory() as folder:
        for length in lengths:
            path = Path(folder) / f"story-{length}.fiction"
            figures = measure(path, length)
            cells = " ".join(f"{value:>{max(8, len(name))}.2f}" for name, value in zip(COLUMNS, figures, strict=True))
            print(f"{length:>8} {path.stat().st_size / 1e6:>7.1f} {cells}", flush=True)


if __name__ == "__main__":
    main(LENGTHS[:3] if "--quick" in sys.argv else LENGTHS)
