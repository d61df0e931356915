"""The manifest: the top of a pack, read without its content, for quick lists of worlds."""

import re
from typing import Final

from fiction.bounded_yaml.document import Document
from fiction.bounded_yaml.reader import FAST
from fiction.errors import PackError
from fiction.packs.names import is_slug
from fiction.packs.pack_file import pack_error, read_pack
from fiction.story.cards import WorldCard
from fiction.text.sanitise import clean_line

KEYS: Final = (
    "schema",
    "id",
    "version",
    "title",
    "summary",
    "authors",
    "license",
    "language",
    "fiction",
    "homepage",
    "genre",
    "tags",
    "safety",
)
_SMALL: Final = frozenset((*KEYS, "cover", "setting", "protagonist", "style", "names"))
_KEY = re.compile(rf"^[\"']?(?:{'|'.join(KEYS)})[\"']?[ \t]*:", re.MULTILINE)
_STORYLETS = re.compile(r"^[\"']?storylets[\"']?[ \t]*:(?![ \t]*(?:\[\s*\]|~|null)?[ \t]*$\n(?![ \t-]))", re.MULTILINE)


def read_manifest(raw: str | bytes, *, name: str, fast: bool = FAST) -> Document:
    """The pack up to its content; the whole pack if keys of the manifest follow later.

    Raises:
        PackError: that part is no YAML, or no pack.
    """

    def enough(key: str, offset: int, text: str) -> bool:
        return key not in _SMALL and _KEY.search(text, offset) is None

    document = read_pack(raw, name=name, stop_at=enough, fast=fast)
    if not isinstance(document.data, dict):
        raise pack_error(name, [document.problem((), "a pack is a mapping at its top level (key: value)")])
    return document


def card_of(raw: str | bytes, *, name: str, expected: str, source: str) -> WorldCard:
    """The card of a pack with the id `expected`; `trouble` is set if its top is broken."""
    try:
        document = read_manifest(raw, name=name)
    except PackError as error:
        return trouble_card(expected, source, error.sentence)
    data = document.data
    assert isinstance(data, dict)
    safety = data["safety"] if isinstance(data.get("safety"), dict) else {}
    return WorldCard(
        id=expected,
        title=_line(data.get("title")) or expected,
        summary=_line(data.get("summary")),
        version=_line(data.get("version")),
        authors=_authors(data.get("authors")),
        genre=_lines(data.get("genre")),
        language=_line(data.get("language")) or "en",
        rating=_line(safety.get("rating")) or "teen",
        content_warnings=_lines(safety.get("content_warnings")),
        storylets=bool(data["storylets"]) if "storylets" in data else _STORYLETS.search(document.text) is not None,
        source=source,
        trouble=_trouble(data, expected),
    )


def minimum_of(raw: str | bytes, *, name: str) -> str:
    """The lowest version of the game for a pack; empty if it names none. Raises PackError."""
    data = read_manifest(raw, name=name).data
    fiction = data.get("fiction") if isinstance(data, dict) else None
    return _line(fiction.get("minimum")) if isinstance(fiction, dict) else ""


def trouble_card(world: str, source: str, trouble: str) -> WorldCard:
    """The card of a world that can't be read, with the reason."""
    name = clean_line(world)
    return WorldCard(id=name, title=name, summary="", source=source, trouble=clean_line(trouble, limit=400))


def _trouble(data: dict[str, object], expected: str) -> str:
    for key in ("id", "version", "title", "summary"):
        if not isinstance(data.get(key), str):
            return f"Its {key} is missing or is no text."
    if data.get("schema") != 1:
        return "It is not of format 1 (schema: 1)."
    world = str(data["id"])
    if not is_slug(world):
        return f"{clean_line(world, limit=60)!r} is no id for a world."
    if world != expected:
        return f"Its id is {world!r}, but it is filed as {clean_line(expected)!r}. Rename it, or install it."
    return ""


def _line(value: object) -> str:
    return clean_line(value) if isinstance(value, str) else ""


def _lines(value: object) -> tuple[str, ...]:
    return tuple(_line(entry) for entry in value[:30] if _line(entry)) if isinstance(value, list) else ()


def _authors(value: object) -> tuple[str, ...]:
    entries = value[:20] if isinstance(value, list) else []
    names = (_line(entry.get("name") if isinstance(entry, dict) else entry) for entry in entries)
    return tuple(name for name in names if name)
