"""Is a turn that the reader saw ever lost? `kill -9` of the plain game itself, again and again, at random moments.

A child runs `fiction resume killed --plain` with choices coming through a pipe and the page going into another. It is
killed anywhere between its start and some dozens of turns later; then the save is checked against what the page showed:

* a turn of which anything after its passage was shown must be in the save, word for word;
* a turn of which less was shown must be there, or be waiting to be told from the choice that the reader made;
* a passage that was shown to its last word before it was saved would be lost too: the telling that the next child makes
  of that choice is compared with what the page held.

Bar (docs/design.md section 11): 200 kills, nothing lost, no save damaged. `uv run python -m bench.kill9_play [KILLS]`
"""

import os
import random
import re
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from threading import active_count

from fiction.cli import main as fiction
from fiction.errors import SaveError
from fiction.saves.store import SaveFile
from fiction.story.turn import Turn
from fiction.text.sanitise import clean

WORLD = "a-river-in-two-minds"
SAVE = "killed"
LONGEST = 3.0
"""Seconds that a child plays at the most."""
HEAVY = ("chromadb", "fiction.packs.loader", "fiction.memory.recall", "fiction.plain", "fiction.wiring.game")
"""Imported once here, for the children to inherit: what is killed is play, not imports."""
_HEADING = re.compile(r"^Turn (\d+)\.", re.MULTILINE)
_DECIDED = re.compile(r"\A(You: |You let the moment).*\n")
"""Stands above the passage where a page is shown again."""
_PLANS = re.compile(r"^1\. ", re.MULTILINE)


@dataclass
class Tally:
    """What came of the kills."""

    kills: int = 0
    before_the_page: int = 0
    """Kills before the child had shown anything."""
    in_a_turn: int = 0
    """Kills in the middle of a turn: a passage had begun and its plans were not shown yet."""
    hot_journals: int = 0
    """Kills in the middle of a write; SQLite rolls it back when the save is next opened."""
    turns_shown: int = 0
    choices_kept: int = 0
    """Choices whose turn was cut short by the kill, and which the save held for the next child to tell."""
    told_again_alike: int = 0
    """Passages cut short by a kill whose second telling began with all that the page had shown."""
    turns_in_the_save: int = 0
    lost: int = 0
    damaged: int = 0


@dataclass
class Known:
    """What the save has held so far, by the depth of turns."""

    passages: dict[int, list[str]] = field(default_factory=dict)
    last: int = 0
    cut: tuple[int, str] | None = None
    """A passage that was being shown when it was killed, before it was saved: its depth, and what was seen of it."""


def shown(page: str) -> Iterator[tuple[int, str]]:
    """Every turn on the page: its depth, and all that was printed of it."""
    heads = list(_HEADING.finditer(page))
    ends = [head.start() for head in heads[1:]] + [len(page)]
    for head, end in zip(heads, ends, strict=False):
        yield int(head[1]), page[head.end() : end].partition("\n")[2]


def flat(text: str) -> str:
    """The words alone: how they are spread over lines doesn't count."""
    return " ".join(clean(text).split())


def one_kill(home: Path, seed: int, *, told_first: bool) -> str:
    """Let a child play for a random while, kill it, and return the page."""
    dice = random.Random(seed)
    typed_end, typing = os.pipe()
    page_end, printing = os.pipe()
    os.write(typing, _typing(dice, told_first=told_first).encode())
    child = os.fork()
    if child == 0:
        try:
            for old, new in ((typed_end, 0), (printing, 1)):
                os.dup2(old, new)
            os.closerange(3, 64)
            sys.stdin, sys.stdout = open(0), open(1, "w")  # noqa: SIM115 - the inherited ones know another file
            os._exit(fiction(["--home", str(home), "resume", SAVE, "--plain"]))
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(70)
    for end in (typed_end, printing):
        os.close(end)
    page = _killed_after(child, page_end, dice.uniform(0, LONGEST))
    os.close(typing)
    return page


def _killed_after(child: int, page_end: int, seconds: float) -> str:
    """The page of a child that is killed when the time is up; meanwhile it is read, so that the pipe never fills."""
    until = time.monotonic() + seconds
    os.set_blocking(page_end, False)
    pieces: list[bytes] = []
    with os.fdopen(page_end, "rb", buffering=0) as pipe:
        while time.monotonic() < until:
            pieces.append(pipe.read(65536) or b"")
            time.sleep(min(0.002, max(0.0, until - time.monotonic())))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        while piece := pipe.read(65536):
            pieces.append(piece)
    if not os.WIFSIGNALED(status):
        said = b"".join(pieces)[-500:].decode(errors="replace")
        raise RuntimeError(f"the child ended by itself, with {os.waitstatus_to_exitcode(status)}: {said}")
    return b"".join(pieces).decode("utf-8", errors="ignore")


def _typing(dice: random.Random, *, told_first: bool) -> str:
    """What the reader types: plans by number, and now and then words of their own."""
    lines = ["/retry"] if told_first else []
    lines += [dice.choice(["1", "2", "3", f"I count to {dice.randrange(1000)} and look again"]) for _ in range(400)]
    return "\n".join(lines) + "\n"


def check(path: Path, page: str, known: Known, tally: Tally) -> bool:
    """Hold the save against the page. Returns whether a choice waits in it to be told."""
    try:
        with closing(SaveFile.open(path)) as save:
            tally.damaged += bool(save.verify())
            head = save.head()
            _learn(save, head, known, tally)
            waiting = save.pending() is not None
    except SaveError:
        tally.damaged += 1
        return False
    turns = list(shown(page))
    for number, (depth, text) in enumerate(turns, start=1):
        told = [passage for passage in known.passages.get(depth, []) if flat(text).find(passage) >= 0]
        if number < len(turns) or _PLANS.search(text):
            tally.turns_shown += bool(told)
            tally.lost += not told
        elif not told:
            _cut_short(depth, text, known, tally, waiting=waiting)
    return waiting


def _learn(save: SaveFile, head: Turn | None, known: Known, tally: Tally) -> None:
    """The turns that are new in the save; what the page had shown of one that was cut short is compared with it."""
    path = save.path(head.id, head.depth - known.last) if head is not None and head.depth > known.last else ()
    for turn in path:
        known.passages.setdefault(turn.depth, []).append(flat(turn.passage))
        if known.cut is not None and known.cut[0] == turn.depth:
            seen, whole = known.cut[1], flat(turn.passage)
            tally.told_again_alike += whole.startswith(seen)
            tally.lost += seen == whole
            known.cut = None
    known.last = max(known.last, head.depth if head is not None else 0)
    tally.turns_in_the_save = known.last


def _cut_short(depth: int, text: str, known: Known, tally: Tally, *, waiting: bool) -> None:
    """The last turn on the page, begun and not whole: the save has its whole passage, or the choice for it."""
    tally.in_a_turn += 1
    seen = flat(_DECIDED.sub("", text, count=1))
    if any(passage.startswith(seen) for passage in known.passages.get(depth, [])):
        return
    known.cut = (depth, seen)
    tally.choices_kept += waiting
    tally.lost += not waiting


def run(home: Path, kills: int) -> Tally:
    """Kill so many times, all in one story of a home."""
    for name in HEAVY:
        import_module(name)
    if active_count() > 1:
        raise RuntimeError("an import has started a thread; a forked child would lack it")
    _begin(home)
    path = home / "saves" / f"{SAVE}.fiction"
    tally, known, waiting = Tally(), Known(), False
    check(path, "", known, tally)
    for seed in range(kills):
        page = one_kill(home, seed, told_first=waiting)
        tally.kills += 1
        tally.before_the_page += not page
        journal = path.with_name(f"{path.name}-journal")
        tally.hot_journals += journal.exists() and journal.stat().st_size > 0
        waiting = check(path, page, known, tally)
    return tally


def _begin(home: Path) -> None:
    """A new endless story in a process of its own, left after its first turn."""
    child = os.fork()
    if child == 0:
        silent = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1):
            os.dup2(silent, stream)
        os._exit(
            fiction(
                ["--home", str(home), "play", WORLD, "--plain", "--save", SAVE, "--length", "endless", "--seed", "7"]
            )
        )
    if os.waitpid(child, 0)[1]:
        raise RuntimeError("the story could not be begun")


def main(kills: int) -> int:
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as home:
        tally = run(Path(home), kills)
    for name, value in asdict(tally).items():
        print(f"{name.replace('_', ' '):>18} {value:>7}")
    print(f"{'seconds':>18} {time.perf_counter() - started:>7.1f}")
    return 1 if tally.lost or tally.damaged else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
