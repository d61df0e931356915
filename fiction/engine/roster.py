"""The storytellers that a story can be told by, and which of them its settings name."""

import dataclasses
from collections.abc import Mapping

from fiction.engine.ports import SaveStore, Storyteller
from fiction.errors import NotFound


class Roster:
    """The storytellers of one session, by name. Where the settings name none of them, the first one tells."""

    def __init__(self, store: SaveStore, storytellers: Mapping[str, Storyteller]) -> None:
        self._store = store
        self._storytellers = storytellers

    @property
    def names(self) -> tuple[str, ...]:
        """All names, the first one being the fallback."""
        return tuple(self._storytellers)

    @property
    def current(self) -> Storyteller:
        """The storyteller of the next turn unless another one is asked for."""
        named = self._storytellers.get(self._store.story.settings.storyteller)
        return named or next(iter(self._storytellers.values()))

    def named(self, name: str) -> Storyteller:
        """The storyteller of that name; the current one for an empty name. Raises NotFound."""
        if not name:
            return self.current
        if name not in self._storytellers:
            raise NotFound(
                f"There is no storyteller {name!r} here.", hint=f"There are: {', '.join(self._storytellers)}."
            )
        return self._storytellers[name]

    def use(self, name: str) -> None:
        """Make a storyteller the current one; saved with the story. Raises NotFound."""
        self.named(name)
        story = self._store.story
        self._store.configure(dataclasses.replace(story.settings, storyteller=name), story.reader)

    async def close(self) -> None:
        """Close them all."""
        for storyteller in self._storytellers.values():
            await storyteller.close()
