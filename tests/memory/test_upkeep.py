"""The index in line with the save: what is read when, what is made and kept, and what a cache may say."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fiction.memory import upkeep as module
from fiction.memory.embedders import HashedEmbedder, embed_passage
from fiction.memory.terms import Words
from fiction.memory.upkeep import Upkeep
from fiction.memory.worker import Worker
from fiction.story.memory import Memory, TurnId
from support.memory_stories import ListArchive, cue, played, story, told

TALE = story("Rain fell all night.", "The ferryman buried a key.", "A fox stole the bread.")
GREEN = "A lantern of green glass."


class Reading(ListArchive):
    """Notes what is asked of it."""

    def __init__(self, *memories: Memory) -> None:
        super().__init__(memories)
        self.asked: list[int | None] = []

    def memories(self, *, after: TurnId | None = None) -> Iterator[Memory]:
        self.asked.append(after)
        return super().memories(after=after)


def begun(archive: ListArchive, cache: Path | None = None) -> Upkeep:
    words = Words("en")
    made = Upkeep(archive, words=words, embedder=HashedEmbedder(words), worker=Worker("test"), cache=cache)
    made.read_words()
    return made


def no_pause() -> None:
    """Nobody waits."""


def found(upkeep: Upkeep, text: str) -> list[int]:
    """Turns in which a word of the text stands."""
    scores = upkeep.index.ask(cue(text), ()).lexical()
    return sorted({int(place.turn) for place in upkeep.index.catalogue.places(scores.nonzero()[0])})


def cached(cache: Path, *memories: Memory) -> None:
    """A cache of these, as the session before left it."""
    begun(ListArchive(memories), cache).write_cache(always=True)
    assert cache.is_file()


def test_without_a_cache_all_is_read_from_the_save() -> None:
    archive = Reading(*TALE)
    upkeep = begun(archive)
    assert (len(upkeep.index), found(upkeep, "key"), archive.asked) == (3, [2], [None])


def test_with_a_cache_only_the_newest_and_what_came_after_it_is_read(tmp_path: Path) -> None:
    cached(tmp_path / "words.npz", *TALE)
    archive = Reading(*TALE, told(4, GREEN))
    upkeep = begun(archive, tmp_path / "words.npz")
    assert archive.asked == [2]
    assert (found(upkeep, "key"), found(upkeep, "lantern")) == ([2], [4])


@pytest.mark.parametrize(
    "now",
    [
        TALE[:2],
        [],
        [*TALE[:2], told(3, GREEN)],
        [*TALE[:2], told(3, TALE[2].text, depth=7)],
        [*TALE[:2], told(4, GREEN)],
    ],
    ids=["the last is gone", "all are gone", "the last is another text", "it stands elsewhere", "another turn came"],
)
def test_a_cache_whose_last_turn_is_not_the_saves_is_not_believed(tmp_path: Path, now: list[Memory]) -> None:
    cached(tmp_path / "words.npz", *TALE)
    archive = Reading(*now)
    upkeep = begun(archive, tmp_path / "words.npz")
    assert archive.asked == [2, None]
    assert upkeep.index.catalogue.told() == [memory.turn for memory in now]
    assert found(upkeep, "fox") == [memory.turn for memory in now if "fox" in memory.text]


def test_what_came_out_of_a_cache_is_checked_and_mended(tmp_path: Path) -> None:
    cached(tmp_path / "words.npz", *TALE)
    archive = Reading(told(1, GREEN), TALE[2])
    upkeep = begun(archive, tmp_path / "words.npz")
    assert found(upkeep, "rain key") == [1, 2]
    upkeep.check_words()
    assert (found(upkeep, "rain key"), found(upkeep, "lantern")) == ([], [1])
    assert upkeep.index.texts == {1: GREEN, 3: TALE[2].text}
    reads = len(archive.asked)
    upkeep.check_words()
    assert len(archive.asked) == reads


async def test_a_check_leaves_off_when_the_memory_is_closed(tmp_path: Path) -> None:
    cached(tmp_path / "words.npz", *TALE)
    upkeep = begun(ListArchive(TALE[1:]), tmp_path / "words.npz")
    await upkeep._worker.stop(no_pause, patience=5)
    upkeep.check_words()
    assert found(upkeep, "rain") == [1]
    upkeep.make_vectors(pause=no_pause)
    assert upkeep.index.without_vectors() == [1, 2, 3]


def test_vectors_are_taken_from_the_save_and_made_where_it_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    archive = ListArchive(TALE)
    archive.store_embeddings([(TurnId(2), embed_passage(HashedEmbedder(Words("en")), TALE[0].text))])
    upkeep = begun(archive)
    upkeep.read_vectors(pause=no_pause)
    assert upkeep.index.without_vectors() == [1, 3]
    kept = upkeep.index.rows([1])
    upkeep.make_vectors(pause=no_pause)
    assert upkeep.index.without_vectors() == []
    assert (upkeep.index.rows([1]) == kept).all()
    assert sorted(turn for _, turn in archive.vectors) == [1, 2, 3]


def test_long_jobs_pause_and_hand_over_what_they_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BATCH", 2)
    monkeypatch.setattr(module, "_BREATH", 2)
    archive = ListArchive([*TALE, told(4, GREEN), told(5, "One more.")])
    upkeep = begun(archive)
    pauses: list[int] = []
    upkeep.make_vectors(pause=lambda: pauses.append(len(archive.vectors)))
    assert pauses == [2, 4, 5]
    pauses.clear()
    upkeep.read_vectors(pause=lambda: pauses.append(0))
    assert len(pauses) == 3


def test_a_turn_that_was_just_saved_is_found_with_its_vector_and_one_without_gets_one() -> None:
    archive = ListArchive()
    upkeep = begun(archive)
    upkeep.take(TALE[0], embed_passage(upkeep.index.embedder, TALE[0].text))
    upkeep.store_vectors()
    assert archive.vectors == {}
    archive.told.append(TALE[1])
    upkeep.take(TALE[1], None)
    upkeep.store_vectors()
    assert [turn for _, turn in archive.vectors] == [2]
    assert upkeep.index.without_vectors() == []
    upkeep.take(Memory(TurnId(1), 0, 1, GREEN, edited=True), None)
    assert upkeep.index.has_vector(2)
    archive.vectors.clear()
    upkeep.store_vectors()
    assert archive.vectors == {}


def test_a_text_is_fetched_once_and_alone(tmp_path: Path) -> None:
    cached(tmp_path / "words.npz", *TALE)
    archive = Reading(*TALE)
    upkeep = begun(archive, tmp_path / "words.npz")
    assert (upkeep.text(TurnId(2)), upkeep.text(TurnId(2)), upkeep.text(TurnId(9))) == (TALE[1].text, TALE[1].text, "")
    assert archive.asked == [2, 1, 8]
    del archive.told[0]
    assert upkeep.text(TurnId(1)) == ""
    assert 2 in upkeep.index.texts


def test_a_save_that_does_not_answer_costs_a_text_and_no_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cached(tmp_path / "words.npz", *TALE)
    archive = ListArchive(TALE)
    upkeep = begun(archive, tmp_path / "words.npz")

    def broken(**_: object) -> Iterator[Memory]:
        raise OSError("gone")

    monkeypatch.setattr(archive, "memories", broken)
    assert upkeep.text(TurnId(1)) == ""
    monkeypatch.setattr(archive, "close", broken)
    upkeep.close()


@pytest.mark.parametrize(
    ("new", "always", "written"), [(63, False, False), (64, False, True), (1, True, True), (0, True, False)]
)
def test_a_cache_is_written_when_enough_is_new(tmp_path: Path, new: int, always: bool, written: bool) -> None:
    cache = tmp_path / "deep" / "words.npz"
    upkeep = begun(ListArchive(played(new)), cache)
    upkeep.write_cache(always=always)
    assert cache.exists() == written
    cache.unlink(missing_ok=True)
    upkeep.write_cache(always=True)
    assert cache.exists() == (not written and new > 0)


def test_what_is_read_anew_counts_as_new_once(tmp_path: Path) -> None:
    cache = tmp_path / "words.npz"
    cached(cache, *played(70))
    before = cache.stat().st_mtime_ns
    upkeep = begun(ListArchive(played(70)), cache)
    upkeep.write_cache(always=True)
    assert cache.stat().st_mtime_ns == before
    upkeep.take(told(71, GREEN), None)
    upkeep.write_cache(always=True)
    assert cache.stat().st_mtime_ns > before
