"""Checks the slots in texts: `{you}`, `{place}` and the roles of a scene; no other braces are allowed."""

import re
from collections.abc import Iterator, Mapping

from fiction.bounded_yaml.document import Document, Path, did_you_mean
from fiction.errors import Problem
from fiction.packs.walk import EACH, TEXTS, Pattern, find, find_text

_BRACES = re.compile(r"\{([^{}\n]{0,80})\}|[{}]")
_FORMS = ("they", "them", "their")
_EVERYWHERE = frozenset(("you", "place"))
_MAX_PASSES = 50
"""The most passes over storylets to find the cast of scenes; longer backward chains of `goto` are not checked."""
PLAN_TEXTS: tuple[Pattern, ...] = (
    ("label",),
    ("stake",),
    ("brief",),
    ("outcome", TEXTS),
    ("memory",),
    ("recollection",),
    ("facts", EACH),
)
OPENING_TEXTS: tuple[Pattern, ...] = (("text",), ("memory",))
STORYLET_TEXTS: tuple[Pattern, ...] = (("bodies", TEXTS), ("echoes", EACH, "text"), ("note",))
_TOLD: tuple[tuple[Pattern, tuple[str, ...]], ...] = (
    (("protagonist",), ("you",)),
    (("endings", EACH, "bodies", TEXTS), ("you", "place")),
    (("epilogue", EACH, "text"), ("you", "place")),
    (("attempts", EACH, TEXTS), ("you", "place", "act")),
    (("callbacks", TEXTS), ("you", "place", "recollection")),
)
_PLAIN: tuple[Pattern, ...] = (
    ("title",),
    ("summary",),
    ("openings", EACH, "title"),
    ("storylets", EACH, "title"),
    ("endings", EACH, "title"),
    ("threads", EACH, "setup"),
    ("threads", EACH, "payoff"),
)
"""Texts without slots."""


def check_slots(document: Document) -> Iterator[Problem]:
    """All slots that are unknown in their text."""
    nobody: frozenset[str] = frozenset()
    for pattern, slots in (*_TOLD, *((plain, ()) for plain in _PLAIN)):
        for path, text in find_text(document.data, pattern):
            yield from _check(document, path, text, frozenset(slots), nobody)
    for path, opening in find(document.data, ("openings", EACH)):
        yield from _check_scene(document, path, opening, OPENING_TEXTS, nobody)
    casts = _casts(document.data)
    for path, storylet in find(document.data, ("storylets", EACH)):
        name = storylet.get("id") if isinstance(storylet, dict) else None
        roles = casts.get(name, nobody) if isinstance(name, str) else nobody
        yield from _check_scene(document, path, storylet, STORYLET_TEXTS, roles)
    for path, text in find_text(document.data, ("callbacks", TEXTS)):
        if "{recollection}" not in text.lower():
            yield document.problem(path, "a callback has to hold {recollection}")


def _check_scene(
    document: Document, path: Path, scene: object, own: tuple[Pattern, ...], roles: frozenset[str]
) -> Iterator[Problem]:
    for pattern in own:
        for where, text in find_text(scene, pattern, path):
            yield from _check(document, where, text, _EVERYWHERE, roles)
    for plan_path, plan in find(scene, ("plans", EACH), path):
        for pattern in PLAN_TEXTS:
            for where, text in find_text(plan, pattern, plan_path):
                yield from _check(document, where, text, _EVERYWHERE, roles)


def _check(
    document: Document, path: Path, text: str, slots: frozenset[str], roles: frozenset[str]
) -> Iterator[Problem]:
    if "{" not in text and "}" not in text:
        return
    for match in _BRACES.finditer(text):
        written = match.group()
        if match.group(1) is None:
            yield document.problem(path, f"a {written} that belongs to no slot", word=written)
            continue
        name, dot, form = (written[1].lower() + written[2:-1]).partition(".")
        if (name in slots and not dot) or (name in roles and (not dot or form in _FORMS)):
            continue
        hint = _hint(name, form if dot else "", slots, roles)
        yield document.problem(path, f"there is no slot {written} here", hint=hint, word=written)


def _hint(name: str, form: str, slots: frozenset[str], roles: frozenset[str]) -> str:
    if name in roles:
        return f"a role has {{{name}}}, {{{name}.they}}, {{{name}.them}} and {{{name}.their}}"
    if name in slots and form:
        return f"write {{{name}}}"
    known = sorted(slots | roles)
    return did_you_mean(name, known) or (f"there are {', '.join(f'{{{slot}}}' for slot in known)}" if known else "")


def _casts(data: object) -> Mapping[str, frozenset[str]]:
    """The roles of each storylet: its own, and the common roles of all scenes that lead to it.

    A storylet that can also be drawn inherits no roles; an opening has none to pass on.
    """
    own: dict[str, frozenset[str]] = {}
    sources: dict[str, set[str]] = {}
    for _, storylet in find(data, ("storylets", EACH)):
        if isinstance(storylet, dict) and isinstance(name := storylet.get("id"), str):
            roles = storylet.get("roles")
            own[name] = (
                frozenset(role for role in roles if isinstance(role, str)) if isinstance(roles, dict) else frozenset()
            )
            if storylet.get("only_by_goto") is True:
                sources.setdefault(name, set())
    for kind in ("openings", "storylets"):
        for path, scene in find_text(data, (kind, EACH, "id")):
            for _, target in find_text(data, (*path[:2], "plans", EACH, "goto")):
                if target in sources:
                    sources[target].add(scene)
    return _inherited(own, {target: scenes for target, scenes in sources.items() if scenes})


def _inherited(own: Mapping[str, frozenset[str]], sources: Mapping[str, set[str]]) -> Mapping[str, frozenset[str]]:
    """The largest casts that consist of a storylet's own roles and the common roles of its sources."""
    everybody = frozenset().union(*own.values()) if own else frozenset()
    casts = {name: everybody if name in sources else roles for name, roles in own.items()}
    for _ in range(_MAX_PASSES):
        settled = True
        for name, scenes in sources.items():
            shared = frozenset.intersection(*(casts.get(scene, frozenset()) for scene in scenes))
            settled = settled and casts[name] == (own[name] | shared)
            casts[name] = own[name] | shared
        if settled:
            break
    return casts
