"""Pydantic's errors in a pack as problems with messages of our own, each at its place."""

from collections.abc import Mapping
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from fiction.bounded_yaml.document import Document, Path, did_you_mean
from fiction.errors import Problem
from fiction.packs.pack_file import MAX_PROBLEMS
from fiction.packs.schema.parts import known_keys
from fiction.packs.schema.schema import PackPart
from fiction.packs.walk import find

_KINDS: Mapping[str, tuple[str, str]] = {
    "string_type": ("should be text", ""),
    "int_type": ("should be a whole number", ""),
    "int_from_float": ("should be a whole number", ""),
    "float_type": ("should be a number", ""),
    "bool_type": ("should be true or false", ""),
    "list_type": ("should be a list", "write [one, two], or one entry a line, each after a -"),
    "dict_type": ("should be a mapping (key: value)", ""),
    "model_type": ("should be a mapping (key: value)", ""),
    "model_attributes_type": ("should be a mapping (key: value)", ""),
    "finite_number": ("should be a number", ""),
}


def problems_of(error: ValidationError, document: Document) -> list[Problem]:
    """A problem for each of pydantic's first errors."""
    return [_problem(details, document) for details in error.errors(include_url=False)[:MAX_PROBLEMS]]


def _problem(details: ErrorDetails, document: Document) -> Problem:
    path = _existing(details["loc"], document.data)
    subject = _subject(path)
    match details["type"]:
        case "missing":
            return document.problem(path, f"the key {details['loc'][-1]!r} is missing", key=True)
        case "extra_forbidden":
            key = str(details["loc"][-1])
            hint = did_you_mean(key, _keys_at(path[:-1]))
            return document.problem(path, f"there is no key {key!r} here", hint=hint, key=True)
        case kind:
            said, hint = _said(kind, details)
            return document.problem(path, f"{subject} {said}" if subject else said, hint=hint)


def _existing(loc: tuple[int | str, ...], data: object) -> Path:
    """A pydantic location as the longest existing path in the document, without union tags and `[key]`."""
    path: Path = ()
    for part in loc:
        steps = next(find(data, (part,)), None)
        if steps is not None:
            path, data = (*path, part), steps[1]
    return path


def _subject(path: Path) -> str:
    """The value's name for messages: its key, and the number of its entry."""
    names = [part for part in path if isinstance(part, str)]
    if not names:
        return ""
    return f"entry {path[-1] + 1} of {names[-1]!r}" if isinstance(path[-1], int) else repr(names[-1])


def _said(kind: str, details: ErrorDetails) -> tuple[str, str]:
    given, context = details["input"], details.get("ctx", {})
    match kind:
        case "own":
            return str(context["said"]), str(context["hint"])
        case "literal_error" | "enum":
            choices = [word.strip(" '") for word in str(context["expected"]).replace(" or ", ",").split(",")]
            hint = did_you_mean(given, choices) if isinstance(given, str) else ""
            return f"should be one of: {', '.join(choices)}", hint
        case "string_too_long" | "too_long" | "string_too_short" | "too_short":
            return _length(kind, given, context), ""
        case "greater_than_equal":
            return f"should be at least {context['ge']}", ""
        case "less_than_equal":
            return f"should be at most {context['le']}", ""
        case "string_type" if isinstance(given, bool | int | float):
            return "should be text", "put it in quotes"
        case "bool_type" if isinstance(given, str):
            return "should be true or false", "yes, no, on and off are text"
        case "list_type" if isinstance(given, str):
            return "should be a list", "write it in brackets: [ ... ]"
        case "string_type" if isinstance(given, list | dict):
            return "should be one text", "if the text has a colon or begins with { or [, put it in quotes"
        case _:
            return _KINDS.get(kind, ("makes no sense here", ""))


def _length(kind: str, given: object, context: Mapping[str, object]) -> str:
    size = len(given) if isinstance(given, str | list | dict) else 0
    if kind.startswith("string"):
        if not str(given).strip():
            return "is empty"
        bound = f"at most {context['max_length']}" if kind.endswith("long") else f"at least {context['min_length']}"
        return f"is {size} characters long; it should be {bound}"
    bound = f"at most {context['max_length']}" if kind.endswith("long") else f"at least {context['min_length']}"
    return f"has {size} entries; it should have {bound}"


def _keys_at(path: Path) -> list[str]:
    """Allowed keys of the mapping at a path."""
    part: type[BaseModel] | None = PackPart
    annotation: object = PackPart
    for step in path:
        if isinstance(step, str):
            annotation = known_keys(part).get(step) if part else annotation
            part = _part_in(annotation)
    return list(known_keys(part)) if part else []


def _part_in(annotation: object) -> type[BaseModel] | None:
    """The schema inside an annotation such as `list[PlanPart]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((part for inner in get_args(annotation) if (part := _part_in(inner))), None)
