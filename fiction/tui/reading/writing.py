"""The reader's pen on the reading screen: an act of their own, a plan in other words, a wish, a name."""

from fiction.engine.session import Session
from fiction.errors import FictionError
from fiction.tui.reading.act_input import ActInput
from fiction.tui.reading.choices import Choices
from fiction.tui.reading.looking import Looking
from fiction.tui.reading.phases import Phase, Purpose
from fiction.tui.unsent import Unsent


class Writing(Looking):
    """A session that the reader writes in."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._purpose = Purpose.ACT
        self._number = 0

    # --- taking it ---

    def action_write(self) -> None:
        """Take the pen for an act of one's own."""
        self._take_pen(Purpose.ACT)

    def action_edit(self) -> None:
        """Take the pen to the plan under the caret, or to what could not be told."""
        if self.phase is Phase.TROUBLE and self._failed is not None:
            choice = self._failed.choice
            plans = self.session.plans
            self._number = plans.index(choice.plan) + 1 if choice.plan in plans else 0
            self._take_pen(Purpose.EDIT, choice.text)
            return
        self._number = self.query_one(Choices).marked_plan or 1
        self._take_pen(Purpose.EDIT, self.session.plans[self._number - 1].label)

    def action_wish(self) -> None:
        """Take the pen to say how it should be told."""
        self._take_pen(Purpose.WISH)

    def action_name(self) -> None:
        """Take the pen to name this place."""
        self._take_pen(Purpose.NAME)

    # --- what the end of the screen must not take ---

    @property
    def unsent(self) -> Unsent | None:
        """What is being written just now; None where nothing is."""
        text = self.query_one(ActInput).text
        if not self.desk.writing or not text:
            return None
        return Unsent(self.session.story.uuid, self._place, self._purpose.name, self._number, text)

    def take_up(self, unsent: Unsent) -> None:
        """Go on writing what was unsent, where it still has its place."""
        purpose = next((purpose for purpose in Purpose if purpose.name == unsent.purpose), None)
        fits = unsent.turn == self._place and 0 <= unsent.number <= len(self.session.plans)
        if purpose is not None and fits and self.phase is not Phase.TELLING:
            self._number = unsent.number
            self._take_pen(purpose, unsent.text)

    @property
    def _place(self) -> str:
        return str(self.session.turn.id) if self.session.turn else ""

    # --- in the hand ---

    def _take_pen(self, purpose: Purpose, text: str = "") -> None:
        self._purpose = purpose
        self.desk.open_pen(purpose.value, text)
        self.show_hints()

    def _put_pen_away(self) -> None:
        if self.desk.writing:
            self.desk.close_pen()
            self.query_one(ActInput).load_text("")
            self.show_hints()
            self.query_one(Choices).focus()

    def action_put_away(self) -> None:
        """Write nothing after all."""
        self._put_pen_away()

    def on_act_input_closed(self) -> None:
        """Escape in the pen."""
        self._put_pen_away()

    def on_act_input_written(self, message: ActInput.Written) -> None:
        """What was written goes where it was meant for."""
        try:
            self._send(message.text)
        except FictionError as error:
            self.regret(error)
        else:
            self._put_pen_away()

    def _send(self, text: str) -> None:
        match self._purpose:
            case Purpose.ACT:
                self.play(self.session.written(text))
            case Purpose.EDIT:
                number = self._number
                self.play(self.session.edited(number, text) if number else self.session.written(text))
            case Purpose.WISH:
                self.tell_again(text)
            case Purpose.NAME:
                self.say(f"This place is now called {self.session.bookmark(text).name}.")
