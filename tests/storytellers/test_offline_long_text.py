"""The built-in storyteller reads long hostile text in a time that grows with its length and no faster."""

import pytest

from fiction.storytellers.storylets import attempts, slots
from support.growth import grows_linearly

UNITS = (" .", ".", "!. ", "…", "{you}", "{x.they} sits and ", "you a a to ", "ing, you ", '"', "“a", "x", "going to ")


@pytest.mark.parametrize("unit", UNITS)
def test_an_act_is_read_in_linear_time(unit: str) -> None:
    assert grows_linearly(lambda text: attempts.read(f"x{text}x", frozenset({"x"})), unit)


@pytest.mark.parametrize("unit", UNITS)
def test_an_attempt_is_smoothed_in_linear_time(unit: str) -> None:
    assert grows_linearly(attempts.smooth, unit)


@pytest.mark.parametrize("unit", UNITS)
def test_slots_are_filled_in_linear_time(unit: str) -> None:
    assert grows_linearly(lambda text: slots.fill(f"{text}{{you}}", slots.Names()), unit)


def test_an_act_of_several_sentences_becomes_one_phrase() -> None:
    assert attempts.read("climb the mast... Then look out!! Wave", frozenset()).phrase == (
        "climb the mast; then look out; wave"
    )


def test_a_sentence_begins_after_a_stop_that_a_slot_brought_and_not_after_a_name() -> None:
    names = slots.Names(more={"act": "You go.", "thing": "lamp"}, place="The Harbour")
    assert slots.fill("{act} {place} {place}", names) == "You go. The Harbour the Harbour"
    assert slots.fill("{thing}{thing}", names) == "Lamplamp"
