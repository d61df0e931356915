"""Splits passages for the index: short ones stay whole, long ones become pieces of about equal length."""

import re
from itertools import pairwise
from zlib import crc32

WHOLE = 220
"""The most words of a passage in one piece."""

_WORD = re.compile(r"\S+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_SENTENCE_END = re.compile(r"[.!?…]['\"”’»)]*\s+|[。！？]['\"”’」』）]*\s*|\n+")
_CHARACTERS_A_WORD = 1.7


def digest(text: str) -> int:
    """A 32-bit hash of a text."""
    return crc32(text.encode("utf-8", "surrogatepass"))


def length(text: str) -> int:
    """The number of words; in scripts without spaces, an estimate from the number of characters."""
    unspaced = len(_UNSPACED.findall(text)) if not text.isascii() else 0
    return len(_WORD.findall(text)) + int(unspaced / _CHARACTERS_A_WORD)


def pieces(text: str) -> list[str]:
    """The passage, split between sentences if it has more than WHOLE words; always at least one piece."""
    count = -(-length(text) // WHOLE)
    if count <= 1:
        return [text]
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    cuts = {min(ends, key=lambda end: abs(end - goal)) for goal in _goals(text, count)} if ends else set()
    edges = [0, *sorted(cuts - {0, len(text)}), len(text)]
    parts = (text[start:end].strip() for start, end in pairwise(edges))
    return [part for part in parts if part] or [text]


def _goals(text: str, count: int) -> list[int]:
    return [len(text) * part // count for part in range(1, count)]
