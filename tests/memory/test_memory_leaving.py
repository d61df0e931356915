"""Leaving a story while Chroma is at work: nothing waits for it, and it lets go by itself."""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import pytest

from fiction.memory import lexical_cache
from fiction.memory.catalogue import Catalogue
from fiction.memory.chroma_arm import State
from fiction.memory.chroma_index import ChromaIndex
from fiction.memory.lexical import LexicalIndex
from fiction.memory.recall import StoryMemory
from support.memory_stories import ListArchive, played


async def until(happened: Event) -> None:
    assert await asyncio.to_thread(happened.wait, 60)


async def test_a_slow_index_is_not_waited_for_and_lets_go_when_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, go, left = Event(), Event(), Event()
    close = ChromaIndex.close

    def slow(_index: ChromaIndex, _records: object, _rows: object) -> None:
        inside.set()
        go.wait(60)

    def closing(index: ChromaIndex, *, clean: bool) -> None:
        close(index, clean=clean)
        left.set()

    with monkeypatch.context() as patch:
        patch.setattr(ChromaIndex, "_upsert", slow)
        patch.setattr(ChromaIndex, "close", closing)
        memory = StoryMemory(cache=tmp_path)
        await memory.open(ListArchive(played(60)))
        await until(inside)
        start = time.monotonic()
        await memory.close()
        assert time.monotonic() - start < 2
        assert not left.is_set()
        go.set()
        await until(left)
    again = StoryMemory(cache=tmp_path)
    await again.open(ListArchive(played(60)))
    assert await again.ready(60)
    assert again._index is not None
    assert again._index._state is State.READY
    await again.close()


async def test_a_library_that_is_still_imported_takes_no_files_after_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fiction.memory import chroma_arm, chroma_import

    inside, go = Event(), Event()
    importing = chroma_import.import_chroma

    def slow() -> object:
        inside.set()
        go.wait(60)
        return importing()

    monkeypatch.setattr(chroma_arm, "import_chroma", slow)
    memory = StoryMemory(cache=tmp_path)
    await memory.open(ListArchive(played(30)))
    await until(inside)
    await memory.close()
    assert memory._index is not None
    go.set()
    assert await memory._index.worker.stop(lambda: None, patience=60)
    assert not list(tmp_path.rglob("lock"))


async def test_an_index_whose_folder_is_deleted_while_it_is_filled_ends(tmp_path: Path) -> None:
    memory = StoryMemory(cache=tmp_path / "cache")
    await memory.open(ListArchive(played(400)))
    for _ in range(2_000):
        if list(tmp_path.rglob("chroma.sqlite3")):
            break
        await asyncio.sleep(0.01)
    shutil.rmtree(tmp_path / "cache")
    await memory.close()
    assert memory._index is not None
    assert await memory._index.worker.stop(lambda: None, patience=60)


PROGRAM = """
import asyncio, sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from support.memory_stories import ListArchive, played
import fiction.cli
from fiction.memory.lexical import LexicalIndex
from fiction.memory.recall import StoryMemory

async def play():
    memory = StoryMemory(cache=Path({cache!r}))
    await memory.open(ListArchive(played(250)))
    for _ in range(10_000):
        if memory._index._chroma and memory._index._chroma._collection:
            break
        await asyncio.sleep(0.005)
    await memory.close()
    print("closed", flush=True)

def main():
    asyncio.run(play())
    return 7

fiction.cli.main = main
fiction.cli.run()
"""


@pytest.mark.slow
def test_the_process_ends_in_order_while_the_index_is_filled(tmp_path: Path) -> None:
    program = PROGRAM.format(tests=str(Path(__file__).parents[1]), cache=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=150, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (7, "closed\n", "")


AT_WORK = """
import sys, threading, time
import numpy as np
from fiction.commands.leaving import leave
from fiction.memory.chroma_import import import_chroma

chroma = import_chroma()
client = chroma.PersistentClient({folder!r}, settings=chroma.config.Settings(anonymized_telemetry=False))
collection = client.get_or_create_collection("story", embedding_function=None)
filled = threading.Event()

def fill(number):
    for batch in range(10_000):
        ids = [f"{{number}}-{{batch}}-{{each}}" for each in range(64)]
        collection.upsert(ids=ids, embeddings=np.random.rand(64, 384).astype("float32"))
        collection.query(query_embeddings=[np.random.rand(384).astype("float32")], n_results=5, include=[])
        filled.set()

for number in range(4):
    threading.Thread(target=fill, args=(number,), daemon=True).start()
filled.wait()
time.sleep(0.5)
leave(5)
"""


@pytest.mark.slow
def test_threads_in_the_midst_of_chroma_crash_no_process(tmp_path: Path) -> None:
    program = [sys.executable, "-c", AT_WORK.format(folder=str(tmp_path))]
    for _ in range(2):
        done = subprocess.run(program, capture_output=True, text=True, timeout=100, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (5, "", "")


def test_a_cache_that_a_killed_process_did_not_finish_goes_at_the_next_writing(tmp_path: Path) -> None:
    file = tmp_path / "words.npz"
    old, young, other = (tmp_path / name for name in ("words.npz.7.part", "words.npz.8.part", "mine.part"))
    for left in (old, young, other):
        left.write_text("x")
    for left in (old, other):
        os.utime(left, (1_000_000, 1_000_000))
    lexical_cache.store(file, Catalogue(), LexicalIndex(), language="en")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.part", "words.npz", "words.npz.8.part"]
