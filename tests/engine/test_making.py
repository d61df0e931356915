"""How far a world in the making is."""

import asyncio

from fiction.engine.making import CHARACTERS, PARTS, Making


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_parts_are_counted_as_they_are_written_and_once_each() -> None:
    making = Making()
    assert making.parts == 0
    for piece in ('{"lang', 'uage": "en", "ti', 'tle" : "Salt", "title": "again", "setting', '": "the title: x'):
        making.hear(piece)
    assert making.parts == 3
    making.forget()
    assert (making.parts, making.characters) == (0, 0)


def test_the_time_that_is_left_is_told_by_the_speed_of_the_reply_alone() -> None:
    clock = Clock()
    making = Making(clock)
    clock.now = 100.0  # the server reads the prompt
    before = making.left
    making.hear("x" * (CHARACTERS // 10))
    clock.now = 110.0
    making.hear("x" * (CHARACTERS // 10))
    assert (before, making.left) == (None, 40.0)
    assert making.seconds == 110.0


def test_there_is_always_some_time_left_until_it_is_there() -> None:
    clock = Clock()
    making = Making(clock)
    making.hear("x" * 3 * CHARACTERS + "".join(f'"{part}": ' for part in PARTS))
    clock.now = 60.0
    assert making.parts == len(PARTS)
    assert making.left is not None
    assert 0 < making.left < 3


async def test_a_wait_is_given_up_once() -> None:
    making = Making()
    waiting = asyncio.create_task(making.given_up())
    making.begin_without()
    making.begin_without()
    await asyncio.wait_for(waiting, 1)
    assert making.over


def test_nobody_has_given_up_a_wait_that_just_began_and_nothing_is_left_to_tell() -> None:
    making = Making()
    assert (making.over, making.left, making.parts, making.characters) == (False, None, 0, 0)


def test_for_the_first_five_seconds_nobody_can_say_how_long_it_takes() -> None:
    clock = Clock()
    making = Making(clock)
    making.hear("x" * (CHARACTERS // 10))
    clock.now = 4.9
    assert making.left is None
    clock.now = 5.0
    assert making.left == 45.0


def test_the_parts_that_are_done_count_where_they_are_further_than_the_characters() -> None:
    clock = Clock()
    making = Making(clock)
    making.hear("".join(f'"{part}": ' for part in PARTS[:4]))
    clock.now = 10.0
    before = making.left
    making.forget()
    forgotten = making.left
    making.hear("x" * 70)
    clock.now = 20.0
    assert (before, forgotten, round(making.left or 0)) == (30.0, None, 990)
