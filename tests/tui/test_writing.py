"""What comes of the reader's pen, without a screen."""

import pytest

from fiction.engine.game import NewStory
from fiction.engine.session import Session
from fiction.errors import FictionError
from fiction.story.plan import Choice, ChoiceKind
from fiction.tui.reading.writing import Pen, Purpose, pen_for_plan, pen_for_untold
from support.tui_game import PLANS, Shelf


@pytest.fixture
async def session(shelf: Shelf) -> Session:
    session = await shelf.start(NewStory(world="salt-road"))
    async for _ in session.proceed():
        pass
    return session


def test_an_act_is_a_choice_of_the_readers_own(session: Session) -> None:
    assert Pen(Purpose.ACT).choice(session, "dive") == Choice(ChoiceKind.WRITTEN, "dive")


def test_an_empty_act_is_refused(session: Session) -> None:
    with pytest.raises(FictionError, match="nothing written"):
        Pen(Purpose.ACT).choice(session, " ")


def test_a_plan_in_other_words_stays_that_plan(session: Session) -> None:
    pen = pen_for_plan(session, 2)
    assert pen.text == PLANS[1].label
    assert pen.choice(session, "Shout") == Choice(ChoiceKind.EDITED, "Shout", PLANS[1])


def test_an_untold_plan_is_changed_as_a_plan(session: Session) -> None:
    pen = pen_for_untold(session, session.edited(3, "Ask him"))
    assert (pen.text, pen.plan) == ("Ask him", 3)


def test_an_untold_act_is_changed_as_an_act(session: Session) -> None:
    pen = pen_for_untold(session, session.written("dive"))
    assert pen.choice(session, "dive deep") == Choice(ChoiceKind.WRITTEN, "dive deep")
