"""What can be measured of told stories without a model: repetition, plans, agency, difference."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from fiction.story.turn import Turn
from fiction.story.world import World

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SENTENCE = re.compile(r"(?<=[.!?…])[\"”’')]*\s+")
_SPEECH = re.compile(r"[\"“][^\"”]*[\"”]?")
_ACTS = re.compile(
    r"\b[Yy]ou\s+(?:\w+ly\s+)?(?:(?:finally|then|now|suddenly|instead)\s+)?(decide|choose|agree|refuse|resolve|vow|promise"
    r"|confess|admit|accept|surrender|forgive|betray|kill|attack|say|reply|answer|tell|ask|shout|whisper)\b"
)
_FAULTS = re.compile(
    r"[{}]|\n{3,}|  |\b(?:they|They) (?:is|was|has|does)\b|\x00|(?<!\.)[.!?]\.(?!\.)|^\s|\s$|(?:^|\n)[a-z]"
)


def words(text: str) -> list[str]:
    """Words in lower case."""
    return [word.lower() for word in _WORD.findall(text)]


def grams(text: str, size: int) -> set[tuple[str, ...]]:
    """All runs of `size` words."""
    found = words(text)
    return set(zip(*(found[i:] for i in range(size)), strict=False))


def long_sentences(text: str) -> list[tuple[str, ...]]:
    """Sentences of six words and more, as words."""
    return [tuple(found) for part in _SENTENCE.split(text) if len(found := words(part)) >= 6]


def repeated_sentences(turns: Sequence[Turn]) -> float:
    """Share of sentences that were told before in the same story."""
    counts = Counter(sentence for turn in turns for sentence in long_sentences(turn.passage))
    return sum(count - 1 for count in counts.values()) / max(1, counts.total())


def overlap(turns: Sequence[Turn], *, size: int = 4, window: int = 50) -> float:
    """Mean share of a passage's word runs that stand in the passages before it."""
    runs = [grams(turn.passage, size) for turn in turns]
    shares = [
        len(own & set().union(*runs[max(0, i - window) : i])) / len(own) for i, own in enumerate(runs) if i and own
    ]
    return sum(shares) / max(1, len(shares))


def told_twice(turns: Sequence[Turn], *, within: int) -> int:
    """Paragraphs of 20 words and more that come again within so many turns."""
    last: dict[str, int] = {}
    found = 0
    for turn in turns:
        for paragraph in turn.passage.split("\n\n"):
            if len(paragraph.split()) >= 20:
                found += paragraph in last and turn.depth - last[paragraph] < within
                last[paragraph] = turn.depth
    return found


def plan_novelty(turns: Sequence[Turn], world: World) -> float:
    """Share of the offered plans that were not offered before, names masked; the same three again are one offer."""
    called = (*(person.name for person in world.characters), *(place.name for place in world.places))
    names = {word for name in called for word in words(name)}
    names |= {"stranger", "newcomer", "neighbour"}
    offers = [turn.plans for turn in turns if turn.plans]
    offers = offers[:1] + [plans for before, plans in pairwise(offers) if plans != before]
    masked = [" ".join(w for w in words(plan.label) if w not in names) for plans in offers for plan in plans]
    return len(set(masked)) / max(1, len(masked))


def violations(turn: Turn) -> int:
    """Acts and words of the protagonist that the choice did not license, outside quotations."""
    licence = set(words(turn.choice.text))
    if any(mark in turn.choice.text for mark in '?"“'):
        licence |= {"ask", "say"}
    return sum(hit.group(1) not in licence for hit in _ACTS.finditer(_SPEECH.sub(" ", turn.passage)))


def faults(turn: Turn) -> list[str]:
    """Marks of careless filling: braces, doubled blanks, garbled verbs, small letters at the beginning."""
    texts = [turn.passage, turn.memory, *(plan.label for plan in turn.plans)]
    return [
        f"{turn.depth}: …{text[max(0, hit.start() - 30) : hit.end() + 30]}…"
        for text in texts
        for hit in _FAULTS.finditer(text)
    ]


def difference(stories: Iterable[Sequence[Turn]]) -> float:
    """How different stories are: mean share of sentences that only one of two tells; 1 where there are not two."""
    told = [{sentence for turn in story for sentence in long_sentences(turn.passage)} for story in stories]
    shares = [1 - len(a & b) / max(1, len(a | b)) for a, b in pairwise(told)]
    return sum(shares) / len(shares) if shares else 1.0
