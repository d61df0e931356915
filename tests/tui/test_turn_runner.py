"""A turn runner shows what a session tells, and keeps what could not be told; no screen is needed for that."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from fiction.engine.game import NewStory
from fiction.engine.session import Session
from fiction.errors import StorytellerError, Trouble
from fiction.story.events import Event, ProseDelta, ProseReset, Remembered
from fiction.story.memory import Recall, Recalled
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.turn import Turn
from fiction.tui.reading.attempts import Attempt, again
from fiction.tui.reading.turn_runner import TurnRunner
from support.tui_game import PROSE, Shelf, Teller

DOWN = StorytellerError("No server answers.", trouble=Trouble.UNREACHABLE)
BEGIN = Choice(ChoiceKind.BEGIN)


class Listed:
    """A `TurnDisplay` that lists what it is asked to show; a passage as one string."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.passage = ""

    async def clear(self) -> None:
        self.shown.append("clear")

    async def begin(self, choice: Choice, *, anew: bool) -> None:
        self.shown.append(f"begin {choice.text!r}{' anew' if anew else ''}")
        self.passage = ""

    def recall(self, recalled: tuple[Recalled, ...]) -> None:
        self.shown.append("recall")

    def write(self, text: str) -> None:
        self.passage += text

    def start_over(self) -> None:
        self.shown.append("start over")
        self.passage = ""

    def keep(self, turn: Turn) -> None:
        self.shown.append(f"keep {turn.depth}")

    def say(self, text: str) -> None:
        self.shown.append(f"say {text}")


async def run(attempt: Attempt) -> tuple[TurnRunner, Listed]:
    display = Listed()
    runner = TurnRunner(display)
    runner.take_up(attempt)
    await runner.run()
    return runner, display


async def begun(shelf: Shelf) -> Session:
    session = await shelf.start(NewStory(world="salt-road"))
    await run(Attempt(session.proceed(), BEGIN))
    return session


async def test_a_turn_is_shown_from_the_choice_to_the_passage(shelf: Shelf) -> None:
    session = await begun(shelf)
    choice = session.offered(2)
    runner, display = await run(Attempt(session.play(choice), choice))
    assert display.shown == ["clear", f"begin {choice.text!r}", "recall", "keep 2"]
    assert display.passage == PROSE[0]
    assert (runner.attempt, runner.failed) == (None, None)


async def test_a_turn_that_is_told_again_begins_in_the_place_of_the_last(shelf: Shelf) -> None:
    session = await begun(shelf)
    _, display = await run(again(session, None))
    assert display.shown == ["clear", "begin '' anew", "recall", "keep 1"]


async def test_what_the_storyteller_takes_back_and_what_memory_has_to_say_is_shown() -> None:
    async def events() -> AsyncGenerator[Event, None]:
        yield Remembered(Recall((), notice="The index is rebuilt."))
        yield ProseDelta("It rains.")
        yield ProseReset()
        yield ProseDelta("It snows.")

    _, display = await run(Attempt(events(), BEGIN))
    assert display.shown == ["clear", "begin ''", "recall", "say The index is rebuilt.", "start over"]
    assert display.passage == "It snows."


async def test_what_fails_is_kept_until_it_is_told(shelf: Shelf) -> None:
    session = await begun(shelf)
    shelf.tellers[0].fail = DOWN
    choice = session.written("dive")
    runner, display = await run(Attempt(session.play(choice), choice))
    assert runner.failed is not None
    assert runner.failed.message == "No server answers."
    assert display.shown[-1] == "recall"
    runner, _ = await run(again(session, runner.attempt))
    assert (runner.attempt, runner.failed) == (None, None)
    assert session.turn is not None
    assert (session.turn.depth, session.turn.choice.text) == (2, "dive")


async def test_a_turn_that_is_cancelled_lets_go_of_the_session(shelf: Shelf) -> None:
    session = await begun(shelf)
    shelf.tellers[0].halfway = asyncio.Event()
    choice = session.offered(1)
    runner = TurnRunner(Listed())
    runner.take_up(Attempt(session.play(choice), choice))
    telling = asyncio.create_task(runner.run())
    await asyncio.sleep(0.1)
    telling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await telling
    runner.break_off("You stopped.")
    assert runner.failed is not None
    assert runner.failed.choice == choice
    assert session.pending == choice
    assert session.undo() is None


# --- what is attempted again ---


async def test_a_wish_stays_with_a_failed_telling_until_there_is_another(shelf: Shelf) -> None:
    teller = shelf.tellers[0]
    session = await begun(shelf)
    teller.fail = DOWN
    failed, _ = await run(again(session, None, wish="shorter"))
    teller.fail = DOWN
    failed, _ = await run(again(session, failed.attempt))
    assert failed.attempt is not None
    assert failed.attempt.anew
    await run(again(session, failed.attempt, wish="longer"))
    assert teller.hints[1:] == ["shorter", "shorter", "longer"]
    assert session.turn is not None
    assert session.turn.depth == 1


async def test_a_choice_that_never_reached_the_save_is_played_again(shelf: Shelf) -> None:
    session = await begun(shelf)
    choice = session.written("dive")
    unheard = Attempt(session.play(choice), choice)
    await unheard.events.aclose()
    assert session.pending is None
    await run(again(session, unheard))
    assert session.turn is not None
    assert (session.turn.depth, session.turn.choice.text) == (2, "dive")


async def test_a_first_turn_that_failed_is_told_as_the_first(tmp_path: Path) -> None:
    teller = Teller(fail=DOWN)
    session = await Shelf(tmp_path, teller).start(NewStory(world="salt-road"))
    runner, _ = await run(Attempt(session.proceed(), BEGIN))
    assert runner.failed is not None
    await run(again(session, runner.attempt))
    assert session.turn is not None
    assert session.turn.depth == 1
