"""The base of all screens: access to the game, the line of keys, and notices."""

from typing import TYPE_CHECKING, cast

from textual.screen import Screen
from textual.widget import Widget

from fiction.errors import FictionError
from fiction.text.sanitise import clean
from fiction.tui.widgets.keys import Hint, Keys

if TYPE_CHECKING:
    from fiction.engine.game import Game
    from fiction.tui.navigation import Navigator

SHORTEST_NOTICE = 2.0
"""Seconds that a notice stays, beside the time to read it; short, as it covers the screen."""
CHARACTERS_A_SECOND = 16


def notify(widget: Widget, text: str, *, trouble: bool = False) -> None:
    """Replace the notice for as long as it takes to read. The text may be foreign."""
    words = clean(text)
    widget.app.clear_notifications()
    seconds = SHORTEST_NOTICE + len(words) / CHARACTERS_A_SECOND
    widget.notify(words, severity="error" if trouble else "information", markup=False, timeout=seconds)


class GameScreen(Screen[None]):
    """A screen of the game."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (90, "-medium"), (120, "-wide")]  # noqa: RUF012 - Textual declares its type
    VERTICAL_BREAKPOINTS = [(0, "-short"), (28, "-tall")]  # noqa: RUF012 - Textual declares its type

    @property
    def fiction(self) -> "Navigator":
        """The app's interface for screens."""
        return cast("Navigator", self.app)

    @property
    def game(self) -> "Game":
        """The game."""
        return self.fiction.game

    def hints(self) -> tuple[Hint, ...]:
        """Hints for the line of keys: the most useful first, the help last."""
        return ()

    def show_hints(self) -> None:
        """Update the line of keys."""
        self.query_one(Keys).show(self.hints())
        self.refresh_bindings()

    def say(self, text: str, *, trouble: bool = False) -> None:
        """Replace the notice. The text may be foreign."""
        notify(self, text, trouble=trouble)

    def regret(self, error: FictionError) -> None:
        """Show an error with its hint."""
        self.say(error.sentence, trouble=True)

    def action_back(self) -> None:
        """Go back to the previous screen."""
        self.app.pop_screen()
