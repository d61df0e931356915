"""Checks the `when` expressions of a pack: syntax, and references to existing things."""

import ast
from collections.abc import Iterator

from fiction.bounded_yaml.document import Document, Path, did_you_mean
from fiction.errors import Problem
from fiction.packs.checks.references import KINDS, Ids
from fiction.packs.walk import EACH, Pattern, find_text
from fiction.story.conditions import VARIABLES, Condition, ConditionError, parse

_CALLS = {"seen": "storylets", "did": "plans", "met": "characters", "paid": "threads", "open": "threads"}
_TEXT_VARIABLES = {"place": "places", "opening": "openings"}
_MAX_TOTAL = 200_000
"""The most characters of all expressions: many times the largest pack's, parsed in half a second at worst."""
_SHORT = 20
"""The fewest characters that an expression counts as."""
_PATTERNS: tuple[Pattern, ...] = (
    ("storylets", EACH, "when"),
    ("storylets", EACH, "bodies", EACH, "when"),
    ("storylets", EACH, "echoes", EACH, "when"),
    ("storylets", EACH, "plans", EACH, "when"),
    ("storylets", EACH, "plans", EACH, "outcome", EACH, "when"),
    ("openings", EACH, "plans", EACH, "when"),
    ("openings", EACH, "plans", EACH, "outcome", EACH, "when"),
    ("endings", EACH, "when"),
    ("epilogue", EACH, "when"),
)


def check_expressions(document: Document, ids: Ids) -> Iterator[Problem]:
    """All mistakes in expressions."""
    found = (place for pattern in _PATTERNS for place in find_text(document.data, pattern))
    total = 0
    for path, text in found:
        total += max(len(text), _SHORT)
        if total > _MAX_TOTAL:
            yield document.problem(path, f"more than {_MAX_TOTAL:,} characters of expressions")
            return
        if expression := " ".join(text.split()):
            yield from _check_expression(document, path, expression, ids)


def _check_expression(document: Document, path: Path, text: str, ids: Ids) -> Iterator[Problem]:
    try:
        condition = parse(text)
    except ConditionError as error:
        yield document.problem(path, f"{error}: {text[:80]}", hint=_repair(text))
    else:
        yield from _check(document, path, condition, ids)


def _repair(text: str) -> str:
    for wrong, right in (("&&", "and"), ("||", "or"), ("!", "not"), ("=", "==")):
        if wrong in text and (wrong != "!" or "!=" not in text) and (wrong != "=" or "==" not in text):
            return f"write {right!r} for {wrong!r}"
    return ""


def _check(document: Document, path: Path, condition: Condition, ids: Ids) -> Iterator[Problem]:
    for name in sorted(condition.names - ids["qualities"] - set(VARIABLES)):
        hint = did_you_mean(name, [*ids["qualities"], *VARIABLES])
        yield document.problem(path, f"there is no quality {name!r}", hint=hint, word=name)
    for call, argument in sorted(condition.references):
        kind = _CALLS[call]
        if argument not in ids[kind]:
            yield _no_such(document, path, argument, kind, ids)
    for compared in ast.walk(condition.tree):
        if isinstance(compared, ast.Compare):
            yield from _check_comparison(document, path, compared, ids)


def _no_such(document: Document, path: Path, argument: str, kind: str, ids: Ids) -> Problem:
    hint = did_you_mean(argument, ids[kind])
    if not hint and kind == "plans" and "/" not in argument:
        hint = "write did('storylet/plan')"
    if not hint and kind == "storylets" and argument in ids["openings"]:
        hint = f"write opening == {argument!r}"
    noun = "plan" if kind == "plans" else KINDS[kind]
    return document.problem(path, f"there is no {noun} {argument!r}", hint=hint, word=argument)


def _check_comparison(document: Document, path: Path, compared: ast.Compare, ids: Ids) -> Iterator[Problem]:
    """Check that texts are compared only with `place` and `opening`, and name an existing one."""
    sides = [compared.left, *compared.comparators]
    names = {side.id for side in sides if isinstance(side, ast.Name)}
    texts = [side.value for side in sides if isinstance(side, ast.Constant) and isinstance(side.value, str)]
    for text in texts:
        kinds = {_TEXT_VARIABLES[name] for name in names if name in _TEXT_VARIABLES}
        if not kinds:
            yield document.problem(path, f"{text!r} is text, and is compared with a number", word=text)
        elif not any(text in ids[kind] for kind in kinds):
            kind = sorted(kinds)[0]
            hint = did_you_mean(text, ids[kind])
            yield document.problem(path, f"there is no {KINDS[kind]} {text!r}", hint=hint, word=text)
