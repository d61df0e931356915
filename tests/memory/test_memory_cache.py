"""What lies on disk between two sessions can be deleted, damaged or out of date at any time."""

from pathlib import Path

import pytest

from fiction.memory.recall import StoryMemory
from support.memory_stories import ListArchive, cue, played, told

WORDS = "words.npz"


async def best(cache: Path, archive: ListArchive, text: str) -> int:
    memory = StoryMemory(cache=cache, chroma=False)
    await memory.open(archive)
    found = await memory.recall(cue(text, limit=1))
    assert await memory.ready(10)
    again = await memory.recall(cue(text, limit=1))
    await memory.close()
    assert (found.lexical, found.notice) == (again.lexical, "")
    return int(found.lexical[0].turn) if found.lexical else 0


def file(cache: Path) -> Path:
    return next(cache.rglob(WORDS))


async def test_the_words_are_kept_and_newer_turns_are_brought_in(tmp_path: Path) -> None:
    archive = ListArchive(played(200))
    assert await best(tmp_path, archive, "thing0007") == 7
    written = file(tmp_path).stat().st_mtime_ns
    archive.told.append(told(201, "A lantern of green glass."))
    assert await best(tmp_path, archive, "green lantern") == 201
    assert file(tmp_path).stat().st_mtime_ns == written
    archive.told.extend(told(turn, f"Rain again, and a thing{turn:04d}.") for turn in range(202, 300))
    assert await best(tmp_path, archive, "thing0299") == 299
    assert file(tmp_path).stat().st_mtime_ns > written


@pytest.mark.parametrize("damage", ["garbage", "empty", "cut", "flipped", "folder", "other language"])
async def test_a_damaged_cache_is_built_again(tmp_path: Path, damage: str) -> None:
    archive = ListArchive(played(100))
    await best(tmp_path, archive, "thing0007")
    path, whole = file(tmp_path), file(tmp_path).read_bytes()
    match damage:
        case "garbage":
            path.write_bytes(b"\x93NUMPY" + b"x" * 300)
        case "empty":
            path.write_bytes(b"")
        case "cut":
            path.write_bytes(whole[: len(whole) // 2])
        case "flipped":
            path.write_bytes(whole[:5000] + bytes(255 - byte for byte in whole[5000:5100]) + whole[5100:])
        case "folder":
            path.unlink()
            path.mkdir()
        case _:
            path.write_bytes(whole.replace("lexical 1 en".encode("utf-32-le"), "lexical 1 fr".encode("utf-32-le")))
    assert await best(tmp_path, archive, "thing0042") == 42


async def test_a_save_that_was_put_back_is_read_anew(tmp_path: Path) -> None:
    await best(tmp_path, ListArchive(played(100)), "thing0007")
    assert await best(tmp_path, ListArchive(played(50)), "thing0080") != 80
    changed = ListArchive([*played(99), told(100, "A lantern of green glass.")])
    assert await best(tmp_path, changed, "green lantern") == 100


async def test_a_passage_that_changed_behind_the_cache_is_mended(tmp_path: Path) -> None:
    archive = ListArchive(played(100))
    await best(tmp_path, archive, "thing0007")
    archive.told[6] = told(7, "A lantern of green glass.")
    del archive.told[20]
    memory = StoryMemory(cache=tmp_path, chroma=False)
    await memory.open(archive)
    assert await memory.ready(10)
    assert (await memory.recall(cue("green lantern", limit=1))).items[0].text == "A lantern of green glass."
    assert 21 not in [item.turn for item in (await memory.recall(cue("thing0021"))).lexical]
    await memory.close()


async def test_stories_and_languages_have_caches_of_their_own(tmp_path: Path) -> None:
    first = ListArchive(played(80), uuid="11111111-0000-4000-8000-000000000000")
    second = ListArchive([told(1, "A lantern of green glass.")] * 1, uuid="../22222222")
    assert await best(tmp_path, first, "thing0007") == 7
    assert await best(tmp_path, second, "lantern") == 1
    assert not list(tmp_path.parent.glob("22222222*"))


async def test_a_folder_that_can_not_be_made_is_done_without(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert await best(blocked / "cache", ListArchive(played(100)), "thing0007") == 7
