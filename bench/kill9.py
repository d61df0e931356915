"""Is a turn that was seen ever lost? `kill -9` of a process that plays, again and again, at random moments.

A child plays one growing save (decide, tell, complete, now and then undo, branch, edit a memory) and says each thing
that a method has returned from. It is killed; the save is opened and checked, and all that was said must be there.

Bar (docs/design.md section 11): 200 kills, nothing acknowledged lost, no save damaged.
`uv run python -m bench.kill9 [KILLS]`
"""

import json
import os
import random
import signal
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from bench.stories import choice, draft, prose, record, reflection
from fiction.errors import FictionError, SaveError
from fiction.saves.store import SaveFile
from fiction.story.memory import RevisionKind, TurnId
from fiction.story.turn import Stage, Turn


@dataclass
class Tally:
    """What came of the kills."""

    kills: int = 0
    acknowledged: int = 0
    """Things that a method had returned from."""
    turns: int = 0
    unsaid: int = 0
    """Kills after which the save held a turn that the child had not come to speak of."""
    hot_journals: int = 0
    """Kills in the middle of a write; SQLite rolls it back when the save is next opened."""
    lost: int = 0
    damaged: int = 0


class Line(NamedTuple):
    """What the child said: before (`will`) it tells or moves, and after everything it does."""

    what: str
    turn: int = 0
    number: int = 0
    """From which the passage, the choice and the reflection follow."""


def play(path: Path, seed: int, pipe: int) -> None:
    """Play until killed."""
    dice = random.Random(seed)

    def say(*line: str | int) -> None:
        os.write(pipe, json.dumps(line).encode() + b"\n")

    save = SaveFile.open(path)
    at = save.head()
    while True:
        number = dice.randrange(1, 1_000_000)
        head = at.id if at else None
        save.choose(choice(number))
        say("decided", 0, number)
        say("will tell", 0, number)
        turn = save.tell(head, draft(number), head=head)
        say("told", turn.id, number)
        at = save.complete(turn.id, reflection(number))
        say("completed", turn.id, number)
        if dice.random() < 0.2:
            save.revise(RevisionKind.SHORT_TERM, at.id, prose(number))
            say("edited", at.id, number)
        if dice.random() < 0.2:
            target = TurnId(dice.randint(max(1, at.id - 5), at.id))
            say("will move", target)
            at = save.move(target, expected=at.id)
            say("moved", at.id)


def one_kill(path: Path, seed: int) -> list[Line]:
    """Let a child play for a random while, kill it, and return what it said."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            play(path, seed, writer)
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        first = pipe.readline()
        time.sleep(random.Random(seed).uniform(0, 0.06))
        os.kill(child, signal.SIGKILL)
        said = first + pipe.read()
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        raise RuntimeError("the child stopped by itself before it was killed")
    return [Line(*json.loads(line)) for line in said.split(b"\n")[:-1]]


def check(path: Path, said: list[Line], before: int, tally: Tally) -> int:
    """Count what is there and what is not; returns where the head is now. `before` is where it was before the child."""
    tally.acknowledged += sum(not line.what.startswith("will") for line in said)
    try:
        with closing(SaveFile.open(path)) as save:
            tally.damaged += bool(save.verify())
            tally.lost += sum(not _kept(save, line) for line in said)
            head = save.head()
            tally.turns = max(tally.turns, head.id if head else 0)
            done = [line.turn for line in said if line.what in ("told", "moved")]
            at = head.id if head else 0
            if at != (done[-1] if done else before):
                expected = _may_be(said[-1], head)
                tally.unsaid += expected
                tally.lost += not expected
            elif said and said[-1].what in ("decided", "will tell"):
                tally.lost += save.pending() != choice(said[-1].number)
            return at
    except SaveError:
        tally.damaged += 1
        return before


def _may_be(last: Line, head: Turn | None) -> bool:
    """Whether the head is where the child was just taking it."""
    if head is None:
        return False
    return (last.what == "will move" and head.id == last.turn) or (
        last.what == "will tell" and head.passage == prose(last.number)
    )


def _kept(save: SaveFile, line: Line) -> bool:
    try:
        match line.what:
            case "told":
                return save.turn(TurnId(line.turn)).passage == prose(line.number)
            case "completed":
                turn = save.turn(TurnId(line.turn))
                return turn.stage is Stage.COMPLETE and turn.plans == reflection(line.number).plans
            case "edited":
                return save.turn(TurnId(line.turn)).memory == prose(line.number)
            case _:
                return True
    except FictionError:
        return False


def run(folder: Path, kills: int) -> Tally:
    """Kill so many times, all on one save in `folder`."""
    path = folder / "killed.fiction"
    SaveFile.create(path, record(turns=0)).close()
    tally, at = Tally(), 0
    for seed in range(kills):
        said = one_kill(path, seed)
        tally.kills += 1
        journal = path.with_name(f"{path.name}-journal")
        tally.hot_journals += journal.exists() and journal.stat().st_size > 0
        at = check(path, said, at, tally)
    return tally


def main(kills: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        tally = run(Path(folder), kills)
    for name, value in asdict(tally).items():
        print(f"{name.replace('_', ' '):>14} {value:>7}")
    print(f"{'seconds':>14} {time.perf_counter() - started:>7.1f}")
    return 1 if tally.lost or tally.damaged else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
