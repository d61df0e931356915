"""Settings by dotted name: their list, meanings and values, and values typed on the command line."""

import difflib
from contextlib import suppress
from math import isfinite

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from fiction.config.handwritten import Place
from fiction.config.settings import DEFAULT, MemoryPart, ServerPart, Settings, SpendingPart
from fiction.errors import SettingsError
from fiction.text.addresses import without_secrets
from fiction.text.sanitise import clean_line

SERVERS = "servers"
_SERVER_FIELDS = tuple(ServerPart.model_fields)
SECTIONS: dict[str, type[BaseModel]] = {"server": ServerPart, "memory": MemoryPart, "spending": SpendingPart}
_PLACES: tuple[Place, ...] = tuple(
    place
    for name in Settings.model_fields
    if name != SERVERS
    for place in ([(name, inner) for inner in SECTIONS[name].model_fields] if name in SECTIONS else [(name,)])
)
_SWITCH = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


def names(settings: Settings | None = None) -> tuple[str, ...]:
    """Dotted names of all settings, including each named server's."""
    named = [(SERVERS, name, inner) for name in (settings.servers if settings else ()) for inner in _SERVER_FIELDS]
    return tuple(".".join(place) for place in (*_PLACES, *named))


def place_of(name: str) -> Place:
    """Path of a setting. Raises SettingsError, with the most similar name, if it is unknown."""
    place = tuple(name.split("."))
    if not is_setting(place):
        raise SettingsError(f"There is no setting {clean_line(name)!r}.", hint=nearest(name))
    return place


def is_setting(place: Place) -> bool:
    """Whether this is the path of a setting; names of servers are checked elsewhere."""
    named = len(place) == 3 and place[0] == SERVERS and place[2] in _SERVER_FIELDS
    return named or place in _PLACES


def is_secret(name: str) -> bool:
    """Whether the setting's value must not be shown."""
    return name.rpartition(".")[2] == "api_key"


def meaning(name: str) -> str:
    """A setting's docstring in one line."""
    return " ".join((_field(place_of(name)).description or "").split())


def value_of(settings: Settings, name: str) -> str:
    """A setting's value for display: a secret as `set` or `not set`, an address without possible secrets.

    Raises:
        SettingsError: the setting or its server is unknown.
    """
    match found := _at(settings, place_of(name)):
        case SecretStr():
            return "set" if found.get_secret_value() else "not set"
        case None:
            return ""
        case bool():
            return str(found).lower()
        case float():
            return f"{found:g}"
        case str() if name.rpartition(".")[2] == "base_url":
            return without_secrets(found)
        case _:
            return str(found)


def typed(place: Place, text: str) -> object:
    """The value for the file from a text on the command line; None removes the setting."""
    if not text:
        return None
    if _field(place).annotation is bool:
        return _SWITCH.get(text.lower(), text)
    for number in _numbers(place):
        with suppress(ValueError):
            value = number(text)
            return value if isfinite(value) else text
    return text


def nearest(name: str) -> str:
    """A hint for a mistyped name."""
    head, dot, last = name.rpartition(".")
    if dot and head.startswith(f"{SERVERS}."):
        close = [f"{head}.{found}" for found in difflib.get_close_matches(last, _SERVER_FIELDS, n=1, cutoff=0.5)]
    else:
        close = difflib.get_close_matches(name, names(), n=1, cutoff=0.5)
    return f"Did you mean {close[0]}?" if close else "`fiction config show` lists them all."


def section_of(server: str) -> Place:
    """Path of a server's settings; of the default server for an empty name."""
    return (SERVERS, server) if server else (DEFAULT,)


def _field(place: Place) -> FieldInfo:
    section = Settings if len(place) == 1 else SECTIONS.get(place[0], ServerPart)
    return section.model_fields[place[-1]]


def _at(settings: Settings, place: Place) -> object:
    part: object = settings
    for key in place:
        if isinstance(part, dict):
            if key not in part:
                known = ", ".join(part) or "none"
                raise SettingsError(f"The settings name no server {clean_line(key)!r}.", hint=f"They name: {known}.")
            part = part[key]
        else:
            part = getattr(part, key)
    return part


def _numbers(place: Place) -> tuple[type[int] | type[float], ...]:
    """The number types of a setting."""
    annotation = str(_field(place).annotation)
    return tuple(kind for kind in (int, float) if kind.__name__ in annotation)
