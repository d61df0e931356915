"""Chroma's arm over a library that is small, quick, and fails when told to: the real one takes minutes to show it."""

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fiction.memory import chroma_arm, chroma_index
from fiction.memory.answer import EXACTLY
from fiction.memory.chroma_arm import ChromaArm, State
from fiction.memory.chroma_import import ChromaMissing
from fiction.memory.chroma_index import ChromaIndex, CollectionContent, IndexBusy, IndexUnsound, parse_id, record_id
from fiction.memory.columns import Floats
from fiction.memory.embedders import HashedEmbedder
from fiction.memory.index import PassageIndex
from fiction.memory.terms import Words
from fiction.memory.upkeep import Upkeep
from fiction.memory.worker import Worker
from fiction.story.memory import Lineage, TurnId
from support.memory_stories import ListArchive, cue, played, told


class Shelves:
    """A stand-in for the library: collections in memory, by the folder they would lie in."""

    __version__ = "0.0.0"

    def __init__(self) -> None:
        self.config = SimpleNamespace(Settings=lambda **settings: settings)
        self.collections: dict[str, dict[str, tuple[Floats, dict[str, int]]]] = {}
        self.calls: list[str] = []
        self.sizes: list[int] = []
        self.fails: Callable[[str], bool] = lambda call: False
        self.loses = ""
        """An id whose vector is taken in wrong."""

    def PersistentClient(self, path: str, settings: dict[str, bool]) -> "Shelves":  # noqa: N802 - as the library has it
        assert settings == {"anonymized_telemetry": False}
        self._call("client")
        Path(path).mkdir(exist_ok=True)
        database = Path(path) / "chroma.sqlite3"
        if not database.exists():
            with sqlite3.connect(database) as db:
                db.execute("CREATE TABLE x(y)")
            db.close()
        self._held = self.collections.setdefault(path, {})
        return self

    def get_or_create_collection(self, name: str, **options: object) -> "Shelves":
        self._call("collection")
        return self

    def count(self) -> int:
        self._call("count")
        return len(self._held)

    def get(self, *, include: list[str], limit: int, offset: int) -> dict[str, list[object]]:
        self._call("get")
        ids = list(self._held)[offset : offset + limit]
        return {"ids": list(ids), "metadatas": [self._held[name][1] for name in ids]}

    def query(self, *, query_embeddings: list[Floats], n_results: int, include: list[str]) -> dict[str, list[object]]:
        self._call("query")
        asked = query_embeddings[0]
        far = {
            name: float(1 - row @ asked / (np.linalg.norm(row) * np.linalg.norm(asked) or 1))
            for name, (row, _) in self._held.items()
        }
        ids = sorted(far, key=lambda name: far[name])[:n_results]
        return {"ids": [ids], "distances": [[far[name] for name in ids]]}

    def upsert(self, *, ids: list[str], embeddings: Floats, metadatas: list[dict[str, int]]) -> None:
        self._call("upsert")
        self.sizes.append(len(ids))
        for name, row, about in zip(ids, embeddings, metadatas, strict=True):
            self._held[name] = (-row if name == self.loses else row.copy(), about)

    def delete(self, *, ids: list[str]) -> None:
        self._call("delete")
        self.sizes.append(-len(ids))
        for name in ids:
            self._held.pop(name, None)

    def close(self) -> None:
        self._call("close")

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.fails(name):
            raise RuntimeError(name)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Shelves:
    made = Shelves()
    monkeypatch.setattr(chroma_arm, "import_chroma", lambda: made)
    return made


def indexed(count: int) -> PassageIndex:
    words = Words("en")
    upkeep = Upkeep(
        ListArchive(played(count)), words=words, embedder=HashedEmbedder(words, dim=64), worker=Worker("x"), cache=None
    )
    upkeep.read_words()
    upkeep.make_vectors(pause=lambda: None)
    return upkeep.index


def content(index: PassageIndex) -> CollectionContent:
    return chroma_arm._content(index, index.catalogue.told_pieces())


def begun(folder: Path, library: Shelves) -> ChromaIndex:
    return ChromaIndex(library, folder, "tale")  # type: ignore[arg-type]


def never() -> bool:
    return False


async def arm(folder: Path, index: PassageIndex, said: list[str] | None = None) -> ChromaArm:
    made = ChromaArm(folder, "tale", tell=(said if said is not None else []).append)
    made.start(index)
    await made.worker.idle()
    return made


def test_a_record_names_its_turn_and_part() -> None:
    assert [record_id(17, 0), record_id(17, 1)] == ["17", "17#1"]
    assert [parse_id("17"), parse_id("17#1")] == [(17, 0), (17, 1)]


def test_an_index_holds_what_is_on_the_shelf_and_a_clean_end_spares_the_building(
    tmp_path: Path, library: Shelves
) -> None:
    index = indexed(40)
    first = begun(tmp_path, library)
    first.open(content(index), stopping=never)
    assert first.nearest(index.rows([6])[0], 1) == ["7"]
    assert (tmp_path / "dirty").exists()
    first.close(clean=True)
    assert not (tmp_path / "dirty").exists()
    library.calls.clear()
    second = begun(tmp_path, library)
    second.open(content(index), stopping=never)
    assert "upsert" not in library.calls
    assert (len(library.collections), library.calls.count("query")) == (1, 10)
    second.close(clean=False)
    third = begun(tmp_path, library)
    third.open(content(index), stopping=never)
    assert (len(library.collections), "upsert" in library.calls) == (2, True)
    third.close(clean=True)
    assert len([place for place in tmp_path.iterdir() if place.is_dir()]) == 1


def test_an_index_that_is_closed_is_closed_for_good_and_free_for_others(tmp_path: Path, library: Shelves) -> None:
    first = begun(tmp_path, library)
    first.open(content(indexed(3)), stopping=never)
    with pytest.raises(IndexBusy):
        begun(tmp_path, library)
    first.close(clean=True)
    with pytest.raises(IndexUnsound):
        first.nearest(np.ones(64, np.float32), 1)
    begun(tmp_path, library).close(clean=True)


def test_an_end_that_fails_is_no_clean_one_and_frees_the_folder(tmp_path: Path, library: Shelves) -> None:
    first = begun(tmp_path, library)
    first.open(content(indexed(3)), stopping=never)
    library.fails = lambda call: call == "close"
    with pytest.raises(RuntimeError):
        first.close(clean=True)
    assert (tmp_path / "dirty").exists()
    begun(tmp_path, library).close(clean=False)


def test_only_what_is_new_or_changed_is_taken_in_and_what_is_gone_is_dropped(tmp_path: Path, library: Shelves) -> None:
    index = indexed(20)
    first = begun(tmp_path, library)
    first.open(content(index), stopping=never)
    first.close(clean=True)
    index.forget(TurnId(3))
    index.take_with_vector(told(5, "A lantern of green glass."))
    index.take_with_vector(told(21, "Hesper lost her astrolabe."))
    library.sizes.clear()
    second = begun(tmp_path, library)
    second.open(content(index), stopping=never)
    assert library.sizes == [-1, 2]
    assert sorted(map(int, library._held)) == [1, 2, *range(4, 22)]
    second.close(clean=True)


def test_records_come_in_calls_of_sixteen_and_larger_ones_in_a_long_story(
    tmp_path: Path, library: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma_index, "_LONGEST_PAUSE", 0.0)
    monkeypatch.setattr(chroma_index, "_SHARE", 4)
    monkeypatch.setattr(chroma_index, "_PAGE", 30)
    index = indexed(100)
    made = begun(tmp_path, library)
    made.open(content(index), stopping=never)
    assert library.sizes == [16, 16, 16, 16, 16, 20]
    library.sizes.clear()
    made.put(content(index))
    assert library.sizes == [16] * 6 + [4]
    made.drop([str(number) for number in range(1, 101)])
    assert library.sizes[7:] == [-30, -30, -30, -10]
    assert library.count() == 0
    made.close(clean=True)


def test_building_leaves_off_when_the_story_is_left(tmp_path: Path, library: Shelves) -> None:
    made = begun(tmp_path, library)
    made.open(content(indexed(100)), stopping=lambda: len(library.sizes) >= 2)
    assert library.sizes == [16, 16]
    assert "count" not in library.calls
    made.close(clean=True)


def test_an_index_that_lacks_or_mistakes_a_record_is_unsound(
    tmp_path: Path, library: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = indexed(30)
    library.loses = "1"
    made = begun(tmp_path, library)
    with pytest.raises(IndexUnsound):
        made.open(content(index), stopping=never)
    made.close(clean=False)
    library.loses = ""
    upsert = library.upsert

    def without_first(*, ids: list[str], embeddings: Floats, metadatas: list[dict[str, int]]) -> None:
        upsert(ids=ids[1:], embeddings=embeddings[1:], metadatas=metadatas[1:])

    monkeypatch.setattr(library, "upsert", without_first)
    made = begun(tmp_path, library)
    with pytest.raises(IndexUnsound):
        made.open(content(index), stopping=never)
    made.close(clean=False)


def test_an_empty_story_has_an_empty_index(tmp_path: Path, library: Shelves) -> None:
    made = begun(tmp_path, library)
    made.open(content(indexed(0)), stopping=never)
    assert "query" not in library.calls
    made.close(clean=True)


async def test_it_is_ready_when_it_holds_the_story_and_answers_as_the_exact_search_does(
    tmp_path: Path, library: Shelves
) -> None:
    index = indexed(60)
    made = await arm(tmp_path, index)
    assert made._state is State.READY
    question = index.ask(cue("thing0007 and Mara"), ())
    found = made.ask(question, index).pieces()
    assert question.vector is not None
    assert found is not None
    exact = set(index.nearest(question.vector, np.flatnonzero(question.allowed), 50).tolist())
    assert exact <= set(found.tolist())
    await made.worker.stop(made.close, patience=5)
    assert not list(tmp_path.rglob("dirty"))


async def test_few_allowed_pieces_and_a_question_without_a_vector_are_searched_exactly(
    tmp_path: Path, library: Shelves
) -> None:
    index = indexed(300)
    made = await arm(tmp_path, index)
    for asked in (cue("thing0002", lineage=Lineage()), cue(""), cue("thing0002", lineage=Lineage(((0, 85),)))):
        assert made.ask(index.ask(asked, ()), index) is EXACTLY
    assert made.ask(index.ask(cue("thing0002", lineage=Lineage(((0, 86),))), ()), index) is not EXACTLY
    await made.worker.stop(made.close, patience=5)


async def test_a_new_passage_is_found_before_it_is_handed_over(
    tmp_path: Path, library: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma_arm, "_SHARE", 20)
    index = indexed(60)
    made = await arm(tmp_path, index)
    library.sizes.clear()
    for number in (61, 62, 63, 64):
        index.take_with_vector(told(number, f"Hesper lost her astrolabe, {number}."))
        made.put(index, TurnId(number))
        await made.worker.idle()
        answer = made.ask(index.ask(cue("Hesper's astrolabe"), ()), index)
        pieces = answer.pieces()
        assert pieces is not None
        assert number - 1 in pieces.tolist()
    assert library.sizes == [4]
    await made.worker.stop(made.close, patience=5)


@pytest.mark.parametrize("call", ["query", "upsert"])
async def test_a_failure_in_play_is_mended_once_and_the_second_one_is_said(
    tmp_path: Path, library: Shelves, call: str
) -> None:
    index, said = indexed(60), list[str]()
    made = await arm(tmp_path, index, said)
    for number, expected in ((61, State.READY), (62, State.GIVEN_UP)):
        failing = iter([call])
        library.fails = lambda name: name == call and next(failing, "") == name  # noqa: B023
        index.take_with_vector(told(number, "Hesper lost her astrolabe."))
        made.put(index, TurnId(number))
        await made.worker.idle()
        question = index.ask(cue("thing0007 and Mara"), ())
        assert made.ask(question, index).pieces() is None
        await made.worker.idle()
        made.ask(question, index)
        await made.worker.idle()
        assert made._state is expected
    assert said == [chroma_arm._BROKEN]
    assert made.ask(question, index) is EXACTLY
    await made.worker.stop(made.close, patience=5)


async def test_an_index_that_can_not_be_opened_is_tried_twice(tmp_path: Path, library: Shelves) -> None:
    said: list[str] = []
    library.fails = lambda name: name in ("collection", "close")
    made = await arm(tmp_path, indexed(3), said)
    assert (made._state, said, library.calls.count("client")) == (State.GIVEN_UP, [chroma_arm._BROKEN], 2)
    library.fails = lambda name: library.calls.count("collection") < 4 and name == "collection"
    again = await arm(tmp_path, indexed(3), said)
    assert (again._state, len(said)) == (State.READY, 1)
    for each in (made, again):
        await each.worker.stop(each.close, patience=5)


async def test_without_the_library_and_with_the_folder_taken_it_goes_on_alone(
    tmp_path: Path, library: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, said = indexed(3), list[str]()
    first = await arm(tmp_path, index, said)
    second = await arm(tmp_path, index, said)
    assert (first._state, second._state, said) == (State.READY, State.GIVEN_UP, [])

    def missing() -> None:
        raise ChromaMissing("Chroma is not installed here")

    monkeypatch.setattr(chroma_arm, "import_chroma", missing)
    third = await arm(tmp_path / "other", index, said)
    assert third._state is State.GIVEN_UP
    assert said == [
        "Chroma is not installed here; the long-term memory goes on without its index, and nothing is lost."
    ]
    for each in (first, second, third):
        await each.worker.stop(each.close, patience=5)


async def test_a_recall_does_not_wait_for_a_library_that_is_busy(
    tmp_path: Path, library: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma_arm, "_WAIT", 0.02)
    index = indexed(60)
    made = await arm(tmp_path, index)
    held = threading.Event()
    made.worker.post(lambda: bool(held.wait(30)))  # type: ignore[arg-type]
    began = time.monotonic()
    assert made.ask(index.ask(cue("thing0007 and Mara"), ()), index).pieces() is None
    assert time.monotonic() - began < 10
    held.set()
    await made.worker.stop(made.close, patience=5)
