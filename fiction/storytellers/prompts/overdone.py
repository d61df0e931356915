"""What the last passages did too often: how they open and close, gestures, similes, broken speech, pet phrases."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from fiction.text.tokens import wide, words

LOOKED_AT = 10
"""Passages."""
_LEAST_PASSAGES = 4
_OFTEN = 0.5
"""Share of the passages that makes a habit of an opening or a close."""
_LEAST_PHRASE, _LEAST_PHRASE_WIDE = 4, 5
"""Words, or characters, of a phrase that is noticed."""
_PHRASE_IN = 4
"""Passages that have a phrase before it is a pet."""
_MOST_PHRASES = 3
_BROKEN = 0.25
"""Share of the speeches that break off."""
_LEAST_SPEECHES = 8
_SHORT_CLOSE = 9
"""Words of a last paragraph that is there for its effect."""
_SPEECH = re.compile(r"[“\"«„「『](?P<said>[^“”\"«»„「」『』]{2,})[”\"»“」』]")
_BREAKS_OFF = re.compile(r"(?:…|\.{3}|[—–])\s*\Z")
_ENDS_ON_SPEECH = re.compile(r"[”\"»」』]\s*\Z")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_GESTURES = re.compile(
    r"\b(?:hands?|fingers?|thumbs?|fists?|palms?|knuckles|eyes?|gaze|glanced?|breath|breathed|jaw|shoulders?|shrug\w*"
    r"|nod(?:s|ded)?|Händen?|Hand|Finger|Daumen|Augen|Blick|Atem|Schultern?|nickte?|mains?|doigts?|yeux|regard|souffle"
    r"|épaules?|manos?|dedos?|ojos?|mirada|aliento|hombros?|mani|dita|occhi|sguardo|respiro|spalle)\b"
    r"|手指|双手|手掌|眼睛|目光|呼吸|肩膀|点了点头"
)
_SIMILES = re.compile(
    r"\b(?:like an?|as if|as though|as \w+ as|als ob|als wäre|wie eine?[mnrs]?|comme une?|comme si|como una?|como si"
    r"|come una?|come se)\b|仿佛|好像|像是|宛如|似的"
)
_MEASURED = ((_GESTURES, 9.0, "what hands, eyes and breath do"), (_SIMILES, 5.0, "comparisons"))
"""What is counted, how often in a thousand words is too often, and what it is called."""
_LITTLE_WORDS = """
    the a an of and or to in on at by for with from as that this it its is was were be been had has have not no but so
    he she they you i his her your their him them my me we us our who which what where when there then up down out over
    into off one all would could did do said if than about der die das und zu in den dem ein eine er sie du dein nicht
    le la les de des du et à un une il elle tu ton ta el los las y que en se su un una tu no lo
    """
_LITTLE = frozenset(_LITTLE_WORDS.split())


def overdone(passages: Sequence[str]) -> str:
    """One sentence on what the newest passage should do without; empty where nothing is overdone.

    Args:
        passages: the story's last ones, oldest first.
    """
    told = [passage for passage in passages[-LOOKED_AT:] if passage.strip()]
    if len(told) < _LEAST_PASSAGES:
        return ""
    found = [*_openings(told), *_closes(told), *_measured(told), *_broken(told), *_phrases(told)]
    return f"Overdone in the last passages, so not in this one: {'; '.join(found)}." if found else ""


def _openings(told: Sequence[str]) -> Iterator[str]:
    first = Counter(match.group().casefold() for text in told if (match := _WORD.search(text)))
    speech = sum(_SPEECH.match(text.strip()) is not None for text in told)
    for word, count in first.most_common(1):
        if count > _OFTEN * len(told) and not wide(word):
            yield f"an opening with “{word}”"
    if speech > _OFTEN * len(told):
        yield "an opening on speech"


def _closes(told: Sequence[str]) -> Iterator[str]:
    last = [text.strip().split("\n")[-1] for text in told]
    if sum(_ENDS_ON_SPEECH.search(text) is not None for text in last) > _OFTEN * len(told):
        yield "a close on somebody's words"
    elif sum(words(text) <= _SHORT_CLOSE for text in last) > _OFTEN * len(told):
        yield "a short last paragraph for effect"


def _measured(told: Sequence[str]) -> Iterator[str]:
    thousands = max(1, sum(map(_words, told))) / 1000
    for pattern, most, said in _MEASURED:
        counts = [_count(pattern, passage) for passage in told]
        everywhere = sum(count > 0 for count in counts) > _OFTEN * len(told)
        if everywhere and sum(counts) > most * thousands:
            yield said


@lru_cache(maxsize=64)
def _count(pattern: re.Pattern[str], passage: str) -> int:
    return len(pattern.findall(passage))


@lru_cache(maxsize=64)
def _words(passage: str) -> int:
    return words(passage)


def _broken(told: Sequence[str]) -> Iterator[str]:
    speeches = [match["said"] for text in told for match in _SPEECH.finditer(text)]
    if len(speeches) >= _LEAST_SPEECHES:
        broken = sum(_BREAKS_OFF.search(said) is not None for said in speeches)
        if broken > _BROKEN * len(speeches):
            yield "speeches that break off"


def _phrases(told: Sequence[str]) -> Iterator[str]:
    """Runs of words that come back in many passages, the longest first; what is made of little words alone is none."""
    held = Counter(phrase for text in told for phrase in _runs(text))
    pets = [phrase for phrase, count in held.items() if count >= _PHRASE_IN]
    kept: list[str] = []
    for phrase in sorted(pets, key=lambda phrase: (-len(phrase), phrase)):
        if len(kept) < _MOST_PHRASES and not any(phrase in longer for longer in kept):
            kept.append(phrase)
    yield from (f"“{phrase}”" for phrase in kept)


@lru_cache(maxsize=32)
def _runs(text: str) -> frozenset[str]:
    if wide(text):
        lines = re.findall(r"[\u3400-\u9fff\u3040-\u30ff]+", text)
        size = _LEAST_PHRASE_WIDE
        return frozenset(line[at : at + size] for line in lines for at in range(len(line) - size + 1))
    found: set[str] = set()
    for sentence in re.split(r"[.!?…,;:“”\"«»„()\n—–]+", text):
        said = [word.casefold() for word in _WORD.findall(sentence)]
        for size in (_LEAST_PHRASE, _LEAST_PHRASE + 1):
            runs = (said[at : at + size] for at in range(len(said) - size + 1))
            found.update(" ".join(run) for run in runs if len(set(run) - _LITTLE) >= 2)
    return frozenset(found)
