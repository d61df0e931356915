"""The ledger as a fold: the operations along a branch give facts, threads, cast and contradictions."""

import dataclasses

from fiction.story.ledger import (
    AddFact,
    CastMember,
    Contradiction,
    Fact,
    Ledger,
    LedgerOp,
    MarkStep,
    NotebookEntry,
    OpenThread,
    OutlineStep,
    PutCast,
    RetractFact,
    StepStatus,
    Summarise,
    Summary,
    SupersedeFact,
    Thread,
    ThreadStatus,
    TouchThread,
    WriteNote,
    thread_key,
)
from fiction.story.memory import TurnId
from fiction.story.turn import Turn
from fiction.text.folding import same_spelling

MAX_FACTS = 240
MAX_CAST = 80
MAX_OPEN_THREADS = 30
KEPT_CLOSED_THREADS = 12
MAX_NOTEBOOK = 16
"""Bounds that keep the ten thousandth turn as quick as the tenth. Entries that fall out are still in the passages."""

_SINGLE_VALUED = ("is", "was", "is in", "is at", "lives", "lives in", "lives at", "works as", "is called", "is named")
"""Relations that have one object at a time; of others (`has`, `knows`, `owes`) there may be many."""
_LIVE = (ThreadStatus.OPEN, ThreadStatus.ADVANCED)


def fold(base: Ledger, turns: tuple[Turn, ...]) -> Ledger:
    """The ledger after `turns`, consecutive turns of a branch; `base` is the ledger before the first of them."""
    for turn in turns:
        base = apply(base, turn.ledger_ops, turn=turn.id, depth=turn.depth)
    return base


def apply(ledger: Ledger, ops: tuple[LedgerOp, ...], *, turn: TurnId, depth: int) -> Ledger:
    """The ledger after one turn's operations. An operation on a missing entry does nothing."""
    book = _Book(ledger)
    for op in ops:
        book.enter(op, turn, depth)
    return book.close()


class _Book:
    """A ledger while a turn is entered into it."""

    def __init__(self, ledger: Ledger) -> None:
        self.facts = list(ledger.facts)
        self.threads: dict[str, Thread] = {}
        for thread in ledger.threads:
            self.threads.setdefault(thread_key(thread.id), thread)
        self.cast = {_key(member.name): member for member in ledger.cast}
        self.contradictions: list[Contradiction] = []
        self.steps = {step.beat: step for step in ledger.steps}
        self.summaries = list(ledger.summaries)
        self.notebook = {_key(entry.about): entry for entry in ledger.notebook}

    def enter(self, op: LedgerOp, turn: TurnId, depth: int) -> None:
        match op:
            case AddFact(subject=subject, relation=relation, object=claimed):
                self._add(Fact(subject, relation, claimed, since=depth, source=turn))
            case SupersedeFact(subject=subject, relation=relation, object=now):
                self._retract(subject, relation)
                self.facts.append(Fact(subject, relation, now, since=depth, source=turn))
            case RetractFact(subject=subject, relation=relation, object=gone):
                self._retract(subject, relation, gone)
            case OpenThread(id=name, setup=setup, payoff=payoff):
                self._open(name, setup, payoff, depth)
            case TouchThread():
                self._touch(op, depth)
            case PutCast():
                self._meet(op, depth)
            case MarkStep(beat=beat, status=status):
                self._mark(beat, status)
            case WriteNote(about=about, note=note):
                self._note(about, note, depth)
            case Summarise():
                self._sum_up(op)

    def _add(self, fact: Fact) -> None:
        for known in self._about(fact.subject, fact.relation):
            if _key(known.object) == _key(fact.object):
                return
            if _key(fact.relation) in _SINGLE_VALUED:
                self.contradictions.append(Contradiction(known, fact.object))
                return
        self.facts.append(fact)

    def _about(self, subject: str, relation: str) -> list[Fact]:
        wanted = (_key(subject), _key(relation))
        return [fact for fact in self.facts if (_key(fact.subject), _key(fact.relation)) == wanted]

    def _retract(self, subject: str, relation: str, only: str = "") -> None:
        gone = [fact for fact in self._about(subject, relation) if not only or _key(fact.object) == _key(only)]
        self.facts = [fact for fact in self.facts if fact not in gone]

    def _open(self, name: str, setup: str, payoff: str, depth: int) -> None:
        known = self.threads.get(thread_key(name))
        if known is None:
            self.threads[thread_key(name)] = Thread(name, setup, payoff, opened=depth, touched=depth)
        elif known.status in _LIVE:
            self.threads[thread_key(name)] = dataclasses.replace(_reworded(known, setup, payoff), touched=depth)

    def _touch(self, op: TouchThread, depth: int) -> None:
        known = self.threads.get(thread_key(op.id))
        if known is None:
            return
        thread = _reworded(known, op.setup, op.payoff)
        if op.status is not ThreadStatus.OPEN:
            thread = dataclasses.replace(thread, status=op.status, touched=depth)
        self.threads[thread_key(op.id)] = thread

    def _meet(self, op: PutCast, depth: int) -> None:
        known = self.cast.get(_key(op.name), CastMember(op.name, met=depth))
        self.cast[_key(op.name)] = dataclasses.replace(
            known,
            who=op.who or known.who,
            where=op.where or known.where,
            stance=op.stance or known.stance,
            seen=depth,
        )

    def _mark(self, beat: str, status: StepStatus) -> None:
        """A step that is done stays done."""
        known = self.steps.get(beat)
        if known is None or known.status is not StepStatus.DONE:
            self.steps[beat] = OutlineStep(beat, status)

    def _note(self, about: str, note: str, depth: int) -> None:
        self.notebook.pop(_key(about), None)
        if note:
            self.notebook[_key(about)] = NotebookEntry(about, note, since=depth)

    def _sum_up(self, op: Summarise) -> None:
        """What it covers is replaced; one that covers a part of what is there already is none."""
        kept = [known for known in self.summaries if not op.first <= known.first <= known.last <= op.last]
        if op.text and not any(known.first <= op.last and op.first <= known.last for known in kept):
            self.summaries = sorted([*kept, Summary(op.first, op.last, op.text, op.level)], key=lambda s: s.first)

    def close(self) -> Ledger:
        live = [thread for thread in self.threads.values() if thread.status in _LIVE]
        closed = [thread for thread in self.threads.values() if thread.status not in _LIVE]
        live.sort(key=lambda thread: thread.touched)
        cast = sorted(self.cast.values(), key=lambda member: member.seen)
        return Ledger(
            facts=_newest(self.facts, MAX_FACTS),
            threads=(*live[-MAX_OPEN_THREADS:], *closed[-KEPT_CLOSED_THREADS:]),
            cast=tuple(cast[-MAX_CAST:]),
            contradictions=tuple(self.contradictions),
            steps=tuple(self.steps.values()),
            notebook=tuple(self.notebook.values())[-MAX_NOTEBOOK:],
            summaries=tuple(self.summaries),
        )


def _reworded(thread: Thread, setup: str, payoff: str) -> Thread:
    return dataclasses.replace(thread, setup=setup or thread.setup, payoff=payoff or thread.payoff)


def _newest(facts: list[Fact], limit: int) -> tuple[Fact, ...]:
    """The newest facts within the limit, and all pinned ones."""
    surplus = len(facts) - limit
    kept: list[Fact] = []
    for fact in facts:
        if surplus > 0 and not fact.pinned:
            surplus -= 1
        else:
            kept.append(fact)
    return tuple(kept)


def _key(text: str) -> str:
    return same_spelling(text).casefold()
