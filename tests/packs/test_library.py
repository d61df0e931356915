"""The shelf of worlds: listing, loading, installing, removing, on real folders."""

import errno
import os
import shutil
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pytest

from fiction.errors import NotFound, PackError
from fiction.packs.library import WorldLibrary
from fiction.packs.loader import load_world

ID = "the-small-light"
unix = pytest.mark.skipif(os.name == "nt", reason="links and modes of Unix")


@pytest.fixture
def shelf(tmp_path: Path, example: str) -> WorldLibrary:
    """A shelf with one bundled world and an empty folder for installed ones."""
    bundled = tmp_path / "bundled"
    (bundled / ID).mkdir(parents=True)
    (bundled / ID / "world.yaml").write_text(example, encoding="utf-8")
    (bundled / "README.md").write_text("a guide", encoding="utf-8")
    return WorldLibrary((("bundled", bundled), ("installed", tmp_path / "installed")))


@pytest.fixture
def source(tmp_path: Path, example: str) -> Path:
    """A folder with another world, as an author has it."""
    folder = tmp_path / "work" / "other-light"
    folder.mkdir(parents=True)
    (folder / "world.yaml").write_text(other(example), encoding="utf-8")
    (folder / "README.md").write_text("about it", encoding="utf-8")
    (folder / "LICENSE.txt").write_text("free", encoding="utf-8")
    (folder / "notes.txt").write_text("mine alone", encoding="utf-8")
    return folder


def other(example: str) -> str:
    return example.replace(f"id: {ID}", "id: other-light").replace("title: The Small", "title: The Other")


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) if folder.exists() else []


def installed(shelf: WorldLibrary) -> Path:
    return shelf.folders[1][1]


def test_a_card_tells_what_the_top_of_the_pack_says(shelf: WorldLibrary) -> None:
    (card,) = shelf.cards()
    assert (card.id, card.title, card.version, card.source) == (ID, "The Small Light", "1.0.0", "bundled")
    assert (card.authors, card.genre, card.rating, card.storylets) == (("Ines Vale",), ("mystery",), "everyone", True)
    assert card.trouble == ""


def test_listing_needs_no_pydantic(shelf: WorldLibrary) -> None:
    import subprocess

    program = f"""
import sys
from pathlib import Path
from fiction.packs.library import WorldLibrary
assert WorldLibrary((("bundled", Path({str(shelf.folders[0][1])!r})),)).cards()
assert "pydantic" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_world_is_loaded_whole_and_its_text_is_kept_as_it_is(shelf: WorldLibrary, example: str) -> None:
    assert shelf.world(ID) == load_world(example)
    assert shelf.text(ID) == example
    assert load_world(shelf.text(ID)) == shelf.world(ID)
    assert shelf.path(ID).name == ID


def test_files_and_zips_are_worlds_too(shelf: WorldLibrary, source: Path, example: str) -> None:
    folder = installed(shelf)
    folder.mkdir()
    (folder / "other-light.yaml").write_text(other(example), encoding="utf-8")
    third = example.replace(f"id: {ID}", "id: third-light")
    with zipfile.ZipFile(folder / "third-light.zip", "w") as archive:
        archive.writestr("world.yaml", third)
    assert [(card.id, card.trouble) for card in shelf.cards()] == [(ID, ""), ("other-light", ""), ("third-light", "")]
    assert shelf.world("other-light").title == "The Other Light"
    assert shelf.text("third-light") == third


def test_a_cover_beside_the_pack_is_taken_if_it_has_none(shelf: WorldLibrary, source: Path, example: str) -> None:
    head, _, rest = other(example).partition("cover: |2\n")
    (source / "world.yaml").write_text(head + rest[rest.index("setting:") :], encoding="utf-8")
    (source / "cover.txt").write_text("\n  /\\\n /  \\\n", encoding="utf-8")
    shelf.install(source)
    assert shelf.world("other-light").cover == "  /\\\n /  \\"
    assert shelf.problems(source) == ((), ())
    (source / "cover.txt").write_text("~" * 61, encoding="utf-8")
    assert "cover.txt is not shown: it is 61 columns wide" in str(shelf.problems(source)[1][0])


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (b"schema: 1\nid: [", "ends in the middle"),
        (b"", "empty"),
        (b"\xff\xfea", "UTF-16"),
        (b"- a\n", "a pack is a mapping"),
        (b"schema: 1\nid: broken\nversion: 1.0.0\nsummary: x\n", "Its title is missing"),
        (b"schema: 1\nid: other\nversion: 1.0.0\ntitle: x\nsummary: x\n", "Its id is 'other'"),
        (b"schema: 1\nid: '../x'\nversion: 1.0.0\ntitle: x\nsummary: x\n", "is no id for a world"),
        (b"schema: 9\nid: broken\nversion: 1.0.0\ntitle: x\nsummary: x\n", "not of format 1"),
        (
            b"schema: 1\nid: broken\nversion: 1.0.0\ntitle: x\nsummary: x\nfiction: {minimum: 99.0.0}\n",
            "It needs fiction 99.0.0 or later",
        ),
    ],
)
def test_a_broken_world_is_listed_with_its_trouble(shelf: WorldLibrary, content: bytes, trouble: str) -> None:
    folder = installed(shelf)
    folder.mkdir()
    (folder / "broken.yaml").write_bytes(content)
    good, broken = shelf.cards()
    assert (good.trouble, broken.id) == ("", "broken")
    assert trouble in broken.trouble
    with pytest.raises(PackError):
        shelf.world("broken")


def test_warnings_about_content_are_on_the_card_wherever_they_stand(shelf: WorldLibrary, example: str) -> None:
    late = example.replace("safety: {rating: everyone}\n", "") + "safety: {rating: mature, content_warnings: [death]}\n"
    shelf.path(ID).joinpath("world.yaml").write_text(late, encoding="utf-8")
    (card,) = shelf.cards()
    assert (card.rating, card.content_warnings) == ("mature", ("death",))


@pytest.mark.parametrize("storylets", ["", "storylets: []\n", "storylets:\nendings: []\n", "storylets: null\n"])
def test_a_world_without_storylets_says_so(shelf: WorldLibrary, example: str, storylets: str) -> None:
    text = example[: example.index("storylets:")].replace("cover:", "lore: []\ncover:", 1).replace("lore:\n-", "x:\n-")
    shelf.path(ID).joinpath("world.yaml").write_text(text + storylets, encoding="utf-8")
    assert [card.storylets for card in shelf.cards()] == [False]


@pytest.mark.parametrize("world", ["nothing", "", "../bundled", "/etc/passwd", "the-small-light/../x", "con", "a\x00b"])
def test_what_is_not_there_is_not_found(shelf: WorldLibrary, world: str) -> None:
    for ask in (shelf.world, shelf.text, shelf.path, shelf.remove):
        with pytest.raises(NotFound):
            ask(world)


def test_a_mistyped_id_gets_a_hint(shelf: WorldLibrary) -> None:
    with pytest.raises(NotFound) as caught:
        shelf.world("the-smal-light")
    assert caught.value.hint == f"Did you mean {ID!r}?"


def test_a_folder_is_installed_with_what_belongs_to_a_pack_alone(shelf: WorldLibrary, source: Path) -> None:
    card = shelf.install(source)
    assert (card.id, card.source, card.trouble) == ("other-light", "installed", "")
    assert files_in(installed(shelf)) == [
        "other-light",
        "other-light/LICENSE.txt",
        "other-light/README.md",
        "other-light/world.yaml",
    ]
    assert shelf.world("other-light").title == "The Other Light"


def test_a_file_and_a_zip_are_installed_as_folders(shelf: WorldLibrary, source: Path, tmp_path: Path) -> None:
    shelf.install(source / "world.yaml")
    assert files_in(installed(shelf)) == ["other-light", "other-light/world.yaml"]
    archive = shutil.make_archive(str(tmp_path / "packed"), "zip", source.parent, "other-light")
    shelf.install(Path(archive), replace=True)
    assert "other-light/README.md" in files_in(installed(shelf))


def test_an_id_that_is_taken_is_replaced_only_if_asked(shelf: WorldLibrary, source: Path) -> None:
    shelf.install(source)
    text = (source / "world.yaml").read_text(encoding="utf-8").replace("version: 1.0.0", "version: 2.0.0")
    (source / "world.yaml").write_text(text, encoding="utf-8")
    (source / "README.md").unlink()
    with pytest.raises(PackError, match="There is a world 'other-light' already"):
        shelf.install(source)
    assert shelf.world("other-light").version == "1.0.0"
    assert shelf.install(source, replace=True).version == "2.0.0"
    assert files_in(installed(shelf)) == ["other-light", "other-light/LICENSE.txt", "other-light/world.yaml"]


def test_a_bundled_world_can_be_shadowed_and_comes_back(shelf: WorldLibrary, tmp_path: Path, example: str) -> None:
    newer = tmp_path / "newer.yaml"
    newer.write_text(example.replace("version: 1.0.0", "version: 2.0.0"), encoding="utf-8")
    with pytest.raises(PackError, match="already \\(bundled\\)"):
        shelf.install(newer)
    shelf.install(newer, replace=True)
    assert [(card.version, card.source) for card in shelf.cards()] == [("2.0.0", "installed")]
    shelf.remove(ID)
    assert [(card.version, card.source) for card in shelf.cards()] == [("1.0.0", "bundled")]
    with pytest.raises(PackError, match="comes with the game"):
        shelf.remove(ID)


@pytest.mark.parametrize("suffix", [".yaml", ".zip"])
def test_what_was_filed_as_a_file_is_replaced_and_removed(shelf: WorldLibrary, source: Path, suffix: str) -> None:
    folder = installed(shelf)
    folder.mkdir()
    (folder / f"other-light{suffix}").write_bytes(b"old")
    shelf.install(source, replace=True)
    assert f"other-light{suffix}" not in files_in(folder)
    (folder / f"other-light{suffix}").write_bytes(b"old")
    shelf.remove("other-light")
    assert files_in(folder) == []


def test_a_pack_with_mistakes_is_not_installed(shelf: WorldLibrary, source: Path) -> None:
    text = (source / "world.yaml").read_text(encoding="utf-8")
    (source / "world.yaml").write_text(text.replace("trust > 0", "trst > 0"), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        shelf.install(source)
    assert caught.value.problems[0].hint == "did you mean 'trust'?"
    assert files_in(installed(shelf)) == []


def test_a_pack_that_needs_a_later_game_is_not_installed(shelf: WorldLibrary, source: Path) -> None:
    with (source / "world.yaml").open("a", encoding="utf-8") as file:
        file.write("fiction: {minimum: 0.10.0}\n")
    with pytest.raises(PackError, match=r"It needs fiction 0\.10\.0 or later"):
        shelf.install(source)


@pytest.mark.parametrize("missing", ["nowhere", "nowhere.zip", "nowhere.yaml"])
def test_a_source_that_is_not_there_is_said_in_a_sentence(shelf: WorldLibrary, tmp_path: Path, missing: str) -> None:
    with pytest.raises(PackError, match="can't be read: it is not there"):
        shelf.install(tmp_path / missing)
    errors, warnings = shelf.problems(tmp_path / missing)
    assert (len(errors), warnings) == (1, ())


def test_a_folder_without_a_pack_or_with_two_is_refused(shelf: WorldLibrary, source: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(PackError, match=r"there is no world\.yaml in it"):
        shelf.install(tmp_path / "empty")
    shutil.copy(source / "world.yaml", source / "pack.yaml")
    with pytest.raises(PackError, match=r"both a world\.yaml and a pack\.yaml"):
        shelf.install(source)


@unix
def test_a_full_disk_leaves_nothing_half_installed(
    shelf: WorldLibrary, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    shelf.install(source)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PackError, match="the disk is full"):
        shelf.install(source, replace=True)
    assert [path.name for path in installed(shelf).iterdir()] == ["other-light"]
    assert shelf.world("other-light").version == "1.0.0"


@unix
def test_a_rename_that_fails_brings_the_old_pack_back(
    shelf: WorldLibrary, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.install(source)
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name.startswith(".installing-"):
            raise OSError(errno.EACCES, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(PackError, match="there is no permission"):
        shelf.install(source, replace=True)
    assert [path.name for path in installed(shelf).iterdir()] == ["other-light"]


def test_what_a_process_left_in_the_middle_is_put_right(shelf: WorldLibrary, source: Path) -> None:
    shelf.install(source)
    folder = installed(shelf)
    (folder / "other-light").rename(folder / ".replaced-other-light")
    stale = folder / ".installing-abc"
    stale.mkdir()
    os.utime(stale, (time.time() - 7200, time.time() - 7200))
    assert [card.id for card in shelf.cards()] == [ID, "other-light"]
    shelf.install(source, replace=True)
    assert [path.name for path in folder.iterdir()] == ["other-light"]


@unix
def test_a_folder_that_can_not_be_made_is_said_in_a_sentence(shelf: WorldLibrary, source: Path) -> None:
    installed(shelf).write_text("a file in the way", encoding="utf-8")
    with pytest.raises(PackError, match="can't be written"):
        shelf.install(source)
    assert [card.id for card in shelf.cards()] == [ID]


def test_a_read_only_disk_is_said_in_a_sentence(
    shelf: WorldLibrary, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**options: object) -> str:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    with pytest.raises(PackError, match="can't be written: the disk is read-only"):
        shelf.install(source)
    assert files_in(installed(shelf)) == []


@unix
def test_links_that_lead_out_are_refused(shelf: WorldLibrary, source: Path, tmp_path: Path) -> None:
    folder = installed(shelf)
    folder.mkdir()
    (folder / "other-light").symlink_to(source)
    (folder / "passwd.yaml").symlink_to("/etc/passwd")
    (folder / "circle").symlink_to("circle")
    (folder / "inside").mkdir()
    (folder / "inside" / "world.yaml").symlink_to("/etc/passwd")
    troubles = {card.id: card.trouble for card in shelf.cards()}
    assert "a link that leads out of its folder" in troubles["other-light"]
    assert "a link that leads out of its folder" in troubles["passwd"]
    assert "a link that leads out of its folder" in troubles["inside"]
    assert "can't be read" in troubles["circle"]
    for world in ("other-light", "passwd", "circle", "inside"):
        with pytest.raises(PackError):
            shelf.text(world)
    shelf.remove("other-light")
    assert (source / "world.yaml").exists()


@unix
def test_a_source_whose_files_are_links_out_of_it_is_refused(shelf: WorldLibrary, source: Path) -> None:
    (source / "README.md").unlink()
    (source / "README.md").symlink_to("/etc/passwd")
    with pytest.raises(PackError, match="a link that leads out"):
        shelf.install(source)


@unix
def test_a_pipe_is_no_world_and_does_not_block(shelf: WorldLibrary, tmp_path: Path) -> None:
    folder = installed(shelf)
    folder.mkdir()
    os.mkfifo(folder / "pipe.yaml")
    assert "it is no file" in shelf.cards()[1].trouble
    with pytest.raises(PackError, match="it is no file"):
        shelf.install(Path("/dev/zero"))


def test_a_file_that_is_too_large_is_not_read(shelf: WorldLibrary, tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    with large.open("wb") as file:
        file.truncate(5_000_000)
    with pytest.raises(PackError, match="larger than 4,000,000 bytes"):
        shelf.install(large)


def test_problems_are_told_with_the_path_of_the_file(shelf: WorldLibrary, source: Path, example: str) -> None:
    assert shelf.problems(source) == ((), ())
    text = (source / "world.yaml").read_text(encoding="utf-8").replace("trust > 0", "trst > 0")
    (source / "world.yaml").write_text(text, encoding="utf-8")
    errors, warnings = shelf.problems(source)
    assert warnings == ()
    assert errors[0].file == f"{source}/world.yaml"
    renamed = source.parent / "another-name"
    (source / "world.yaml").write_text(other(example), encoding="utf-8")
    source.rename(renamed)
    assert "it is filed as 'another-name'" in str(shelf.problems(renamed)[1][0])


def test_folders_that_are_not_there_hold_no_worlds(tmp_path: Path) -> None:
    assert WorldLibrary((("bundled", tmp_path / "a"), ("installed", tmp_path / "b"))).cards() == ()


def test_looking_at_the_worlds_sweeps_what_a_killed_install_left(tmp_path: Path) -> None:
    old, young = tmp_path / ".installing-abc", tmp_path / ".installing-def"
    for begun in (old, young):
        begun.mkdir()
        (begun / "world.yaml").write_text("half")
    os.utime(old, (1_000_000, 1_000_000))
    assert WorldLibrary((("installed", tmp_path),)).cards() == ()
    assert [path.name for path in tmp_path.iterdir()] == [young.name]
