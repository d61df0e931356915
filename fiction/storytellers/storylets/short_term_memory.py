"""The short-term memory by rule: the sentences that each turn adds and drops, with reasons in plain words.

Every sentence of ours has a note of its origin; a sentence without one is the reader's own. The reader's part and open
threads go last when room is short.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fiction.story.memory import SHORT_TERM_SENTENCES, SHORT_TERM_WORDS, MemoryChange, Rationale
from fiction.storytellers.storylets.page_draft import PageDraft
from fiction.storytellers.storylets.tale import Note
from fiction.storytellers.storylets.word_forms import stems
from fiction.text.tokens import sentences

LONG_AGO = 16
"""Turns after which a deed without an open thread is dropped."""
SETTLED = 3
"""Turns after which the deeds of a settled thread are dropped."""
_LONGEST = 80
"""Words of one sentence."""
_FIRST_TO_GO = {"note": 0, "deed": 1, "own": 2, "thread": 3, "root": 4}


@dataclass(frozen=True, slots=True)
class ShortTerm:
    """The memory after a turn."""

    text: str
    rationale: Rationale
    notes: list[Note]


def update(page: PageDraft) -> ShortTerm:
    """Add the page's sentences, and drop those that the next pages do not need."""
    notes = recognise(page.scene.memory, page.tale.notes, page.depth - 1)
    dropped: list[MemoryChange] = []
    kept: list[Note] = []
    for note in notes:
        why = _over(note, page)
        if why:
            dropped.append(MemoryChange(note.text, why))
        else:
            kept.append(note)
    known = {note.text for note in kept}
    added: list[tuple[Note, str]] = []
    for note, why in _single(page.additions):
        if note.text not in known and not (note.kind == "note" and _said_already(note, added)):
            known.add(note.text)
            added.append((note, why))
    kept.extend(note for note, _ in added)
    dropped.extend(_make_room(kept))
    text = " ".join(note.text for note in kept)
    stays = {note.text for note in kept}
    taken = tuple(MemoryChange(note.text, why) for note, why in added if note.text in stays)
    gone = tuple(change for change in dropped if change.what not in {note.text for note, _ in added})
    return ShortTerm(text, Rationale(gone, taken), kept)


def recognise(memory: str, notes: Sequence[Note], depth: int) -> list[Note]:
    """The memory's sentences as notes, in order; unchanged ones keep their note, others become the reader's own."""
    found: list[Note] = []
    rest = memory
    for note in notes:
        before, match, after = rest.partition(note.text)
        if match:
            found.extend(Note(text, depth, "own") for text in sentences(before))
            found.append(note)
            rest = after
    found.extend(Note(text, depth, "own") for text in sentences(rest))
    return found


def _single(additions: Sequence[tuple[Note, str]]) -> list[tuple[Note, str]]:
    """The additions as notes of one sentence each, at most _LONGEST words long."""
    return [
        (replace(note, text=" ".join(text.split()[:_LONGEST])), why)
        for note, why in additions
        for text in sentences(note.text)
    ]


def _said_already(note: Note, added: Sequence[tuple[Note, str]]) -> bool:
    """Whether another new sentence says much the same (as a thread's setup and the scene's note often do)."""
    words = set(stems(note.text))
    return any(2 * len(words & (other := set(stems(sentence.text)))) > len(words | other) for sentence, _ in added)


def _over(note: Note, page: PageDraft) -> str:
    """The reason to drop a sentence; empty to keep it."""
    tale = page.tale
    paid = [thread for thread in note.threads if thread in tale.paid]
    if note.kind == "thread" and paid:
        return "that is settled now"
    if note.kind == "note" and note.scene != tale.scene:
        return f"the scene “{note.title}” is over" if note.title else "that scene is over"
    if note.kind != "deed" or any(page.is_open(thread) for thread in note.threads):
        return ""
    age = page.depth - note.depth
    if paid and age >= SETTLED:
        return "what it was about is settled"
    return "older than what the next pages need" if age >= LONG_AGO else ""


def _make_room(notes: list[Note]) -> list[MemoryChange]:
    """Remove notes, in place, until the bounds are kept: the least needed and oldest first."""
    dropped: list[MemoryChange] = []
    while len(notes) > SHORT_TERM_SENTENCES or sum(len(note.text.split()) for note in notes) > SHORT_TERM_WORDS:
        index = min(range(len(notes)), key=lambda i: (_FIRST_TO_GO.get(notes[i].kind, 0), notes[i].depth, i))
        dropped.append(MemoryChange(notes.pop(index).text, "there is room only for what the next pages need"))
    return dropped
