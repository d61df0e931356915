"""How a passage is cut for the index: whole where it is short, in pieces of about equal length where it is long."""

import re
from itertools import pairwise
from zlib import crc32

WHOLE = 220
"""Words up to which a passage is indexed in one piece."""

_WORD = re.compile(r"\S+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_SENTENCE_END = re.compile(r"[.!?…]['\"”’»)]*\s+|[。！？]['\"”’」』）]*\s*|\n+")
_CHARACTERS_A_WORD = 1.7


def digest(text: str) -> int:
    """Tells one text from another; 32 bits."""
    return crc32(text.encode("utf-8", "surrogatepass"))


def length(text: str) -> int:
    """Words; where words are not spaced, as many as the characters would make in translation."""
    unspaced = len(_UNSPACED.findall(text)) if not text.isascii() else 0
    return len(_WORD.findall(text)) + int(unspaced / _CHARACTERS_A_WORD)


def pieces(text: str) -> list[str]:
    """The passage, or its parts between sentences if it has more than WHOLE words; always at least one."""
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
