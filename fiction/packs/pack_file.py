"""Reads the text of a pack within bounds; its problems become one PackError."""

from collections.abc import Iterable

from fiction.bounded_yaml.decoding import decoded
from fiction.bounded_yaml.document import Document, SourcePlace, in_order
from fiction.bounded_yaml.faults import Refused
from fiction.bounded_yaml.reader import FAST, StopAt, read_yaml
from fiction.errors import PackError, Problem

MAX_PROBLEMS = 100
"""The most mistakes reported for one file, since each takes time to explain."""


def read_pack(raw: str | bytes, *, name: str, stop_at: StopAt | None = None, fast: bool = FAST) -> Document:
    """The data of a pack's text, up to the end set by `stop_at` (see `read_yaml`).

    Raises:
        PackError: it is no YAML, or exceeds the limits; holds one problem, with its place.
    """
    try:
        return read_yaml(raw, name=name, stop_at=stop_at, fast=fast)
    except Refused as refused:
        raise _refusal(name, refused) from None


def pack_text(raw: bytes, *, name: str) -> str:
    """The decoded text of a pack's file. Raises PackError if it is no text."""
    try:
        return decoded(raw)
    except Refused as refused:
        raise _refusal(name, refused) from None


def pack_error(name: str, problems: Iterable[Problem]) -> PackError:
    """One PackError with all problems of a file, in file order."""
    ordered = in_order(problems)[:MAX_PROBLEMS]
    first = ordered[0]
    place = f", line {first.line}" if first.line else ""
    more = f" (and {len(ordered) - 1} more)" if len(ordered) > 1 else ""
    hint = first.hint[:1].upper() + first.hint[1:]
    hint += "." if hint and not hint.endswith((".", "?")) else ""
    return PackError(f"{name}{place}: {first.message}{more}.", problems=ordered, hint=hint)


def _refusal(name: str, refused: Refused) -> PackError:
    place = SourcePlace(refused.line, refused.column, 0, 0, refused.line, refused.column)
    document = Document(name, "", None, {(): place})
    return pack_error(name, [document.problem((), refused.message, hint=refused.hint)])
