"""Checks of a told turn, without a model: repeated sentences, acts of the protagonist that nobody chose, poor plans.

They record findings and never hold a turn back. The check of acts knows English only; other languages pass it.
"""

import re
from collections.abc import Iterable

from fiction.story.ledger import Ledger
from fiction.story.plan import Choice, Plan
from fiction.story.turn import Finding, Turn
from fiction.text.folding import same_spelling
from fiction.text.tokens import sentences

_QUOTED = re.compile(r"[\"“«„][^\"”»“«„]*[\"”»“]")
_AROUND = " .!?…。！？\"“”„«»’'‘()"
"""What may stand before or after the same words and makes no difference."""
_WORD = re.compile(r"\w+(?:['’]\w+)?")
_ACTS_FOR_READER = re.compile(
    r"\byou (?:\w+ly )?(?:finally |then |now |suddenly )?"
    r"(decide|choose|agree|refuse|resolve|vow|promise|confess|admit|accept|surrender|forgive|betray|kill|say|reply"
    r"|answer|tell|ask|shout|whisper)\b",
    re.IGNORECASE,
)
_SPEAKING = {"say", "reply", "answer", "tell", "ask", "shout", "whisper"}
"""Verbs that a choice with a quotation or a question in it licenses."""
_MIN_REPEATED_WORDS = 7
"""Words from which a sentence that a recent passage has word for word is a repeat; shorter ones may recur."""


def passage_findings(passage: str, choice: Choice, recent: tuple[Turn, ...]) -> tuple[Finding, ...]:
    """Doubts about a passage: sentences repeated from recent ones, acts of the protagonist beyond the choice."""
    return (*_repeats(passage, recent), *_agency(passage, choice))


def plan_findings(plans: tuple[Plan, ...], recent: tuple[Turn, ...]) -> tuple[Finding, ...]:
    """Faults of plans: not three, empty, alike, the same approach twice, offered before."""
    labels = [_normal(plan.label) for plan in plans]
    before = {_normal(plan.label) for turn in recent for plan in turn.plans}
    found: list[str] = []
    if len(plans) != 3:
        found.append(f"{len(plans)} plans")
    if not all(labels):
        found.append("a plan without words")
    if len(set(labels)) < len(labels):
        found.append("two plans with the same words")
    if len({plan.approach for plan in plans}) < len(plans):
        found.append("two plans with the same approach")
    found += [f"offered before: {label}" for label in labels if label and label in before]
    return tuple(Finding("plans", detail) for detail in found)


def contradiction_findings(ledger: Ledger) -> tuple[Finding, ...]:
    """The contradictions that the last turn brought in."""
    return tuple(
        Finding(
            "contradiction", f"{c.established.subject} {c.established.relation} {c.established.object}, not {c.claimed}"
        )
        for c in ledger.contradictions
    )


def _repeats(passage: str, recent: tuple[Turn, ...]) -> Iterable[Finding]:
    told = {sentence for turn in recent for sentence in _sentences(turn.passage)}
    for sentence in _sentences(passage):
        if sentence in told and len(_WORD.findall(sentence)) >= _MIN_REPEATED_WORDS:
            yield Finding("repetition", sentence[:120])


def _agency(passage: str, choice: Choice) -> Iterable[Finding]:
    words = f"{choice.text} {choice.plan.brief if choice.plan else ''}"
    licensed = set(_WORD.findall(words.casefold()))
    if _QUOTED.search(words) or "?" in words:
        licensed |= _SPEAKING
    for match in _ACTS_FOR_READER.finditer(_QUOTED.sub(" ", passage)):
        if match.group(1).casefold() not in licensed:
            yield Finding("agency", match.group())


def _sentences(text: str) -> list[str]:
    return [_normal(sentence) for sentence in sentences(text)]


def _normal(text: str) -> str:
    return same_spelling(text).casefold().strip(_AROUND)
