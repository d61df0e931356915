"""What a reader can choose: a plan, a plan in other words, an act of their own."""

import pytest

from fiction.engine.choices import MAX_WRITTEN, edited, offered, written
from fiction.errors import FictionError, NotFound
from fiction.story.plan import Approach, Choice, ChoiceKind, Plan

PLANS = (Plan("Climb the stair", "a fall", Approach.BOLD), Plan("Greet the neighbour", "an answer", Approach.WARM))


def test_a_plan_is_taken_by_its_number_from_one() -> None:
    assert offered(PLANS, 2) == Choice(ChoiceKind.OFFERED, "Greet the neighbour", PLANS[1])


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_number_without_a_plan_is_not_found_and_the_hint_says_how_many_there_are(number: int) -> None:
    with pytest.raises(NotFound) as failed:
        edited(PLANS, number, "Climb it")
    assert failed.value.hint == "There are 2."
    with pytest.raises(NotFound) as failed:
        offered((), number)
    assert failed.value.hint == ""


def test_an_edited_plan_keeps_the_plan_it_was() -> None:
    assert edited(PLANS, 1, " Climb it backwards\x1b[31m ") == Choice(ChoiceKind.EDITED, "Climb it backwards", PLANS[0])


def test_an_edit_that_changes_nothing_is_the_plan_as_offered() -> None:
    assert edited(PLANS, 1, "Climb the stair ") == offered(PLANS, 1)


def test_an_act_has_at_most_so_many_characters() -> None:
    assert written("x" * MAX_WRITTEN).text == "x" * MAX_WRITTEN
    with pytest.raises(FictionError, match=f"{MAX_WRITTEN + 1} characters"):
        written("x" * (MAX_WRITTEN + 1))


@pytest.mark.parametrize("text", ["", "  \n ", "\x1b[31m"])
def test_an_act_without_words_is_refused(text: str) -> None:
    with pytest.raises(FictionError, match="nothing written"):
        written(text)
