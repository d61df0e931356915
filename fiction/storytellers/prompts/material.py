"""What of the story stands in a turn's prompt: the world's lore, what is established, remembered and just told.

The memory and the last passage have the first call on the room; the rest is shared out among the others. What one part
leaves over of its share goes first to the memory, the course and the threads, then to more passages word for word, then
to what is recalled, then to lore: in the order of worth, so that a larger budget buys more of these.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from fiction.story.ledger import Fact
from fiction.story.memory import Recalled
from fiction.story.plan import ChoiceKind
from fiction.story.scene import Scene
from fiction.story.turn import Turn
from fiction.storytellers.prompts.lorebook import lore_for, occurring, people_called, people_of
from fiction.storytellers.prompts.outline import course_heading, course_of, goes_to_its_end
from fiction.storytellers.prompts.shares import PromptItem, PromptPart, numbered, share_out
from fiction.text.tokens import clip, clip_middle, clip_start, estimate, joined, sentences, terms, wide

_MAX_FACTS = 14
_MAX_CAST = 8
_MAX_THREADS = 6
_MAX_BESIDES = 2
_MOST_OFFERED = 90
"""Tokens beside a plan that was offered."""
_SETUP, _PAYOFF = 24, 16
"""Tokens of each thread."""
_LEAST_TAIL = 90
"""Tokens of an older passage's end that are worth more than what is recalled."""
_CARD = 0.4
"""Share of what there is to say about something under which it is better not begun."""
_WORD = re.compile(r"\w{3,}")
_TURN = re.compile(r"\(turn \d+\) ")


@dataclass(frozen=True, slots=True)
class Material:
    """What was gathered."""

    text: str
    entries: frozenset[str]
    """Of the world's lore, what stands in it whole."""
    turns: frozenset[int]
    """Depths of the turns that stand in it, word for word or recalled."""


def gather(scene: Scene, about: str, tokens: int) -> Material:
    """The material for a turn, within `tokens` by our estimate. `about` is the plan, or all that may be chosen."""
    last = scene.parent.passage if scene.parent else ""
    called_for, others = lore_for(scene.world, about, last, scene.memory)
    cards = cards_for(scene, about)
    lore = PromptPart("Of this world", 0.42, numbered(called_for), shorten=cards, most=0.9)
    elsewhere = PromptPart("Others in this world", 0.0, numbered(others), shorten=cards)
    course = PromptPart(course_heading(scene), 0.16 if goes_to_its_end(scene) else 0.09, numbered(course_of(scene)))
    course.at_first = 2 if goes_to_its_end(scene) else 1
    facts = PromptPart("Established, and not to be contradicted", 0.15, numbered(_facts(scene, about, last)))
    people = PromptPart("People you have met", 0.08, numbered(_people(scene, about, last)), keep=_CARD)
    threads = PromptPart("Open threads, the longest waiting first", 0.15, numbered(_threads(scene)), keep=_CARD)
    recall = PromptPart("Remembered from earlier turns", 0.2, _recalled(scene), shorten=excerpt_for(about), most=0.6)
    memory = PromptPart("Memory", 0.3, numbered([scene.memory] if scene.memory else []), shorten=clip_middle, bullet="")
    passages = PromptPart(
        "The last passages",
        0.32,
        _passages(scene),
        clip_passage,
        at_first=max(1, scene.settings.recent_passages),
        least=_LEAST_TAIL,
        bullet="",
    )

    def still_counts(part: PromptPart) -> Sequence[PromptItem]:
        shown = {item.place for item in passages.kept} if part is recall else set()
        return [item for item in part.items if item.place not in shown]

    first = (memory, passages, course)
    rest = (lore, elsewhere, facts, people, threads, recall)
    greedy = (memory, course, threads, lore, passages, recall, elsewhere)
    share_out(first, rest, tokens, greedy=greedy, drop=still_counts)
    told = (lore, elsewhere, course, facts, people, threads, recall, memory, passages)
    return Material(
        "\n\n".join(filter(None, (part.told() for part in told))),
        frozenset(item.text for part in (lore, elsewhere) for item in part.kept),
        frozenset(item.place for part in (passages, recall) for item in part.kept),
    )


def besides(scene: Scene, plan: str, material: Material, tokens: int) -> str:
    """What only the plan that was chosen calls for, beyond the material, as lines within `tokens`; mostly nothing.

    The material was gathered for all the plans that were offered; of one of these only the people it names, and what
    it brings to mind before all else, can be missing. The reader's own words may call for anything.
    """
    offered = scene.choice.kind is ChoiceKind.OFFERED
    called = people_called(scene.world, plan) if offered else lore_for(scene.world, plan)[0]
    named = [text for text in called if text not in material.entries][:_MAX_BESIDES]
    items = [] if scene.common is None else _by_worth(scene.recall.items)[: 1 if offered else None]
    recalled = [f"(turn {item.depth}) {_flat(item.text)}" for item in items if item.depth not in material.turns]
    part = PromptPart("", 1.0, numbered([*named, *recalled[:_MAX_BESIDES]]), shorten=cards_for(scene, plan))
    part.fill(min(tokens, _MOST_OFFERED) if offered else tokens, part.items)
    return "\n".join(f"- {item.text}" for item in part.kept)


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
    return [*scene.established, *map(_sentence, facts[:_MAX_FACTS])]


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
        lines.append(f"{member.name}: {told}" if told else member.name)
    return lines


def _threads(scene: Scene) -> list[str]:
    """Open threads, the longest untouched first: that one, due or next to be, with its payoff; the rest by setup."""
    lines = []
    for at, thread in enumerate(scene.ledger.open_threads[:_MAX_THREADS]):
        settled = f" (settled by: {clip(thread.payoff, _PAYOFF)})" if thread.payoff and not at else ""
        lines.append(f"{thread.id}: {clip(thread.setup, _SETUP)}{settled}")
    return lines


def _recalled(scene: Scene) -> list[PromptItem]:
    """Pinned memories first, then by worth; those that the prompt's last passage already is are left out."""
    last = scene.parent.depth if scene.parent else 0
    worthy = _by_worth(scene.recall.items) if scene.common is None else scene.common
    return [PromptItem(f"(turn {item.depth}) {_flat(item.text)}", item.depth) for item in worthy if item.depth != last]


def _by_worth(items: Sequence[Recalled]) -> list[Recalled]:
    return sorted(items, key=lambda item: (not item.pinned, -item.score))


def _passages(scene: Scene) -> list[PromptItem]:
    """The newest first, each with the choice that led to it."""
    return [PromptItem(_passage(turn), turn.depth) for turn in reversed(scene.recent) if turn.passage]


def _passage(turn: Turn) -> str:
    did = f"> {_flat(clip(turn.choice.text, 40))}\n" if turn.choice.text else ""
    return f"{did}{turn.passage.strip()}"


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
    """Every word but the shortest, and pairs of characters in scripts without spaces."""
    return terms(text) | frozenset(_WORD.findall(text.casefold()))


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


def clip_passage(text: str, tokens: int) -> str:
    """The end of a passage, with the choice that led to it."""
    choice, newline, passage = text.partition("\n") if text.startswith("> ") else ("", "", text)
    left = tokens - estimate(choice) - 1
    return f"{choice}{newline}{clip_start(passage, left)}" if left > _LEAST_TAIL // 2 else clip_start(passage, tokens)


def _run(costs: Sequence[int], start: int, tokens: int) -> range:
    """As many sentences from `start` on as fit."""
    end = start
    while end < len(costs) and costs[end] <= tokens:
        tokens -= costs[end]
        end += 1
    return range(start, end)


def _flat(text: str) -> str:
    return joined(text.split("\n")) if wide(text) else " ".join(text.split())
