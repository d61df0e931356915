"""What the command palette offers on a screen of the game: whatever its line of keys does."""

from collections.abc import Iterable
from typing import cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from fiction.tui.game_screen import GameScreen
from fiction.tui.widgets.keys import Hint


class Actions(Provider):
    """What can be done on the screen, for the command palette."""

    def _hints(self) -> Iterable[Hint]:
        return (hint for hint in self.screen.hints() if hint.action) if isinstance(self.screen, GameScreen) else ()

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

    def _runner(self, hint: Hint) -> "ActionRunner":
        return ActionRunner(cast(GameScreen, self.screen), hint.action)


class ActionRunner:
    """Runs an action of a screen when it is called."""

    def __init__(self, room: GameScreen, action: str) -> None:
        self._room = room
        self._action = action

    async def __call__(self) -> None:
        await self._room.run_action(self._action)
