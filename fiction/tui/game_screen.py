"""What all screens have in common: the game, a header, a line of keys, and how they speak to the reader."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.screen import Screen

from fiction.errors import FictionError
from fiction.text.sanitise import clean
from fiction.tui.widgets.keys import Hint, Keys

if TYPE_CHECKING:
    from textual.command import Provider

    from fiction.engine.game import Game
    from fiction.tui.app import FictionApp


def _actions() -> "type[Provider]":
    from fiction.tui.palette import Actions

    return Actions


SHORTEST_NOTICE = 2.0
"""Seconds that a notice stays, beside the time to read it: it stands over what is below."""
CHARACTERS_A_SECOND = 16


class GameScreen(Screen[None]):
    """A screen of the game."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (90, "-medium"), (120, "-wide")]  # noqa: RUF012 - Textual declares its type
    VERTICAL_BREAKPOINTS = [(0, "-short"), (28, "-tall")]  # noqa: RUF012 - Textual declares its type
    COMMANDS: "ClassVar[set[type[Provider] | Callable[[], type[Provider]]]]" = {_actions}  # noqa: RUF012 - Textual declares its type

    @property
    def fiction(self) -> "FictionApp":
        """The app, by its own type."""
        return cast("FictionApp", self.app)

    @property
    def game(self) -> "Game":
        """The game."""
        return self.fiction.game

    def hints(self) -> tuple[Hint, ...]:
        """What the keys do now, the most useful first and the way to the help last."""
        return ()

    def show_hints(self) -> None:
        """Bring the line of keys up to date."""
        self.query_one(Keys).show(self.hints())
        self.refresh_bindings()

    def say(self, text: str, *, trouble: bool = False) -> None:
        """A notice, instead of the one before. The text may come from anywhere."""
        words = clean(text)
        self.app.clear_notifications()
        seconds = SHORTEST_NOTICE + len(words) / CHARACTERS_A_SECOND
        self.notify(words, severity="error" if trouble else "information", markup=False, timeout=seconds)

    def regret(self, error: FictionError) -> None:
        """Say what went wrong, and what can be done about it."""
        self.say(error.sentence, trouble=True)

    def action_back(self) -> None:
        """To the screen before."""
        self.app.pop_screen()
