"""The tests of a copied tree, run in forks of this process: once to see what each enters, then for each mutant."""

import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import CodeType, FrameType

import pytest

from bench.mutations import Mutant, mutated

SECONDS = 40.0
"""Tests for one mutant: the first that take this long together, as they took without it."""
_PRELOADED = ("hypothesis", "numpy", "pydantic", "yaml", "snowballstemmer", "pytest_asyncio", "sqlite3", "asyncio")
"""Libraries that every fork has from the start; whatever is missing here is only slower."""
_PLUGINS = ("pytest_asyncio.plugin", "_hypothesis_pytestplugin")
_OPTIONS = (
    "-q", "-o", "addopts=", "-m", "not realserver and not slow", "--hypothesis-seed=0", "-p", "no:cacheprovider",
    "-W", "ignore::pytest.PytestUnknownMarkWarning", "-W", "ignore::pytest.PytestConfigWarning",
)  # fmt: skip
_NOT_OF_THE_TREE = (".git", ".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "__pycache__")


class Outcome(StrEnum):
    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "SURVIVED"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Outcome
    why: str
    """The test that failed, or what else happened."""


@dataclass(frozen=True, slots=True)
class Test:
    """A test as it ran without a mutant."""

    name: str
    seconds: float
    entered: frozenset[tuple[str, int]]
    """Functions that it entered: path in the tree and first line."""
    launches: bool
    """It starts another process, which may enter anything."""

    @property
    def file(self) -> str:
        return self.name.split("::")[0]


@dataclass(frozen=True, slots=True)
class Survey:
    """The tests that pass without a mutant, the names of those that do not, and pytest's words."""

    tests: tuple[Test, ...]
    failing: tuple[str, ...]
    said: str

    def chosen(self, mutant: Mutant) -> list[Test]:
        """Tests for a mutant: of its function; else, of its module; else, of all. Near and fast ones first;
        the package's own before others.

        Another process is not looked into, so tests that start one are taken where their file is named for the module.
        """
        functions, stem = {(mutant.path, mutant.function)}, f"_{Path(mutant.path).stem}"
        found = [test for test in self.tests if functions & test.entered]
        found = found or [test for test in self.tests if any(path == mutant.path for path, _ in test.entered)]
        near = {test.name for test in self.tests if stem in Path(test.file).stem}
        found += [test for test in self.tests if test.launches and test.name in near and test not in found]
        home = f"tests/{mutant.path.split('/')[1]}/"
        ordered = sorted(
            found or self.tests, key=lambda test: (test.name not in near, not test.file.startswith(home), test.seconds)
        )
        sums = _sums(test.seconds for test in ordered)
        return [test for test, total in zip(ordered, sums, strict=True) if total <= SECONDS] or ordered[:1]


def _sums(values: Iterable[float]) -> Iterator[float]:
    total = 0.0
    for value in values:
        total += value
        yield total


class _Surveyor:
    """A plugin of pytest that notes what each test enters and how it ends."""

    def __init__(self, tree: Path, report: Path) -> None:
        self._tree = f"{tree}/"
        self._report = report
        self._entered: dict[int, CodeType] = {}
        self._found: dict[str, dict[str, object]] = {}
        self._failed: list[str] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._entered = {}
        threading.setprofile(self._note)
        sys.setprofile(self._note)
        start = time.perf_counter()
        try:
            return (yield)
        finally:
            seconds = time.perf_counter() - start
            sys.setprofile(None)
            entered = [(code.co_filename.removeprefix(self._tree), code.co_firstlineno)
                       for code in list(self._entered.values()) if code.co_filename.startswith(self._tree)]  # fmt: skip
            launches = id(subprocess.Popen.__init__.__code__) in self._entered
            self._found[item.nodeid] = {"seconds": seconds, "entered": entered, "launches": launches}

    def _note(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            self._entered[id(frame.f_code)] = frame.f_code

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed or report.skipped:
            self._failed.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._failed.append(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        self._report.write_text(json.dumps({"found": self._found, "failed": self._failed}), "utf-8")


class _Judge:
    """A plugin of pytest that runs the chosen tests in their order and notes the first that fails."""

    def __init__(self, tree: Path, names: Sequence[str], report: Path) -> None:
        self._tree = tree
        self._order = {name: place for place, name in enumerate(names)}
        self._report = report

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((i for i in items if i.nodeid in self._order), key=lambda item: self._order[item.nodeid])
        strangers = [name for name, module in sys.modules.items() if name.split(".")[0] == "fiction"
                     and not str(getattr(module, "__file__", "")).startswith(f"{self._tree}/")]  # fmt: skip
        if strangers:
            raise pytest.UsageError(f"not of the copied tree: {strangers}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._report.write_text(report.nodeid, "utf-8")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._report.write_text(f"{report.nodeid} cannot be imported", "utf-8")


def copied(tree: Path, target: Path) -> Path:
    """A copy of the tree, without what is not of it."""
    shutil.copytree(tree, target, ignore=shutil.ignore_patterns(*_NOT_OF_THE_TREE), symlinks=True)
    return target


def surveyed(tree: Path, folders: Sequence[str], scratch: Path) -> Survey:
    """Run all the tests once without a mutant."""
    for name in _PRELOADED:
        importlib.import_module(name)
    report, said = scratch / "survey.json", scratch / "survey.txt"
    os.waitpid(_forked(tree, folders, _Surveyor(tree, report), said), 0)
    words = said.read_text("utf-8", "replace")[-3000:]
    if not report.exists():
        return Survey((), (), words)
    noted = json.loads(report.read_text("utf-8"))
    failed = set(noted["failed"])
    tests = tuple(
        Test(name, found["seconds"], frozenset((path, line) for path, line in found["entered"]), found["launches"])
        for name, found in noted["found"].items() if name not in failed
    )  # fmt: skip
    return Survey(tests, tuple(sorted(failed)), words)


def _forked(tree: Path, arguments: Sequence[str], plugin: object, said: Path) -> int:
    """The process id of a fork that runs pytest in the tree; its exit code is pytest's."""
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        os.setsid()
        code = _in_the_fork(tree, arguments, plugin, said)
    finally:
        os._exit(code)


def _in_the_fork(tree: Path, arguments: Sequence[str], plugin: object, said: Path) -> int:
    out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (out, 1), (out, 2)):
        os.dup2(source, target)
    os.chdir(tree)
    here = Path(__file__).resolve().parent.parent
    sys.path[:] = [str(tree), *(path for path in sys.path if path and Path(path).resolve() != here)]
    for name in [name for name in sys.modules if name.split(".")[0] == "bench"]:
        del sys.modules[name]
    os.environ |= {"PYTHONPATH": str(tree), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    plugins = [option for name in _PLUGINS for option in ("-p", name)]
    base = [f"--basetemp={said.with_suffix('')}-temp", f"--rootdir={tree}"]
    code = int(pytest.main([*plugins, *_OPTIONS, *base, *arguments], plugins=[plugin]))
    sys.stdout.flush()
    return code


@dataclass(frozen=True, slots=True)
class _Running:
    mutant: Mutant
    tree: Path
    before: str
    report: Path
    deadline: float


class Trials:
    """Mutants tried in copies of the tree, one in each at a time."""

    def __init__(self, trees: Sequence[Path], survey: Survey, scratch: Path, *, patience: float) -> None:
        """`patience`: seconds that tests may take beyond five times what they took without a mutant."""
        self._free = list(trees)
        self._patience = patience
        self._survey = survey
        self._scratch = scratch
        self._running: dict[int, _Running] = {}

    def of(self, mutants: Sequence[Mutant]) -> Iterator[tuple[Mutant, Verdict]]:
        """Each mutant with its verdict, as they come."""
        sys.dont_write_bytecode = True
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        waiting = list(reversed(mutants))
        try:
            while waiting or self._running:
                while waiting and self._free:
                    self._start(waiting.pop(), self._free.pop())
                time.sleep(0.05)
                yield from self._ended()
        finally:
            for pid in self._running:
                _killed(pid)

    def _start(self, mutant: Mutant, tree: Path) -> None:
        tests = self._survey.chosen(mutant)
        file = tree / mutant.path
        before = file.read_text("utf-8")
        _written(file, mutated(before, mutant))
        report, said = self._scratch / f"{tree.name}.report", self._scratch / f"{tree.name}.txt"
        report.unlink(missing_ok=True)
        files = list(dict.fromkeys(test.file for test in tests))
        judge = _Judge(tree, [test.name for test in tests], report)
        deadline = time.monotonic() + self._patience + 5 * sum(test.seconds for test in tests)
        pid = _forked(tree, ["-x", *files], judge, said)
        self._running[pid] = _Running(mutant, tree, before, report, deadline)

    def _ended(self) -> Iterator[tuple[Mutant, Verdict]]:
        for pid, run in list(self._running.items()):
            late = time.monotonic() > run.deadline
            if late:
                _killed(pid)
            done, status = os.waitpid(pid, 0 if late else os.WNOHANG)
            if not done:
                continue
            _killed(pid)
            del self._running[pid]
            _written(run.tree / run.mutant.path, run.before)
            self._free.append(run.tree)
            yield run.mutant, Verdict(Outcome.TIMED_OUT, "") if late else _verdict(status, run.report)


def _verdict(status: int, report: Path) -> Verdict:
    """Exit code 1 is a failed test; 2 after a failed import is one too: without the mutant all files were imported."""
    code = os.waitstatus_to_exitcode(status)
    noted = report.read_text("utf-8") if report.exists() else ""
    match code:
        case 0:
            return Verdict(Outcome.SURVIVED, "")
        case 1 | 2 if noted:
            return Verdict(Outcome.KILLED, noted)
        case _:
            return Verdict(Outcome.ERROR, f"pytest ended with {code}")


def _written(file: Path, text: str) -> None:
    """Write a module; a compiled one of the same second and size must not pass for it."""
    file.write_text(text, "utf-8")
    for compiled in file.parent.glob(f"__pycache__/{file.stem}.*.pyc"):
        compiled.unlink()


def _killed(pid: int) -> None:
    """End what is left of a fork and of its children."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
