"""The contract of `engine.ports.SaveStore`, for a save however it came to be."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.stories import draft, record, reflection
from fiction.engine.ports import SaveStore
from fiction.errors import NotFound, SaveConflict
from fiction.saves.library import SaveLibrary
from fiction.saves.store import SaveFile
from fiction.story.memory import RevisionKind, TurnId
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.turn import Turn

BEGIN = Choice(ChoiceKind.BEGIN)


def begun(folder: Path) -> SaveFile:
    return SaveFile.create(folder / "tale.fiction", record(turns=0))


def reopened(folder: Path) -> SaveFile:
    begun(folder).close()
    return SaveFile.open(folder / "tale.fiction")


def taken_in(folder: Path) -> SaveFile:
    save = begun(folder)
    save.export(folder / "given.fiction")
    save.close()
    library = SaveLibrary(folder / "others")
    return library.open(library.import_story(folder / "given.fiction"))


def repaired(folder: Path) -> SaveFile:
    begun(folder).close()
    library = SaveLibrary(folder)
    return library.open(library.repair("tale")[0])


def moved(folder: Path) -> SaveFile:
    save = begun(folder)
    (folder / "tale.fiction").rename(folder / "elsewhere.fiction")
    return save


STORES: dict[str, Callable[[Path], SaveStore]] = {
    "begun": begun,
    "reopened": reopened,
    "taken in": taken_in,
    "repaired": repaired,
    "moved while it is open": moved,
}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SaveStore]:
    made = STORES[str(request.param)](tmp_path)
    yield made
    made.close()


def grow(store: SaveStore, count: int) -> list[Turn]:
    """Whole turns after the head."""
    turns = []
    for number in range(1, count + 1):
        head = store.head()
        at = head.id if head else None
        turns.append(store.complete(store.tell(at, draft(number), head=at).id, reflection(number)))
    return turns


def test_a_new_story_stands_before_its_first_turn(store: SaveStore) -> None:
    assert store.story.world_id == record(turns=0).world_id
    assert (store.head(), store.pending(), store.children(None), store.bookmarks()) == (None, None, (), ())
    with pytest.raises(NotFound):
        store.turn(TurnId(1))


def test_a_decision_waits_until_a_turn_is_told(store: SaveStore) -> None:
    store.choose(BEGIN)
    assert store.pending() == BEGIN
    (turn,) = grow(store, 1)
    assert store.pending() is None
    assert store.head() == turn


def test_turns_stand_in_a_row(store: SaveStore) -> None:
    turns = grow(store, 3)
    assert store.path(turns[2].id, 2) == (turns[1], turns[2])
    assert store.children(turns[0].id) == (turns[1],)
    assert [memory.turn for memory in store.memories(store.lineage(turns[2].id))] == [3, 2, 1]
    assert store.ledger_before(turns[2].id)[1][-1] == turns[2]


def test_a_turn_is_told_only_where_the_head_is_believed_to_be(store: SaveStore) -> None:
    turns = grow(store, 2)
    with pytest.raises(SaveConflict):
        store.tell(turns[0].id, draft(9), head=turns[0].id)
    with pytest.raises(SaveConflict):
        store.complete(turns[0].id, reflection(9))
    assert store.head() == turns[1]
    assert store.children(turns[1].id) == ()


def test_the_head_goes_back_and_forward(store: SaveStore) -> None:
    turns = grow(store, 3)
    assert store.move(turns[0].id, expected=turns[2].id) == turns[0]
    assert store.forward(turns[0].id) == turns[1].id
    with pytest.raises(SaveConflict):
        store.move(turns[2].id, expected=turns[1].id)
    assert store.forward(turns[2].id) is None


def test_edits_come_into_force_and_are_withdrawn(store: SaveStore) -> None:
    turns = grow(store, 2)
    made = store.revise(RevisionKind.FORGET, turns[0].id)
    assert store.revisions(store.lineage(turns[1].id)) == (made,)
    store.withdraw(made.id)
    assert store.revisions(store.lineage(turns[1].id)) == ()
    with pytest.raises(NotFound):
        store.withdraw(99)


def test_a_bookmark_of_one_name_moves(store: SaveStore) -> None:
    grow(store, 1)
    store.bookmark("here")
    second = grow(store, 1)[0]
    there = store.bookmark("here")
    assert store.bookmarks() == (there,)
    assert there.turn == second.id


def test_a_title_and_settings_are_changed_in_mid_story(store: SaveStore) -> None:
    grow(store, 1)
    store.rename("Another")
    store.configure(store.story.settings, store.story.reader)
    assert store.story.title == "Another"


def test_it_closes_twice(store: SaveStore) -> None:
    store.close()
    store.close()
