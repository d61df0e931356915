"""How often a planted fact is among the recalled passages when a plan needs it, 10 to 3,000 turns later.

Every fact is told once, in a passage that is otherwise like all the others; the plan says it in other words and shares
only a name and a thing with it. The filler is full of the same few names, and now and then it names one of the things.
Bar: 99 of 100 for the hybrid, at every distance.
"""

import asyncio
import random
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from fiction.memory.embedders import HashedEmbedder
from fiction.memory.index import PassageIndex
from fiction.memory.recall import StoryMemory
from fiction.memory.terms import Words
from fiction.story.memory import Cue, Embedding, Lineage, Memory, TurnId

DISTANCES = (10, 100, 1_000, 3_000)
LIMIT = 4
PATH = Lineage(((0, 1_000_000),))
NAMES = ("Mara", "Imre", "Corin", "Tilde", "Osric", "Brannoch")
PLACES = ("the mill", "the salt road", "the drowned chapel", "the ferry", "the quarry", "the inn", "the north gate")
COMMON = ("lantern", "rope", "knife", "letter", "cloak", "coin", "bread", "map", "door", "horse", "boat", "fire")
DEEDS = ("walks", "waits", "turns back", "says nothing", "laughs", "looks away", "counts the hours", "sleeps badly")
WEATHER = ("rain", "fog", "wind", "frost", "a thin sun", "smoke", "snow", "stars")

MADE_OF = ("brass", "bone", "ivory", "green glass", "lead", "willow", "copper", "amber")
SHAPES = ("astrolabe", "whistle", "comb", "flute", "chess queen", "signet ring", "music box", "heron")
THINGS = tuple(f"{stuff} {shape}" for stuff in MADE_OF for shape in SHAPES)
"""One a fact; each of their words stands in eight facts."""

_DECOYS = 0.002
"""How many of the filler's sentences name one of the things in passing."""

TOLD = (
    ("{name} buries the {thing} under the third willow and makes you look away.", "Dig up the {thing} that {name} hid"),
    (
        "{name} swears, one hand raised, to bring the {thing} home by midwinter.",
        "Hold {name} to the oath about the {thing}",
    ),
    ("You learn that {name} stole the {thing} from a dead man.", "Accuse {name} of the theft of the {thing}"),
    ("For your help {name} gives you the {thing} and asks for no price.", "Use the {thing}, {name}'s gift to you"),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is told once and needed much later."""

    turn: int
    told: str
    plan: str


def facts(chance: random.Random) -> list[Fact]:
    """Sixty-four facts, each of another thing, in four ways."""
    made = []
    for at, thing in enumerate(THINGS):
        name, (told, plan) = chance.choice(NAMES), TOLD[at % len(TOLD)]
        made.append((told.format(name=name, thing=thing), plan.format(name=name, thing=thing)))
    chance.shuffle(made)
    return [Fact(30 + 4 * at, told, plan) for at, (told, plan) in enumerate(made)]


def sentence(chance: random.Random) -> str:
    """A sentence about what is always going on."""
    name, other = chance.sample(NAMES, 2)
    thing = chance.choice(THINGS) if chance.random() < _DECOYS else chance.choice(COMMON)
    place, deed, weather = chance.choice(PLACES), chance.choice(DEEDS), chance.choice(WEATHER)
    return chance.choice(
        (
            f"{name} {deed} by {place}, and {other} {chance.choice(DEEDS)}.",
            f"There is {weather} over {place}, and you carry the {thing} under your arm.",
            f"{name} asks {other} about the {thing}, but the answer is lost in {weather}.",
            f"You think of {place} and of what {name} once told you about a {thing}.",
            f"At {place} the {thing} lies where {other} left it.",
        )
    )


def story(planted: list[Fact], chance: random.Random, *, length: int) -> list[Memory]:
    """A long branch in which each fact stands once, in the middle of its passage."""
    told_at = {fact.turn: fact.told for fact in planted}
    memories = []
    for turn in range(1, length + 1):
        sentences = [sentence(chance) for _ in range(10)]
        if turn in told_at:
            sentences[5] = told_at[turn]
        memories.append(Memory(TurnId(turn), 0, turn, " ".join(sentences), importance=chance.randint(2, 7)))
    return memories


class Told:
    """An archive that holds the story and forgets vectors."""

    uuid = "00000000-0000-4000-8000-00000000b0a7"

    def __init__(self, memories: list[Memory]) -> None:
        self._memories = memories

    def memories(self, *, after: TurnId | None = None) -> list[Memory]:
        return [memory for memory in self._memories if after is None or memory.turn > after]

    def embeddings(self, model: str) -> list[tuple[TurnId, Embedding]]:
        return []

    def store_embeddings(self, rows: object) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is open."""


def dense_alone(index: PassageIndex, cue: Cue) -> set[int]:
    """What the vectors alone would give."""
    question = index.ask(cue, ())
    if question.vector is None:
        return set()
    nearest = index.nearest(question.vector, question.allowed.nonzero()[0], cue.limit)
    return {int(place.turn) for place in index.catalogue.places(nearest)}


async def main() -> int:
    """Print the table; 1 if the bar is not met."""
    chance = random.Random(7)
    planted = facts(chance)
    memories = story(planted, chance, length=planted[-1].turn + max(DISTANCES) + 1)
    words = Words("en")
    index = PassageIndex(words, HashedEmbedder(words))
    for told in memories:
        index.take_with_vector(told)
    worst = 1.0
    with tempfile.TemporaryDirectory() as cache:
        memory = StoryMemory(cache=Path(cache))
        await memory.open(Told(memories))
        await memory.ready()
        print(f"{len(planted)} facts, {len(memories)} turns, {LIMIT} passages recalled")
        print(f"{'turns back':>12} {'hybrid':>8} {'lexical':>8} {'dense':>8}")
        for distance in DISTANCES:
            hits = [0, 0, 0]
            for fact in planted:
                cue = Cue(fact.plan, PATH, fact.turn + distance, LIMIT)
                found = await memory.recall(cue)
                hits[0] += fact.turn in {item.turn for item in found.items}
                hits[1] += fact.turn in {item.turn for item in found.lexical[:LIMIT]}
                hits[2] += fact.turn in dense_alone(index, cue)
            worst = min(worst, hits[0] / len(planted))
            print(f"{distance:>12,} " + " ".join(f"{hit / len(planted):>8.1%}" for hit in hits))
        await memory.close()
    return int(worst < 0.99)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
