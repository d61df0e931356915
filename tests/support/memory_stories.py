"""A save as the index sees it, without a save."""

import random
from collections.abc import Iterable, Iterator

from fiction.story.memory import Cue, Embedding, Lineage, Memory, TurnId

ONE_BRANCH = Lineage(((0, 1_000_000),))


class ListArchive:
    """An `engine.ports.Archive` over plain lists."""

    def __init__(self, memories: Iterable[Memory] = (), uuid: str = "6f1c2a34-0000-4000-8000-000000000001") -> None:
        self.uuid = uuid
        self.told = list(memories)
        self.vectors: dict[tuple[str, TurnId], Embedding] = {}
        self.closed = False

    def memories(self, *, after: TurnId | None = None) -> Iterator[Memory]:
        for memory in sorted(self.told, key=lambda memory: memory.turn):
            if after is None or memory.turn > after:
                yield memory

    def embeddings(self, model: str) -> Iterator[tuple[TurnId, Embedding]]:
        for (name, turn), embedding in sorted(self.vectors.items(), key=lambda item: item[0]):
            if name == model:
                yield turn, embedding

    def store_embeddings(self, rows: Iterable[tuple[TurnId, Embedding]]) -> None:
        for turn, embedding in rows:
            self.vectors[embedding.model, turn] = embedding

    def close(self) -> None:
        self.closed = True


def told(turn: int, text: str, *, segment: int = 0, depth: int = 0, importance: int = 5) -> Memory:
    """A passage; its depth is its turn unless said otherwise."""
    return Memory(TurnId(turn), segment, depth or turn, text, importance=importance)


def story(*texts: str) -> list[Memory]:
    """Passages of one branch, from turn 1."""
    return [told(turn, text) for turn, text in enumerate(texts, 1)]


def cue(text: str, *, lineage: Lineage = ONE_BRANCH, before: int = 1_000_000, limit: int = 4, thread: str = "") -> Cue:
    """A question to the whole of one branch."""
    return Cue(text, lineage, before, limit, thread)


def played(turns: int, *, seed: int = 1) -> list[Memory]:
    """A branch of made-up passages of some sixty words, with names that come again and things that come once."""
    chance = random.Random(seed)
    syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il")]
    words = ["".join(chance.choices(syllables, k=chance.randint(1, 3))) for _ in range(1_500)]
    return story(
        *(
            f"Mara and Imre go on. {' '.join(chance.choices(words, k=60))}. They find the {turn}th thing{turn:04d}."
            for turn in range(1, turns + 1)
        )
    )
