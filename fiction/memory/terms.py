"""Splits text into terms: stemmed words, or characters and pairs of characters in scripts without spaces."""

import re
import unicodedata

import snowballstemmer

from fiction.memory.stopwords import STOPWORDS
from fiction.text.folding import unaccented

_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0980-\u0dff"
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han, Kana
    "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"  # Hangul
)
_PARTS = re.compile(rf"([{_UNSPACED}]+)|((?:(?![{_UNSPACED}])(?:[^\W_]|[{_MARKS}]))+)")
_ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
_REMEMBERED = 60_000
_LONGEST = 64


class Words:
    """Splits texts of one language into terms. Not for use by several threads at once."""

    def __init__(self, language: str = "en") -> None:
        """`language` is a BCP 47 tag; without a Snowball stemmer for it, words stay unstemmed."""
        self.language = re.split(r"[-_]", language.strip().lower())[0] or "en"
        algorithm = _ALGORITHMS.get(self.language)
        self._stemmer = snowballstemmer.stemmer(algorithm) if algorithm else None
        self._stop = STOPWORDS.get(self.language, frozenset())
        self._terms: dict[str, str] = {}

    def split(self, text: str) -> tuple[list[str], list[str]]:
        """The words without stop words, and the characters and pairs of scripts without spaces; unstemmed."""
        words: list[str] = []
        grams: list[str] = []
        for run, word in _PARTS.findall(unicodedata.normalize("NFKC", text).casefold()):
            if word:
                if word not in self._stop:
                    words.append(word[:_LONGEST])
            else:
                grams.extend(run)
                grams.extend(run[i : i + 2] for i in range(len(run) - 1))
        return words, grams

    def term(self, word: str) -> str:
        """The stem of a word from `split`, without accents, so that words typed without them match."""
        term = self._terms.get(word)
        if term is None:
            if len(self._terms) >= _REMEMBERED:
                self._terms.clear()
            plain = unaccented(word)
            term = self._terms[word] = (self._stemmer.stemWord(plain) if self._stemmer else plain) or plain
        return term

    def terms(self, text: str) -> list[str]:
        """Every term of the text, with repetitions."""
        words, grams = self.split(text)
        return [self.term(word) for word in words] + grams
