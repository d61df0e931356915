"""Reasons to refuse a file; errors of libyaml and PyYAML, which are worded differently, become the same sentences."""

from enum import Enum, auto

import yaml


class Fault(Enum):
    """Kinds of refusal, for callers with messages of their own."""

    SIZE = auto()
    ENCODING = auto()
    CHARACTER = auto()
    EMPTY = auto()
    SYNTAX = auto()
    REFERENCE = auto()
    """Anchors, aliases and merge keys."""
    TAG = auto()
    KEY = auto()
    TWICE = auto()
    """The same key a second time."""
    EXTENT = auto()
    """Nested too deeply, or too many values."""
    VALUE = auto()
    """Too long a text or number, or half a character."""
    SECOND = auto()
    """A second document."""


class Refused(Exception):
    """The file is no YAML, or holds something forbidden."""

    def __init__(
        self, fault: Fault, message: str, line: int = 0, column: int = 0, *, hint: str = "", about: str = ""
    ) -> None:
        """Line and column count from 0; `about` is a duplicate key with its parents."""
        super().__init__(message)
        self.fault, self.message, self.line, self.column = fault, message, line, column
        self.hint, self.about = hint, about


def too_deep(levels: int) -> str:
    """The message for nesting beyond `levels`."""
    return f"nested deeper than {levels} levels"


_QUOTES = "quote the text if it holds ': ' or ' #'"
_DEPTH = "nesting depth"
"""From the error of libyaml 0.2.6 and later, which stop at 1,000 levels while looking ahead."""
_KNOWN: tuple[tuple[str, str, str], ...] = (
    ("<document start>", "something stands after the end of the document", "is the line indented too little?"),
    ("mapping values are not allowed", "a colon that makes no key here", _QUOTES),
    ("could not find expected ':'", "this line is neither `key: value` nor an entry of a list", _QUOTES),
    ("block scalar", "after | or > only an indentation number may stand in the line", ""),
    ("directive", "a % line that YAML does not know", ""),
    ("tag", "tags (!name) are not allowed here", "put the text in quotes if it begins with !"),
    ("anchor", "anchors (&name) are not allowed here", "put the text in quotes if it begins with &"),
    ("alias", "aliases (*name) are not allowed here", "put the text in quotes if it begins with *"),
    ("flow sequence", "a list in [ ] needs a comma or its closing bracket here", ""),
    ("flow mapping", "a mapping in { } needs a comma or its closing brace here", ""),
    ("expected <document start>", "something stands after the end of the document", "is the line indented too little?"),
    (
        "expected '<document start>'",
        "something stands after the end of the document",
        "is the line indented too little?",
    ),
    ("block collection", "this line does not fit the list above it", "check the indentation and the quotes"),
    ("block mapping", "this line does not fit the keys above it", "check the indentation and the quotes"),
    ("node content", "a value is missing here", ""),
)


def syntax_fault(error: yaml.YAMLError, text: str, *, levels: int) -> Refused:
    """The refusal for a parser's error in `text`; `levels` is the limit of nesting."""
    mark = error.problem_mark or error.context_mark if isinstance(error, yaml.MarkedYAMLError) else None
    if not isinstance(error, yaml.MarkedYAMLError) or mark is None:
        return Refused(Fault.SYNTAX, "this is no YAML")
    words = f"{error.context or ''} {error.problem or ''}"
    if "quoted scalar" in words:
        return _quotation(error, words)
    if _DEPTH in words:
        return Refused(Fault.EXTENT, too_deep(levels), mark.line, mark.column)
    if "cannot start any token" in words:
        message = f"no value begins with {text[mark.index : mark.index + 1]!r}"
        return Refused(Fault.SYNTAX, message, mark.line, mark.column, hint="put the text in quotes")
    message, hint = next(((said, hint) for word, said, hint in _KNOWN if word in words), ("this is no YAML", ""))
    if not text[mark.index :].strip():
        message = "the file ends in the middle of a value" if "node content" in words or "flow" in words else message
    return Refused(Fault.SYNTAX, message, mark.line, mark.column, hint=hint)


def _quotation(error: yaml.MarkedYAMLError, words: str) -> Refused:
    """The refusal for a fault inside quotes, placed at the opening quote: the parsers differ on the exact place."""
    mark = error.context_mark or error.problem_mark
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    if "escape" in words:
        message, hint = "an escape that YAML does not know in these quotes", "write \\\\ for a backslash"
        return Refused(Fault.SYNTAX, message, line, column, hint=hint)
    return Refused(Fault.SYNTAX, "these quotes are never closed", line, column)
