"""Stories of any length for benches: plausible English, plans, ledgers, a few forks; the same every time.

`build_story(path, turns)` makes the save; `prose(n)` is the passage of its turn n, `choice(n)` what led to it.
"""

import random
import sqlite3
import time
from pathlib import Path
from uuid import uuid4

from fiction.engine.ledger import apply
from fiction.engine.recurrence import SNAPSHOT_EVERY
from fiction.saves import tree
from fiction.saves.codec import LEDGER, rows_of_record, turn_of
from fiction.saves.creation import laying_down
from fiction.saves.rows import HeadRow, SnapshotRow, TurnRow, insert
from fiction.saves.writing import completed, told
from fiction.story.ledger import (
    AddFact,
    Ledger,
    LedgerOp,
    OpenThread,
    PutCast,
    SupersedeFact,
    ThreadStatus,
    TouchThread,
)
from fiction.story.memory import MemoryChange, Rationale, Recall, Recalled, TurnId
from fiction.story.plan import Approach, Choice, ChoiceKind, Plan
from fiction.story.reader import Length, ReaderProfile, StoryRecord, StorySettings
from fiction.story.turn import Draft, Reflection, Usage

PACK = """\
schema: 1
id: the-salt-road
version: 1.0.0
title: The Salt Road
summary: A long way on foot, from the pans to the sea.
authors: [The benches]
license: CC0-1.0
language: en
fiction: {minimum: 0.1.0}
setting: A white road through a country that the sea left behind, with kilns, toll bridges and drowned chapels on it.
callbacks: ["You think of {recollection}."]
openings:
- id: gate
  title: The gate
  text: You stand at the gate of the pans with a bag of salt on your shoulder.
endings:
- id: shore
  title: The shore
  bodies: ["You reach the sea, and it is where it always was."]
"""
FORK_EVERY = 90

_NAMES = (
    "Imre",
    "Halla",
    "the ferryman",
    "Old Teodor",
    "Sister Anwe",
    "the clerk",
    "Mirel",
    "a boy called Pim",
    "Ossian",
)
_PLACES = (
    "the drowned chapel",
    "the weighing house",
    "a dry well",
    "the toll bridge",
    "the reed camp",
    "the ninth kiln",
)
_THINGS = (
    "a brass key",
    "the ledger of debts",
    "a lantern with no oil",
    "a letter sealed twice",
    "the map",
    "a salt knife",
)
_DEEDS = (
    "lowers {thing} into the dark and waits",
    "asks what became of the others",
    "counts the steps back to {place}",
    "will not look at {thing}",
    "says your name as if it were a price",
    "lays {thing} on the table between you",
    "speaks of {place} and then of nothing else",
)
_SENSES = (
    "The wind carries the smell of brine and burnt reed.",
    "Somewhere behind {place} a door closes twice.",
    "Your hands still hold the cold of {thing}.",
    "The light goes down a long way before it finds water.",
    "Nobody has swept the floor here since the flood.",
    "You hear “not yet” from the next room — or you think so.",
    "It is quieter than {place} ever was.",
)


def _draw(dice: random.Random, lines: tuple[str, ...]) -> str:
    return dice.choice(lines).format(place=dice.choice(_PLACES), thing=dice.choice(_THINGS))


def prose(number: int, words: int = 120) -> str:
    """A passage of about `words` words that begins with its number and is unlike the others."""
    dice = random.Random(number)
    parts = [f"Past milestone {number} the road bends toward {dice.choice(_PLACES)}."]
    while sum(len(part.split()) for part in parts) < words:
        name = dice.choice(_NAMES)
        parts.append(f"{name[0].upper()}{name[1:]} {_draw(dice, _DEEDS)}.")
        parts.append(_draw(dice, _SENSES))
        if len(parts) % 5 == 0:
            parts[-1] += "\n\n"
    return " ".join(parts).replace("\n\n ", "\n\n").strip()


def plans(number: int) -> tuple[Plan, ...]:
    """The three plans that turn `number` offers."""
    dice = random.Random(-number)
    approaches = dice.sample(list(Approach), 3)
    return tuple(
        Plan(
            label=f"{verb} {dice.choice(_NAMES)} at {dice.choice(_PLACES)}",
            stake=f"{dice.choice(_THINGS)} may be lost",
            approach=approach,
            brief=" ".join(_draw(dice, _SENSES) for _ in range(3)),
        )
        for verb, approach in zip(
            dice.sample(("Follow", "Ask", "Warn", "Leave", "Shield", "Trick"), 3), approaches, strict=True
        )
    )


def choice(number: int) -> Choice:
    """What the reader did to come to turn `number`."""
    if number == 1:
        return Choice(ChoiceKind.BEGIN)
    if number % 7 == 0:
        return Choice(ChoiceKind.WRITTEN, text=f"You try the lock of {random.Random(number).choice(_PLACES)}.")
    plan = plans(number - 1)[number % 3]
    return Choice(ChoiceKind.OFFERED, text=plan.label, plan=plan)


def draft(number: int) -> Draft:
    """All that is saved when turn `number` is told."""
    far = max(1, number // 2)
    recall = Recall((Recalled(TurnId(far), far, prose(far, 40), 1.2, 0.5, 0.7),)) if number > 6 else Recall()
    title = f"Mile {number // 12 + 1}" if number % 12 == 1 else ""
    return Draft(choice(number), prose(number), recall, "offline", title=title, state='{"seen": [], "draw": 7}')


def reflection(number: int) -> Reflection:
    """What the storyteller makes of turn `number`."""
    dice = random.Random(number * 31)
    memory = " ".join(f"You know of {dice.choice(_NAMES)} and {dice.choice(_THINGS)}." for _ in range(12))
    changed = Rationale((MemoryChange("The gate is shut.", "It is open now."),), (MemoryChange("A key was found."),))
    return Reflection(
        memory=f"Mile {number}. {memory}",
        plans=plans(number),
        rationale=changed,
        ledger_ops=_ops(number, dice),
        importance=dice.randint(1, 10),
        state='{"seen": [], "draw": 8}',
        usage=Usage(1900, 420, 1500),
    )


def _ops(number: int, dice: random.Random) -> tuple[LedgerOp, ...]:
    ops: list[LedgerOp] = [PutCast(dice.choice(_NAMES), where=dice.choice(_PLACES))]
    if number % 2:
        ops.append(AddFact(dice.choice(_NAMES), "has", dice.choice(_THINGS)))
    if number % 5 == 0:
        ops.append(SupersedeFact(dice.choice(_NAMES), "is at", dice.choice(_PLACES)))
    if number % 9 == 0:
        ops.append(OpenThread(f"thread-{number}", f"Who left {dice.choice(_THINGS)} here?", "somebody owns up"))
    if number % 9 == 6 and number > 9:
        ops.append(TouchThread(f"thread-{number - 6}", ThreadStatus.PAID))
    return tuple(ops)


def record(*, turns: int) -> StoryRecord:
    """What such a save says about its story."""
    now = int(time.time() * 1000)
    reader = ReaderProfile(name="Ada", likes=("slow dread", "kind strangers"), passage_length=Length.MEDIUM)
    settings = StorySettings(turns=0, seed=turns, opening="gate")
    return StoryRecord(
        uuid4().hex, "The Salt Road", "the-salt-road", "1.0.0", PACK, reader, settings, now, world_title="The Salt Road"
    )


def build_story(path: Path, turns: int) -> None:
    """Make a save whose head is at depth `turns`, with a side branch of three turns at every FORK_EVERY-th turn.

    As fast as SQLite can: in one transaction, by the same rows that `SaveFile` writes.
    """
    with laying_down(path) as db:
        story, pack = rows_of_record(record(turns=turns))
        insert(db, story)
        insert(db, pack)
        parent: TurnRow | None = None
        ledger = Ledger()
        for number in range(1, turns + 1):
            if number % FORK_EVERY == 0:
                _side_branch(db, parent, number)
            parent = _turn(db, parent, number)
            turn = turn_of(parent)
            ledger = apply(ledger, turn.ledger_ops, turn=turn.id, depth=turn.depth)
            if number % SNAPSHOT_EVERY == 0:
                insert(db, SnapshotRow(parent.segment, parent.depth, parent.id, LEDGER.encode(ledger)))
        insert(db, HeadRow(1, parent.id if parent else None, int(time.time() * 1000)))


def _side_branch(db: sqlite3.Connection, parent: TurnRow | None, number: int) -> None:
    """Three turns that were told and left again; what comes next at their root begins another segment."""
    for step in range(1, 4):
        parent = _turn(db, parent, number + step * 100_000)


def _turn(db: sqlite3.Connection, parent: TurnRow | None, number: int) -> TurnRow:
    place = tree.new_place(db, None if parent is None else tree.TreePosition(parent.id, parent.segment, parent.depth))
    row = told(place, parent, draft(number), now=1_790_000_000_000 + number * 60_000)
    return insert(db, completed(row, reflection(number), ()))
