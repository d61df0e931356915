"""Finds, tries and keeps models: implements `engine.setup.Setup` over the settings of a home."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing

from pydantic import SecretStr, ValidationError

from fiction.config import DEFAULT, OPENAI, ServerPart, Settings, SettingsFile, origin
from fiction.config.places import section_of
from fiction.engine.setup import FoundServer, ModelConfig, Provider, Pulling, Recommended, Runner, TrialResult
from fiction.errors import FictionError, SettingsError
from fiction.llm.discovery.local_servers import find_servers
from fiction.setup import catalogue, ollama, runners
from fiction.setup.asking import Asked, asked, wanted
from fiction.setup.children import Children
from fiction.setup.runners import ChildSpec
from fiction.text.sanitise import clean_line

_STRONGER = {"FICTION_MODEL": "model", "FICTION_BASE_URL": "base_url", "OPENAI_BASE_URL": "base_url"}
"""Variables of the environment that go before the settings, and what they set."""
_OF_A_MODEL = tuple(set(ServerPart.model_fields) - {"base_url", "model", "run", "api_key", "budget"})
"""Settings of one model that make no sense, or cost money, with another."""
Trial = Callable[[Asked], AsyncGenerator[TrialResult, None]]
"""A short turn on a server, as `setup.trial.try_out` plays it."""
_ANY = "any"
"""Placeholder for the model while a server is asked for its list."""


class ModelSetup:
    """Models of one home."""

    def __init__(self, kept: SettingsFile, *, children: Children, trial: Trial, environment: Mapping[str, str]) -> None:
        self._kept = kept
        self._children = children
        self._trial = trial
        self._environment = environment

    async def find(self) -> tuple[FoundServer, ...]:
        """Servers on this machine, and where OLLAMA_HOST says; takes about a tenth of a second."""
        return await find_servers(environment=self._environment)

    async def models(self, config: ModelConfig) -> tuple[str, ...]:
        """Models that a server lists, the likeliest to tell a story well first. Raises FictionError."""
        from fiction.llm.discovery.model_list import list_models

        if config.run:
            return (ChildSpec(config.run, config.model).called,) if config.model else ()
        part = self._part(config).model_copy(update={"model": config.model or _ANY})
        server = asked(part, self._children).server
        return await list_models(server, recommended=catalogue.recommended_at(server.base_url))

    def providers(self) -> tuple[Provider, ...]:
        """Services to paste a key for."""
        return catalogue.providers()

    def recommended(self) -> tuple[Recommended, ...]:
        """Models to fetch, the best first."""
        return catalogue.recommended()

    def runners(self) -> tuple[Runner, ...]:
        """Programs on PATH that can run a model."""
        return runners.runners(self._environment)

    async def try_out(self, config: ModelConfig) -> AsyncGenerator[TrialResult, None]:
        """A short real turn: what is found is said as it is found. Ends after the first finding that is fatal."""
        try:
            part = self._part(config)
            self._children.only({wanted(part), *self._wanted})
            asking = asked(part, self._children)
        except FictionError as error:
            yield TrialResult("settings", ok=False, said=error.sentence)
            return
        async with aclosing(self._trial(asking)) as findings:
            async for finding in findings:
                yield finding

    def pull(self, server: FoundServer, model: str) -> AsyncGenerator[Pulling, None]:
        """Have Ollama download a model. Closing the generator stops it; another call goes on where it stopped."""
        return ollama.pull(server, model)

    def model_configs(self) -> tuple[ModelConfig, ...]:
        """Models in the settings, without their keys; the default one first."""
        settings = self._settings
        parts = {"": settings.server, **settings.servers}
        return tuple(
            ModelConfig(
                base_url="" if part.run else part.base_url or OPENAI,
                model=part.model,
                run=part.run,
                name=name,
                ahead=part.speculate,
            )
            for name, part in parts.items()
            if part.model
        )

    def keep(self, config: ModelConfig) -> None:
        """Write a model into the settings; under no name it becomes the one that tells new stories.

        A key that is there already is kept for the same address. Raises FictionError; nothing is written then.
        """
        if not config.name:
            self._see_that_nothing_is_stronger(config)
        section = section_of(config.name)
        part, before = self._part(config), self._before(config.name)
        values: dict[tuple[str, ...], object] = {
            (*section, "base_url"): part.base_url or None,
            (*section, "model"): part.model or None,
            (*section, "run"): part.run or None,
        }
        if (part.base_url, part.model, part.run) != (before.base_url, before.model, before.run):
            values |= {(*section, name): None for name in _OF_A_MODEL}
        values[(*section, "speculate")] = config.ahead or None
        if config.api_key:
            values[(*section, "api_key")] = part.api_key.get_secret_value()
        if not config.name and self._settings.storyteller not in ("", "model"):
            values[("storyteller",)] = None
        self._kept.change(values)
        self._children.only(self._wanted)

    def forget(self, name: str) -> None:
        """Take a model out of the settings, its key too. Raises FictionError."""
        settings = self._settings
        if name and name not in settings.servers:
            raise SettingsError(f"The settings name no server {clean_line(name)!r}.")
        values: dict[tuple[str, ...], object] = {section_of(name): None}
        teller, noter = (f"model:{name}", name) if name else ("model", DEFAULT)
        if settings.storyteller == teller:
            values[("storyteller",)] = None
        if settings.notes == noter:
            values[("notes",)] = None
        self._kept.change(values)
        self._children.only(self._wanted)

    @property
    def _wanted(self) -> set[ChildSpec]:
        """Child servers that the settings ask for."""
        return {wanted(part) for part in (self._settings.server, *self._settings.servers.values()) if part.run}

    @property
    def _settings(self) -> Settings:
        return self._kept.configuration.settings

    def _before(self, name: str) -> ServerPart:
        """The settings of that name, until now."""
        settings = self._settings
        return settings.servers.get(name, ServerPart()) if name else settings.server

    def _part(self, config: ModelConfig) -> ServerPart:
        """A model as the settings hold it: how it is asked, and its key, as they are set already."""
        try:
            said = ServerPart.model_validate(
                {"base_url": config.base_url, "model": config.model, "api_key": config.api_key, "run": config.run}
            )
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise SettingsError(f"That makes no sense: {first['msg'].removeprefix('Value error, ')}.") from None
        key = said.api_key if config.api_key else self._key(said)
        base_url = "" if said.run else said.base_url
        return self._before(config.name).model_copy(
            update={"base_url": base_url, "model": said.model, "api_key": key, "run": said.run}
        )

    def _key(self, said: ServerPart) -> SecretStr:
        """The key that the settings have for that address."""
        settings = self._settings
        if not said.run:
            for part in (settings.server, *settings.servers.values()):
                if not part.run and origin(part.base_url) == origin(said.base_url) and part.api_key.get_secret_value():
                    return part.api_key
        return SecretStr("")

    def _see_that_nothing_is_stronger(self, config: ModelConfig) -> None:
        """Raises where the environment, which overrules the settings, names another model than the kept one."""
        for variable, field in _STRONGER.items():
            value = self._environment.get(variable, "").strip().rstrip("/")
            wanted = (config.base_url or OPENAI).rstrip("/") if field == "base_url" else config.model
            if value and (config.run or value != wanted):
                raise SettingsError(
                    f"{variable} in the environment says otherwise, and goes before the settings.",
                    hint=f"Start the game without {variable} to choose here, or give this one a name of its own.",
                )
