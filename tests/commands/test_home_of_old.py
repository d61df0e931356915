"""A home that the version before the move of the layout wrote (commit 7f0146b), opened by this one."""

import gzip
import shutil
from pathlib import Path

import pytest
from commands.conftest import Fiction

from fiction.config import load
from fiction.config.profile import load_reader
from fiction.saves.store import SaveFile
from fiction.spending.prices import Prices
from fiction.story.money import Price

OLD = Path(__file__).parent / "home_of_old"


@pytest.fixture(autouse=True)
def old_home(home: Path) -> Path:
    """The old home: a save of five turns, settings, a profile, prices and an installed world."""
    shutil.copytree(OLD, home, dirs_exist_ok=True)
    (home / "saves").mkdir()
    (home / "saves" / "old.fiction").write_bytes(gzip.decompress((home / "old.fiction.gz").read_bytes()))
    return home


def test_its_settings_say_what_they_said(old_home: Path) -> None:
    settings = load(old_home / "config.yaml", {}).settings
    assert (settings.server.base_url, settings.server.model) == ("http://127.0.0.1:8080/v1", "0o17")
    assert (settings.server.speculate, settings.memory.chroma, settings.spending.day_cap) == ("off", False, 1.5)
    assert (settings.theme, settings.notes, settings.servers["big"].model) == ("night", "big", "gemma")


def test_its_settings_can_be_changed_and_keep_the_rest(fiction: Fiction, old_home: Path) -> None:
    before = load(old_home / "config.yaml", {}).settings
    assert fiction("config", "set", "theme", "paper").code == 0
    assert load(old_home / "config.yaml", {}).settings == before.model_copy(update={"theme": "paper"})


def test_its_profile_and_prices_say_what_they_said(old_home: Path) -> None:
    reader = load_reader(old_home / "reader.yaml")
    assert (reader.name, reader.pronouns.they, reader.likes, reader.lines) == ("Ada", "she", ("the sea",), ("spiders",))
    prices = Prices.load(old_home / "prices.yaml")
    assert prices.price(model="gemma4", base_url="https://host.example/v1") == Price(100_000, 100_000, 400_000)


def test_its_world_is_whole(fiction: Fiction, old_home: Path) -> None:
    assert fiction("worlds", "check", "salt-road").code == 0
    assert fiction("play", "salt-road", "--storyteller", "offline", typed="1\n").code == 0


def test_its_story_is_resumed_word_for_word(fiction: Fiction, old_home: Path) -> None:
    assert fiction("resume", "old", typed="/timeline\n/memory\n").out == (OLD / "resumed.txt").read_text()


def test_its_story_is_whole_and_goes_on(fiction: Fiction, old_home: Path) -> None:
    assert fiction("saves", "check", "old").lines == ["old: whole"]
    played = fiction("resume", "old", typed="2\n/undo\n1\n")
    assert "You: Refuse, and offer something else in its place." in played.out
    assert "You: Do it exactly as it was asked." in played.out
    assert fiction("saves", "check", "old").lines == ["old: whole"]


def test_its_story_is_exported_and_taken_in_again(fiction: Fiction, old_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "given.fiction"
    assert fiction("saves", "export", "old", str(file)).code == 0
    assert fiction("saves", "import", str(file)).code == 0
    assert fiction("saves", "import", str(old_home / "saves" / "old.fiction")).code == 0
    with_all = SaveFile.open(old_home / "saves" / "old.fiction", read_only=True)
    taken = SaveFile.open(old_home / "saves" / "given.fiction", read_only=True)
    for save in (with_all, taken):
        head = save.head()
        assert head is not None
        assert (head.depth, head.title) == (5, "The favour is named")
        assert len(save.path(head.id, 10)) == 5
        save.close()
