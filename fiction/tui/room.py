"""What all screens have in common: the game, a header, a line of keys, and how they speak to the reader."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen

from fiction.engine.ports import Game
from fiction.errors import FictionError
from fiction.story.sanitise import clean
from fiction.tui.widgets.keys import Hint, Keys

if TYPE_CHECKING:
    from fiction.tui.app import FictionApp


class Actions(Provider):
    """What can be done on the screen, for the command palette."""

    def _hints(self) -> Iterable[Hint]:
        return (hint for hint in self.screen.hints() if hint.action) if isinstance(self.screen, Room) else ()

    async def discover(self) -> Hits:
        """All of it, before anything is typed."""
        for hint in self._hints():
            yield DiscoveryHit(hint.words.capitalize(), self._runner(hint), help=f"Key: {hint.key}")

    async def search(self, query: str) -> Hits:
        """What fits the typing."""
        matcher = self.matcher(query)
        for hint in self._hints():
            if (score := matcher.match(hint.words)) > 0:
                yield Hit(score, matcher.highlight(hint.words), self._runner(hint), help=f"Key: {hint.key}")

    def _runner(self, hint: Hint) -> "Runner":
        return Runner(cast("Room", self.screen), hint.action)


class Runner:
    """Runs an action of a screen when it is called."""

    def __init__(self, room: "Room", action: str) -> None:
        self._room = room
        self._action = action

    async def __call__(self) -> None:
        await self._room.run_action(self._action)


class Room(Screen[None]):
    """A screen of the game."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (90, "-medium"), (120, "-wide")]  # noqa: RUF012 - Textual declares its type
    VERTICAL_BREAKPOINTS = [(0, "-short"), (28, "-tall")]  # noqa: RUF012 - Textual declares its type
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {Actions}

    @property
    def fiction(self) -> "FictionApp":
        """The app, by its own type."""
        return cast("FictionApp", self.app)

    @property
    def game(self) -> Game:
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
        """A notice. The text may come from anywhere."""
        self.notify(clean(text), severity="error" if trouble else "information", markup=False, timeout=8)

    def regret(self, error: FictionError) -> None:
        """Say what went wrong, and what can be done about it."""
        self.say(error.sentence, trouble=True)

    def action_back(self) -> None:
        """To the screen before."""
        self.app.pop_screen()
