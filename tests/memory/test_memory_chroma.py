"""The real Chroma: the same answers with it, without it, and after everything that can happen to its files."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from fiction.memory.chroma_arm import State
from fiction.memory.chroma_import import ChromaMissing, import_chroma
from fiction.memory.recall import StoryMemory
from fiction.story.memory import Lineage, Memory, Recall, TurnId
from support.memory_stories import ListArchive, cue, played, told

QUESTIONS = ["thing0007 and Mara", "Imre finds thing0055", "bananfan dori", "thing0031 thing0032 thing0033"]


async def opened(cache: Path | None, archive: ListArchive) -> StoryMemory:
    memory = StoryMemory(cache=cache)
    await memory.open(archive)
    assert await memory.ready(30)
    return memory


def state(memory: StoryMemory) -> State:
    assert memory._index is not None
    return memory._index._state


async def answers(memory: StoryMemory) -> list[Recall]:
    return [await memory.recall(cue(question, before=200)) for question in QUESTIONS]


async def session(cache: Path | None, archive: ListArchive) -> tuple[list[Recall], State | None]:
    memory = await opened(cache, archive)
    found, then = await answers(memory), state(memory) if cache else None
    await memory.close()
    return found, then


def place(cache: Path) -> Path:
    return next(path.parent for path in cache.rglob("chroma.sqlite3"))


async def test_chroma_changes_no_answer_and_outlives_the_session(tmp_path: Path) -> None:
    archive = ListArchive(played(60))
    without, _ = await session(None, archive)
    first, then = await session(tmp_path, archive)
    assert (first, then) == (without, State.READY)
    kept = place(tmp_path)
    archive.told.append(told(61, "A lantern of green glass."))
    memory = await opened(tmp_path, archive)
    assert place(tmp_path) == kept
    await memory.remember(told(62, "Hesper lost her astrolabe."), None)
    assert {item.turn for item in (await memory.recall(cue("astrolabe, lantern", limit=2))).items} == {61, 62}
    assert await memory.ready(10)
    assert memory._index is not None and memory._index._chroma is not None
    assert memory._index._chroma._collection is not None
    assert memory._index._chroma._collection.count() == 62
    await memory.close()
    assert not list(tmp_path.rglob("dirty"))


async def test_branches_are_kept_apart_with_chroma_too(tmp_path: Path) -> None:
    trunk = played(80)
    twins = [
        told(81, "Hesper lost her astrolabe in the reeds.", segment=1, depth=81),
        told(82, "Hesper lost her astrolabe in the snow.", segment=2, depth=81),
    ]
    memory = await opened(tmp_path, ListArchive([*trunk, *twins]))
    for segment, turn in ((1, 81), (2, 82)):
        path = Lineage(((0, 80), (segment, 90)))
        found = await memory.recall(cue("Find the astrolabe Hesper lost", lineage=path))
        assert turn in [item.turn for item in found.items]
        assert {81, 82} & {item.turn for item in (*found.items, *found.lexical)} == {turn}
    few = Lineage(((0, 3),))
    assert all(item.depth <= 3 for item in (await memory.recall(cue("thing0002", lineage=few))).items)
    forgotten = (Memory(TurnId(7), 0, 7, trunk[6].text, forgotten=True),)
    assert 7 not in [item.turn for item in (await memory.recall(cue("thing0007"), forgotten)).items]
    await memory.close()


@pytest.mark.parametrize("damage", ["dirty", "deleted", "header", "pages", "emptied", "cut"])
async def test_a_damaged_index_is_built_again(tmp_path: Path, damage: str) -> None:
    archive = ListArchive(played(60))
    before, _ = await session(tmp_path, archive)
    old = place(tmp_path)
    database = old / "chroma.sqlite3"
    match damage:
        case "dirty":
            (old.parent / "dirty").touch()
        case "deleted":
            shutil.rmtree(tmp_path)
        case "header":
            database.write_bytes(b"garbage" * 1000)
        case "pages":
            whole = bytearray(database.read_bytes())
            whole[8192 : len(whole) // 2] = random.Random(1).randbytes(len(whole) // 2 - 8192)
            database.write_bytes(whole)
        case "emptied":
            with sqlite3.connect(database) as db:
                db.execute("DELETE FROM embeddings")
                db.execute("DELETE FROM embeddings_queue")
            db.close()
        case _:
            database.write_bytes(database.read_bytes()[:20_000])
    assert await session(tmp_path, archive) == (before, State.READY)


async def test_an_index_that_breaks_while_it_is_played_is_built_again_and_then_given_up(tmp_path: Path) -> None:
    archive = ListArchive(played(60))
    memory = await opened(tmp_path, archive)
    before = await answers(memory)
    index = memory._index
    assert index is not None
    for expected in (State.READY, State.GIVEN_UP):
        assert index._chroma is not None and index._chroma._client is not None
        index._chroma._client.delete_collection(index._name)
        assert [found.items for found in await answers(memory)] == [found.items for found in before]
        await memory.ready(30)
        assert state(memory) is expected
        assert [found.items for found in await answers(memory)] == [found.items for found in before]
    await memory.close()


async def test_two_stories_and_two_windows_on_one_story_do_not_meet(tmp_path: Path) -> None:
    here = await opened(tmp_path, ListArchive(played(30)))
    there = await opened(tmp_path, ListArchive(played(30, seed=2), uuid="22222222-0000-4000-8000-000000000000"))
    again = await opened(tmp_path, ListArchive(played(30)))
    assert (state(here), state(there), state(again)) == (State.READY, State.READY, State.GIVEN_UP)
    assert await answers(again) == await answers(here)
    assert all(found.notice == "" for found in await answers(again))
    for memory in (here, there, again):
        await memory.close()


async def test_a_folder_that_can_not_be_written_is_said_once(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    memory = await opened(blocked / "cache", ListArchive(played(30)))
    notices = [found.notice for found in await answers(memory)]
    assert "can't be written" in notices[0]
    assert notices[1:] == ["", "", ""]
    await memory.close()


async def test_nothing_waits_for_chroma_neither_to_answer_nor_to_close(tmp_path: Path) -> None:
    memory = StoryMemory(cache=tmp_path)
    await memory.open(ListArchive(played(300)))
    assert (await memory.recall(cue("thing0007", limit=1))).items[0].turn == 7
    start = time.monotonic()
    await memory.close()
    assert time.monotonic() - start < 8


PROGRAM = """
import asyncio, sys
sys.path.insert(0, {tests!r})
{prelude}
from pathlib import Path
from support.memory_stories import ListArchive, cue, played
from fiction.memory.recall import StoryMemory

async def main():
    memory = StoryMemory(cache=Path({cache!r}))
    await memory.open(ListArchive(played(200)))
    print("open", flush=True)
    await memory.ready(60)
    found = await memory.recall(cue("thing0007", limit=1))
    print(found.items[0].turn, found.notice, flush=True)
    await memory.close()

asyncio.run(main())
"""


def program(cache: Path, prelude: str = "") -> list[str]:
    text = textwrap.dedent(PROGRAM).format(tests=str(Path(__file__).parent.parent), cache=str(cache), prelude=prelude)
    return [sys.executable, "-c", text]


def test_without_chroma_the_story_is_remembered_and_the_reader_told(tmp_path: Path) -> None:
    done = subprocess.run(
        program(tmp_path, "sys.modules['chromadb'] = None"), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.splitlines()[1].startswith("7 Chroma is not installed here;")
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_is_printed_and_the_program_ends(tmp_path: Path) -> None:
    done = subprocess.run(program(tmp_path), capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "open\n7 \n", "")


@pytest.mark.slow
async def test_an_index_whose_building_was_killed_heals(tmp_path: Path) -> None:
    archive = ListArchive(played(200))
    without, _ = await session(None, archive)
    never_killed, _ = await session(tmp_path / "never killed", archive)
    chance = random.Random(5)
    for _ in range(3):
        child = subprocess.Popen(program(tmp_path / "killed"), stdout=subprocess.PIPE)
        assert child.stdout is not None
        assert child.stdout.readline() == b"open\n"
        time.sleep(0.8 + chance.random())
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
    found, then = await session(tmp_path / "killed", archive)
    assert then is State.READY
    assert found == never_killed
    assert [one.lexical for one in found] == [one.lexical for one in without]
    assert [[item.turn for item in one.items] for one in found] == [
        [item.turn for item in one.items] for one in without
    ]


_PROBE = """
import fiction.memory.chroma_import as index
chroma = index.import_chroma()
settings = chroma.config.Settings(anonymized_telemetry=False)
print(settings.chroma_api_impl, settings.is_persistent, settings.allow_reset)
"""


@pytest.mark.parametrize(
    "lines",
    [
        (b"CHROMA_SERVER_HTTP_PORT=", b"IS_PERSISTENT=nonsense", b"CHROMA_API_IMPL=rest", b"ALLOW_RESET=TRUE"),
        pytest.param((b"NAME=caf\xe9",), marks=pytest.mark.slow),
        pytest.param((b"\x00\xff",), marks=pytest.mark.slow),
    ],
    ids=["settings", "not UTF-8", "no text"],
)
def test_a_strangers_environment_has_no_say_in_the_index(tmp_path: Path, lines: tuple[bytes, ...]) -> None:
    (tmp_path / ".env").write_bytes(b"\n".join(lines) + b"\n")
    named = (line.decode().split("=") for line in lines if line.isascii() and b"_" in line)
    around = dict(os.environ) | dict(named)
    done = subprocess.run([sys.executable, "-c", _PROBE], cwd=tmp_path, env=around, capture_output=True, text=True)
    assert done.stdout.split() == ["chromadb.api.rust.RustBindingsAPI", "False", "False"], done.stderr


def test_why_chroma_can_not_be_had_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "chromadb", None)
    with pytest.raises(ChromaMissing, match=r"^Chroma is not installed here$"):
        import_chroma()
    monkeypatch.delitem(sys.modules, "chromadb")
    monkeypatch.setitem(sys.modules, "pydantic_settings", None)
    with pytest.raises(ChromaMissing, match=r"^Chroma can't be loaded here \(ModuleNotFoundError: .*pydantic_settings"):
        import_chroma()
