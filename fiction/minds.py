"""The models of one home put together: their settings, what they share, their children, who tells, what it costs."""

from collections.abc import AsyncGenerator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from fiction.engine.ports import Ahead, Storyteller
from fiction.engine.purse import Costs, Purse
from fiction.errors import SettingsError
from fiction.paths import Home
from fiction.story.sanitise import clean_line

if TYPE_CHECKING:
    from fiction.config import Configuration, Kept, ServerPart
    from fiction.engine.setup import Setup, Tried
    from fiction.setup.asking import Asked
    from fiction.setup.children import Children
    from fiction.spending.till import Till
    from fiction.storytellers.llm.connections import Connections
    from fiction.storytellers.model import ModelStoryteller
    from fiction.tellers import Tellers

NO_MODEL = "No model is set up."
NO_MODEL_HINT = "Name one with `fiction config set server.model NAME`; `fiction doctor` finds servers on this machine."
_TRIALS = "trial"
"""What trials are written down under; no story has such an identity."""


class Minds:
    """Every part is made when it is first needed."""

    def __init__(self, home: Home, environment: Mapping[str, str]) -> None:
        self._home = home
        self._environment = environment

    @property
    def configuration(self) -> "Configuration":
        """The settings in force. Raises SettingsError."""
        return self._kept.configuration

    @cached_property
    def setup(self) -> "Setup":
        """Finding, trying and keeping them."""
        from fiction.setup.arranging import Arranging

        return Arranging(self._kept, children=self._children, trial=self._trial, environment=self._environment)

    def purse(self, story: str) -> Purse:
        """What a story may spend. Raises SettingsError where the list of prices is broken."""
        return self._till.purse(story)

    @property
    def spent(self) -> Costs:
        """What was spent today, and the caps. Raises SettingsError."""
        return self._till.purse(_TRIALS).costs()

    def tellers(self, offline: Storyteller, wanted: str, purse: Purse) -> "Tellers":
        """Who can tell a story; `offline` stands in, and says so, where the one that it wants is not there."""
        from fiction.standins import StandIn
        from fiction.tellers import Tellers

        if wanted not in ("offline", *self.configuration.settings.model_storytellers):
            offline = StandIn(offline, f"{missing(wanted)} The built-in storyteller goes on meanwhile.")
        return Tellers(offline, self._kept, lambda name: self.storyteller(name, purse))

    def storyteller(self, name: str, purse: Purse) -> "ModelStoryteller":
        """The one that asks the server of that name. Raises SettingsError where there is none."""
        from fiction.setup.asking import asked, both
        from fiction.storytellers.model import ModelStoryteller

        part = self.server_of(name)
        notes = self.configuration.settings.notes_server(name)
        teller = asked(part, self._children)
        noter = asked(notes, self._children) if notes else None
        return ModelStoryteller(
            teller.server,
            notes=noter.server if noter else None,
            name=name,
            ahead=Ahead(part.speculate) if part.speculate else None,
            connections=self._connections,
            purse=purse,
            starting=both(teller, noter),
        )

    def about(self, name: str) -> str:
        """Which model, where; nothing is made or started to know it. Raises SettingsError."""
        from fiction.config import OPENAI
        from fiction.setup.runners import Wanted
        from fiction.storytellers.llm.server import ServerSettings

        part = self.server_of(name)
        if part.run:
            return f"{Wanted(part.run, part.model).called} in a {part.run} of the game's own"
        return f"{part.model} at {ServerSettings(part.base_url or OPENAI, part.model).address}"

    def server_of(self, storyteller: str) -> "ServerPart":
        """The settings of the server behind `model` or `model:NAME`.

        Raises:
            SettingsError: there is no such server, or it names no model.
        """
        part = self.configuration.settings.server_of(storyteller)
        if part is None:
            raise SettingsError(missing(storyteller), hint=NO_MODEL_HINT)
        return part

    def close(self) -> None:
        """End what runs beside the game. Idempotent."""
        if "_children" in self.__dict__:
            self._children.close()

    @cached_property
    def _kept(self) -> "Kept":
        from fiction.config import Kept

        return Kept(self._home.config, self._environment)

    @cached_property
    def _children(self) -> "Children":
        from fiction.setup.children import Children

        return Children(logs=self._home.logs, environment=self._environment)

    @cached_property
    def _connections(self) -> "Connections":
        from fiction.storytellers.llm.connections import Connections

        return Connections(self._home.cache / "servers.json")

    @cached_property
    def _till(self) -> "Till":
        from fiction.spending.prices import Prices
        from fiction.spending.till import Till

        story_cap, day_cap = self.configuration.settings.spending.caps
        prices = Prices.load(self._home.prices)
        return Till(self._home.spending, prices=prices, story_cap=story_cap, day_cap=day_cap)

    def _trial(self, asked: "Asked") -> AsyncGenerator["Tried", None]:
        """A short turn, paid for as any other."""
        from fiction.setup.trial import try_out

        return try_out(asked, self._connections, self._till.purse(_TRIALS))


def missing(storyteller: str) -> str:
    """Why a storyteller is not there."""
    name = storyteller.partition(":")[2]
    return f"The settings name no server {clean_line(name)!r} with a model." if name else NO_MODEL
