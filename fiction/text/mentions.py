"""Mentions of names and keywords in a text, short forms of names included, in scripts with and without spaces."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from fiction.text.folding import fold, same_spelling, unaccented

_LATIN = re.compile(r"[\x00-\u024f\u1e00-\u1eff\u2010-\u2027]+\Z")
_INFLECTED = re.compile(r"[\x00-\u00bf\u0370-\u052f\u1f00-\u1fff]+\Z")
"""Greek and Cyrillic, where a name's last letters change with its case."""
_CASED = re.compile(r"[^\W\d_]")
_HAN = re.compile(r"[\u3400-\u9fff\uac00-\ud7af]{3,4}\Z")
"""The usual length of a Chinese or Korean family name with its given name."""
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]{2,}\Z")
_PARTS = re.compile(r"[\s·・]+")
_LEAST, _LEAST_STEM = 3, 3
_GIVEN = 2
"""Characters of a given name in them."""
_VOWELS = "аяйьоеыіїαηςος"

_TITLES = """
    the a an of and sir lord lady dame king queen prince princess duke duchess count countess baron baroness master
    mistress mister missus miss mrs madam madame doctor dr prof professor father mother brother sister uncle aunt
    grandfather grandmother captain sergeant colonel major general inspector constable judge mayor saint reverend
    old young big little long tall blind black white red grand great good poor widow von van der den dos das los las
    der die das dem des und ein eine herr frau fräulein doktor professorin meister meisterin vater mutter bruder
    schwester onkel tante großvater großmutter oma opa hauptmann kapitän graf gräfin könig königin pfarrer witwe sankt
    alte alter alten junge junger jungen große großer großen kleine kleiner kleinen blinde blinder schwarze schwarzer
    le la les un une des monsieur madame mademoiselle docteur maître père mère frère sœur oncle tante capitaine comte
    comtesse roi reine veuve vieux vieille jeune petit petite grand grande saint sainte abbé
    el los las una don doña señor señora señorita doctora maestro maestra padre madre hermano hermana tío tía abuelo
    abuela capitán conde condesa rey reina viuda viejo vieja joven san santa
    il lo gli signor signore signora signorina dottore dottoressa professore suora fratello sorella nonno nonna zio zia
    capitano vecchio vecchia giovane
    o os as um uma senhor senhora dom dona doutor doutora mestre pai mãe irmão irmã avô avó velho velha
    старый старая молодой молодая доктор отец мать брат сестра дядя тётя тетя дед дедушка бабка бабушка капитан граф
    графиня князь княгиня барон баронесса царь царица господин госпожа святой батюшка матушка вдова
    先生 小姐 姑娘 娘子 夫人 太太 大人 老爷 少爷 掌柜 师傅 師傅 老板 老闆 大夫 医生 醫生
    婆婆 公公 大娘 大爷 大爺 大叔 阿姨
    奶奶 爷爷 将军 將軍 和尚 道长 道長 教授 老师 老師 船头 主事 선생 할머니 할아버지 아저씨 아주머니
    """
"""Titles, articles and adjectives in names; they are no short form of one."""
TITLES = frozenset(fold(_TITLES).split())
_WORDS = "will mark rose hope grace faith joy may june april august art bill pat sue ray bob dawn ivy drew rob nick"
_COMMON = frozenset(_WORDS.split())
"""Names that are common words as well."""


@lru_cache(maxsize=64)
def short_forms(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The short forms of each of a world's names: `Imre` and `Vass` for `Imre Vass`.

    A word in two of the names, such as a family name, is a short form of neither; titles and articles never are.
    """
    parts = {name: tuple(dict.fromkeys(_parts(name))) for name in names}
    shared = Counter(fold(part) for name in parts for part in parts[name])
    return {name: tuple(part for part in parts[name] if shared[fold(part)] == 1) for name in parts}


def _parts(name: str) -> Iterable[str]:
    words = [word.strip(".,;:!?\"'„“”«»()") for word in _PARTS.split(name)]
    if len(words) == 1:
        given = words[0][-_GIVEN:]
        if _HAN.match(words[0]) and fold(given) not in TITLES:
            yield given
        return
    for word in words:
        if fold(word) in TITLES:
            continue
        if _WIDE.match(word) or (len(word) >= _LEAST and word[0] != word[0].lower()):
            yield word


def is_named(name: str, forms: Iterable[str], text: str) -> bool:
    """Whether a text mentions a name, whole or in a short form."""
    single = name[:1].isupper() and len(name.split()) == 1
    called = any(occurs_as_written(form, text) for form in forms)
    return called or (occurs_as_written(name, text) if single else occurs(name, text))


def occurs(word: str, text: str) -> bool:
    """Whether a keyword is in a text, in any spelling; as a whole word where words have spaces."""
    return _stands_in(_read(word).folded, _read(text).folded)


def occurs_as_written(word: str, text: str) -> bool:
    """Whether a name of one word is in a text; `Will`, `Rose` and `Mark` are common words in small letters.

    In a text without capitals small letters count as well; for a common word the first letter must be small too.
    """
    said, name = _read(text), _read(word)
    small = text == text.lower() if name.folded in _COMMON else said.small
    if small or not _CASED.match(word) or word == word.lower():
        return occurs(word, text)
    return _stands_in(name.written, said.written) or _stands_in(name.written.upper(), said.written)


class _Read(NamedTuple):
    """A text prepared for comparisons."""

    written: str
    """Folded but for its capitals."""
    folded: str
    small: bool
    """It has no capital but perhaps the first letter."""


@lru_cache(maxsize=1024)
def _read(text: str) -> _Read:
    written = unaccented(same_spelling(text))
    return _Read(written, fold(written), text[1:] == text[1:].lower())


def _stands_in(word: str, text: str) -> bool:
    if not word:
        return False
    if _LATIN.match(word):
        return word in text and _whole(word).search(text) is not None
    if _INFLECTED.match(word):
        stem = _stem(word)
        return stem in text and _inflected(stem).search(text) is not None
    return word in text


def _stem(word: str) -> str:
    stem = word[:-1] if word[-1].lower() in _VOWELS else word
    return stem if len(stem) >= _LEAST_STEM else word


@lru_cache(maxsize=4096)
def _whole(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word)}(?:e?s)?(?!\w)")


@lru_cache(maxsize=4096)
def _inflected(stem: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(stem)}\w{{0,2}}(?!\w)")


def occurring(names: Iterable[str], *texts: str) -> frozenset[str]:
    """The names that the texts mention.

    In scripts without spaces a mention of `头船` is one of `头船饷箱` too.
    """
    names = tuple(dict.fromkeys(names))
    forms = short_forms(tuple(sorted(names)))
    text = " ".join(texts)
    found = {name for name in names if is_named(name, forms[name], text)}
    roots = [name for name in found if _WIDE.match(name)]
    return frozenset(found | {name for name in names if _WIDE.match(name) and any(root in name for root in roots)})
