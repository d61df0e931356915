"""Checks without a model."""

import dataclasses

import pytest

from fiction.engine.checks import contradiction_findings, passage_findings, plan_findings
from fiction.story.ledger import Contradiction, Fact, Ledger
from fiction.story.memory import TurnId
from fiction.story.plan import Approach, Choice, ChoiceKind, Plan
from fiction.story.turn import Stage, Turn

LOOK = Choice(ChoiceKind.WRITTEN, "look into the well")
TOLD = Turn(
    TurnId(1), None, 1, 1, LOOK, Stage.COMPLETE,
    "The rope goes down a long way before it finds the water. It is cold.",
    plans=(Plan("Climb down", approach=Approach.BOLD),),
)  # fmt: skip

THREE = (
    Plan("Climb down after the sound", approach=Approach.BOLD),
    Plan("Call Imre's name", approach=Approach.WARM),
    Plan("Ask the ferryman", approach=Approach.CURIOUS),
)


def test_a_long_sentence_told_again_word_for_word_is_a_repeat() -> None:
    passage = "You wait. The rope goes down a long way before it finds the water."
    assert [f.check for f in passage_findings(passage, LOOK, (TOLD,))] == ["repetition"]


def test_a_repeat_is_a_whole_sentence_titles_and_speech_included() -> None:
    told = dataclasses.replace(TOLD, passage="“Dr. Oda waits by the old well tonight.” You nod.")
    (found,) = passage_findings("Rain. Dr. Oda waits by the old well tonight!", LOOK, (told,))
    assert (found.check, found.detail) == ("repetition", "dr. oda waits by the old well tonight")


def test_a_short_sentence_may_come_again() -> None:
    assert not passage_findings("It is cold.", LOOK, (TOLD,))


@pytest.mark.parametrize("passage", ["Then you decide to leave.", "You quietly agree.", "In the end you forgive him."])
def test_deciding_for_the_reader_is_found(passage: str) -> None:
    assert [f.check for f in passage_findings(passage, LOOK, ())] == ["agency"]


@pytest.mark.parametrize("passage", ['"Will you agree?" she says.', "You look. You see.", "“You decide,” says Oda."])
def test_what_others_say_and_what_is_seen_is_no_act_of_the_reader(passage: str) -> None:
    assert not passage_findings(passage, LOOK, ())


def test_the_choice_licenses_its_own_verbs() -> None:
    assert not passage_findings("You tell her.", Choice(ChoiceKind.WRITTEN, "tell her about the well"), ())


def test_three_different_plans_are_well() -> None:
    assert not plan_findings(THREE, (TOLD,))


@pytest.mark.parametrize("act", ['"Who is there?"', "where does the stair go?"])
def test_words_of_the_readers_own_license_speaking(act: str) -> None:
    assert not passage_findings("You ask. You say it twice.", Choice(ChoiceKind.WRITTEN, act), ())
    assert passage_findings("You agree.", Choice(ChoiceKind.WRITTEN, act), ())


@pytest.mark.parametrize(
    "plans",
    [
        THREE[:2],
        (*THREE[:2], Plan("  ", approach=Approach.CURIOUS)),
        (*THREE[:2], Plan("call imre's name.", approach=Approach.CURIOUS)),
        (*THREE[:2], dataclasses.replace(THREE[2], approach=Approach.BOLD)),
        (*THREE[:2], Plan("Climb down", approach=Approach.CURIOUS)),
    ],
    ids=["two", "an empty one", "the same words", "the same approach", "offered before"],
)
def test_what_is_wrong_with_plans_is_said(plans: tuple[Plan, ...]) -> None:
    assert plan_findings(plans, (TOLD,))


def told(passage: str) -> Turn:
    return dataclasses.replace(TOLD, passage=passage)


def test_seven_words_are_long_and_six_may_come_again() -> None:
    assert passage_findings("One two three four five six seven.", LOOK, (told("One two three four five six seven."),))
    assert not passage_findings("One two three four five six.", LOOK, (told("One two three four five six."),))


def test_what_is_found_of_a_sentence_is_120_characters_of_it() -> None:
    endless = "word " * 60 + "end."
    (found,) = passage_findings(endless, LOOK, (told(endless),))
    assert found.detail == ("word " * 60)[:120]


def test_case_and_what_ends_it_make_no_other_sentence() -> None:
    again = "The rope goes down a LONG way before it finds the water!” Nobody says so."
    assert [found.check for found in passage_findings(again, LOOK, (TOLD,))] == ["repetition"]


def test_each_fault_of_plans_has_its_own_words() -> None:
    plans = (Plan("Climb down", approach=Approach.BOLD), Plan(" climb down. ", approach=Approach.BOLD))
    assert [found.detail for found in plan_findings(plans, (TOLD,))] == [
        "2 plans",
        "two plans with the same words",
        "two plans with the same approach",
        "offered before: climb down",
        "offered before: climb down",
    ]
    blank = (*THREE[:2], Plan(" .", approach=Approach.CURIOUS))
    assert [found.detail for found in plan_findings(blank, (dataclasses.replace(TOLD, plans=blank[2:]),))] == [
        "a plan without words"
    ]


def test_what_the_plan_says_licenses_too_and_every_act_is_found() -> None:
    choice = Choice(ChoiceKind.OFFERED, "Go on", Plan("Go on", brief="You refuse to pay."))
    found = passage_findings("You refuse. You agree. You finally betray him.", choice, ())
    assert [each.detail for each in found] == ["You agree", "You finally betray"]


def test_a_contradiction_names_what_was_established_and_what_is_claimed() -> None:
    fact = Fact("Oda", "lives in", "the mill", since=1, source=TurnId(1))
    (found,) = contradiction_findings(Ledger(contradictions=(Contradiction(fact, "the tower"),)))
    assert (found.check, found.detail) == ("contradiction", "Oda lives in the mill, not the tower")
    assert contradiction_findings(Ledger()) == ()
