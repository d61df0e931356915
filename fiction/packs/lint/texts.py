"""Warnings about texts as prose: banned names, stock phrases, repeated texts."""

import re
from collections.abc import Iterator

from fiction.bounded_yaml.document import Document, Path
from fiction.errors import Problem
from fiction.packs.checks.slots import OPENING_TEXTS, PLAN_TEXTS, STORYLET_TEXTS
from fiction.packs.walk import EACH, TEXTS, Pattern, find_text

_LONG_ENOUGH = 6
"""The fewest words of a repeated text that is no coincidence."""
_REPEATABLE = ("label", "stake")
_TOLD: tuple[Pattern, ...] = (
    *(("openings", EACH, *pattern) for pattern in OPENING_TEXTS),
    *(("storylets", EACH, *pattern) for pattern in STORYLET_TEXTS),
    *((scene, EACH, "plans", EACH, *plan) for scene in ("openings", "storylets") for plan in PLAN_TEXTS),
    ("endings", EACH, "bodies", TEXTS),
    ("epilogue", EACH, "text"),
    ("attempts", EACH, TEXTS),
    ("callbacks", TEXTS),
)
_NAMED: tuple[Pattern, ...] = (
    ("setting",),
    ("protagonist",),
    ("characters", EACH, "name"),
    ("characters", EACH, "description"),
    ("places", EACH, "name"),
    ("items", EACH, "name"),
    ("factions", EACH, "name"),
    ("lore", EACH, "text"),
)
STOCK_PHRASES = (
    "a chill runs down your spine",
    "a shiver runs down your spine",
    "shivers down your spine",
    "barely above a whisper",
    "barely more than a whisper",
    "a breath you didn't know",
    "a testament to",
    "a tapestry of",
    "a mix of fear and",
    "a mixture of fear and",
    "little did you know",
    "time seems to stand still",
    "time seems to slow",
    "the air is thick with",
    "the weight of the world",
    "the silence is deafening",
    "deafening silence",
    "heart hammers in your chest",
    "heart pounds in your chest",
    "blood runs cold",
    "eyes widen in surprise",
    "steels yourself",
    "steel yourself for what",
    "unbeknownst to you",
    "for what feels like an eternity",
    "sends a shiver",
    "hangs heavy in the air",
    "dances in the shadows",
    "whispers of the past",
)
"""Worn-out phrases."""
_STOCK = re.compile("|".join(re.escape(phrase) for phrase in STOCK_PHRASES))


def lint_texts(document: Document, banned: tuple[str, ...]) -> Iterator[Problem]:
    """All warnings about texts."""
    first: dict[str, Path] = {}
    for pattern in _TOLD:
        for path, text in find_text(document.data, pattern):
            yield from _stock(document, path, text)
            if not set(_REPEATABLE) & set(path):
                yield from _twice(document, path, text, first)
    if banned:
        names = re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(name) for name in banned)})(?!\w)", re.IGNORECASE)
        for pattern in (*_TOLD, *_NAMED):
            for path, text in find_text(document.data, pattern):
                if found := names.search(text):
                    name = found.group()
                    yield document.problem(path, f"the name {name!r}, which the pack itself bans", word=name)


def _stock(document: Document, path: Path, text: str) -> Iterator[Problem]:
    if found := _STOCK.search(" ".join(text.casefold().replace("’", "'").split())):
        word = found.group().split()[0]
        yield document.problem(path, f"a stock phrase: {found.group()!r}", word="" if word in ("a", "the") else word)


def _twice(document: Document, path: Path, text: str, first: dict[str, Path]) -> Iterator[Problem]:
    words = text.casefold().split()
    if len(words) < _LONG_ENOUGH:
        return
    same = " ".join(words)
    if same in first:
        line = document.places[first[same]].line + 1
        yield document.problem(path, f"the same text as in line {line}")
    first.setdefault(same, path)
