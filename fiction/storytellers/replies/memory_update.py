"""The new short-term memory and the ledger's operations, out of a model's notes."""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from fiction.story.ledger import (
    AddFact,
    Fact,
    LedgerOp,
    MarkStep,
    OpenThread,
    PutCast,
    RetractFact,
    StepStatus,
    SupersedeFact,
    Thread,
    ThreadStatus,
    TouchThread,
    WriteNote,
    thread_key,
)
from fiction.story.memory import SHORT_TERM_SENTENCES, SHORT_TERM_WORDS, MemoryChange, Rationale
from fiction.story.scene import Scene
from fiction.storytellers.replies.protagonist import YOU, as_you
from fiction.storytellers.thread_seeds import next_seed
from fiction.text.folding import fold
from fiction.text.sanitise import clean_line
from fiction.text.tokens import joined, sentences, words

if TYPE_CHECKING:
    from fiction.storytellers.replies.notes import (
        ChangeNote,
        FactNote,
        LedgerNote,
        NotebookNote,
        RationaleNote,
        ThreadNote,
    )

_MAX_OPS = 6
"""Of each kind, in one turn."""
_MAX_CHANGES = 5
_MIN_WORDS = 4
_MAX_LINE = 6000
"""Characters of a memory in one line: 400 words of long ones."""
_MIN_SETUP = 2
"""Words in which a thread can be set up."""
_LOST = 0.3
"""A memory that shrinks to less than this share of its words, with no reason given, was lost and not rewritten."""
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_NO_SLUG = re.compile(r"[^\w]+")


def new_memory(told: str, old: str, rationale: Rationale) -> tuple[str, str]:
    """The short-term memory within its bounds, and what the reader should know of how it came about."""
    fresh = _told_sentences(told)
    kept = _told_sentences(old)
    if words(" ".join(fresh)) < _MIN_WORDS:
        return old, "The storyteller's new memory was empty; the old one was kept." if old else ""
    notice = ""
    if not rationale.dropped and words(" ".join(fresh)) < _LOST * words(old):
        known = {fold(sentence) for sentence in kept}
        fresh = [*kept, *(sentence for sentence in fresh if fold(sentence) not in known)]
        notice = "The storyteller's new memory had lost most of the old one without a reason; both were kept."
    bounded = _bounded(fresh)
    if len(bounded) < len(fresh):
        notice = notice or "The new memory was too long; its oldest sentences were let go."
    return joined(bounded), notice


def rationale_of(note: "RationaleNote") -> Rationale:
    """The reasons for the change of memory that say anything."""
    return Rationale(_changes(note.dropped), _changes(note.added))


def ledger_ops(note: "LedgerNote", scene: Scene) -> tuple[LedgerOp, ...]:
    """What the notes change in the ledger; what makes no sense there is passed over."""
    language, own = scene.reader.language or scene.world.language, scene.reader.name

    def who(name: str) -> str:
        return as_you(name, language, own)

    known = {thread_key(thread.id): thread for thread in scene.ledger.threads}
    facts = [op for fact in note.facts if (op := _fact(fact, who)) is not None]
    threads = [op for thread in note.threads if (op := _thread(thread, known)) is not None][:_MAX_OPS]
    cast = [PutCast(member.name, member.who, member.where, member.stance) for member in note.cast if member.name]
    met = [member for member in cast if who(member.name) != YOU]
    over = [_gone(fact) for number in _numbers(note.over) for fact in scene.ledger.facts[number - 1 : number]]
    return (*over, *facts[:_MAX_OPS], *threads, *next_seed(scene, threads), *met[:_MAX_OPS])


def notebook_ops(note: "NotebookNote", scene: Scene) -> tuple[LedgerOp, ...]:
    """What the notes change in the storyteller's notebook: steps of the outline, and entries."""
    beats = [beat.id for beat in scene.world.outline]
    known = {step.beat: step.status for step in scene.ledger.steps}
    done = [beats[number - 1] for number in _numbers(note.done) if number <= len(beats)]
    now = [beats[number - 1] for number in _numbers([note.now]) if number <= len(beats)]
    marks = [MarkStep(beat, StepStatus.DONE) for beat in dict.fromkeys(done) if known.get(beat) is not StepStatus.DONE]
    marks += [MarkStep(beat, StepStatus.UNDER_WAY) for beat in now if beat not in known and beat not in done]
    entries = [WriteNote(entry.about, entry.note) for entry in note.notes if entry.about]
    return (*marks, *entries[:_MAX_OPS])


def _numbers(said: list[str]) -> list[int]:
    """The numbers from 1 on that stand at the beginning of each text."""
    found = (re.match(r"\s*(\d{1,3})\b", text) for text in said)
    return [int(match[1]) for match in found if match and int(match[1])]


def thread_id(text: str) -> str:
    """A short name for a thread: lower case, words joined by hyphens."""
    return "-".join(_NO_SLUG.sub(" ", text.casefold()).replace("_", " ").split()[:5])[:48]


def _told_sentences(text: str) -> list[str]:
    lines = (clean_line(_BULLET.sub("", line), limit=_MAX_LINE) for line in text.split("\n"))
    return [sentence for line in lines for sentence in sentences(line)]


def _bounded(told: list[str]) -> list[str]:
    """The last sentences that keep to the bounds, and at least one."""
    told = told[-SHORT_TERM_SENTENCES:]
    while len(told) > 1 and words(" ".join(told)) > SHORT_TERM_WORDS:
        told = told[1:]
    if words(told[0]) > SHORT_TERM_WORDS:
        return [" ".join(told[0].split()[:SHORT_TERM_WORDS])]
    return told


def _changes(notes: "list[ChangeNote]") -> tuple[MemoryChange, ...]:
    return tuple(MemoryChange(note.what, note.why) for note in notes if note.what)[:_MAX_CHANGES]


def _fact(note: "FactNote", who: Callable[[str], str]) -> LedgerOp | None:
    subject = who(note.subject)
    if not subject or not note.relation:
        return None
    if note.status.casefold() == "over":
        return RetractFact(subject, note.relation)
    if not note.object:
        return None
    changed = note.status.casefold() == "changed"
    return (SupersedeFact if changed else AddFact)(subject, note.relation, who(note.object))


def _thread(note: "ThreadNote", known: Mapping[str, Thread]) -> OpenThread | TouchThread | None:
    name = thread_id(note.id or note.setup)
    try:
        status = ThreadStatus(note.status.casefold())
    except ValueError:
        status = ThreadStatus.OPEN
    thread = known.get(thread_key(note.id or name)) or known.get(thread_key(name))
    if thread is not None:
        return _touched(thread, note, status)
    if not name or words(note.setup) < _MIN_SETUP or status in (ThreadStatus.PAID, ThreadStatus.DROPPED):
        return None
    return OpenThread(name, note.setup, note.payoff)


def _gone(fact: Fact) -> RetractFact:
    return RetractFact(fact.subject, fact.relation, fact.object)


def _touched(thread: Thread, note: "ThreadNote", status: ThreadStatus) -> TouchThread | None:
    """What becomes of a thread that there is, and how it stands now where that is said anew."""
    setup = note.setup if words(note.setup) >= _MIN_SETUP and note.setup != thread.setup else ""
    payoff = note.payoff if words(note.payoff) >= _MIN_SETUP and note.payoff != thread.payoff else ""
    if status in (ThreadStatus.PAID, ThreadStatus.DROPPED):
        return TouchThread(thread.id, status)
    live = thread.status in (ThreadStatus.OPEN, ThreadStatus.ADVANCED)
    if status is ThreadStatus.OPEN and (not live or not (setup or payoff)):
        return None
    return TouchThread(thread.id, status, setup, payoff)
