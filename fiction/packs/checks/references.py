"""Checks ids: each is unique, and every reference exists."""

from collections.abc import Iterator, Mapping

from fiction.bounded_yaml.document import Document, Path, did_you_mean
from fiction.errors import Problem
from fiction.packs.walk import EACH, Pattern, find, find_text

Ids = Mapping[str, frozenset[str]]
"""Ids by kind; those of `plans` are `storylet/plan` and `opening/plan`."""

KINDS: Mapping[str, str] = {
    "outline": "step of the outline",
    "characters": "character",
    "places": "place",
    "items": "item",
    "factions": "faction",
    "lore": "lore entry",
    "threads": "thread",
    "qualities": "quality",
    "openings": "opening",
    "storylets": "storylet",
    "endings": "ending",
}
_SCENES = ("openings", "storylets")
"""Kinds with common ids, since `did('scene/plan')` refers to both."""
_PLANS: tuple[Pattern, ...] = (("openings", EACH, "plans", EACH), ("storylets", EACH, "plans", EACH))
_REFERENCES: tuple[tuple[Pattern, str], ...] = (
    (("characters", EACH, "place"), "places"),
    (("characters", EACH, "faction"), "factions"),
    (("places", EACH, "exits", EACH), "places"),
    (("items", EACH, "place"), "places"),
    (("items", EACH, "held_by"), "characters"),
    (("factions", EACH, "rivals", EACH), "factions"),
    (("openings", EACH, "place"), "places"),
    (("openings", EACH, "threads", EACH), "threads"),
    (("storylets", EACH, "place"), "places"),
    (("storylets", EACH, "opens", EACH), "threads"),
    (("storylets", EACH, "roles", EACH, "who", EACH), "characters"),
    *(((*plan, "place"), "places") for plan in _PLANS),
    *(((*plan, "goto"), "storylets") for plan in _PLANS),
    *(((*plan, verb, EACH), "threads") for plan in _PLANS for verb in ("opens", "advances", "pays")),
)
_EFFECTS: tuple[Pattern, ...] = (
    ("openings", EACH, "effects"),
    ("storylets", EACH, "effects"),
    *((*plan, "effects") for plan in _PLANS),
)


def ids_of(document: Document) -> Ids:
    """All ids in the document."""
    ids = {kind: frozenset(text for _, text in find_text(document.data, (kind, EACH, "id"))) for kind in KINDS}
    plans: set[str] = set()
    for kind in _SCENES:
        for path, scene in find_text(document.data, (kind, EACH, "id")):
            owned = find_text(document.data, (*_top(path), "plans", EACH, "id"))
            plans.update(f"{scene}/{plan}" for _, plan in owned)
    return {**ids, "plans": frozenset(plans)}


def _top(path: Path) -> Pattern:
    return path[:2]


def check_ids(document: Document, ids: Ids) -> Iterator[Problem]:
    """Duplicate ids and references to missing ones."""
    for kind, noun in KINDS.items():
        if kind not in _SCENES:
            yield from _twice(document, [(kind, EACH, "id")], noun)
    yield from _twice(document, [(kind, EACH, "id") for kind in _SCENES], "opening or storylet")
    for pattern, kind in _REFERENCES:
        for path, target in find_text(document.data, pattern):
            yield from _unknown(document, path, target, kind, ids)
    for pattern in _EFFECTS:
        for path, effects in find(document.data, pattern):
            for quality in effects if isinstance(effects, dict) else ():
                yield from _unknown(document, (*path, quality), quality, "qualities", ids, key=True)
    for plan in _PLANS:
        yield from _check_leads(document, plan, ids)
    yield from _check_acts(document)
    yield from _check_ranges(document)


def _twice(document: Document, patterns: list[Pattern], noun: str) -> Iterator[Problem]:
    seen: dict[str, Path] = {}
    for pattern in patterns:
        for path, given in find_text(document.data, pattern):
            if given in seen:
                line = document.places[seen[given]].line + 1
                yield document.problem(path, f"another {noun} has the id {given!r} (line {line})")
            seen.setdefault(given, path)


def _unknown(
    document: Document, path: Path, target: str, kind: str, ids: Ids, *, key: bool = False
) -> Iterator[Problem]:
    if target not in ids[kind]:
        hint = did_you_mean(target, ids[kind])
        yield document.problem(path, f"there is no {KINDS[kind]} {target!r}", hint=hint, key=key)


def _check_leads(document: Document, plan: Pattern, ids: Ids) -> Iterator[Problem]:
    """Duplicate plan ids in a scene, missing endings, and plans with two targets."""
    for path, _ in find(document.data, plan[:2]):
        yield from _twice(document, [(*_top(path), "plans", EACH, "id")], "plan of this scene")
    for path, ending in find_text(document.data, (*plan, "ending")):
        if ending != "*":
            yield from _unknown(document, path, ending, "endings", ids)
        elif not ids["endings"]:
            yield document.problem(path, "leads to an ending, but the pack has none")
    for path, value in find(document.data, plan):
        if isinstance(value, dict) and value.get("goto") and value.get("ending"):
            yield document.problem(
                (*path, "ending"), "a plan leads to a storylet or to an ending, not to both", key=True
            )


def _check_acts(document: Document) -> Iterator[Problem]:
    acts = len(list(find(document.data, ("acts", EACH))))
    for pattern in (("outline", EACH, "act"), ("storylets", EACH, "acts", EACH)):
        for path, act in find(document.data, pattern):
            if acts and isinstance(act, int) and act > acts:
                yield document.problem(path, f"there is no act {act}; the pack has {acts}")


def _check_ranges(document: Document) -> Iterator[Problem]:
    for path, quality in find(document.data, ("qualities", EACH)):
        if not isinstance(quality, dict):
            continue
        least, start, most = quality.get("minimum") or 0, quality.get("start") or 0, quality.get("maximum", 10)
        if all(isinstance(number, int) for number in (least, start, most)) and not least <= start <= most:
            at = next((key for key in ("start", "minimum", "maximum") if key in quality), "id")
            yield document.problem((*path, at), f"it starts at {start}, which is not from {least} to {most}")
