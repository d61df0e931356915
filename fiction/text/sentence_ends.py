"""Ends of sentences in a text, in scripts with and without spaces between words.

An end is a stop with its closers: quotation marks of every country, brackets, the space that French sets before its
marks. The points of figures, ordinals, initials and titles are no ends, nor is a stop inside speech whose sentence goes
on after it.
"""

import re
from functools import lru_cache

UNSPACED = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
"""Letters of scripts without spaces between words, for a character class of `re`: Han and Kana."""

_STOPS = ".!?…。！？｡"
_WIDE_STOPS = frozenset("。！？｡")
_STOP = re.compile(
    rf"(?P<stop>[{_STOPS}]+)"
    # Some marks open in one country what they close in another: they close where no letter follows.
    r"(?P<closers>(?:[”’」』）】》〉〕)\]]|[\"'“‘«‹»›*_](?![^\W_])|[ \u00a0\u202f][»›](?![^\W_]))*)"
)
_UNSTOPPED = re.compile(
    r"(?:^[ \u3000]*[「『（][^\n]*[」』）]|[—–―][ \u00a0\u202f]?[\"“”’‘'»«›‹]+)(?=[^\S\n]*$)", re.MULTILINE
)
"""Ends without a stop: a line of Japanese speech, and speech that is interrupted."""
_LETTER = re.compile(rf"[{UNSPACED}]")
_OPENS = frozenset("“‘「『（【《〈")
_NEXT = re.compile(r"\s+(?:[—–-]+\s*)?")
_GOES_ON = frozenset(",;:，、；：)]”’」』）】》" + _STOPS)
_COMMAS = frozenset(",;:，、；：")
_SPOKEN = re.compile(
    r"と|って|[^\s，。！？…“”「」『』]{0,6}(?:说|說|道|问|問|答|喊|叫|笑)[道着著了]?(?:[，。：！？]|$)", re.MULTILINE
)
"""The words after speech that belong to its sentence, in Japanese and Chinese."""

_TITLES = frozenset(
    (
        *("Mr", "Mrs", "Ms", "Dr", "St", "Prof", "Capt", "Sgt", "Lt", "Col", "Gen", "Rev", "Hon", "Mt", "vs"),
        *("Hr", "Fr", "Frl", "Nr", "bzw", "ca", "bez", "geb", "vgl", "sog", "Mlle", "Mme", "MM", "Mgr"),
        *("Sr", "Sra", "Srta", "Dra", "Dña", "Gral", "Lic", "Ud", "Uds", "núm", "pág", "Exmo", "Exma"),
        *("Sig", "Sigg", "Dott", "Avv", "ул", "им", "гр", "тов", "проф", "акад"),
    )
)
"""Titles and other short words before a point that are never the last of a sentence."""
_NUMEROS = frozenset(["No", "Art", "Abs", "Vol", "Bd", "p", "pp", "S", "n"])
_LONGEST_SHORT = 5
"""Letters of an abbreviation at most."""
_LONGEST_NUMERO = 3
_OPENERS = "(„“‚‘«»‹›\"'¿¡—–-"
_DIGIT = re.compile(r"\s?\d")
_SINGLE_LETTERS = re.compile(r"[^\W\d_](?:\.-?[^\W\d_])*\Z")
_NEXT_LETTER = re.compile(r"\s?[^\W\d_]\.")
_LETTER_BEFORE = re.compile(r"[^\W\d_]\.\s\Z")
_ALONE = frozenset("IЯ")
"""Letters that are words, and can end a sentence."""
_BEFORE_ORDINAL = re.compile(
    r"(?:(?<!\bI )\bam|\b(?:d(?:er|ie|as|em|en|es)|zu[mr]|vom|beim|im|(?:jed|ein|sein|ihr)e[rnsm]?)) \Z", re.IGNORECASE
)
_AFTER_ORDINAL = re.compile(
    r"\s(?:J[aä]n|Feb|März|Apr|Mai\b|Jun|Jul|Aug|Sep|Okt|Nov|De[zc]|Jahrhundert|Stock|Etage|Klasse|Kapitel|Mal\b|Tag)"
)


@lru_cache(maxsize=512)
def sentence_ends(text: str) -> tuple[int, ...]:
    """The positions at which sentences end, in order."""
    quotes = _StraightQuotes(text)
    ends = {end for stop in _STOP.finditer(text) if (end := _end(text, stop, quotes))}
    return tuple(sorted(ends.union(line.end() for line in _UNSTOPPED.finditer(text))))


class _StraightQuotes:
    """Whether a place of a text stands between straight quotes of its line; asked from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._open = False

    def inside(self, at: int) -> bool:
        """The quotes before `at` are counted on from the last place that was asked for."""
        line = self._text.rfind("\n", self._at, at) + 1
        if line:
            self._at, self._open = line, False
        self._open ^= self._text.count('"', self._at, at) % 2 == 1
        self._at = at
        return self._open


def _end(text: str, found: re.Match[str], quotes: _StraightQuotes) -> int:
    """The end of the sentence at a stop; 0 where the sentence goes on."""
    stop, end = found["stop"], found.end()
    wide = not _WIDE_STOPS.isdisjoint(stop)
    if wide and text[end : end + 1] == '"' and quotes.inside(end):
        end += 1
    closed = end > found.end("stop")
    following = text[end : end + 1]
    if not following or following == "\n":
        over = True
    elif following.isspace():
        over = _begins_anew(text, end)
    elif wide:
        over = following not in _COMMAS
    elif closed:
        over = following in _OPENS or _LETTER.match(following) is not None
    else:
        over = (
            stop[0] != "…"
            and _LETTER.match(following) is not None
            and _LETTER.match(text, found.start() - 1) is not None
        )
    if over and closed and following and _SPOKEN.match(text, end):
        return 0
    if over and stop == "." and not closed and _abbreviates(text, found.start()):
        return 0
    return end if over else 0


def _is_last(text: str, end: int) -> bool:
    rest = _NEXT.match(text, end)
    return end == len(text) or (rest is not None and (rest.end() == len(text) or "\n" in rest.group()))


def _begins_anew(text: str, end: int) -> bool:
    """Whether a new sentence can begin after the space there; a line break ends every sentence."""
    following = text[end + 1 : end + 2]
    if following.isupper():
        return True
    space = _NEXT.match(text, end)
    if space is None or "\n" in space.group():
        return True
    following = text[space.end() : space.end() + 1]
    return not (following.islower() or following in _GOES_ON) if following else True


def _abbreviates(text: str, point: int) -> bool:
    """Whether the point there marks an abbreviation; at the end of a line it mostly ends the sentence all the same."""
    word = text[max(0, point - _LONGEST_SHORT - 1) : point]
    if len(word) > _LONGEST_SHORT and word.isalpha():
        return False
    word = word[-1:].strip() and word.split()[-1].lstrip(_OPENERS)
    if word in _TITLES:
        return True
    if not word or len(word) > _LONGEST_SHORT or (word.isalpha() and len(word) > _LONGEST_NUMERO):
        return False
    if _is_last(text, point + 1):
        return False
    before = text[max(0, point - 16, text.rfind("\n", 0, point) + 1) : point - len(word)]
    after = text[point + 1 : point + 16]
    if word.isdigit():
        return not before.strip() or bool(_AFTER_ORDINAL.match(after) or _BEFORE_ORDINAL.search(before))
    if word in _NUMEROS and _DIGIT.match(after):
        return True
    if _SINGLE_LETTERS.match(word) is None:
        return False
    initial = len(word) > 1 or (word.isupper() and word not in _ALONE)
    return initial or bool(_NEXT_LETTER.match(after) or _LETTER_BEFORE.search(before))
