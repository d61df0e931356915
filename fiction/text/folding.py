"""Folding of texts to one spelling for comparisons: apostrophes, hyphens, spaces, Unicode forms, accents, capitals.

People, models and packs write the same words differently: `weigher's` and `weigher’s`, `café` composed, decomposed or
without its accent, `well-known` with a non-breaking hyphen, a line end between two words. Fold both sides.
"""

import re
import unicodedata

_MARKS = re.compile(r"([A-Za-z\u00c0-\u024f\u1e00-\u1eff])[\u0300-\u036f]+")
_MARK = re.compile(r"[\u0300-\u036f]")
_LATIN = (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
_UNACCENTED = {
    chr(code): plain
    for code in _LATIN
    if len(plain := unicodedata.normalize("NFD", chr(code)).rstrip("".join(map(chr, range(0x300, 0x370))))) == 1
    and plain != chr(code)
}
_SIGNS = (
    dict.fromkeys("‘’‛ʼʹ′`´＇", "'") | dict.fromkeys("“”„‟＂", '"') | dict.fromkeys("‐‑‒﹣－", "-") | {"\u00ad": ""}
)
"""Signs by their plain equivalents; soft hyphens are dropped."""
_SIGN = re.compile(f"[{''.join(_SIGNS)}]")
_ACCENTED = re.compile(f"[{''.join(_UNACCENTED)}]")


def same_spelling(text: str) -> str:
    """The text in NFKC, with plain signs for their variants (`'`, `"`, `-`) and single spaces.

    Capitals and accents stay, for comparisons in which they tell two words apart.
    """
    # Before NFKC as well, which turns a lone acute into a space and a mark.
    return " ".join(_plain_signs(unicodedata.normalize("NFKC", _plain_signs(text))).split())


def _plain_signs(text: str) -> str:
    return _SIGN.sub(lambda sign: _SIGNS[sign.group()], text)


def unaccented(text: str) -> str:
    """The text without accents on Latin letters; in other scripts a mark makes another letter, and stays."""
    if text.isascii():
        return text
    plain = _ACCENTED.sub(lambda letter: _UNACCENTED[letter.group()], text)
    return _MARKS.sub(r"\1", plain) if _MARK.search(plain) else plain


def fold(text: str) -> str:
    """The text without accents, capitals and variants of signs; idempotent."""
    return unaccented(unicodedata.normalize("NFC", unaccented(same_spelling(text)).casefold()))
