"""Writes a World as the text of a pack, so that an imagined world can be saved and shared."""

import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import StrEnum

import yaml

from fiction.story.storylets import Body, Effect, Role
from fiction.story.world import Character, World

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ ,.;/()'-]*[A-Za-z0-9.;)]|[A-Za-z]")
"""Texts that need no quotes in YAML 1.1 and 1.2, except the words below."""
_WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))

_FOLDED_FROM = 90
"""The shortest paragraph, in characters, that is folded over lines."""
_PRONOUNS = frozenset(("they", "them", "their"))
_ORDER = (
    *("schema", "id", "version", "title", "summary", "authors", "license", "language", "fiction", "homepage", "genre"),
    *("tags", "safety", "cover", "setting", "protagonist", "style", "names", "acts", "outline", "characters", "places"),
    *("items", "factions", "lore", "threads", "qualities", "callbacks", "attempts", "openings", "storylets"),
    *("endings", "epilogue"),
)
"""Order of the top-level keys, as in the guide."""


class _Dumper(yaml.SafeDumper):
    """Writes no anchors, quotes ambiguous texts, and keeps paragraphs readable."""

    def ignore_aliases(self, data: object) -> bool:
        """Always true: anchors are refused on reading."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists inside mappings."""
        super().increase_indent(flow, False)


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _style(text: str) -> str | None:
    """The style of a text: block styles only without tabs and trailing blanks, which they would not preserve."""
    if re.search(r"\t| \n|\A\n|[ \n]\Z", text) or text.isspace():
        return '"'
    if "\n" in text or text.startswith(" "):
        return "|"
    if len(text) >= _FOLDED_FROM and "  " not in text:
        return ">"
    return None if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else '"'


_Dumper.add_representer(str, _represent_text)


def dump_world(world: World) -> str:
    """The text of a world's pack: `load_world(dump_world(world)) == world` for every loadable world."""
    data = {"schema": 1, **_mapping(world)}
    ordered = {key: data[key] for key in _ORDER if key in data}
    return yaml.dump(ordered, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


def _mapping(value: object) -> dict[str, object]:
    """A value as a mapping of the pack format, without fields at their defaults."""
    assert is_dataclass(value)
    told = ((field.name, getattr(value, field.name)) for field in fields(value) if not _is_default(value, field))
    mapping = {key: out for name, part in told for key, out in _entry(name, part)}
    if isinstance(value, Character) and mapping.keys() & _PRONOUNS:
        mapping = {key: out for key, out in mapping.items() if key not in _PRONOUNS}
        mapping["pronouns"] = f"{value.they}/{value.them}/{value.their}"
    return mapping


def _is_default(value: object, field: "Field[object]") -> bool:
    return field.default is not MISSING and getattr(value, field.name) == field.default


def _entry(name: str, part: object) -> Iterator[tuple[str, object]]:
    """A field with its key and shape in the pack format."""
    match name, part:
        case "effects", tuple():
            yield name, dict(_effect(effect) for effect in part)
        case "roles", tuple():
            yield name, {role.name: _role(role) for role in part}
        case "facts", tuple():
            yield name, [" | ".join(fact) for fact in part]
        case "attempts", tuple():
            yield name, {str(approach): list(texts) for approach, texts in part}
        case "fiction_minimum", _:
            yield "fiction", {"minimum": part}
        case "banned_names", tuple():
            yield "names", {"ban": list(part)}
        case _:
            yield name, _plain(part)


def _plain(part: object) -> object:
    match part:
        case Body(text=text, when=when):
            return {"when": when, "text": text} if when else text
        case StrEnum():
            return str(part)
        case tuple():
            return [_plain(entry) for entry in part]
        case _:
            return _mapping(part) if is_dataclass(part) else part


def _effect(effect: Effect) -> tuple[str, object]:
    return effect.quality, f"={effect.amount}" if effect.sets else effect.amount


def _role(role: Role) -> dict[str, object]:
    parts = {"who": list(role.who), "tags": list(role.tags)}
    return {key: names for key, names in parts.items() if names}
