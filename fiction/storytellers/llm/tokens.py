"""How long a text is, in tokens, words and sentences, without a tokeniser; and how to cut it at a whole sentence."""

import re
from functools import lru_cache

_WIDE = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
"""Han, Kana, Hangul: about one token a character in today's tokenisers, and no spaces between words."""
_WIDE_CHARS_A_WORD = 1.6
_SENTENCE = re.compile(r"[^.!?…。！？]*(?:[.!?…。！？]+[\"”’'»」』)\]]*|\Z)(?:\s+|(?<=[。！？」』])|\Z)", re.DOTALL)
_ENDED = re.compile(r"[.!?…。！？—–][\"”’'»」』)\]*_]*\s*\Z")
_ABBREVIATION = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|Prof|Capt|Sgt|vs|No)\.\s*\Z|\b[A-Z]\.\s*\Z")


@lru_cache(maxsize=2048)
def estimate(text: str) -> int:
    """About how many tokens the text is: four bytes each, and one for each wide character."""
    wide = len(_WIDE.findall(text))
    if not wide:
        return (len(text.encode("utf-8", "replace")) + 3) // 4
    narrow = _WIDE.sub("", text)
    return wide + (len(narrow.encode("utf-8", "replace")) + 3) // 4


def words(text: str) -> int:
    """How many words; wide characters count by what they say."""
    wide = len(_WIDE.findall(text))
    return len(_WIDE.sub(" ", text).split()) + int(wide / _WIDE_CHARS_A_WORD)


def sentences(text: str) -> list[str]:
    """The text's sentences, stripped, in order; line breaks end sentences too."""
    found: list[str] = []
    for line in text.split("\n"):
        found += _line_sentences(line)
    return found


def _line_sentences(line: str) -> list[str]:
    found: list[str] = []
    start = ""
    for match in _SENTENCE.finditer(line):
        start += match.group()
        goes_on = line[match.end() : match.end() + 1].islower()
        if not goes_on and not _ABBREVIATION.search(start):
            found.append(start.strip())
            start = ""
    found.append(start.strip())
    return [sentence for sentence in found if sentence]


def ends_whole(text: str) -> bool:
    """Whether the text stops at the end of a sentence."""
    return _ENDED.search(text) is not None


def whole_sentences(text: str) -> str:
    """The text up to the end of its last whole sentence; empty where no sentence ends."""
    ends = list(re.finditer(r"[.!?…。！？]+[\"”’'»」』)\]]*(?=\s|\Z|(?<=[。！？」』]))", text))
    return text[: ends[-1].end()] if ends else ""


def clip(text: str, tokens: int) -> str:
    """The beginning of the text that fits, cut at a sentence or else at a word."""
    if estimate(text) <= tokens:
        return text
    cut = text[: _chars(text, tokens)]
    whole = whole_sentences(cut)
    if len(whole) * 2 >= len(cut):
        return whole
    at = cut.rfind(" ")
    return (cut[:at] if at > 0 else cut).rstrip(" ,;:-") + "…" if cut.strip() else ""


def clip_start(text: str, tokens: int) -> str:
    """The end of the text that fits, from the beginning of a sentence where there is one."""
    if estimate(text) <= tokens:
        return text
    kept = ""
    for sentence in reversed(sentences(text)):
        longer = f"{sentence} {kept}".strip()
        if estimate(longer) > tokens:
            break
        kept = longer
    return kept


def _chars(text: str, tokens: int) -> int:
    """The greatest number of leading characters that is estimated at no more than `tokens`."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if estimate(text[:middle]) <= tokens:
            low = middle
        else:
            high = middle - 1
    return low
