"""Reads the JSON object in a model's reply, however badly it is written. Total: any text gives an object or None.

Tolerated: thinking, fences and prose around it, raw line breaks in strings, unescaped quotes in strings, single or
typographic quotes, trailing and missing commas, comments, Python's constants, and an end in the middle.
"""

import json
import re
from collections.abc import Iterator

from fiction.llm.reasoning_filter import without_thinking
from fiction.text.nesting import too_deep

_FENCE = re.compile(r"```[\w-]*\s*\n?(.*?)(?:```|\Z)", re.DOTALL)
_SKIP = re.compile(r"(?:\s|,|;|//[^\n]*|/\*.*?(?:\*/|\Z))*", re.DOTALL)
_SPACE = re.compile(r"\s*")
_BARE = re.compile(r"[^\s,:{}\[\]\"]+")
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]]', re.DOTALL)
_CLOSES = {'"': '"', "'": "'", "“": "”", "‘": "’", "„": "“", "«": "»"}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\n", "b": "", "f": "", "/": "/", "\\": "\\"}
_CONSTANTS: dict[str, object] = {"true": True, "false": False, "null": None, "none": None}
_MAX_DEPTH = 24
_MAX_TEXT = 200_000
_MAX_OBJECTS = 8

JsonObject = dict[str, object]


def read_object(text: str) -> JsonObject | None:
    """The largest JSON object in the text, or None where there is none."""
    text = without_thinking(text[:_MAX_TEXT])
    found = [value for candidate in _candidates(text) for value in _objects(candidate)]
    return max(found, key=_weight, default=None)


def numbered_lines(text: str) -> list[str]:
    """The lines of the first numbered list in the text: what a model writes that was asked for JSON and can't."""
    lines: list[str] = []
    for line in without_thinking(text[:_MAX_TEXT]).split("\n"):
        match = re.match(r"[*_#\s]*+(\d)[.):]\s*+(\S.*)", line)
        if match and int(match.group(1)) == len(lines) + 1:
            lines.append(match.group(2).strip(" *_"))
    return lines


def _candidates(text: str) -> Iterator[str]:
    yield from (match.group(1) for match in _FENCE.finditer(text))
    yield text


def _objects(text: str) -> Iterator[JsonObject]:
    start = text.find("{")
    for _ in range(_MAX_OBJECTS):
        if start < 0:
            return
        value, end = _strictly(text, start)
        if value is None:
            reader = _Reader(text, start)
            value, end = reader.value(0), reader.at
        if isinstance(value, dict) and value:
            yield value
        start = text.find("{", max(end, start + 1))


def _strictly(text: str, start: int) -> tuple[object, int]:
    try:
        value, end = json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError):
        return None, start
    return (None, start) if too_deep(value, _MAX_DEPTH) else (value, end)


def _weight(value: object) -> int:
    match value:
        case dict():
            return 1 + sum(1 + _weight(part) for part in value.values())
        case list():
            return sum(_weight(part) for part in value)
        case str():
            return len(value)
        case _:
            return 1


class _Reader:
    """A reader that never fails: where it does not understand, it takes what is there or goes on one character."""

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at

    def value(self, depth: int) -> object:
        self._skip(_SPACE)
        here = self._here()
        if here in ("{", "[") and depth >= _MAX_DEPTH:
            self._pass_over()
            return None
        if here == "{":
            return self._object(depth)
        if here == "[":
            return self._array(depth)
        return self._string(_CLOSES[here], keyed=False) if here in _CLOSES else self._word()

    def _pass_over(self) -> None:
        """Step over what is nested too deeply, to the bracket that closes it."""
        open_brackets = 0
        for found in _BRACKET.finditer(self.text, self.at):
            if found.group()[0] != '"':
                open_brackets += 1 if found.group() in "{[" else -1
            if open_brackets == 0:
                self.at = found.end()
                return
        self.at = len(self.text)

    def _object(self, depth: int) -> JsonObject:
        self.at += 1
        found: JsonObject = {}
        while not self._ends("}]"):
            key = self._key()
            self._skip(_SPACE)
            if self._here() in (":", "="):
                self.at += 1
                found.setdefault(key, self.value(depth + 1))
            elif not key:
                self.at += 1
        self._close("}")
        return found

    def _array(self, depth: int) -> list[object]:
        self.at += 1
        found: list[object] = []
        while not self._ends("]}"):
            before = self.at
            found.append(self.value(depth + 1))
            if self.at == before:
                found.pop()
                self.at += 1
        self._close("]")
        return found

    def _ends(self, closers: str) -> bool:
        self._skip(_SKIP)
        return self.at >= len(self.text) or self._here() in closers

    def _close(self, closer: str) -> None:
        """Step over the closing bracket; another one is left to whoever it closes."""
        if self._here() == closer:
            self.at += 1

    def _key(self) -> str:
        here = self._here()
        if here in _CLOSES:
            return self._string(_CLOSES[here], keyed=True).strip()
        match = _BARE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return match.group() if match else ""

    def _string(self, closer: str, *, keyed: bool) -> str:
        self.at += 1
        kept: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            self.at += 1
            if char == "\\":
                kept.append(self._escape())
            elif char == closer and self._closes(keyed=keyed):
                break
            else:
                kept.append(char)
        return "".join(kept)

    def _closes(self, *, keyed: bool) -> bool:
        """A quote ends a string only where something follows that may follow a string."""
        after = _SPACE.match(self.text, self.at)
        end = after.end() if after else self.at
        if end >= len(self.text) or self.text[end] in (":=" if keyed else ",}]"):
            return True
        return not keyed and "\n" in self.text[self.at : end] and self.text[end] in "\"'“"

    def _escape(self) -> str:
        char = self._here()
        self.at += 1
        if char == "u":
            digits = self.text[self.at : self.at + 4]
            if re.fullmatch(r"[0-9a-fA-F]{4}", digits):
                self.at += 4
                return chr(int(digits, 16))
            return ""
        return _ESCAPES.get(char, char)

    def _word(self) -> object:
        match = _BARE.match(self.text, self.at)
        if match is None:
            return None
        self.at = match.end()
        word = match.group()
        if word.lower() in _CONSTANTS:
            return _CONSTANTS[word.lower()]
        return int(word) if re.fullmatch(r"-?\d{1,9}", word) else word

    def _here(self) -> str:
        return self.text[self.at : self.at + 1]

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at
