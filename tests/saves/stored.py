"""The saves in `data/`: one of every released format, and an account of what is in it.

Made once, when the format was released, by `python tests/saves/stored.py`; a stored save is never changed after that.
"""

import json
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from bench.stories import draft, record, reflection
from fiction.engine.ledger import fold
from fiction.saves.migrations import STEPS
from fiction.saves.store import SaveFile
from fiction.story.ledger import Ledger
from fiction.story.memory import Embedding, RevisionKind, TurnId
from fiction.story.plan import Choice, ChoiceKind

DATA = Path(__file__).parent / "data"


def account(save: SaveFile) -> object:
    """All that a reader can ask of a save, as JSON holds it."""
    turns = [save.turn(TurnId(number)) for number in range(1, 11)]
    head = save.head()
    assert head is not None
    lineage = save.lineage(head.id)
    ledger, after = save.ledger_before(head.id)
    pending = save.pending()
    said = {
        "story": asdict(save.story),
        "turns": [asdict(turn) for turn in turns],
        "head": head.id,
        "redo": [save.forward(turn.id) for turn in turns],
        "lineage": lineage.segments,
        "ledger": [asdict(ledger), [turn.id for turn in after]],
        "memories": [asdict(memory) for memory in save.memories(lineage)],
        "revisions": [asdict(edit) for edit in save.revisions(lineage)],
        "bookmarks": [asdict(mark) for mark in save.bookmarks()],
        "pending": asdict(pending) if pending else None,
    }
    return json.loads(json.dumps(said))


def play(save: SaveFile) -> None:
    """Ten turns with a fork, a snapshot, edits, a bookmark, a vector and a decision that nothing has come of."""
    for number in range(1, 8):
        head = save.head()
        at = head.id if head else None
        told = save.tell(at, draft(number), head=at)
        ledger = fold(Ledger(), save.path(told.id, 4)) if number == 4 else None
        save.complete(told.id, reflection(number), ledger=ledger, embedding=Embedding("hashed-2", b"\x00<\x00\xbc"))
    save.bookmark("before the fork")
    save.revise(RevisionKind.PIN, TurnId(3))
    save.move(TurnId(5), expected=TurnId(7))
    for number in (20, 21, 22):
        head = save.head()
        assert head is not None
        save.complete(save.tell(head.id, draft(number), head=head.id).id, reflection(number))
    save.revise(RevisionKind.EDIT, TurnId(2), "It was not like that.")
    save.revise(RevisionKind.SHORT_TERM, TurnId(10), "You owe Halla a lantern.")
    save.choose(Choice(ChoiceKind.WRITTEN, "You wait for the tide — and count."))


if __name__ == "__main__":
    path = DATA / f"format-{len(STEPS)}.fiction"
    with closing(SaveFile.create(path, record(turns=0))) as made:
        play(made)
        path.with_suffix(".json").write_text(json.dumps(account(made), indent=1, ensure_ascii=False), encoding="utf-8")
