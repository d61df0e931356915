"""The ledger as a fold."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.engine.ledger import KEPT_CLOSED_THREADS, MAX_CAST, MAX_FACTS, MAX_OPEN_THREADS, apply, fold
from fiction.story.ledger import (
    AddFact,
    Fact,
    Ledger,
    LedgerOp,
    OpenThread,
    PutCast,
    RetractFact,
    SupersedeFact,
    ThreadStatus,
    TouchThread,
    thread_key,
)
from fiction.story.memory import TurnId
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.turn import Stage, Turn

ONE = TurnId(1)

names = st.sampled_from(["Imre", "imre ", "Oda", "the lamp", "the well"])
relations = st.sampled_from(["is in", "has", "owes"])
ops: st.SearchStrategy[LedgerOp] = st.one_of(
    st.builds(AddFact, names, relations, names),
    st.builds(SupersedeFact, names, relations, names),
    st.builds(RetractFact, names, relations),
    st.builds(OpenThread, names, names),
    st.builds(TouchThread, names, st.sampled_from(ThreadStatus), names, names),
    st.builds(PutCast, names, names, names),
)


def after(*operations: LedgerOp, depth: int = 1, base: Ledger | None = None) -> Ledger:
    return apply(base or Ledger(), operations, turn=ONE, depth=depth)


def triples(ledger: Ledger) -> list[tuple[str, str, str]]:
    return [(fact.subject, fact.relation, fact.object) for fact in ledger.facts]


def test_a_person_is_in_one_place_and_a_second_claim_is_a_contradiction() -> None:
    ledger = after(AddFact("Imre", "is in", "the chapel"), AddFact("imre", "is in", "the well"))
    assert triples(ledger) == [("Imre", "is in", "the chapel")]
    assert ledger.contradictions[0].claimed == "the well"


def test_a_person_may_have_many_things() -> None:
    ledger = after(AddFact("Imre", "has", "a rope"), AddFact("Imre", "has", "a key"))
    assert len(ledger.facts) == 2
    assert not ledger.contradictions


def test_superseding_replaces_what_held_and_contradicts_nothing() -> None:
    ledger = after(SupersedeFact("Imre", "is in", "the well"), base=after(AddFact("Imre", "is in", "the chapel")))
    assert triples(ledger) == [("Imre", "is in", "the well")]
    assert not ledger.contradictions


def test_a_contradiction_is_told_once_and_gone_the_turn_after() -> None:
    ledger = after(AddFact("Imre", "is in", "the chapel"), AddFact("Imre", "is in", "the well"))
    assert not after(base=ledger, depth=2).contradictions


def test_the_oldest_untouched_thread_comes_first() -> None:
    ledger = after(OpenThread("well", "What is in the well?"))
    ledger = after(OpenThread("debt", "Who owes whom?"), base=ledger, depth=2)
    ledger = after(TouchThread("well", ThreadStatus.ADVANCED), base=ledger, depth=3)
    assert [thread.id for thread in ledger.open_threads] == ["debt", "well"]
    ledger = after(TouchThread("debt", ThreadStatus.DROPPED), base=ledger, depth=4)
    assert [thread.id for thread in ledger.open_threads] == ["well"]


def test_a_thread_is_told_as_it_stands_now() -> None:
    ledger = after(OpenThread("kitchen", "Hilde lets nobody measure her kitchen.", "She says why."))
    moved = TouchThread("kitchen", ThreadStatus.ADVANCED, "Hilde has asked for her kitchen to be measured.")
    (thread,) = after(moved, base=ledger, depth=4).threads
    assert (thread.setup, thread.payoff) == ("Hilde has asked for her kitchen to be measured.", "She says why.")
    assert (thread.opened, thread.touched, thread.status) == (1, 4, ThreadStatus.ADVANCED)


def test_a_thread_that_is_only_reworded_goes_on_waiting() -> None:
    ledger = after(OpenThread("kitchen", "Nobody measures it."))
    ledger = after(TouchThread("kitchen", ThreadStatus.ADVANCED), base=ledger, depth=3)
    ledger = after(TouchThread("kitchen", ThreadStatus.OPEN, "It is measured in May."), base=ledger, depth=6)
    (thread,) = ledger.threads
    assert (thread.setup, thread.touched, thread.status) == ("It is measured in May.", 3, ThreadStatus.ADVANCED)


@pytest.mark.parametrize(
    ("one", "other"),
    [("hildes-kueche", "hildes-küche"), ("Hildes Küche", "hildes-kuche"), ("straße", "strasse"), ("钥匙", "钥匙")],
)
def test_a_threads_id_is_known_in_every_spelling(one: str, other: str) -> None:
    ledger = after(OpenThread(one, "It waits."), OpenThread(other, "It waits still."))
    (thread,) = after(TouchThread(other, ThreadStatus.DROPPED), base=ledger, depth=2).threads
    assert (thread.id, thread.setup, thread.status) == (one, "It waits still.", ThreadStatus.DROPPED)


def test_ids_that_differ_are_two_threads() -> None:
    ids = ["blue-door", "blue-doors", "钥匙", "钥", "が", "か", "ключ", "ключи", "가", "각", "-"]
    assert len({thread_key(name) for name in ids}) == len(ids)
    assert len(after(*(OpenThread(name, "It waits.") for name in ids)).threads) == len(ids)


def test_meeting_again_keeps_what_was_known() -> None:
    ledger = after(PutCast("Oda", who="the ferrywoman", where="the stage"))
    ledger = after(PutCast("oda", stance="owes you"), base=ledger, depth=5)
    (oda,) = ledger.cast
    assert (oda.name, oda.who, oda.where, oda.stance, oda.met, oda.seen) == (
        "Oda", "the ferrywoman", "the stage", "owes you", 1, 5,
    )  # fmt: skip


@given(st.lists(st.lists(ops, max_size=6), max_size=12))
def test_the_ledger_stays_bounded_and_never_fails(turns: list[list[LedgerOp]]) -> None:
    ledger = Ledger()
    for depth, operations in enumerate(turns, start=1):
        ledger = apply(ledger, tuple(operations), turn=TurnId(depth), depth=depth)
    assert len(ledger.facts) <= MAX_FACTS
    assert len(ledger.cast) <= MAX_CAST
    assert len(ledger.open_threads) <= MAX_OPEN_THREADS
    assert len({(f.subject, f.relation, f.object) for f in ledger.facts}) == len(ledger.facts)


def test_a_long_story_keeps_the_newest_facts_within_the_bound() -> None:
    ledger = Ledger()
    for depth in range(1, 2 * MAX_FACTS):
        ledger = apply(ledger, (AddFact("you", "saw", f"thing {depth}"),), turn=TurnId(depth), depth=depth)
    assert len(ledger.facts) == MAX_FACTS
    assert ledger.facts[-1].object == f"thing {2 * MAX_FACTS - 1}"


def test_folding_nothing_is_where_one_was() -> None:
    ledger = after(AddFact("a", "has", "b"))
    assert fold(ledger, ()) == ledger


def test_one_fact_in_two_spellings_is_one() -> None:
    ledger = after(AddFact("Odile's lamp", "is in", "the well"), AddFact("Odile’s lamp", "is in", "the well"))
    assert [fact.subject for fact in ledger.facts] == ["Odile's lamp"]
    assert not ledger.contradictions


def test_names_that_differ_by_an_accent_are_two_people() -> None:
    ledger = after(AddFact("Bà", "is in", "the well"), AddFact("Ba", "is in", "the chapel"))
    assert len(ledger.facts) == 2


def test_what_falls_out_of_bounds_is_the_oldest_and_never_what_is_pinned() -> None:
    facts = tuple(Fact("you", "saw", f"thing {number}", since=number, source=ONE) for number in range(MAX_FACTS))
    full = Ledger(facts=(dataclasses.replace(facts[0], pinned=True), *facts[1:]))
    ledger = after(AddFact("you", "saw", "more"), AddFact("you", "saw", "still more"), base=full)
    assert [fact.object for fact in ledger.facts[:2]] == ["thing 0", "thing 3"]
    assert [fact.object for fact in ledger.facts[-2:]] == ["more", "still more"]
    assert len(ledger.facts) == MAX_FACTS
    assert after(base=full) == full


def test_people_who_were_seen_last_and_threads_that_moved_last_are_kept() -> None:
    ledger = Ledger()
    for depth in range(1, MAX_CAST + 3):
        ledger = after(PutCast(f"person {depth}"), OpenThread(f"thread {depth}", "?"), depth=depth, base=ledger)
    ledger = after(PutCast("person 4"), TouchThread("thread 60", ThreadStatus.ADVANCED), depth=99, base=ledger)
    assert [member.name for member in ledger.cast][:3] == ["person 3", "person 5", "person 6"]
    assert ledger.cast[-1].name == "person 4"
    assert [thread.id for thread in ledger.open_threads] == [
        *(f"thread {number}" for number in range(53, 83) if number != 60),
        "thread 60",
    ]


def test_the_last_threads_that_were_closed_are_remembered_and_stay_closed() -> None:
    ledger = Ledger()
    for number in range(KEPT_CLOSED_THREADS + 2):
        ledger = after(OpenThread(f"t{number}", "?"), TouchThread(f"t{number}", ThreadStatus.DROPPED), base=ledger)
    assert [thread.id for thread in ledger.threads] == [f"t{number}" for number in range(2, KEPT_CLOSED_THREADS + 2)]
    assert after(OpenThread("t5", "Again?"), depth=9, base=ledger) == ledger
    assert after(TouchThread("unheard of", ThreadStatus.ADVANCED), base=ledger) == ledger


def test_facts_threads_and_people_know_when_they_came() -> None:
    ledger = apply(
        Ledger(),
        (AddFact("a", "has", "b"), SupersedeFact("c", "has", "d"), OpenThread("t", "?"), PutCast("Oda")),
        turn=TurnId(7),
        depth=5,
    )
    assert [(fact.since, fact.source) for fact in ledger.facts] == [(5, 7), (5, 7)]
    assert (ledger.threads[0].opened, ledger.threads[0].touched) == (5, 5)
    assert (ledger.cast[0].met, ledger.cast[0].seen) == (5, 5)


def test_a_retracted_fact_is_gone_in_every_spelling_and_others_stay() -> None:
    ledger = after(AddFact("Imre", "has", "a key"), AddFact("Imre", "owes", "Oda"), RetractFact("imre", "HAS"))
    assert triples(ledger) == [("Imre", "owes", "Oda")]


def test_a_thread_opened_again_is_reworded_and_waits_anew() -> None:
    ledger = after(OpenThread("well", "What is in it?", "a key"), depth=2)
    (thread,) = after(OpenThread("well", "Who is in it?"), depth=6, base=ledger).threads
    assert (thread.setup, thread.payoff, thread.opened, thread.touched) == ("Who is in it?", "a key", 2, 6)


def test_what_happens_turn_by_turn_is_what_is_folded() -> None:
    turns = tuple(
        Turn(
            TurnId(number), None, number, 0, Choice(ChoiceKind.CONTINUE), Stage.COMPLETE, "So.",
            ledger_ops=(AddFact("you", "did", f"thing {number}"),),
        )
        for number in (3, 4)
    )  # fmt: skip
    assert [(fact.object, fact.since, fact.source) for fact in fold(Ledger(), turns).facts] == [
        ("thing 3", 3, 3), ("thing 4", 4, 4),
    ]  # fmt: skip
