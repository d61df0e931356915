"""Estimated tokens, words and sentences of a text, without a tokeniser; and cutting it at a whole sentence."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache

from fiction.text.sentence_ends import UNSPACED, sentence_ends

_WIDE = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+")
"""Han, Kana, Hangul: about one token a character in today's tokenisers."""
_HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]+")
_WIDE_CHARS_A_WORD = 1.6
_UNSPACED = re.compile(rf"[{UNSPACED}]+")
_WIDE_LANGUAGES = frozenset({"zh", "ja", "yue", "wuu", "lzh"})
_JOINS_UNSPACED = re.compile(rf"[{UNSPACED}。！？｡，、；：…—“”‘’「」『』（）【】《》〈〉\uff00-\uff65]")
_INTERRUPTED = re.compile(r"[—–―][\"“”’‘'»«›‹」』）)\]*_ \u00a0\u202f]*\Z")
_TERM = re.compile(rf"[{UNSPACED}\uac00-\ud7af]+|[^\W{UNSPACED}\uac00-\ud7af]{{4,}}")
_SHORT_TERM = 4
"""Letters of a word that is a term only with a capital: as a name, or in German a noun."""
_HIRAGANA = re.compile(r"[\u3041-\u309f]{2}")
_CHOICE = re.compile(r"> [^\n]*\n")
_WEAK_END = " \t\n,;:-–—，、；："
_STOPS = ".!?…。！？"
_CLAUSE = re.compile(r"[，、；：,;:]")


_WIDE_QUARTERS = 32
"""Quarters of a token for ten wide characters."""


@lru_cache(maxsize=2048)
def estimate(text: str) -> int:
    """The estimated number of tokens: one for four bytes, and four fifths of one for each wide character.

    Today's vocabularies take 0.6 to 0.8 of a token for a Chinese character; a server's own counts correct this.
    """
    return _estimate(text)


def _estimate(text: str) -> int:
    return (_quarters(text) + 3) // 4


def _quarters(text: str) -> int:
    """The estimate in quarters of a token, which add up when texts are put together."""
    if text.isascii():
        return len(text)
    wide = "".join(_WIDE.findall(text))
    return _WIDE_QUARTERS * len(wide) // 10 + _bytes(text) - _bytes(wide)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def words(text: str) -> int:
    """The number of words; in scripts without spaces, by the number of characters."""
    if text.isascii() or not _WIDE.search(text):
        return len(text.split())
    text = _HANGUL.sub("x", text)
    wide = sum(map(len, _WIDE.findall(text)))
    return len(_WIDE.sub(" ", text).split()) + int(wide / _WIDE_CHARS_A_WORD)


@lru_cache(maxsize=1024)
def wide(text: str) -> bool:
    """Whether the text is in a script without spaces between words: more than a third of it is Han or Kana."""
    return not text.isascii() and sum(map(len, _UNSPACED.findall(text))) * 3 > len(text)


def is_wide_language(tag: str) -> bool:
    """Whether the language of a BCP 47 tag is written without spaces between words."""
    return tag.split("-")[0].lower() in _WIDE_LANGUAGES


@lru_cache(maxsize=1024)
def terms(text: str) -> frozenset[str]:
    """Terms to compare texts by: names and long words, casefolded, and pairs of wide characters."""
    found: set[str] = set()
    for run in _TERM.findall(text):
        if _WIDE.match(run):
            found.update(pair for pair in _pairs(run) if not _HIRAGANA.match(pair))
        elif len(run) > _SHORT_TERM or run[0].isupper():
            found.add(run.casefold())
    return frozenset(found)


def _pairs(run: str) -> Iterable[str]:
    return (run[at : at + 2] for at in range(len(run) - 1))


def sentences(text: str) -> list[str]:
    """The text's sentences, stripped, in order; line breaks end sentences too. Together they are all of the text."""
    return list(_sentences(text))


@lru_cache(maxsize=512)
def _sentences(text: str) -> tuple[str, ...]:
    starts = _starts(text)
    parts = (text[start:end].strip() for start, end in zip(starts, [*starts[1:], len(text)], strict=True))
    return tuple(part for part in parts if part)


@lru_cache(maxsize=512)
def _starts(text: str) -> tuple[int, ...]:
    """Where each sentence begins, spaces before it included."""
    breaks = (at.end() for at in re.finditer(r"\n", text))
    return tuple(sorted({0, *sentence_ends(text), *breaks}))


def joined(parts: Iterable[str]) -> str:
    """Sentences as one paragraph: with spaces between them, but for scripts that have none."""
    text = ""
    for part in parts:
        unspaced = text and part and _JOINS_UNSPACED.match(text[-1]) and _JOINS_UNSPACED.match(part)
        text += part if not text or unspaced else f" {part}"
    return text


def ends_whole(text: str) -> bool:
    """Whether the text stops at the end of a sentence, or at an interruption in speech."""
    text = text.rstrip()
    ends = sentence_ends(text)
    whole = bool(ends) and ends[-1] == len(text)
    return whole or _INTERRUPTED.search(text) is not None


def whole_sentences(text: str) -> str:
    """The text up to the end of its last whole sentence; empty where no sentence ends."""
    ends = sentence_ends(text)
    return text[: ends[-1]] if ends else ""


def clip(text: str, tokens: int) -> str:
    """The longest beginning of at most `tokens`, cut at a sentence, or else at a clause or a word, with dots."""
    if estimate(text) <= tokens:
        return text
    room = _chars(text, tokens)
    # A stop is judged by what follows it in the text, not by the cut.
    end = next((end for end in reversed(sentence_ends(text)) if end <= room), 0)
    if end * 2 >= room:
        return text[:end]
    cut = text[: _chars(text, tokens - 1)]
    at = _last_break(cut)
    cut = (cut[:at] if at > 0 else cut).rstrip(_WEAK_END)
    return f"{cut}…" if cut else ""


def _last_break(cut: str) -> int:
    """The end of the cut's last word; in scripts without spaces, of its last clause, if that is not far back."""
    if not wide(cut):
        return cut.rfind(" ")
    at = max((comma.start() for comma in _CLAUSE.finditer(cut)), default=0)
    return at if at * 2 >= len(cut) else 0


def clip_start(text: str, tokens: int) -> str:
    """The longest end of at most `tokens`, paragraphs kept, from the beginning of a sentence or else of a word.

    A first line `> choice` is kept where it takes at most half of the tokens; dots after it mark the cut.
    """
    if estimate(text) <= tokens:
        return text
    choice = _CHOICE.match(text)
    if choice is None or estimate(choice.group()) * 2 > tokens:
        return _tail(text, tokens)
    told = _tail(text[choice.end() :], tokens - estimate(f"{choice.group()}… ")).removeprefix("…")
    return f"{choice.group()}… {told}" if told else _tail(text, tokens)


def clip_middle(text: str, tokens: int) -> str:
    """A shortened memory: the first two sentences, dots, and as many of the last ones as fit into `tokens`.

    The first sentences take at most half of the tokens; where one alone takes more, only last ones stay.
    """
    if estimate(text) <= tokens:
        return text
    starts = [start for start in _starts(text)[1:] if text[:start].strip()]
    for start in reversed(starts[:2]):
        head = text[:start].rstrip()
        if estimate(head) * 2 > tokens:
            continue
        head += "…" if wide(head) else " … "
        tail = _tail(text[start:], tokens - estimate(head)).removeprefix("…")
        return f"{head}{tail}"
    return _tail(text, tokens)


def _tail(text: str, tokens: int) -> str:
    """The last sentences that fit; or where not even one does, its last words after dots."""
    text = text.rstrip()
    starts = _starts(text)
    at = bisect_left(starts, True, key=lambda start: _estimate(text[start:].lstrip()) <= tokens)
    if at < len(starts):
        return text[starts[at] :].lstrip()
    cut = text[len(text) - _chars(text[::-1], tokens - 1) :]
    at = -1 if wide(cut) else cut.find(" ")
    inside_a_word = at < 0 and " " in text
    cut = cut[at + 1 :].strip()
    return f"…{cut}" if cut.strip(_STOPS) and not inside_a_word else ""


def _chars(text: str, tokens: int) -> int:
    """The greatest number of leading characters whose estimate is at most `tokens`."""
    if tokens <= 0:
        return 0
    if text.isascii():
        return min(len(text), 4 * tokens)
    low, high, left = 0, min(len(text), 4 * tokens), 4 * tokens
    while low < high:
        middle = (low + high + 1) // 2
        more = _quarters(text[low:middle])
        if more <= left:
            low, left = middle, left - more
        else:
            high = middle - 1
    return low
