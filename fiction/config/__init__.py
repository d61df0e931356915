"""The settings: `config.yaml` < environment < flags."""

from fiction.config.kept import SettingsFile, set_value
from fiction.config.keys import OPENAI, is_loopback, origin
from fiction.config.places import is_secret, meaning, names, place_of, value_of
from fiction.config.reading import Configuration, load
from fiction.config.settings import DEFAULT, ServerPart, Settings

__all__ = [
    "DEFAULT",
    "OPENAI",
    "Configuration",
    "ServerPart",
    "Settings",
    "SettingsFile",
    "is_loopback",
    "is_secret",
    "load",
    "meaning",
    "names",
    "origin",
    "place_of",
    "set_value",
    "value_of",
]
