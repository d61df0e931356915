"""Storytellers by name, as the settings are at each moment, so that a model kept in mid-story can take over."""

from collections.abc import Callable, Iterator, Mapping, ValuesView

from fiction.config import ServerPart, SettingsFile
from fiction.engine.ports import Storyteller

OFFLINE = "offline"

MakeModel = Callable[[str], Storyteller]
"""Makes the storyteller of a configured server, by name."""


class StorytellerRegistry(Mapping[str, Storyteller]):
    """The storytellers of one story: each is made when it is first asked for, and anew when its settings change."""

    def __init__(self, offline: Storyteller, kept: SettingsFile, make: MakeModel) -> None:
        """`offline` is the built-in storyteller; `make` makes the others."""
        self._kept = kept
        self._make = make
        self._made: dict[str, tuple[object, Storyteller]] = {OFFLINE: (None, offline)}
        self._replaced: list[Storyteller] = []

    def __getitem__(self, name: str) -> Storyteller:
        wanted = self._meaning(name)
        made = self._made.get(name)
        if made is None or made[0] != wanted:
            if made is not None:
                self._replaced.append(made[1])
            self._made[name] = made = (wanted, self._make(name))
        return made[1]

    def __iter__(self) -> Iterator[str]:
        yield OFFLINE
        yield from self._kept.configuration.settings.model_storytellers

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def values(self) -> ValuesView[Storyteller]:
        """Every instance created, replaced ones too, so that closing reaches all."""
        made = [storyteller for _, storyteller in self._made.values()]
        return dict(enumerate([*made, *self._replaced])).values()

    def _meaning(self, name: str) -> tuple[ServerPart, ServerPart | None] | None:
        """Settings of a storyteller's servers. Raises KeyError where there are none."""
        if name == OFFLINE:
            return None
        settings = self._kept.configuration.settings
        part = settings.server_of(name)
        if part is None:
            raise KeyError(name)
        return part, settings.notes_server(name)
