"""What killed processes leave among the saves goes at the next write; what a living one writes stays."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.stories import record
from fiction.saves.leftovers import sweep
from fiction.saves.library import SaveLibrary

LEFT = (
    ".tale.fiction.new",
    ".tale.fiction.new-journal",
    ".tale.fiction.v1.bak.new",
    ".importing-abc/tale.fiction",
)
KEPT = ("tale.fiction", ".tale.fiction.lock", "tale.fiction.v1.bak", "tale.fiction-journal", "notes.new", ".new")


def lay(folder: Path, names: tuple[str, ...], *, age: float) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
        for each in (path, path.parent):
            if each != folder:
                os.utime(each, (time.time() - age,) * 2)


def there(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_what_nobody_can_be_writing_any_more_is_deleted(tmp_path: Path) -> None:
    lay(tmp_path, (*LEFT, *KEPT), age=3600)
    sweep(tmp_path)
    assert there(tmp_path) == set(KEPT)


def test_what_another_process_may_just_be_writing_stays(tmp_path: Path) -> None:
    lay(tmp_path, LEFT, age=5)
    sweep(tmp_path)
    assert there(tmp_path) == set(LEFT)


def test_a_folder_that_is_not_there_is_swept_without_a_word(tmp_path: Path) -> None:
    sweep(tmp_path / "nowhere")


PROGRAM = """
import os, signal, sys
from pathlib import Path
from bench.stories import record
from fiction.saves import creation
from fiction.saves.library import SaveLibrary

creation.insert = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
SaveLibrary(Path(sys.argv[1])).create(record(turns=0), name="tale")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_beginning_is_gone_after_the_next_story_is_begun(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(tmp_path)], cwd=root, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    left = [path for path in tmp_path.iterdir() if ".new" in path.name]
    assert left
    for path in left:
        os.utime(path, (time.time() - 3600,) * 2)
    SaveLibrary(tmp_path).create(record(turns=0), name="another").close()
    assert not [path for path in tmp_path.iterdir() if ".new" in path.name]
    assert [card.name for card in SaveLibrary(tmp_path).cards()] == ["another"]
