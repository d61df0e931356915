"""What is known before a turn, and what its plan calls for: memory, facts, people, threads, lore, recalled passages.

The memory has the first call on the room; the rest is shared out among the others. What one part leaves over of its
share goes first to the memory, the course and the threads, then to lore.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from fiction.story.ledger import Fact
from fiction.story.memory import Recalled
from fiction.story.scene import Scene
from fiction.storytellers.prompts.lorebook import lore_for, occurring, people_of
from fiction.storytellers.prompts.outline import course_heading, course_of
from fiction.storytellers.prompts.shares import PromptItem, PromptPart, numbered, share_out
from fiction.storytellers.prompts.world_book import WorldBook
from fiction.text.tokens import clip, clip_middle, estimate, joined, sentences, terms, wide

_MAX_FACTS = 14
_MAX_CAST = 8
_LATELY = 2
"""Turns after which it is said when somebody was seen where they were."""
_MAX_THREADS = 6
_MAX_RECALLED = 6
_SETUP, _PAYOFF = 24, 16
"""Tokens of each thread, where there is little room."""
_WHOLE, _ROOMY = 100, 900
"""Tokens of each thread, where there are so many for all that is known."""
_CARD = 0.4
"""Share of what there is to say about something under which it is better not begun."""
_STEM, _LONG_STEM = 4, 6
"""Letters of a word that are compared: four of a short one, six of a long one."""
_WORD = re.compile(r"\w{3,}")
_TURN = re.compile(r"\(turn \d+\) ")


def gather(scene: Scene, book: WorldBook, tokens: int) -> str:
    """What is known before the turn, within `tokens` by our estimate; the same whichever plan is chosen.

    `book` is what of the world stands in the system message already.
    """
    last = scene.parent.passage if scene.parent else ""
    offered = _offered(scene)
    called, uncalled = lore_for(scene.world, "", last, scene.memory)
    cards = cards_for(scene, offered)
    ends, whole = scene.direction.goes_to_its_end, tokens >= _ROOMY
    noted = [f"{entry.about}: {entry.note}" for entry in scene.ledger.notebook]
    memory = PromptPart("Memory", 0.5, numbered([scene.memory] if scene.memory else []), shorten=clip_middle, bullet="")
    lore = PromptPart("Of this world", 0.36, numbered(_beyond(book, called)), shorten=cards, most=0.9)
    elsewhere = PromptPart("Others in this world", 0.0, numbered(_beyond(book, uncalled)), shorten=cards)
    facts = PromptPart("Established, and not to be contradicted", 0.18, numbered(_facts(scene, offered, last)))
    people = PromptPart("People you have met", 0.12, numbered(_people(scene, offered, last)), keep=_CARD)
    threads = PromptPart("Open threads, the longest waiting first", 0.16, _threads(scene, whole=whole), keep=_CARD)
    notebook = PromptPart("Your own notebook, never shown to the reader", 0.18, numbered(noted))
    course = PromptPart(course_heading(scene), 0.16 if ends else 0.09, numbered(course_of(scene, known=book.course)))
    course.at_first = 2 if ends else 1
    others = (lore, elsewhere, facts, people, threads, notebook)
    share_out(
        (memory, course), others, tokens, greedy=(memory, course, threads, notebook, people, facts, lore, elsewhere)
    )
    told = (memory, *others, course)
    return "\n\n".join(filter(None, (part.told() for part in told)))


@dataclass(frozen=True, slots=True)
class CalledFor:
    """What the chosen plan calls for and no other message of the prompt holds, the weightiest first."""

    people: PromptPart
    recalled: PromptPart

    def within(self, tokens: int) -> str:
        """As much as there is room for."""
        share_out((self.people,), (self.recalled,), tokens, greedy=(self.recalled, self.people))
        return "\n\n".join(filter(None, (self.people.told(), self.recalled.told())))


def called_for(scene: Scene, book: WorldBook, known: str, shown: frozenset[int]) -> CalledFor:
    """What the plan brings up: entries of the world, and passages from turns whose depth is not `shown` already."""
    plan = " ".join((scene.choice.query, scene.choice.hint))
    entries = [text for text in _beyond(book, lore_for(scene.world, plan)[0]) if text not in known]
    recalled = [item for item in _by_worth(scene.recall.items) if item.depth not in shown]
    texts = [PromptItem(f"(turn {item.depth}) {_flat(item.text)}", item.depth) for item in recalled[:_MAX_RECALLED]]
    return CalledFor(
        PromptPart("Of this world", 0.45, numbered(entries), shorten=cards_for(scene, plan)),
        PromptPart("Remembered from earlier turns", 1.0, texts, shorten=excerpt_for(plan)),
    )


def _offered(scene: Scene) -> str:
    """All that the reader may choose, in one text."""
    plans = scene.parent.plans if scene.parent else ()
    return "\n".join(f"{plan.label}\n{plan.brief}" for plan in plans)


def _beyond(book: WorldBook, entries: Sequence[str]) -> list[str]:
    return [text for text in entries if text not in book.entries]


def _facts(scene: Scene, plan: str, last: str) -> list[str]:
    """What was contradicted, then pinned facts, then those about what the plan names, then the last passage, then all.

    Among equals the newest comes first.
    """
    names = {name for fact in scene.ledger.facts for name in (fact.subject, fact.object) if name.casefold() != "you"}
    planned, here = occurring(names, plan), occurring(names, last)

    def distance(fact: Fact) -> int:
        about = {fact.subject, fact.object}
        if fact.pinned:
            return 0
        if about & planned:
            return 1
        return 2 if about & here or fact.subject.casefold() == "you" else 3

    newest = scene.ledger.facts[::-1]
    facts = sorted(newest, key=distance)
    numbers = {fact: number for number, fact in enumerate(scene.ledger.facts, start=1)}
    told = [f"{numbers[fact]}. {_sentence(fact)} (since turn {fact.since})" for fact in facts[:_MAX_FACTS]]
    return [*scene.established, *told]


def _sentence(fact: Fact) -> str:
    return f"{fact.subject} {fact.relation} {fact.object}"


def _people(scene: Scene, plan: str, last: str) -> list[str]:
    """Those who are named now: by the plan, then by the last passage, then by the memory; the last seen first."""
    names = [member.name for member in scene.ledger.cast]
    planned, here = occurring(names, plan), occurring(names, last)
    named = planned | here | occurring(names, scene.memory)
    cast = sorted(
        scene.ledger.cast, key=lambda member: (member.name not in planned, member.name not in here, -member.seen)
    )
    lines = []
    introduced = {character.name for character in scene.world.characters}
    for member in [member for member in cast if member.name in named][:_MAX_CAST]:
        who = "" if member.name in introduced else member.who
        told = "; ".join(filter(None, (who, member.where, member.stance)))
        seen = f" (in turn {member.seen})" if told and scene.depth - member.seen > _LATELY else ""
        lines.append(f"{member.name}: {told}{seen}" if told else member.name)
    met = occurring((person.name for person in scene.world.characters), *(member.name for member in scene.ledger.cast))
    unmet = [person.name for person in scene.world.characters if person.name not in met]
    return [*lines, f"Not met yet: {', '.join(unmet)}"] if lines and unmet else lines


def _threads(scene: Scene, *, whole: bool) -> Sequence[PromptItem]:
    """Open threads, the longest untouched first: that one, due or next to be, with its payoff; the rest by setup."""
    setup, payoff = (_WHOLE, _WHOLE) if whole else (_SETUP, _PAYOFF)
    lines = []
    for at, thread in enumerate(scene.ledger.open_threads[:_MAX_THREADS]):
        settled = f" (settled by: {clip(thread.payoff, payoff)})" if thread.payoff and not at else ""
        lines.append(f"{thread.id}: {clip(thread.setup, setup)}{settled}")
    return numbered(lines)


def _by_worth(items: Sequence[Recalled]) -> list[Recalled]:
    return sorted(items, key=lambda item: (not item.pinned, -item.score))


def excerpt_for(plan: str) -> Callable[[str, int], str]:
    """A way to shorten a text to the run of sentences that has most to do with the plan. What turn it was stays.

    A word counts the more the fewer of the text's sentences have it: what is told there and nowhere else is kept.
    """
    wanted = _words(plan)

    def excerpt(text: str, tokens: int) -> str:
        turn = _TURN.match(text)
        lead = turn.group() if turn else ""
        parts = sentences(text.removeprefix(lead))
        shared = [wanted & _words(part) for part in parts]
        held = Counter(word for words in shared for word in words)
        costs = [estimate(part) + 1 for part in parts]

        def worth(run: range) -> tuple[float, int]:
            return sum(1 / held[word] for word in frozenset().union(*(shared[at] for at in run))), len(run)

        runs = [_run(costs, start, tokens - estimate(lead) - 2) for start in range(len(parts))]
        best = max(runs, key=worth, default=range(0))
        if not best:
            return clip(text, tokens)
        return f"{lead}{'… ' if best.start else ''}{joined(parts[at] for at in best)}"

    return excerpt


@lru_cache(maxsize=2048)
def _words(text: str) -> frozenset[str]:
    """The beginnings of all words but the shortest, so that inflected ones are alike, and pairs of wide characters."""
    return frozenset(map(_beginning, (*terms(text), *_WORD.findall(text.casefold()))))


def _beginning(word: str) -> str:
    return word[: max(_STEM, min(len(word) - 1, _LONG_STEM))]


def cards_for(scene: Scene, about: str) -> Callable[[str, int], str]:
    """A way to shorten what is said of the world: of people the beginning, where what matters most of them stands; of
    all else the sentences that have most to do with the plan.
    """
    people = frozenset(people_of(scene.world))
    excerpt = excerpt_for(about)

    def shortened(text: str, tokens: int) -> str:
        if text not in people:
            return excerpt(text, tokens)
        kept = clip(text, tokens)
        return kept if estimate(kept) >= _CARD * estimate(text) else ""

    return shortened


def _run(costs: Sequence[int], start: int, tokens: int) -> range:
    """As many sentences from `start` on as fit."""
    end = start
    while end < len(costs) and costs[end] <= tokens:
        tokens -= costs[end]
        end += 1
    return range(start, end)


def _flat(text: str) -> str:
    return joined(text.split("\n")) if wide(text) else " ".join(text.split())
