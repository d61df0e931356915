"""What is offered after a failure, and the countdown to the next attempt, without a screen."""

from collections.abc import Callable

from fiction.engine.game import NewStory
from fiction.errors import Trouble
from fiction.story.events import TurnFailed
from fiction.story.plan import Choice, ChoiceKind
from fiction.tui.reading.attempts import Attempt, again
from fiction.tui.reading.recovering import MOST_ASKINGS, STOPPED, STOPPED_LATE, Countdown, remedies, stopped
from support.tui_game import Shelf, Teller

WRITTEN = Choice(ChoiceKind.WRITTEN, "dive")


def busy(wait: float | None, trouble: Trouble = Trouble.BUSY) -> TurnFailed:
    return TurnFailed("Not now.", "", trouble, WRITTEN, wait)


class Clock:
    """A `RetryScreen`, and its timer, on which the test lets the seconds pass."""

    def __init__(self) -> None:
        self.labels: list[str] = []
        self.retries = 0
        self._callback: Callable[[], None] | None = None

    def set_interval(self, interval: float, callback: Callable[[], None]) -> "Clock":
        self._callback = callback
        return self

    def stop(self) -> None:
        self._callback = None

    def relabel_retry(self, label: str) -> None:
        self.labels.append(label)

    def tell_again(self) -> None:
        self.retries += 1

    def second(self) -> None:
        if self._callback is not None:
            self._callback()

    @property
    def runs(self) -> bool:
        return self._callback is not None


def test_a_busy_server_is_asked_when_the_time_is_over() -> None:
    clock = Clock()
    Countdown(clock).start(busy(2))
    clock.second()
    assert clock.labels == [f"Try now (by itself in {left} s; any key stops that)" for left in (2, 1)]
    assert clock.retries == 0
    clock.second()
    assert (clock.retries, clock.runs) == (1, False)


def test_the_reader_stops_the_asking_but_not_the_counting() -> None:
    clock = Clock()
    countdown = Countdown(clock)
    countdown.start(busy(2))
    countdown.leave_it_to_the_reader()
    clock.second()
    clock.second()
    assert clock.labels[1:] == ["Try again (better in 2 s)", "Try again (better in 1 s)", "Try again"]
    assert (clock.retries, clock.runs) == (0, False)


def test_a_server_that_is_not_there_is_waited_for_but_never_asked_by_itself() -> None:
    clock = Clock()
    Countdown(clock).start(busy(1, Trouble.UNREACHABLE))
    clock.second()
    assert (clock.labels, clock.retries) == (["Try again (better in 1 s)", "Try again"], 0)


def test_nothing_is_counted_where_nobody_knows_how_long_it_takes() -> None:
    clock = Clock()
    Countdown(clock).start(busy(None))
    assert (clock.labels, clock.runs) == ([], False)


def test_after_so_many_askings_in_a_row_the_reader_is_asked_until_a_turn_went_well() -> None:
    clock = Clock()
    countdown = Countdown(clock)
    for _ in range(MOST_ASKINGS + 2):
        countdown.start(busy(1))
        clock.second()
    assert clock.retries == MOST_ASKINGS
    countdown.reset()
    countdown.start(busy(1))
    clock.second()
    assert clock.retries == MOST_ASKINGS + 1


async def test_only_what_the_reader_decided_last_can_be_changed(shelf: Shelf) -> None:
    session = await shelf.start(NewStory(world="salt-road"))
    async for _ in session.proceed():
        pass
    new = Attempt(session.play(WRITTEN), WRITTEN)
    assert "e" in [option.key for option in remedies(session, busy(None), new)]
    assert "e" not in [option.key for option in remedies(session, busy(None), again(session, None))]


async def test_the_built_in_storyteller_is_offered_to_those_who_have_another(shelf: Shelf) -> None:
    shelf.tellers = (Teller("model", "a model"), Teller())
    session = await shelf.start(NewStory(world="salt-road"))
    session.use("model")
    assert "b" in [option.key for option in remedies(session, busy(None), None)]
    session.use("offline")
    assert "b" not in [option.key for option in remedies(session, busy(None), None)]


async def test_a_stop_says_what_is_kept(shelf: Shelf) -> None:
    session = await shelf.start(NewStory(world="salt-road"))
    assert stopped(session) == STOPPED
    async for _ in session.proceed():
        if session.turn is not None:
            break
    assert stopped(session) == STOPPED_LATE
