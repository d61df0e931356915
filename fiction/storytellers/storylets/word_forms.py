"""Paragraphs, words, stems and capitals, as the built-in storyteller needs them; English only."""

import re

from fiction.text.folding import fold

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+(?:['’][^\W_]+)?")
_LAST_WORD = re.compile(r"\s\S*\Z")
_OPENERS = "\"“‘'([*_—"


def listed(words: str) -> frozenset[str]:
    """A word list."""
    return frozenset(words.split())


STOP = listed(
    "a an the and or but if of to in on at by for with from as is are was be been it its this that these those"
    " i me my we us our you your yours he him his she her hers they them their not no so do does did have has"
    " had will would can could into out up down over under then there here who what which when where how all"
    " any some just very am im ill ive going want try let lets"
)
_NEGATIONS = listed("not never no don't won't dont wont refuse without instead neither nor stop cannot can't")


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text, each in one line."""
    return tuple(line for block in re.split(r"\n\s*\n", text) if (line := " ".join(block.split())))


def capital(text: str) -> str:
    """The text with a capital at its beginning, behind an opening quote too."""
    for index, char in enumerate(text[:3]):
        if char not in _OPENERS:
            return text[:index] + char.upper() + text[index + 1 :]
    return text


def tokens(text: str) -> list[str]:
    """Folded words; for scripts without spaces, characters."""
    return _WORD.findall(fold(text))


def stem(word: str) -> str:
    """A word without the commonest English endings: enough to see that `lamps` and `lamp` are one."""
    word = word.removesuffix("'s")
    for ending in ("ing", "edly", "ed", "ies", "es", "ly", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word[-1] in "eyi" else word


def stems(text: str) -> list[str]:
    """Stems of the words but STOP, in their order."""
    return [stem(word) for word in tokens(text) if word not in STOP]


def negates(text: str) -> bool:
    """Whether the text has a negation."""
    return not _NEGATIONS.isdisjoint(tokens(text))


def clip(text: str, limit: int) -> str:
    """The beginning of a text: at most `limit` characters, cut where a word ends if it holds more than one."""
    if len(text) <= limit:
        return text
    whole_words, cut = _LAST_WORD.subn("", text[: limit + 1])
    return (whole_words if cut else text[:limit]).rstrip(" ,;:-–—")
