"""Where fiction keeps its things."""

import os
import stat
from pathlib import Path

import pytest

from fiction.errors import FictionError
from fiction.paths import Home, bundled_worlds, ensure_writable, find_home, sweep_drafts, writable, write_private
from fiction.wiring.game import LocalGame

UNWRITABLE = Path("/proc/fiction")
"""A place where not even root can make a folder."""


def test_a_home_that_is_named_wins_over_the_environment_and_the_current_folder(tmp_path: Path) -> None:
    _checkout(tmp_path)
    found = find_home(str(tmp_path / "a"), environment={"FICTION_HOME": str(tmp_path / "b")}, current=tmp_path)
    assert found == Home.at(tmp_path / "a")


def test_the_environment_wins_over_the_current_folder(tmp_path: Path) -> None:
    _checkout(tmp_path)
    assert find_home(environment={"FICTION_HOME": str(tmp_path / "b")}, current=tmp_path) == Home.at(tmp_path / "b")


def test_a_folder_with_worlds_and_saves_is_a_home(tmp_path: Path) -> None:
    _checkout(tmp_path)
    assert find_home(environment={}, current=tmp_path).saves == tmp_path / "saves"


@pytest.mark.parametrize("present", ["worlds", "saves"])
def test_a_folder_with_only_one_of_them_is_none(tmp_path: Path, present: str) -> None:
    (tmp_path / present).mkdir()
    assert find_home(environment={}, current=tmp_path) == Home.of_platform()


def test_looking_creates_nothing(tmp_path: Path) -> None:
    home = find_home(str(tmp_path / "nowhere"), environment={}, current=tmp_path)
    assert home.world_folders
    assert not writable(UNWRITABLE)
    assert writable(home.saves)
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(FictionError, match="is a file"):
        find_home(str(file), environment={}, current=tmp_path)


def test_the_bundled_worlds_come_before_the_installed_ones(tmp_path: Path) -> None:
    bundled = bundled_worlds()
    assert bundled is not None
    assert Home.at(tmp_path).world_folders == (("bundled", bundled), ("installed", tmp_path / "worlds"))
    assert Home.at(bundled.parent).world_folders == (("installed", bundled),)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc here")
def test_what_can_not_be_written_is_said_in_one_sentence() -> None:
    with pytest.raises(FictionError, match="Nothing can be written to /proc/fiction") as caught:
        ensure_writable(UNWRITABLE / "saves")
    assert "--home" in caught.value.hint


def test_a_private_file_is_its_owners_alone_and_leaves_no_draft(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.yaml"
    write_private(file, "a: 1\n")
    write_private(file, "a: 2\n")
    assert file.read_text() == "a: 2\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("relative", [True, False])
@pytest.mark.parametrize("hops", [1, 3])
def test_a_link_stays_and_its_file_is_written(tmp_path: Path, hops: int, relative: bool) -> None:
    for folder in ("dotfiles", "home"):
        (tmp_path / folder).mkdir()
    file = tmp_path / "dotfiles" / "mine.yaml"
    file.write_text("a: 1\n")
    links = [tmp_path / "home" / f"link-{hop}" for hop in range(hops)]
    for link, leads_to in zip(links, [*links[1:], file], strict=True):
        link.symlink_to(os.path.relpath(leads_to, link.parent) if relative else leads_to)
    write_private(links[0], "a: 2\n")
    assert file.read_text() == "a: 2\n"
    assert all(link.is_symlink() for link in links)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.name.startswith(".")) == []


@pytest.mark.parametrize("leads_to", ["nowhere/at-all.yaml", "config.yaml"])
def test_a_link_that_leads_nowhere_or_to_itself_is_a_sentence(tmp_path: Path, leads_to: str) -> None:
    link = tmp_path / "config.yaml"
    link.symlink_to(leads_to)
    with pytest.raises(FictionError, match="leads to no file"):
        write_private(link, "a: 2\n")
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]
    assert link.is_symlink()


def test_drafts_of_killed_processes_are_swept_and_young_ones_left(tmp_path: Path) -> None:
    old, young = ".config.yaml.abcdefgh", ".config.yaml.12345678"
    names = (old, young, ".other.yaml.abcdefgh", ".config.yaml.mine", "config.yaml")
    for name in names:
        (tmp_path / name).write_text("key: secret")
    for name in names:
        if name != young:
            os.utime(tmp_path / name, (1_000_000, 1_000_000))
    sweep_drafts(tmp_path / "config.yaml")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(set(names) - {old})
    sweep_drafts(tmp_path / "nowhere" / "config.yaml")


def test_a_start_sweeps_the_drafts_of_settings_and_profile_and_servers(tmp_path: Path) -> None:
    drafts = [tmp_path / ".config.yaml.abcdefgh", tmp_path / ".reader.yaml.abcdefgh"]
    drafts.append(tmp_path / "cache" / ".servers.json.abcdefgh")
    for draft in drafts:
        draft.parent.mkdir(exist_ok=True)
        draft.write_text("key: secret")
        os.utime(draft, (1_000_000, 1_000_000))
    LocalGame(Home.at(tmp_path), environment={}).close()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def _checkout(folder: Path) -> None:
    (folder / "worlds").mkdir()
    (folder / "saves").mkdir()
