"""The folder of saves: lists, names, and that nothing leads out of it."""

import errno
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.stories import choice, draft, record, reflection
from fiction.errors import FictionError, NotFound, SaveBusy, SaveDamaged, SaveError
from fiction.saves.library import SaveLibrary
from fiction.saves.lock import StoryLock
from fiction.saves.names import file_name, unlike
from fiction.saves.rows import HeadRow, StoryRow, insert, row_of
from fiction.story.reader import StoryRecord
from fiction.story.turn import Reflection, Turn
from fiction.text.sanitise import clean_line

Grow = Callable[..., list[Turn]]


@pytest.fixture
def shelf(tmp_path: Path) -> SaveLibrary:
    return SaveLibrary(tmp_path / "saves")


def story(title: str) -> StoryRecord:
    return replace(record(turns=0), title=title)


def add(shelf: SaveLibrary, title: str, name: str = "") -> str:
    with closing(shelf.create(story(title), name)) as save:
        return save.name


def test_a_folder_that_is_not_there_is_an_empty_list(shelf: SaveLibrary) -> None:
    assert shelf.cards() == ()
    with pytest.raises(NotFound):
        shelf.open()


def test_a_card_says_where_a_story_stands(shelf: SaveLibrary, grow: Grow) -> None:
    with closing(shelf.create(story("The Salt Road"))) as save:
        grow(save, 3)
        save.choose(choice(7))
        (card,) = shelf.cards()
        head = save.head()
        assert head is not None
        told = save.tell(head.id, draft(4), head=head.id)
        save.complete(told.id, Reflection("m", ending="shore", title="The shore"))
    assert (card.name, card.title, card.world_id, card.world_title) == (
        "the-salt-road",
        "The Salt Road",
        "the-salt-road",
        "The Salt Road",
    )
    assert (card.turns, card.scene, card.ended, card.storyteller) == (3, "Mile 1", False, "offline")
    assert card.pending == choice(7).text
    assert card.size > 0
    assert abs(card.updated - save.file.stat().st_mtime * 1000) < 60_000
    (after,) = shelf.cards()
    assert (after.turns, after.scene, after.ended, after.pending) == (4, "The shore", True, "")


def test_the_newest_comes_first_and_is_the_one_without_a_name(shelf: SaveLibrary, grow: Grow) -> None:
    for title in ("One", "Two", "Three"):
        add(shelf, title)
    with closing(shelf.open("two")) as save:
        grow(save, 1)
    assert shelf.cards()[0].name == "two"
    with closing(shelf.open()) as save:
        assert save.name == "two"


def test_a_list_makes_nothing_and_changes_nothing(shelf: SaveLibrary, tmp_path: Path) -> None:
    name = add(shelf, "One")
    path = tmp_path / "saves" / f"{name}.fiction"
    (path.parent / f".{path.name}.lock").unlink()
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    shelf.cards()
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_list_needs_no_pydantic(shelf: SaveLibrary, tmp_path: Path) -> None:
    add(shelf, "One")
    script = (
        "import sys; from pathlib import Path; from fiction.saves.library import SaveLibrary; "
        "print(len(SaveLibrary(Path(sys.argv[1])).cards()), 'pydantic' in sys.modules)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "saves")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "1 False\n"


def test_a_damaged_save_is_listed_with_its_trouble(shelf: SaveLibrary, tmp_path: Path) -> None:
    add(shelf, "Good")
    (tmp_path / "saves" / "bad.fiction").write_bytes(b"no save at all")
    (tmp_path / "saves" / "folder.fiction").mkdir()
    (tmp_path / "saves" / "readme.txt").write_text("not listed")
    cards = {card.name: card for card in shelf.cards()}
    assert set(cards) == {"good", "bad", "folder"}
    assert cards["good"].trouble == ""
    assert "not a save" in cards["bad"].trouble
    assert "not a save" in cards["folder"].trouble
    assert shelf.check("good") == []
    assert "not a save" in shelf.check("bad")[0]
    with closing(shelf.open()) as save:
        assert save.name == "good"


@pytest.mark.parametrize("when", [-1, -(2**63), 253_402_300_800_000, 2**63 - 1])
def test_a_date_out_of_range_hides_no_save(shelf: SaveLibrary, when: int) -> None:
    add(shelf, "Good")
    add(shelf, "Odd")
    with closing(sqlite3.connect(shelf._folder / "odd.fiction")) as db, db:
        row = row_of(db, HeadRow)
        assert row is not None
        insert(db, row._replace(updated=when), replace=True)
    cards = {card.name: card for card in shelf.cards()}
    assert (cards["odd"].updated, cards["odd"].trouble) == (0, "")
    assert shelf.find() == "good"


@pytest.mark.parametrize("time", [-(2**40), 2**40])
def test_a_file_from_the_far_future_or_past_hides_no_save(shelf: SaveLibrary, tmp_path: Path, time: int) -> None:
    add(shelf, "Good")
    bad = tmp_path / "saves" / "bad.fiction"
    bad.write_bytes(b"no save at all")
    os.utime(bad, (time, time))
    assert {card.name: bool(card.trouble) for card in shelf.cards()} == {"good": False, "bad": True}


def test_a_title_without_end_is_a_line_in_the_list(shelf: SaveLibrary) -> None:
    add(shelf, "Odd")
    with closing(sqlite3.connect(shelf._folder / "odd.fiction")) as db, db:
        row = row_of(db, StoryRow)
        assert row is not None
        insert(db, row._replace(title="\x9d" * 1_000_000 + "A" * 1_000_000), replace=True)
    (card,) = shelf.cards()
    assert card.title == "A" * 199 + "…"


def test_a_save_that_says_it_is_written_ahead_leaves_nothing_beside_it(shelf: SaveLibrary, tmp_path: Path) -> None:
    add(shelf, "Ahead")
    with closing(sqlite3.connect(tmp_path / "saves" / "ahead.fiction")) as db:
        db.execute("PRAGMA journal_mode=WAL")
    assert [card.title for card in shelf.cards()] == ["Ahead"]
    assert shelf.check("ahead") == []
    with closing(shelf.open("ahead", read_only=True)) as save:
        assert save.story.title == "Ahead"
    assert {path.name for path in (tmp_path / "saves").iterdir() if not path.name.startswith(".")} == {"ahead.fiction"}


def test_a_link_is_listed_and_never_followed(shelf: SaveLibrary, tmp_path: Path) -> None:
    add(shelf, "One")
    outside = SaveLibrary(tmp_path / "outside")
    add(outside, "Secret")
    (tmp_path / "saves" / "link.fiction").symlink_to(tmp_path / "outside" / "secret.fiction")
    assert "link" in {card.name: card for card in shelf.cards()}["link"].trouble
    for act in (shelf.open, shelf.repair, shelf.check):
        with pytest.raises(SaveError, match="link"):
            act("link")
    shelf.delete("link")
    assert [card.name for card in outside.cards()] == ["secret"]
    assert [card.name for card in shelf.cards()] == ["one"]


@pytest.mark.parametrize("name", ["../outside/secret", "/etc/passwd", "..", "", "x\0y", "a" * 400, "\ud800"])
def test_a_name_is_never_a_path(shelf: SaveLibrary, tmp_path: Path, name: str) -> None:
    add(SaveLibrary(tmp_path / "outside"), "Secret")
    for act in (shelf.open, shelf.delete, lambda name: shelf.rename(name, "x")):
        with pytest.raises(NotFound):
            act(name)
    made = add(shelf, "One", name or "x")
    assert [path.name for path in (tmp_path / "saves").glob("*.fiction")] == [f"{made}.fiction"]


def test_a_name_may_be_shortened_while_it_is_one_saves(shelf: SaveLibrary) -> None:
    for title in ("The Salt Road", "The Salt Pan", "Rust"):
        add(shelf, title)
    assert shelf.find("RU") == "rust"
    assert shelf.find("the-salt-r") == "the-salt-road"
    with pytest.raises(NotFound, match="Several") as caught:
        shelf.find("the")
    assert caught.value.hint == "Is it the-salt-pan or the-salt-road?"
    with pytest.raises(NotFound, match="no save called z"):
        shelf.find("z\x1b[31m")


def test_rename_changes_the_title_and_not_the_name(shelf: SaveLibrary) -> None:
    name = add(shelf, "One")
    shelf.rename(name, "The First\n")
    assert [(card.name, card.title) for card in shelf.cards()] == [("one", "The First")]
    with pytest.raises(SaveError):
        shelf.rename(name, " ")
    with closing(shelf.open(name)), pytest.raises(SaveBusy):
        shelf.rename(name, "x")


def test_delete_takes_everything_of_one_save_and_nothing_of_another(shelf: SaveLibrary, tmp_path: Path) -> None:
    folder = tmp_path / "saves"
    for name in ("One", "One", "Two"):
        add(shelf, name)
    (folder / "one.fiction.v1.bak").write_bytes(b"old")
    (folder / "one-2.fiction.v1.bak").write_bytes(b"old")
    with closing(shelf.open("one")), pytest.raises(SaveBusy):
        shelf.delete("one")
    with pytest.raises(NotFound):
        shelf.delete("tw")
    shelf.delete("one")
    assert sorted(path.name for path in folder.iterdir()) == [
        ".one-2.fiction.lock",
        ".two.fiction.lock",
        "one-2.fiction",
        "one-2.fiction.v1.bak",
        "two.fiction",
    ]


def test_a_damaged_save_can_be_repaired_and_deleted(shelf: SaveLibrary, tmp_path: Path, grow: Grow) -> None:
    with closing(shelf.create(story("One"))) as save:
        grow(save, 6)
    path = tmp_path / "saves" / "one.fiction"
    path.write_bytes(path.read_bytes().replace(b"Past milestone 6 ", b"Past milestone 7 "))
    with pytest.raises(SaveDamaged, match="5 turns are whole"):
        shelf.open("one")
    assert shelf.repair("one") == ("one-repaired", 5)
    assert shelf.check("one-repaired") == []
    shelf.delete("one")
    assert [card.turns for card in shelf.cards()] == [5]


def test_an_import_and_a_repair_never_take_a_name_that_is_there(shelf: SaveLibrary, tmp_path: Path) -> None:
    add(shelf, "One")
    shelf.export_story("one", tmp_path / "one.fiction")
    assert shelf.import_story(tmp_path / "one.fiction") == "one-2"
    assert shelf.import_story(tmp_path / "one.fiction") == "one-3"
    assert shelf.repair("one") == ("one-repaired", 0)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("The Salt Road", "the-salt-road"),
        ("  Don’t look back! ", "dont-look-back"),
        ("Ærø & Straße", "ærø-straße"),
        ("夜の港", "夜の港"),
        ("हिन्दी", "हिन्दी"),
        ("CON", "con-story"),
        ("lpt1", "lpt1-story"),
        ("a/b\\c:d*?", "a-b-c-d"),
        ("...", "story"),
        ("🜏", "story"),
        ("", "story"),
    ],
)
def test_a_title_becomes_a_name(title: str, name: str) -> None:
    assert file_name(title) == name


@given(st.text(max_size=400))
def test_a_name_of_any_title_is_safe_everywhere(title: str) -> None:
    name = file_name(title)
    assert 0 < len(name.encode()) <= 126
    assert not set(name) & set('/\\:*?"<>|\0\n .\x1b')
    assert file_name(name) == name


@given(st.lists(st.sampled_from(["a", "A", "é", "e\u0301", "a-2"]), max_size=6))
def test_a_free_name_is_unlike_all_others(taken: list[str]) -> None:
    assert unlike("a", taken).casefold() not in {name.casefold() for name in taken}


def test_two_stories_of_one_title_have_two_names(shelf: SaveLibrary) -> None:
    assert [add(shelf, "The Road") for _ in range(3)] == ["the-road", "the-road-2", "the-road-3"]
    assert add(shelf, "The Road", "My Way") == "my-way"


def test_a_folder_in_the_way_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "saves").write_text("a file")
    shelf = SaveLibrary(tmp_path / "saves")
    with pytest.raises(FictionError) as caught:
        shelf.create(story("One"))
    assert caught.value.message.endswith(".")


def test_a_file_with_an_odd_name_is_listed_clean_and_can_be_opened(
    shelf: SaveLibrary, tmp_path: Path, grow: Grow
) -> None:
    add(shelf, "One")
    folder = tmp_path / "saves"
    (folder / "one.fiction").rename(folder / "o\x1b[31mn e#?%.fiction")
    assert [card.name for card in shelf.cards()] == ["on e#?%"]
    with closing(shelf.open("on e#?%")) as save:
        save.complete(save.tell(None, draft(1), head=None).id, reflection(1))
    assert shelf.cards()[0].turns == 1


_TAKE = """
import sys
from pathlib import Path
from fiction.saves.library import SaveLibrary
sys.stdin.readline()
print(SaveLibrary(Path(sys.argv[1])).import_story(Path(sys.argv[2])))
"""


def test_several_processes_that_import_one_save_at_the_same_time_take_a_name_each(
    shelf: SaveLibrary, tmp_path: Path
) -> None:
    add(shelf, "Tide")
    shelf.export_story("tide", tmp_path / "shared.fiction")
    command = [sys.executable, "-c", _TAKE, str(tmp_path / "others"), str(tmp_path / "shared.fiction")]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for each in running:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    said = [each.communicate(timeout=60) for each in running]
    assert sorted(out.strip() for out, _ in said) == ["shared", "shared-2", "shared-3"], said
    assert [card.trouble for card in SaveLibrary(tmp_path / "others").cards()] == ["", "", ""]


def test_a_name_that_is_just_being_taken_is_passed_over(shelf: SaveLibrary, tmp_path: Path) -> None:
    add(shelf, "Tide")
    shelf.export_story("tide", tmp_path / "shared.fiction")
    lock = StoryLock(tmp_path / "saves" / "shared.fiction")
    try:
        assert shelf.import_story(tmp_path / "shared.fiction") == "shared-2"
        assert add(shelf, "Shared") == "shared-3"
    finally:
        lock.release()


@pytest.mark.parametrize(
    ("number", "where"),
    [(errno.ENOLCK, "fiction.saves.lock.take_lock"), (errno.EIO, "fiction.saves.store.open_for_play")],
)
def test_a_story_that_can_not_be_made_is_tried_once(
    shelf: SaveLibrary, monkeypatch: pytest.MonkeyPatch, number: int, where: str
) -> None:
    tries: list[str] = []

    def refuse(path: object, *_: object) -> None:
        tries.append(str(path))
        assert len(tries) < 20, "it goes on for ever"
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(where, refuse)
    with pytest.raises(SaveError, match=os.strerror(number)):
        shelf.create(story("Tide"))
    assert len(tries) == 1


def test_a_long_name_that_is_not_there_is_said_in_sixty_characters(shelf: SaveLibrary) -> None:
    with pytest.raises(NotFound) as caught:
        shelf.find("x" * 500)
    assert caught.value.message == f"There is no save called {clean_line('x' * 500, limit=60)}."
    assert len(caught.value.message) == len("There is no save called .") + 60
    with pytest.raises(NotFound) as caught:
        shelf.delete("x" * 500)
    assert len(caught.value.message) == len("There is no save called .") + 60


def test_of_many_alike_five_are_named(shelf: SaveLibrary) -> None:
    for _ in range(7):
        add(shelf, "Tide")
    with pytest.raises(NotFound, match="Several saves begin with TI") as caught:
        shelf.find("TI")
    assert caught.value.hint == "Is it tide-2 or tide-3 or tide-4 or tide-5 or tide-6?"
    assert shelf.find("tide") == "tide"


def test_the_folder_is_made_with_all_above_it_when_it_is_needed(shelf: SaveLibrary, tmp_path: Path) -> None:
    add(shelf, "Tide")
    shelf.export_story("tide", tmp_path / "out.fiction")
    for name in ("one", "two"):
        deep = SaveLibrary(tmp_path / name / "deep" / "saves")
        assert deep.cards() == ()
        assert not (tmp_path / name).exists()
        if name == "one":
            assert add(deep, "Tide") == "tide"
        assert deep.import_story(tmp_path / "out.fiction") == "out"
        assert len(deep.cards()) == (2 if name == "one" else 1)
