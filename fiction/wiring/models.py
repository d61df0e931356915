"""The models of one home put together: their settings, what they share, their children, who tells, what it costs."""

from collections.abc import AsyncGenerator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from fiction.engine.budget import Budget, Costs
from fiction.engine.ports import Ahead, Storyteller
from fiction.errors import SettingsError
from fiction.paths import Home
from fiction.text.sanitise import clean_line

if TYPE_CHECKING:
    from fiction.config import Configuration, ServerPart, SettingsFile
    from fiction.engine.setup import Setup, TrialResult
    from fiction.llm.connections import Connections
    from fiction.setup.asking import Asked
    from fiction.setup.children import Children
    from fiction.spending.budgets import Budgets
    from fiction.storytellers.model import ModelStoryteller
    from fiction.wiring.storytellers import StorytellerRegistry

NO_MODEL = "No model is set up."
NO_MODEL_HINT = "Name one with `fiction config set server.model NAME`; `fiction doctor` finds servers on this machine."
_TRIALS = "trial"
"""Owner of trials in the log of usage; no story has this uuid."""


class Models:
    """Configured models. Every part is made when it is first needed."""

    def __init__(self, home: Home, environment: Mapping[str, str]) -> None:
        self._home = home
        self._environment = environment

    @property
    def configuration(self) -> "Configuration":
        """The settings in force. Raises SettingsError."""
        return self._kept.configuration

    @cached_property
    def setup(self) -> "Setup":
        """Finds, tries and keeps models."""
        from fiction.setup.model_setup import ModelSetup

        return ModelSetup(self._kept, children=self._children, trial=self._trial, environment=self._environment)

    def budget(self, story: str) -> Budget:
        """What a story may spend. Raises SettingsError where the list of prices is broken."""
        return self._budgets.of_story(story)

    @property
    def spent(self) -> Costs:
        """What was spent today, and the caps. Raises SettingsError."""
        return self._budgets.of_story(_TRIALS).costs()

    def registry(self, offline: Storyteller, wanted: str, budget: Budget) -> "StorytellerRegistry":
        """Storytellers of one story; `offline` stands in for the `wanted` one, and says so, where that is missing."""
        from fiction.storytellers.stand_in import StandIn
        from fiction.wiring.storytellers import StorytellerRegistry

        if wanted not in ("offline", *self.configuration.settings.model_storytellers):
            offline = StandIn(offline, f"{missing(wanted)} The built-in storyteller goes on meanwhile.")
        return StorytellerRegistry(offline, self._kept, lambda name: self.storyteller(name, budget))

    def storyteller(self, name: str, budget: Budget) -> "ModelStoryteller":
        """The storyteller of a configured server. Raises SettingsError where there is none of that name."""
        from fiction.setup.asking import asked, both
        from fiction.storytellers.model import ModelStoryteller

        part = self.server_of(name)
        notes = self.configuration.settings.notes_server(name)
        telling = asked(part, self._children)
        noting = asked(notes, self._children) if notes else None
        return ModelStoryteller(
            telling.server,
            notes=noting.server if noting else None,
            name=name,
            ahead=Ahead(part.speculate) if part.speculate else None,
            connections=self._connections,
            budget=budget,
            starting=both(telling, noting),
        )

    def about(self, name: str) -> str:
        """Model and address in words, without starting anything. Raises SettingsError."""
        from fiction.config import OPENAI
        from fiction.llm.server import ServerSettings
        from fiction.setup.runners import ChildSpec

        part = self.server_of(name)
        if part.run:
            return f"{ChildSpec(part.run, part.model).called} in a {part.run} of the game's own"
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
    def _kept(self) -> "SettingsFile":
        from fiction.config import SettingsFile

        return SettingsFile(self._home.config, self._environment)

    @cached_property
    def _children(self) -> "Children":
        from fiction.setup.children import Children

        return Children(logs=self._home.logs, environment=self._environment)

    @cached_property
    def _connections(self) -> "Connections":
        from fiction.llm.connections import Connections

        return Connections(self._home.servers)

    @cached_property
    def _budgets(self) -> "Budgets":
        from fiction.spending.budgets import Budgets
        from fiction.spending.prices import Prices

        story_cap, day_cap = self.configuration.settings.spending.caps
        prices = Prices.load(self._home.prices)
        return Budgets(self._home.spending, prices=prices, story_cap=story_cap, day_cap=day_cap)

    def _trial(self, asked: "Asked") -> AsyncGenerator["TrialResult", None]:
        """A short turn, paid for as any other."""
        from fiction.setup.trial import try_out
        from fiction.storytellers.model import ModelStoryteller

        storyteller = ModelStoryteller(
            asked.server,
            ahead=Ahead.OFF,
            connections=self._connections,
            budget=self._budgets.of_story(_TRIALS),
            starting=asked.starting,
        )
        return try_out(asked, storyteller)


def missing(storyteller: str) -> str:
    """Why a storyteller is missing, in a sentence."""
    name = storyteller.partition(":")[2]
    return f"The settings name no server {clean_line(name)!r} with a model." if name else NO_MODEL
