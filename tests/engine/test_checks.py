"""Checks without a model."""

import dataclasses

import pytest

from fiction.engine.checks import passage_findings, plan_findings
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
