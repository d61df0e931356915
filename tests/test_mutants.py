"""`bench.mutants` tells what the tests notice from what they miss, and takes no mishap of its own for either."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.mutations import mutants_of, mutated

ROOT = Path(__file__).parent.parent
SUMS = '''"""Sums."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    one: int = 1

    def larger(self, two: int) -> int:
        if self.one > two:
            return self.one
        return two


def gone(items: list[int]) -> None:
    items.clear()


def counted(number: int) -> int:
    while number > 0:
        number -= 1
    return number
'''
TESTS = """from fiction.engine.sums import Pair, counted, gone

def test_larger():
    assert (Pair(1).larger(2), Pair(2).larger(1)) == (2, 2)

def test_gone():
    items = [1]
    gone(items)
    assert not items

def test_counted():
    assert counted(3) == 0
"""


def changes(source: str) -> list[str]:
    return [mutant.change for mutant in mutants_of(source, "sums.py")]


def test_every_kind_of_change_is_made_once() -> None:
    assert changes(SUMS) == [
        "1  ->  2",
        "if self.one > two: return self.one  ->  if not self.one > two: return self.one",
        "self.one > two  ->  self.one >= two",
        "return self.one  ->  return None",
        "return two  ->  return None",
        "items.clear()  ->  pass",
        "number > 0  ->  number >= 0",
        "0  ->  1",
        "number -= 1  ->  pass",
        "1  ->  2",
        "return number  ->  return None",
    ]
    assert changes("def both(a, b):\n    return a and b + 1\n") == [
        "return a and b + 1  ->  return None",
        "a and b + 1  ->  a or b + 1",
        "b + 1  ->  b - 1",
        "1  ->  2",
    ]


@pytest.mark.parametrize(
    "idle", ['"""Words."""', "class A:\n    b: int\n", "def c() -> None:\n    ...\n", "d = 'e' % 'f'"]
)
def test_where_nothing_is_done_nothing_is_changed(idle: str) -> None:
    assert changes(idle) == []


def test_a_mutant_differs_from_the_module_in_its_change_alone() -> None:
    mutant = next(mutant for mutant in mutants_of(SUMS, "sums.py") if mutant.change == "items.clear()  ->  pass")
    lines = [line for line in SUMS.replace("    items.clear()", "    pass").splitlines() if line]
    assert [line for line in mutated(SUMS, mutant).splitlines() if line] == lines
    assert (SUMS.splitlines()[mutant.line - 1], SUMS.splitlines()[mutant.function - 1]) == (
        "    items.clear()", "def gone(items: list[int]) -> None:",
    )  # fmt: skip


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A package with one module and its tests."""
    for name, text in {
        "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n',
        "fiction/__init__.py": "",
        "fiction/engine/__init__.py": "",
        "fiction/engine/sums.py": SUMS,
        "tests/engine/test_sums.py": TESTS,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def tried(tree: Path) -> tuple[list[str], int]:
    """Lines that `bench.mutants` printed of all mutants of the tree, and its exit code."""
    command = [
        sys.executable,
        "-m",
        "bench.mutants",
        "engine",
        "--sample",
        "0",
        "--patience",
        "10",
        "--tree",
        str(tree),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).splitlines(), done.returncode


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_it_says_which_are_killed_which_survive_and_which_never_end(tree: Path) -> None:
    lines, code = tried(tree)
    found = {line.split("  [")[0].replace("fiction/engine/sums.py:", "").rstrip() for line in lines}
    assert {
        "killed     16  items.clear()  ->  pass",
        "killed     10  if self.one > two: return self.one  ->  if not self.one > two: return self.one",
        "SURVIVED   10  self.one > two  ->  self.one >= two",
        "timed out  21  number -= 1  ->  pass",
    } <= found
    assert (lines[-1], code) == ("engine: 9 of 11 killed, 82% (1 of them timed out, 0 errors apart)", 1)
    assert (tree / "fiction/engine/sums.py").read_text() == SUMS


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_mutant_that_cannot_be_imported_is_killed_and_a_crash_of_pytest_is_an_error(tree: Path) -> None:
    (tree / "fiction/engine/sums.py").write_text("import os\n\nA = {1: 2}[1]\n\n\ndef b():\n    return 0\n")
    (tree / "tests/engine/test_sums.py").write_text(
        "import os\nfrom fiction.engine.sums import b\n\ndef test_b():\n    if b() != 0:\n        os._exit(3)\n"
    )
    lines, _ = tried(tree)
    found = sorted(line.split()[0] for line in lines if "sums.py:" in line)
    assert found == ["ERROR", "ERROR", "SURVIVED", "killed", "killed"]
    assert lines[-1].startswith("engine: 2 of 3 killed, 67% (0 of them timed out, 2 errors apart)")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_without_tests_that_pass_there_is_no_verdict(tree: Path) -> None:
    (tree / "tests/engine/test_sums.py").write_text("def test_never():\n    assert False\n")
    lines, code = tried(tree)
    assert (lines[0], code) == ("No test passes without a mutant: mend that first.", 2)
