"""`fiction saves`."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from commands.conftest import Fiction

from fiction.saves.rows import HeadRow, insert, row_of


@pytest.fixture
def kept(fiction: Fiction, world: str, home: Path) -> Path:
    played = fiction("play", world, "--save", "kept", "--seed", "3", typed="1\n/save by the well\nI count the boats\n")
    assert played.code == 0
    return home / "saves" / "kept.fiction"


def test_without_saves_the_reader_is_told_how_to_begin(fiction: Fiction) -> None:
    assert fiction("saves").lines == ["There are no stories yet. Start one with `fiction play WORLD`."]
    assert json.loads(fiction("saves", "--json").out) == []


def test_the_list_names_every_story_and_what_is_wrong_with_it(fiction: Fiction, kept: Path) -> None:
    kept.with_name("torn.fiction").write_bytes(kept.read_bytes()[:5000])
    lines = fiction("saves").lines
    assert any(line.startswith("kept") and "The Salt Road, turn 3" in line for line in lines)
    assert any(line.startswith("torn") for line in lines)
    cards = json.loads(fiction("saves", "list", "--json").out)
    assert {card["name"]: bool(card["trouble"]) for card in cards} == {"kept": False, "torn": True}


def test_a_story_is_shown(fiction: Fiction, kept: Path) -> None:
    lines = fiction("saves", "show", "kept").lines
    assert "turns: 3" in lines
    assert "bookmark: by the well, turn 2" in lines
    assert json.loads(fiction("saves", "show", "kept", "--json").out)["seed"] == 3


def test_check_says_whole_or_what_is_wrong(fiction: Fiction, kept: Path) -> None:
    assert fiction("saves", "check").lines == ["kept: whole"]
    raw = bytearray(kept.read_bytes())
    place = raw.find(b"I count the boats")
    raw[place : place + 1] = b"J"
    kept.write_bytes(raw)
    shown = fiction("saves", "check", "kept")
    assert shown.code == 1
    assert "kept: " in shown.out
    assert json.loads(fiction("saves", "check", "--json").out)["kept"]


def test_a_story_is_exported_and_imported(fiction: Fiction, kept: Path, tmp_path: Path) -> None:
    file = tmp_path / "shared.fiction"
    assert fiction("saves", "export", "kept", str(file)).lines == [f"Written to {file}."]
    assert "there already" in fiction("saves", "export", "kept", str(file)).sentence
    assert fiction("saves", "export", "kept", str(file), "--force").code == 0
    assert fiction("saves", "import", str(file)).lines == ["Taken in as shared."]
    assert fiction("resume", "shared", typed="1\n").code == 0
    file.write_text("not a save")
    assert fiction("saves", "import", str(file)).sentence
    assert "There is no file" in fiction("saves", "import", str(tmp_path / "nothing")).sentence
    assert "There is no folder" in fiction("saves", "export", "kept", str(tmp_path / "no" / "x")).sentence


def test_a_damaged_story_is_brought_back_as_far_as_it_is_whole(fiction: Fiction, kept: Path) -> None:
    raw = bytearray(kept.read_bytes())
    place = raw.find(b"I count the boats")
    raw[place : place + 1] = b"J"
    kept.write_bytes(raw)
    shown = fiction("saves", "repair", "kept")
    assert shown.code == 0
    assert "kept-repaired" in shown.out
    assert fiction("resume", "kept-repaired", typed="1\n").code == 0
    assert kept.read_bytes() == raw


def test_a_story_gets_another_title(fiction: Fiction, kept: Path) -> None:
    assert fiction("saves", "rename", "kept", "Boats \x1b[2Jand salt").lines == ["kept is called Boats and salt now."]
    assert "Boats and salt" in fiction("saves").out


def test_nothing_is_deleted_without_asking(fiction: Fiction, kept: Path) -> None:
    assert fiction("saves", "delete", "kept").sentence.startswith("Nothing was deleted.")
    assert "whole name" in fiction("saves", "delete", "ke", "--yes").sentence
    assert kept.exists()
    assert fiction("saves", "delete", "kept", "--yes").lines == ["kept is deleted."]
    assert not kept.exists()


@pytest.mark.parametrize("action", ["show", "check", "repair", "delete"])
def test_a_story_that_is_not_there_is_said_so(fiction: Fiction, action: str) -> None:
    assert "There is no save called nothing." in fiction("saves", action, "nothing").sentence


def test_an_export_never_takes_the_place_of_a_save(fiction: Fiction, kept: Path) -> None:
    before = kept.read_bytes()
    for target in (kept, kept.with_name("other.fiction"), kept.parent / ".." / "saves" / "kept.fiction"):
        assert "lies among the saves" in fiction("saves", "export", "kept", str(target), "--force").sentence
    assert kept.read_bytes() == before
    assert [path.name for path in kept.parent.iterdir() if not path.name.startswith(".")] == ["kept.fiction"]


def test_the_hints_about_a_damaged_file_can_be_followed(fiction: Fiction, kept: Path, tmp_path: Path) -> None:
    stray = tmp_path / "stray.fiction"
    stray.write_bytes(b"")
    assert "repair" not in fiction("saves", "import", str(stray)).sentence
    kept.with_name("torn.fiction").write_bytes(b"")
    assert fiction("resume", "torn").sentence.endswith(
        "No turn in it is whole; `fiction saves delete torn` removes it."
    )
    kept.with_name("half.fiction").write_bytes(kept.read_bytes()[: kept.stat().st_size * 3 // 4])
    assert fiction("saves", "show", "half").sentence.count("fiction saves repair half") == 1


def test_a_story_that_has_lost_its_world_goes_on_in_the_installed_one(fiction: Fiction, kept: Path, home: Path) -> None:
    with closing(sqlite3.connect(kept)) as save, save:
        save.execute("DELETE FROM pack")
    assert fiction("resume", "kept").code == 1
    assert fiction("saves", "repair", "kept").code == 0
    resumed = fiction("resume", "kept-repaired", typed="1\n")
    assert resumed.code == 0
    assert "Turn 4." in resumed.out
    (home / "worlds" / "salt-road" / "world.yaml").unlink()
    (home / "worlds" / "salt-road").rmdir()
    assert "is lost from its save, and not installed here" in fiction("resume", "kept-repaired").sentence


def test_a_story_without_a_date_is_listed_without_one(fiction: Fiction, kept: Path) -> None:
    with closing(sqlite3.connect(kept)) as db, db:
        row = row_of(db, HeadRow)
        assert row is not None
        insert(db, row._replace(updated=2**60), replace=True)
    (line,) = fiction("saves").lines
    assert "The Salt Road, turn 3" in line
    assert "20" not in line
