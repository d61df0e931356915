"""What a YAML parser's complaint means, in our own sentences: libyaml and PyYAML word the same faults differently."""

from typing import Final

import yaml

MAX_DEPTH: Final = 16
"""How many lists and mappings may stand in one another."""
TOO_DEEP: Final = f"nested deeper than {MAX_DEPTH} levels"

Fault = tuple[str, int, int, str]
"""Message, line and column (from 0), hint."""

_QUOTES = "quote the text if it holds ': ' or ' #'"
_KNOWN: tuple[tuple[str, str, str], ...] = (
    ("nesting depth", TOO_DEEP, ""),  # libyaml 0.2.6 and later stop at 1,000, while they look ahead
    ("<document start>", "something stands after the end of the document", "is the line indented too little?"),
    ("mapping values are not allowed", "a colon that makes no key here", _QUOTES),
    ("could not find expected ':'", "this line is neither `key: value` nor an entry of a list", _QUOTES),
    ("block scalar", "after | or > only an indentation number may stand in the line", ""),
    ("directive", "a % line that YAML does not know", ""),
    ("tag", "tags (!name) are not allowed in packs", "put the text in quotes if it begins with !"),
    ("anchor", "anchors (&name) are not allowed in packs", "put the text in quotes if it begins with &"),
    ("alias", "aliases (*name) are not allowed in packs", "put the text in quotes if it begins with *"),
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


def syntax_fault(error: yaml.YAMLError, text: str) -> Fault:
    """The sentence and the place for what a parser raised over `text`."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return "this is no YAML", 0, 0, ""
    mark = error.problem_mark or error.context_mark
    words = f"{error.context or ''} {error.problem or ''}"
    if "quoted scalar" in words:
        return _quotation(error, words)
    if mark is None:
        return "this is no YAML", 0, 0, ""
    if "cannot start any token" in words:
        start = text[mark.index : mark.index + 1]
        return f"no value begins with {start!r}", mark.line, mark.column, "put the text in quotes"
    message, hint = next(((said, hint) for word, said, hint in _KNOWN if word in words), ("this is no YAML", ""))
    if not text[mark.index :].strip():
        message = "the file ends in the middle of a value" if "node content" in words or "flow" in words else message
    return message, mark.line, mark.column, hint


def _quotation(error: yaml.MarkedYAMLError, words: str) -> Fault:
    """Faults inside quotes are placed where the quotes open: the two parsers differ on where inside."""
    mark = error.context_mark or error.problem_mark
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    if "escape" in words:
        return "an escape that YAML does not know in these quotes", line, column, "write \\\\ for a backslash"
    return "these quotes are never closed", line, column, ""
