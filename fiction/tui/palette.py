"""The command palette's entries on a screen: the actions of its line of keys."""

from collections.abc import Iterable
from typing import cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from fiction.tui.game_screen import GameScreen
from fiction.tui.widgets.keys import Hint


class Actions(Provider):
    """The screen's actions, for the command palette."""

    def _hints(self) -> Iterable[Hint]:
        return (hint for hint in self.screen.hints() if hint.action) if isinstance(self.screen, GameScreen) else ()

    async def discover(self) -> Hits:
        """All actions, before anything is typed."""
        for hint in self._hints():
            yield DiscoveryHit(hint.words.capitalize(), self._runner(hint), help=f"Key: {hint.key}")

    async def search(self, query: str) -> Hits:
        """The actions that match the typed text."""
        matcher = self.matcher(query)
        for hint in self._hints():
            if (score := matcher.match(hint.words)) > 0:
                yield Hit(score, matcher.highlight(hint.words), self._runner(hint), help=f"Key: {hint.key}")

    def _runner(self, hint: Hint) -> "ActionRunner":
        return ActionRunner(cast(GameScreen, self.screen), hint.action)


class ActionRunner:
    """A callable that runs an action of a screen."""

    def __init__(self, room: GameScreen, action: str) -> None:
        self._room = room
        self._action = action

    async def __call__(self) -> None:
        await self._room.run_action(self._action)
