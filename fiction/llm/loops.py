"""Detects a reply that goes round in circles, and where the circle begins.

Two kinds: a long sentence told a third time, wherever it stands; and one run of words repeated at any period, in
scripts without spaces and full stops too. A refrain, a line chanted three times and an answer given twice are no loops.
"""

import re
from collections import Counter
from dataclasses import dataclass

from fiction.text.tokens import sentences

LONG_SENTENCE = 32
"""Letters from which on a sentence may not come a third time; a Chinese letter counts as 2.5."""
_MOST_OF_LONG, _MOST_OF_SHORT = 2, 6
_SHORT_SENTENCE = 14
"""Letters under which a sentence may come any number of times, if not in a row."""
_LONG_RUN = 48
"""Letters from which on a run of words is a loop when it comes the third time in a row."""
_IN_A_ROW, _OF_SHORT_RUNS = 3, 6
_LEAST_LOOP = 110
"""Letters in all; a shorter run of laughter or calls is no loop."""
_LEAST_LOOP_OF_NOTES = 400
"""Characters."""
_STEP = 24
"""Characters between two searches."""
_SAME_END = 6
"""Characters at the end of a text; where they did not occur before, no run is searched for."""
_WINDOW = 1600
"""Letters at the end that are searched for runs; longer circles show in their sentences."""
_WIDE = re.compile(r"[\u0e00-\u0e7f\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_WIDE_COUNTS = 1.5
"""Extra weight of a Chinese, Japanese, Korean or Thai letter."""
_LETTERS = re.compile(r"[^\W_]+")


class Loops:
    """Listens to one passage while it streams (`request.Listener`)."""

    def __init__(self) -> None:
        self.text = ""
        """The passage so far."""
        self.over = False
        """The passage goes round in circles."""
        self._looked = 0

    def hear(self, piece: str) -> None:
        """Add a piece."""
        self.text += piece
        if not self.over and len(self.text) - self._looked >= _STEP:
            self._looked = len(self.text)
            self.over = self._loops()

    def forget(self) -> None:
        """Drop the text so far: it was no part of the reply."""
        self.text, self._looked = "", 0

    def _loops(self) -> bool:
        return _sentence_again(self.text) is not None or self._runs_on()

    def _runs_on(self) -> bool:
        ended_so_before = self.text.count(self.text[-_SAME_END:], -_WINDOW) >= _IN_A_ROW
        return ended_so_before and _run_again(self.text) is not None


class LoopsOfNotes(Loops):
    """Listens to notes, which may say the same of two people but not go on for ever."""

    def _loops(self) -> bool:
        if not self._runs_on():
            return False
        place = _run_again(self.text)
        return place is not None and len(self.text) - place >= _LEAST_LOOP_OF_NOTES


@dataclass(frozen=True, slots=True)
class _Letters:
    """A text's letters without punctuation, and the place of each in the text."""

    text: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> "_Letters":
        letters: list[str] = []
        places: list[int] = []
        for word in _LETTERS.finditer(text):
            for place, char in enumerate(word.group(), word.start()):
                letters.append(char.casefold()[:1] or char)
                places.append(place)
            if not _WIDE.match(word.group()[-1]):
                letters.append(" ")
                places.append(word.end())
        return cls("".join(letters), tuple(places))

    def word_from(self, at: int) -> int:
        """The start of the next word, at or after a letter; in scripts without spaces that letter."""
        while 0 < at < len(self.text) and (self.text[at] == " " or self._amid_word(at)):
            at += 1
        return at

    def _amid_word(self, at: int) -> bool:
        return self.text[at - 1] != " " and not _WIDE.match(self.text[at])


def loop_in(text: str) -> int | None:
    """The place where a text begins to repeat itself, up to which it is worth keeping; None without a loop."""
    found = [place for place in (_sentence_again(text), _run_again(text)) if place is not None]
    return min(found, default=None)


def cut_at_loop(text: str) -> str:
    """The text up to its first loop. A text may hold several: the result holds none."""
    while (place := loop_in(text)) is not None:
        text = text[:place].rstrip()
    return text


def _sentence_again(text: str) -> int | None:
    """The place of the first sentence told once too often, or of the whole circle that it ends."""
    told: Counter[str] = Counter()
    starts: dict[str, list[int]] = {}
    at = 0
    for sentence in sentences(text):
        start = text.index(sentence, at)
        at = start + len(sentence)
        key = " ".join(_LETTERS.findall(sentence.casefold()))
        told[key] += 1
        starts.setdefault(key, []).append(start)
        if told[key] > _most(key):
            return _back_to(text, starts[key])
    return None


def _most(sentence: str) -> float:
    """How often a sentence may occur in one passage."""
    length = _weight(sentence)
    if length >= LONG_SENTENCE:
        return _MOST_OF_LONG
    return _MOST_OF_SHORT if length >= _SHORT_SENTENCE else float("inf")


def _back_to(text: str, starts: list[int]) -> int:
    """The start of the circle that ends with the last place: the second of equal stretches."""
    place = starts[-1]
    stretch = text[starts[-2] : starts[-1]].split()
    for before, after in zip(starts[-3::-1], starts[-2::-1], strict=False):
        if text[before:after].split() != stretch:
            break
        place = after
    return place


def _run_again(text: str) -> int | None:
    """The second occurrence of the run that the text ends with."""
    first = max(0, len(text) - 2 * _WINDOW)
    letters = _Letters.of(text[first:])
    looped = _period_of_end(letters.text[-_WINDOW:])
    if looped is None:
        return None
    period, length = looped
    begun = letters.word_from(len(letters.text) - length + period)
    return first + letters.places[begun] if begun < len(letters.places) else None


def _period_of_end(tail: str) -> tuple[int, int] | None:
    """The shortest period of a loop at the text's end, and the loop's length; by the border table of KMP search."""
    turned = tail[::-1]
    borders = [0] * len(turned)
    for at in range(1, len(turned)):
        border = borders[at - 1]
        while border and turned[at] != turned[border]:
            border = borders[border - 1]
        borders[at] = border + (turned[at] == turned[border])
    for size in range(len(turned), 0, -1):
        period = size - borders[size - 1]
        if period < size and _is_loop(turned[:size], period):
            return period, size
    return None


def _is_loop(end: str, period: int) -> bool:
    if len(end) < _IN_A_ROW * period:
        return False
    run, whole = _weight(end[:period]), _weight(end)
    if run >= _LONG_RUN:
        return True
    return len(end) >= _OF_SHORT_RUNS * period and whole >= _LEAST_LOOP


def _weight(text: str) -> float:
    """Number of letters, dense scripts weighted."""
    return len(text) if text.isascii() else len(text) + _WIDE_COUNTS * len(_WIDE.findall(text))
