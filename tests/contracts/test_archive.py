"""The contract of `engine.ports.Archive`, for everything that an index reads."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from bench.stories import draft, record, reflection
from fiction.engine.ports import Archive
from fiction.saves.store import SaveFile
from fiction.story.memory import Embedding, Memory, TurnId
from support.memory_stories import ListArchive

TOLD = 5


def of_save(folder: Path) -> tuple[Archive, Callable[[], None]]:
    save = SaveFile.create(folder / "tale.fiction", record(turns=0))
    parent = None
    for number in range(1, TOLD + 1):
        parent = save.complete(save.tell(parent, draft(number), head=parent).id, reflection(number)).id
    return save.archive(), save.close


def of_save_to_read(folder: Path) -> tuple[Archive, Callable[[], None]]:
    _, close = of_save(folder)
    close()
    save = SaveFile.open(folder / "tale.fiction", read_only=True)
    return save.archive(), save.close


def of_list(_folder: Path) -> tuple[Archive, Callable[[], None]]:
    told = [Memory(TurnId(number), 0, number, draft(number).passage) for number in range(1, TOLD + 1)]
    return ListArchive(reversed(told)), lambda: None


ARCHIVES = {"a save": of_save, "a save that is only read": of_save_to_read, "the tests' own": of_list}


@pytest.fixture(params=ARCHIVES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def archive(kind: str, tmp_path: Path) -> Iterator[Archive]:
    made, close = ARCHIVES[kind](tmp_path)
    yield made
    made.close()
    close()


def test_it_has_an_identity(archive: Archive) -> None:
    assert archive.uuid
    assert archive.uuid == archive.uuid


def test_it_gives_every_told_turn_in_the_order_of_ids(archive: Archive) -> None:
    memories = list(archive.memories())
    assert [memory.turn for memory in memories] == [1, 2, 3, 4, 5]
    assert all(memory.text and memory.depth == memory.turn for memory in memories)
    assert not any(memory.edited or memory.forgotten for memory in memories)


@pytest.mark.parametrize(("after", "left"), [(0, [1, 2, 3, 4, 5]), (3, [4, 5]), (5, []), (99, [])])
def test_it_gives_what_came_after_a_turn(archive: Archive, after: int, left: list[int]) -> None:
    assert [memory.turn for memory in archive.memories(after=TurnId(after))] == left


def test_two_readings_do_not_meet(archive: Archive) -> None:
    pairs = zip(archive.memories(), archive.memories(), strict=True)
    assert all(one == other for one, other in pairs)


def test_it_keeps_vectors_by_embedder_in_the_order_of_ids_where_it_can_be_written(archive: Archive, kind: str) -> None:
    archive.store_embeddings((TurnId(turn), Embedding("a", bytes([turn, 0]))) for turn in (4, 2, 1))
    archive.store_embeddings([(TurnId(2), Embedding("b", b"\2\2")), (TurnId(2), Embedding("a", b"\7\7"))])
    found = [(turn, embedding.vector) for turn, embedding in archive.embeddings("a")]
    assert found == ([] if "only read" in kind else [(1, b"\1\0"), (2, b"\7\7"), (4, b"\4\0")])
    assert list(archive.embeddings("nobody's")) == []


def test_it_can_be_used_from_another_thread(archive: Archive) -> None:
    found: list[Memory] = []
    thread = Thread(target=lambda: found.extend(archive.memories()))
    thread.start()
    thread.join(30)
    assert len(found) == TOLD


def test_it_closes_twice(archive: Archive) -> None:
    archive.close()
    archive.close()
