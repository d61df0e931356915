"""The reader's edits of the long-term memory: a fold of revisions into the memories they change."""

import dataclasses
from collections.abc import Callable, Iterable

from fiction.story.memory import Memory, Revision, RevisionKind, TurnId


def revised(revisions: Iterable[Revision], original: Callable[[TurnId], Memory]) -> dict[TurnId, Memory]:
    """The edited memories by turn. `original` gives a turn's memory as it was told."""
    changed: dict[TurnId, Memory] = {}
    for revision in revisions:
        if revision.kind is RevisionKind.SHORT_TERM:
            continue
        now = changed.get(revision.target) or original(revision.target)
        changed[revision.target] = _apply(now, revision, original)
    return {turn: memory for turn, memory in changed.items() if memory != original(turn)}


def _apply(memory: Memory, revision: Revision, original: Callable[[TurnId], Memory]) -> Memory:
    match revision.kind:
        case RevisionKind.EDIT:
            return dataclasses.replace(memory, text=revision.text, edited=True)
        case RevisionKind.PIN:
            return dataclasses.replace(memory, pinned=True)
        case RevisionKind.UNPIN:
            return dataclasses.replace(memory, pinned=False)
        case RevisionKind.FORGET:
            return dataclasses.replace(memory, forgotten=True)
        case RevisionKind.RESTORE:
            return dataclasses.replace(original(memory.turn), pinned=memory.pinned)
        case RevisionKind.SHORT_TERM:
            return memory
