"""How a turn's tokens are shared out."""

import pytest

from fiction.storytellers.prompts.token_budget import LEAST_NOTES, room_for


@pytest.mark.parametrize("over", [-1, 0, LEAST_NOTES - 1, 100_000])
def test_notes_after_a_passage_that_took_more_than_its_share_have_the_least_room(over: int) -> None:
    room = room_for(8192, 300)
    assert room.notes > LEAST_NOTES
    assert room.notes_after(room.budget - LEAST_NOTES + 1 + over) == LEAST_NOTES


def test_notes_have_what_is_left_of_the_budget_and_no_more_than_their_share() -> None:
    room = room_for(8192, 300)
    assert room.notes_after(room.budget - LEAST_NOTES - 30) == LEAST_NOTES + 30
    assert room.notes_after(room.budget - room.notes) == room.notes
    assert room.notes_after(0) == room.notes


@pytest.mark.parametrize("asked", [0, 2048, 100_000])
def test_small_notes_have_their_whole_room_whatever_the_passage_took(asked: int) -> None:
    room = room_for(2048, 120)
    assert room.small
    assert room.notes < LEAST_NOTES
    assert room.notes_after(asked) == room.notes
