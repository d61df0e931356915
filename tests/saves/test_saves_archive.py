"""The contract of `engine.ports.Archive`."""

import threading
from collections.abc import Callable
from contextlib import closing

import pytest

from bench.stories import draft, prose
from fiction.engine.ports import Archive
from fiction.errors import SaveError
from fiction.saves.archive import BATCH
from fiction.saves.store import SaveFile
from fiction.story.memory import Embedding, Memory, TurnId
from fiction.story.turn import Turn

Grow = Callable[..., list[Turn]]


def an_archive(save: SaveFile) -> Archive:
    """For the type checker: a SaveArchive is an Archive."""
    return save.archive()


def test_it_names_the_save_by_its_identity(save: SaveFile) -> None:
    with closing(an_archive(save)) as archive:
        assert archive.uuid == save.story.uuid


def test_it_gives_every_branchs_memories_in_the_order_of_ids(save: SaveFile, grow: Grow) -> None:
    trunk = grow(save, 3)
    save.move(trunk[0].id, expected=trunk[2].id)
    grow(save, 1, start=20)
    save.tell(TurnId(4), draft(21), head=TurnId(4))
    with closing(save.archive()) as archive:
        memories = list(archive.memories())
        assert [memory.turn for memory in memories] == [1, 2, 3, 4, 5]
        turn = save.turn(TurnId(4))
        assert memories[3] == Memory(turn.id, 2, 2, prose(20), title=turn.title, importance=turn.importance)
        assert [memory.turn for memory in archive.memories(after=TurnId(3))] == [4, 5]


def test_it_keeps_vectors_by_embedder_and_in_the_order_of_ids(save: SaveFile, grow: Grow) -> None:
    turns = grow(save, 3)
    with closing(save.archive()) as archive:
        archive.store_embeddings((turn.id, Embedding("a", bytes([turn.id, 0]))) for turn in reversed(turns))
        archive.store_embeddings([(TurnId(2), Embedding("b", b"\2\2")), (TurnId(2), Embedding("a", b"\7\7"))])
        found = [(turn, embedding.vector) for turn, embedding in archive.embeddings("a")]
        assert found == [(1, b"\1\0"), (2, b"\7\7"), (3, b"\3\0")]
        assert len(list(archive.embeddings("b"))) == 1
        assert list(archive.embeddings("c")) == []
    assert save.verify() == []


def test_a_vector_of_no_turn_is_left_out(save: SaveFile, grow: Grow) -> None:
    grow(save, 1)
    with closing(save.archive()) as archive:
        archive.store_embeddings([(TurnId(9), Embedding("a", b"\0\0")), (TurnId(1), Embedding("a", b"\1\1"))])
        assert [turn for turn, _ in archive.embeddings("a")] == [1]


def test_many_vectors_come_back_batch_by_batch(save: SaveFile, grow: Grow) -> None:
    grow(save, 2)
    many = BATCH + 5
    with closing(save.archive()) as archive:
        archive.store_embeddings((TurnId(1), Embedding(f"m{n}", b"\0\0")) for n in range(many))
        assert sum(len(list(archive.embeddings(f"m{n}"))) for n in range(many)) == many


def test_a_save_that_is_only_read_keeps_no_vectors(save: SaveFile, grow: Grow) -> None:
    (turn,) = grow(save, 1)
    with closing(SaveFile.open(save.file, read_only=True)) as reader, closing(reader.archive()) as archive:
        archive.store_embeddings([(turn.id, Embedding("a", b"\0\0"))])
        assert list(archive.embeddings("a")) == []
        assert len(list(archive.memories())) == 1


def test_it_works_from_another_thread_and_closes_from_this_one(save: SaveFile, grow: Grow) -> None:
    grow(save, 2)
    archive = save.archive()
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.extend(memory.turn for memory in archive.memories()))
    thread.start()
    thread.join()
    archive.close()
    archive.close()
    assert found == [1, 2]
    with pytest.raises(SaveError, match="closed"):
        list(archive.memories())


def test_it_outlives_the_save_it_came_from(save: SaveFile, grow: Grow) -> None:
    grow(save, 2)
    with closing(save.archive()) as archive:
        save.close()
        assert len(list(archive.memories())) == 2
