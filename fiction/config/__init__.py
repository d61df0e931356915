"""The settings: `config.yaml` < environment < flags. The docstrings of the fields are their manual."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from fiction.config import handwritten
from fiction.config.handwritten import Document, Place
from fiction.errors import SettingsError
from fiction.paths import write_private
from fiction.story.reader import Length
from fiction.story.sanitise import clean_line

OPENAI = "https://api.openai.com/v1"
"""Where requests go if no address is set."""

SECRET = "server.api_key"  # noqa: S105 - the name of a setting


def _address(text: str) -> str:
    parts = urlsplit(text.strip())
    if not text.strip():
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an address begins with http:// or https://, as in http://127.0.0.1:11434/v1")
    if parts.username or parts.password:
        raise ValueError("an address holds no user or password; the key has a setting of its own, server.api_key")
    return text.strip().rstrip("/")


def _key(secret: SecretStr) -> SecretStr:
    key = secret.get_secret_value().strip()
    if not all(33 <= ord(char) < 127 for char in key):
        raise ValueError("a key is one word of letters, digits and signs")
    return SecretStr(key)


Line = Annotated[str, AfterValidator(clean_line)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)


class ServerPart(_Part):
    """The server that the model storyteller asks."""

    base_url: Annotated[str, AfterValidator(_address)] = ""
    """Address of an OpenAI-compatible server, up to and with `/v1`; empty is OpenAI itself."""
    api_key: Annotated[SecretStr, AfterValidator(_key)] = SecretStr("")
    """The key for that address. Never shown."""
    model: Line = ""
    """Name of the model, as the server lists it."""
    budget: Annotated[int, Field(ge=2048, le=1_000_000)] = 4096
    """Tokens of a whole turn, reply included; more buys more memory in each prompt."""


class MemoryPart(_Part):
    """The long-term memory."""

    chroma: bool = True
    """Whether recall by meaning is used; recall by words always is."""
    embed_model: Line = ""
    """An embedding model on the same server. Kept for later: this version uses its own, without a server."""


class Settings(_Part):
    """Everything that can be set."""

    server: ServerPart = ServerPart()
    storyteller: Literal["", "offline", "model"] = ""
    """Who tells new stories: `offline` or `model`; empty takes the model where one is named."""
    theme: Line = ""
    """Name of a theme of the terminal game; empty takes its own."""
    animations: Literal["full", "basic", "none"] = "full"
    """How much moves on the screen."""
    passage_length: Length = Length.MEDIUM
    """`short`, `medium` or `long` passages, for readers whose profile does not say."""
    memory: MemoryPart = MemoryPart()

    @property
    def new_storyteller(self) -> str:
        """Who tells a new story if nothing else is said."""
        return self.storyteller or ("model" if self.server.model else "offline")


@dataclass(frozen=True)
class Configuration:
    """The settings in force, and where they come from."""

    settings: Settings = Settings()
    sources: Mapping[str, str] = field(default_factory=dict)
    """For each setting that is not at its default: the file or the variable."""
    withheld: str = ""
    """Why a key that is there is not used, in one sentence."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Every text that must never be shown or logged, used or not."""


_VARIABLES = {
    "FICTION_BASE_URL": ("server", "base_url"),
    "FICTION_MODEL": ("server", "model"),
    "FICTION_EMBED_MODEL": ("memory", "embed_model"),
}


def load(file: Path, environment: Mapping[str, str]) -> Configuration:
    """Read the settings.

    Raises:
        SettingsError: the file or a variable is broken; names the file and line, or the variable.
    """
    document = handwritten.read(file)
    settings = validate(document)
    sources = {".".join(place): str(file) for place in document.lines if _is_setting(place)}
    for variable, place in _VARIABLES.items():
        if value := environment.get(variable, "").strip():
            settings = _override(settings, place, value, variable)
            sources[".".join(place)] = variable
    if not environment.get("FICTION_BASE_URL") and (value := environment.get("OPENAI_BASE_URL", "").strip()):
        settings = _override(settings, ("server", "base_url"), value, "OPENAI_BASE_URL")
        sources["server.base_url"] = "OPENAI_BASE_URL"
    return _with_key(settings, sources, environment, file, own=validate(document).server)


def validate(document: Document) -> Settings:
    """The settings that a file holds. Raises SettingsError at its first mistake."""
    try:
        return Settings.model_validate(document.values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = tuple(str(part) for part in first["loc"])
        message, hint = _explain(place, first["type"], first["msg"])
        raise document.wrong(place, message, hint=hint) from None


def names() -> tuple[str, ...]:
    """Every setting by its dotted name."""
    return tuple(".".join(place) for place in _PLACES)


def place_of(name: str) -> Place:
    """Where a setting stands. Raises SettingsError, with the nearest name, if there is none of that name."""
    place = tuple(name.split("."))
    if place not in _PLACES:
        raise SettingsError(f"There is no setting {clean_line(name)!r}.", hint=_nearest(name))
    return place


def meaning(name: str) -> str:
    """What a setting is for: its docstring."""
    place = place_of(name)
    model = Settings if len(place) == 1 else _SECTIONS[place[0]]
    return model.model_fields[place[-1]].description or ""


def value_of(settings: Settings, name: str) -> str:
    """A setting as text; a secret only as `set` or `not set`."""
    part: object = settings
    for key in place_of(name):
        part = getattr(part, key)
    if isinstance(part, SecretStr):
        return "set" if part.get_secret_value() else "not set"
    return str(part).lower() if isinstance(part, bool) else str(part)


def set_value(file: Path, name: str, text: str) -> None:
    """Write one setting into the file; an empty text takes it out.

    Raises:
        SettingsError: no such setting, or the value makes no sense; nothing is written.
    """
    place = place_of(name)
    document = handwritten.read(file)
    value = _typed(place, text)
    changed = handwritten.change(document, place, value)
    validate(handwritten.parse(changed.encode(), file))
    write_private(file, changed)


def origin(address: str) -> tuple[str, str, int]:
    """Scheme, host and port that an address speaks to; a key set for one origin goes to no other."""
    parts = urlsplit(address or OPENAI)
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


_SECTIONS: dict[str, type[BaseModel]] = {"server": ServerPart, "memory": MemoryPart}
_PLACES: tuple[Place, ...] = tuple(
    place
    for name in Settings.model_fields
    for place in ([(name, inner) for inner in _SECTIONS[name].model_fields] if name in _SECTIONS else [(name,)])
)


def _with_key(
    settings: Settings, sources: dict[str, str], environment: Mapping[str, str], file: Path, *, own: ServerPart
) -> Configuration:
    """Choose the key: the first one that was set for the address in force."""
    address = settings.server.base_url
    candidates = (
        (environment.get("FICTION_API_KEY", ""), address, "FICTION_API_KEY"),
        (environment.get("OPENAI_API_KEY", ""), environment.get("OPENAI_BASE_URL", ""), "OPENAI_API_KEY"),
        (own.api_key.get_secret_value(), own.base_url, str(file)),
    )
    sources.pop(SECRET, None)
    withheld = ""
    chosen = ""
    for key, meant_for, source in candidates:
        if not key.strip():
            continue
        if origin(meant_for) == origin(address):
            chosen, sources[SECRET] = key, source
            break
        host = origin(address)[1]
        withheld = withheld or f"The key in {source} was not set for {host}, so it is not sent there."
    if chosen:
        settings = _override(settings, ("server", "api_key"), chosen, sources[SECRET])
    else:
        blank = settings.server.model_copy(update={"api_key": SecretStr("")})
        settings = settings.model_copy(update={"server": blank})
    keys = tuple(key.strip() for key, _, _ in candidates if key.strip())
    return Configuration(settings, sources, "" if chosen else withheld, keys)


def _override(settings: Settings, place: Place, value: str, source: str) -> Settings:
    """The settings with one value of a section from outside the file."""
    section, name = place
    try:
        checked = _SECTIONS[section].model_validate({name: value})
    except ValidationError as error:
        message, hint = _explain(place, "", error.errors(include_url=False, include_input=False)[0]["msg"])
        raise SettingsError(f"{source}: {message}.", hint=hint) from None
    part = getattr(settings, section).model_copy(update={name: getattr(checked, name)})
    return settings.model_copy(update={section: part})


def _typed(place: Place, text: str) -> object:
    """The text of a command line as the value that the file should hold."""
    if not text:
        return None
    lowered = text.lower()
    if place == ("memory", "chroma"):
        return {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}.get(lowered, text)
    return int(text) if place == ("server", "budget") and text.isdecimal() else text


def _is_setting(place: Place) -> bool:
    return place in _PLACES


def _explain(place: Place, kind: str, message: str) -> tuple[str, str]:
    name = ".".join(place)
    if kind == "extra_forbidden":
        return f"there is no setting `{clean_line(name)}`", _nearest(name)
    plain = message.removeprefix("Value error, ").removeprefix("Input should be ")
    if plain.startswith(("an address", "a key")):
        return f"`{name}`: {plain}", "Mend it, or take it out."
    return f"`{name}` should be {plain}", "Mend it, or take it out."


def _nearest(name: str) -> str:
    close = difflib.get_close_matches(name, names(), n=1, cutoff=0.5)
    return f"Did you mean {close[0]}?" if close else "`fiction config show` lists them all."
