"""The reader's own words: the plan they mean, their approach, and a phrase to tell the attempt with."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fiction.story.plan import Approach, Plan
from fiction.storytellers.storylets.word_forms import clip, listed, negates, stem, stems
from fiction.storytellers.storylets.wordlists import ACTIVE, SAME, SPIRITS

LIMIT = 120
"""Characters of the reader's words in a phrase."""
LIKE = 0.6
"""Likeness (0 to 1) from which a written act is taken for a plan."""
CLOSE = 0.45
"""The same for a plan in other words, which mostly still means that plan."""

_LEAD = re.compile(
    r"(?:(?:then|now|so|and|but|well|next|first)[,\s]+)?"
    r"(?:(?:i|you|we)(?:['’](?:m|ll|d|re))?\s+)?"
    r"(?:(?:am|are|will|would|shall|should|must|can|could|may|might|then|now|just|also|simply)\s+)*"
    r"(?:(?:going|want|wish|like|try|attempt|decide|need|choose|have|intend|mean)\s+to\s+|gonna\s+|to\s+)?"
    r"(?:let\s+me\s+|let['’]s\s+)?",
    re.IGNORECASE,
)
_SPEECH = re.compile(
    r"[\"“]([^\"”]+)[\"”]?,?\s*(?:(?:i|you)\s+(?:say|ask|shout|call|whisper|answer|reply)\b)?", re.IGNORECASE
)
_LET_ME = re.compile(r"let (?:me|us) (?:out|in|go|through|pass|alone|be|by|down|up)\b", re.IGNORECASE)
_NOT = re.compile(r"(?:do not|don['’]?t|never|won['’]?t|refuse to)\s+", re.IGNORECASE)
_MEANWHILE = re.compile(r"(\w+ing\b[^,]*), (?:and )?you (.+)")
_QUOTED = re.compile(r"([\"“][^\"”]*[\"”]?)")
_ASKS = re.compile(
    r"(?:who|what|where|when|why|how|which|is|are|do|does|did|can|could|will|would|may|have|has)\b", re.I
)
_NEXT_SENTENCE = re.compile(r" ?(?<![.!…])[.!…]+ (\w)")
_NO_ACT = listed(
    "the a an my his her its their our your this that these those he she it they there here everyone everybody"
    " someone somebody nobody suddenly then because if when while"
)
_NO_GERUNDS = listed("bring sing ring sling fling string swing spring cling sting wring ping wing")
_PERSON = (
    (re.compile(r"\bI['’]m\b|\bI am\b|\bi am\b|\bi['’]m\b"), "you are"),
    (re.compile(r"\bI was\b|\bi was\b"), "you were"),
    (re.compile(r"\bI['’](ll|d|ve)\b|\bi['’](ll|d|ve)\b"), r"you'\1\2"),
    (re.compile(r"\bmyself\b", re.I), "yourself"),
    (re.compile(r"\bmine\b", re.I), "yours"),
    (re.compile(r"\bmy\b", re.I), "your"),
    (re.compile(r"\bme\b", re.I), "you"),
    (re.compile(r"\bI\b|\bi\b(?!\.)"), "you"),
)


@dataclass(frozen=True, slots=True)
class ParsedAct:
    """The reader's attempt, in phrases to tell it with."""

    phrase: str
    """A verb phrase that goes after `you` or `to`: "climb the mast"."""
    deed: str
    """The same as a sentence in the past, for the memory: "You tried to climb the mast."."""
    approach: Approach


_SET_OUT = re.compile(r"\b(you) (?:\w+ ){1,6}?to (?=(?:say|ask), [“\"]|try )", re.I)
_DOUBLE_STOP = re.compile(r"([.!?…][”\"])\.")


def smooth(text: str) -> str:
    """The text without "you set out to say" and "you mean to try", which nobody would write."""
    return _DOUBLE_STOP.sub(r"\1", _SET_OUT.sub(r"\1 ", text))


def read(text: str, names: frozenset[str]) -> ParsedAct:
    """The reader's words as an act. `names` are the world's names in lower case; they keep their capitals."""
    said = " ".join(text.replace("{", "(").replace("}", ")").split())
    spirit = approach(said)
    if not (bare := said.strip(' .!…,;:-–—"“”')):
        return ParsedAct("let the moment speak", "You let a moment go by.", spirit)
    speech = _SPEECH.match(said)
    if speech or _LET_ME.match(bare) or not re.search(r"[a-z]", said, re.IGNORECASE):
        return _spoken(speech.group(1) if speech else bare, said[speech.end() :] if speech else "", spirit)
    if bare.endswith("?") or (said.endswith("?") and _ASKS.match(said)):
        question = clip(bare.rstrip("?"), LIMIT - 10)
        question = question[0].upper() + question[1:]
        return ParsedAct(f"ask, “{question}?”", f"You asked, “{question}?”", Approach.CURIOUS)
    phrase = _phrase(bare, names)
    if phrase.startswith(("try ", "refuse to ")):
        verb, rest = phrase.split(" ", 1)
        return ParsedAct(phrase, f"You {'tried' if verb == 'try' else 'refused'} {rest}.", spirit)
    return ParsedAct(phrase, f"You tried to {phrase}.", spirit)


def _spoken(words: str, after: str, spirit: Approach) -> ParsedAct:
    """An act that begins with speech, and the rest of it."""
    line = clip(words, LIMIT - 10).rstrip(" ,")
    rest = clip(_second_person(after.strip(" ,.;!")), LIMIT - len(line)) if len(line) < LIMIT / 2 else ""
    said = f"“{line[:1].upper()}{line[1:]}”" + (f", {rest}" if rest else "")
    return ParsedAct(f"say, {said}", smooth(f"You said, {said}."), spirit)


def _phrase(text: str, names: frozenset[str]) -> str:
    """A verb phrase in the second person."""
    rest = _LEAD.sub("", text, count=1) or text
    rest = "".join(part if part[:1] in '"“' else _second_person(part) for part in _QUOTED.split(rest))
    rest = _NEXT_SENTENCE.sub(lambda m: "; " + m.group(1).lower(), rest)
    rest = clip(rest, LIMIT).rstrip(" .!,;:")
    if meanwhile := _MEANWHILE.fullmatch(rest):
        rest = f"{meanwhile.group(2)}, {meanwhile.group(1)[0].lower()}{meanwhile.group(1)[1:]}"
    if refused := _NOT.match(rest):
        rest = f"refuse to {rest[refused.end() :]}"
    first = rest.split(None, 1)[0]
    plain = first.lower().strip(",;:'’")
    named = plain.removesuffix("'s").removesuffix("’s") in names and stem(plain) not in ACTIVE
    if plain in _NO_ACT or named:
        return f"try to see to it that {rest if named else rest[0].lower() + rest[1:]}"
    rest = rest if first.isupper() and len(first) > 1 else rest[0].lower() + rest[1:]
    if plain.endswith("ing") and plain not in _NO_GERUNDS:
        return f"try {rest}"
    return rest


def _second_person(text: str) -> str:
    for pattern, word in _PERSON:
        text = pattern.sub(word, text)
    return text


def approach(text: str) -> Approach:
    """The approach of the reader's words; curious where no word tells."""
    found = stems(text)
    scores = {
        spirit: sum(3 if i == 0 else 1 for i, word in enumerate(found) if word in words) for spirit, words in SPIRITS
    }
    best = max(scores, key=lambda spirit: scores[spirit])
    return best if scores[best] else Approach.CURIOUS


def meant(text: str, plans: Sequence[Plan], names: frozenset[str]) -> Plan | None:
    """The plan that the words mean; None where they clearly mean none."""
    scores = [(likeness(text, plan.label, plans, names), -index) for index, plan in enumerate(plans)]
    best = max(scores, default=(0.0, 0))
    return plans[-best[1]] if best[0] >= LIKE else None


def likeness(text: str, label: str, plans: Sequence[Plan] = (), names: frozenset[str] = frozenset()) -> float:
    """How alike two acts are, 0 to 1: names and words of several plans count less, the verb more."""
    if negates(text) != negates(label):
        return 0.0
    weights = _weights(plans, names)
    ours, theirs = ({SAME.get(word, word) for word in stems(side)} for side in (text, label))
    verb = SAME.get(next(iter(stems(label)), ""), next(iter(stems(label)), ""))

    def worth(words: set[str]) -> float:
        return sum(weights.get(word, 1.0) + (word == verb) for word in words)

    total = worth(ours) + worth(theirs)
    return 2 * worth(ours & theirs) / total if total else 0.0


def _weights(plans: Sequence[Plan], names: frozenset[str]) -> dict[str, float]:
    """Weights of words that hardly tell one plan from another."""
    light = {stem(name): 0.5 for name in names}
    counts: dict[str, int] = {}
    for plan in plans:
        for word in {SAME.get(word, word) for word in stems(plan.label)}:
            counts[word] = counts.get(word, 0) + 1
    return light | {word: 0.5 for word, count in counts.items() if count > 1}
