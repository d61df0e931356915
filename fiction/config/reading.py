"""Reads the settings from `config.yaml` and, with precedence, the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from fiction.config import handwritten
from fiction.config.handwritten import Place, SettingsDocument
from fiction.config.keys import choose
from fiction.config.places import SECTIONS, is_secret, is_setting, nearest
from fiction.config.settings import DEFAULT, Settings
from fiction.errors import SettingsError
from fiction.text.sanitise import clean_line


@dataclass(frozen=True)
class Configuration:
    """The settings in force, and their sources."""

    settings: Settings = Settings()
    sources: Mapping[str, str] = field(default_factory=dict)
    """The file or variable of each setting that is not a default."""
    withheld: str = ""
    """A sentence if a key is not used, else empty."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """All texts that must not be shown or logged, used or not."""


_VARIABLES = {
    "FICTION_BASE_URL": ("server", "base_url"),
    "FICTION_MODEL": ("server", "model"),
    "FICTION_EMBED_MODEL": ("memory", "embed_model"),
}
_OPENAI_ADDRESS = "OPENAI_BASE_URL"


def load(file: Path, environment: Mapping[str, str]) -> Configuration:
    """Read the settings.

    Raises:
        SettingsError: the file or a variable is broken; names the file and line, or the variable.
    """
    document = handwritten.read(file)
    settings = own = validate(document)
    sources = {".".join(place): str(file) for place in document.lines if is_setting(place)}
    variables = dict(_VARIABLES)
    if not environment.get("FICTION_BASE_URL"):
        variables[_OPENAI_ADDRESS] = ("server", "base_url")
    for variable, place in variables.items():
        if value := environment.get(variable, "").strip():
            settings = _override(settings, place, value, variable)
            sources[".".join(place)] = variable
    chosen = choose(settings, environment, own=own, file=str(file))
    shown = {name: source for name, source in sources.items() if not is_secret(name)}
    return Configuration(chosen.settings, {**shown, **chosen.sources}, chosen.withheld, chosen.secrets)


def validate(document: SettingsDocument) -> Settings:
    """The settings in a file. Raises SettingsError at the first mistake."""
    try:
        settings = Settings.model_validate(document.values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = tuple(str(part) for part in first["loc"])
        message, hint = _explain(place, first["type"], first["msg"])
        raise document.wrong(place, message, hint=hint) from None
    _see_that_servers_are_there(settings, document)
    return settings


def _see_that_servers_are_there(settings: Settings, document: SettingsDocument) -> None:
    """Check that servers named by other settings exist. Raises SettingsError."""
    called = {"notes": settings.notes, "storyteller": settings.storyteller.partition(":")[2]}
    for setting, name in called.items():
        if name and name != DEFAULT and name not in settings.servers:
            message = f"`{setting}` names a server that is not there: {clean_line(name)}"
            raise document.wrong((setting,), message, hint=f"Set servers.{clean_line(name)}.model first.")


def _override(settings: Settings, place: Place, value: str, source: str) -> Settings:
    """The settings with one value replaced from outside the file."""
    section, name = place
    try:
        checked = SECTIONS[section].model_validate({name: value})
    except ValidationError as error:
        message, hint = _explain(place, "", error.errors(include_url=False, include_input=False)[0]["msg"])
        raise SettingsError(f"{source}: {message}.", hint=hint) from None
    changed = {name: getattr(checked, name)}
    if name == "base_url":
        changed["run"] = ""  # an address given here replaces the program
    part = getattr(settings, section).model_copy(update=changed)
    return settings.model_copy(update={section: part})


def _explain(place: Place, kind: str, message: str) -> tuple[str, str]:
    name = ".".join(part for part in place if part != "[key]")
    if kind == "extra_forbidden":
        return f"there is no setting `{clean_line(name)}`", nearest(name)
    plain = message.removeprefix("Input should be ")
    if message.startswith("Value error, "):
        return f"`{clean_line(name)}`: {message.removeprefix('Value error, ')}", "Mend it, or take it out."
    return f"`{clean_line(name)}` should be {plain}", "Mend it, or take it out."
