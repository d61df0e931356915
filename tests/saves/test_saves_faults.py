"""The world outside: full disks, folders that can't be written, kills, and threads."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bench import kill9
from bench.stories import draft, record, reflection
from fiction.errors import SaveError
from fiction.saves.library import SaveLibrary
from fiction.saves.store import SaveFile
from fiction.story.memory import Embedding, TurnId
from fiction.story.turn import Turn

Grow = Callable[..., list[Turn]]
posix = pytest.mark.skipif(os.name != "posix", reason="POSIX limits and users")


def in_a_process(script: str, *arguments: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


FULL = """
import resource, signal, sys
from contextlib import closing
from pathlib import Path
from bench.stories import choice, draft, record, reflection
from fiction.errors import SaveError
from fiction.saves.store import SaveFile

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path = Path(sys.argv[1])
save = SaveFile.create(path, record(turns=0))
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (240_000, hard))

def turn(number):
    head = save.head()
    at = head.id if head else None
    return save.complete(save.tell(at, draft(number), head=at).id, reflection(number))

number = 0
try:
    while number < 200:
        number += 1
        last = turn(number)
except SaveError as error:
    print(error.sentence)
for again in range(2):
    try:
        save.choose(choice(9)); save.tell(save.head().id, draft(900), head=save.head().id)
    except SaveError:
        pass
told = save.head()
print(last.id, told.id, len(save.path(told.id, 500)), save.verify())
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
if told.stage == "told":
    save.complete(told.id, reflection(told.depth))
print(turn(number + 1).depth - told.depth, save.verify())
save.close()
with closing(SaveFile.open(path)) as save:
    print(save.head().depth - told.depth, save.verify())
"""


@posix
def test_a_full_disk_costs_nothing_that_was_told_and_play_goes_on_when_there_is_room(tmp_path: Path) -> None:
    sentence, state, after, reopened = in_a_process(FULL, str(tmp_path / "full.fiction"))
    assert "tale" not in sentence
    assert "full" in sentence
    assert "Make room on the disk" in sentence
    last, head, length, *problems = state.split()
    assert int(head) - int(last) in (0, 1, 2)
    assert int(length) == int(head)
    assert problems == ["[]"]
    assert after == reopened == "1 []"


READ_ONLY = """
import os, sys
from pathlib import Path
from bench.stories import choice, draft, record
from fiction.errors import FictionError
from fiction.saves.library import SaveLibrary
from fiction.saves.store import SaveFile

folder = Path(sys.argv[1])
path = folder / "tale.fiction"
with_pydantic = SaveFile.open(path); with_pydantic.head(); with_pydantic.story; with_pydantic.close()
os.chmod(path, 0o444); os.chmod(folder, 0o555); os.setgid(65534); os.setuid(65534)
def attempt(name, act):
    try:
        print(name, act())
    except FictionError as error:
        print(name, type(error).__name__, error.sentence)
attempt("open", lambda: SaveFile.open(path))
reader = SaveFile.open(path, read_only=True)
attempt("read", lambda: reader.head().depth)
attempt("write", lambda: reader.choose(choice(2)))
reader.close()
attempt("create", lambda: SaveFile.create(folder / "new.fiction", record(turns=0)))
shelf = SaveLibrary(folder)
attempt("list", lambda: [(card.name, card.turns, card.trouble) for card in shelf.cards()])
attempt("delete", lambda: shelf.delete("tale"))
attempt("import", lambda: shelf.import_story(path))
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user can reach."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
        Path(folder).chmod(0o755)


@posix
@pytest.mark.skipif(os.name == "posix" and os.getuid() != 0, reason="only root can become nobody")
def test_in_a_folder_that_cannot_be_written_a_save_can_be_read_and_says_why_not_more(
    open_folder: Path, grow: Grow
) -> None:
    with closing(SaveFile.create(open_folder / "tale.fiction", record(turns=0))) as save:
        grow(save, 3)
    said = dict(line.split(" ", 1) for line in in_a_process(READ_ONLY, str(open_folder)))
    assert said["read"] == "3"
    assert said["list"] == "[('tale', 3, '')]"
    for name in ("open", "write", "create", "delete", "import"):
        assert said[name].startswith("SaveError "), said[name]
    assert "not allowed" in said["open"]


@posix
@pytest.mark.skipif(os.name == "posix" and os.getuid() != 0, reason="only root can become nobody")
def test_somebody_elses_save_is_listed_with_its_trouble(open_folder: Path) -> None:
    SaveFile.create(open_folder / "tale.fiction", record(turns=0)).close()
    script = """
import os, sys
from pathlib import Path
from fiction.saves.library import SaveLibrary
os.setuid(65534)
print(SaveLibrary(Path(sys.argv[1])).cards()[0].trouble)
"""
    (trouble,) = in_a_process(script, str(open_folder))
    assert trouble.startswith("tale can't be opened")


@posix
def test_a_dozen_kills_lose_nothing(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from bench import kill9
tally = kill9.run(Path(sys.argv[1]), 12)
print(tally.kills, tally.lost, tally.damaged, tally.acknowledged > 12)
"""
    assert in_a_process(script, str(tmp_path)) == ["12 0 0 True"]


@posix
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    tally = kill9.run(tmp_path, 200)
    assert (tally.kills, tally.lost, tally.damaged) == (200, 0, 0)
    assert tally.hot_journals > 0, "some of them hit in the middle of a write"


def test_a_hot_journal_is_rolled_back_when_a_save_is_listed_read_or_played(tmp_path: Path, grow: Grow) -> None:
    shelf = SaveLibrary(tmp_path)
    with closing(shelf.create(record(turns=0), "tale")) as save:
        grow(save, 3)
    script = """
import os, signal, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size=1")
db.execute("BEGIN")
db.execute("UPDATE turn SET passage=passage || hex(randomblob(20000))")
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "tale.fiction")], check=False)
    assert (tmp_path / "tale.fiction-journal").stat().st_size > 0
    assert [(card.turns, card.trouble) for card in shelf.cards()] == [(3, "")]
    with closing(shelf.open("tale", read_only=True)) as save:
        assert save.verify() == []


def test_an_index_at_work_does_not_keep_the_player_from_writing(save: SaveFile, grow: Grow) -> None:
    turns = grow(save, 10)
    archive = save.archive()
    stop = threading.Event()
    read: list[int] = []

    def index() -> None:
        vector = bytes(4096)
        while not stop.is_set():
            read.append(sum(1 for _ in archive.memories()))
            archive.store_embeddings((turn.id, Embedding("m", vector)) for turn in turns)

    worker = threading.Thread(target=index)
    worker.start()
    try:
        for number in range(11, 200):
            grow(save, 1, start=number)
            if len(read) > 2:
                break
    finally:
        stop.set()
        worker.join()
        archive.close()
    assert len(read) > 2
    assert read == sorted(read)
    assert save.verify() == []


def test_calls_from_several_threads_take_turns(save: SaveFile, grow: Grow) -> None:
    grow(save, 5)
    failed: list[BaseException] = []

    def look() -> None:
        try:
            for _ in range(20):
                save.path(TurnId(5), 5)
                save.bookmark("here")
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_text_too_long_is_refused_and_the_story_is_as_it_was(save: SaveFile, grow: Grow) -> None:
    (turn,) = grow(save, 1)
    long = draft(2)
    with pytest.raises(SaveError, match="too long"):
        save.tell(turn.id, type(long)(long.choice, "a" * (9 << 20), long.recall, "offline"), head=turn.id)
    assert save.head() == turn
    assert save.complete(save.tell(turn.id, long, head=turn.id).id, reflection(2)).depth == 2
