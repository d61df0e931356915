"""Faults put into the code one at a time, and whether the fast tests notice.

    uv run python -m bench.mutants engine saves memory --sample 40 --seed 11

Each mutant changes one thing: a comparison, a boolean operator, arithmetic, a constant, a removed statement, a
returned value. It is tried in a copy of the tree; the tree itself is never changed.
"""

import argparse
import ast
import copy
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parent.parent
PROCESSES = 2
LIMIT = 120.0
"""Seconds for one mutant's tests; one that runs longer is noticed too."""
TESTS = {
    "engine": ("tests/engine",),
    "saves": ("tests/saves", "tests/engine"),
    "memory": ("tests/memory", "tests/contracts"),
}
"""Folders of fast tests by package; of those, the files that name the changed module run first."""
_SKIPPED = (".git", ".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "__pycache__")
_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to one module."""

    path: str
    line: int
    change: str
    code: str
    """The whole module with the change in it."""


def mutants_of(source: str, path: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    found = []
    for index, node in enumerate(ast.walk(tree)):
        for number, _ in enumerate(_changes(node)):
            other = copy.deepcopy(tree)
            target = next(each for at, each in enumerate(ast.walk(other)) if at == index)
            before = _short(target)
            changes = list(_changes(target))
            changes[number].apply()
            code = ast.unparse(ast.fix_missing_locations(other))
            found.append(Mutant(path, changes[number].line, f"{before}  ->  {_short(target)}", code))
    return sorted(found, key=lambda mutant: mutant.line)


@dataclass(slots=True)
class _Change:
    """One attribute of a node, or one place of a list in it, and what to put there."""

    line: int
    holder: ast.AST
    name: str
    value: object
    at: int = -1

    def apply(self) -> None:
        if self.at < 0:
            setattr(self.holder, self.name, self.value)
        else:
            getattr(self.holder, self.name)[self.at] = self.value


def _changes(node: ast.AST) -> Iterator[_Change]:
    line = getattr(node, "lineno", 0)
    match node:
        case ast.Compare(ops=ops):
            for at, op in enumerate(ops):
                yield _Change(line, node, "ops", _COMPARE[type(op)](), at)
        case ast.BoolOp(op=boolean):
            yield _Change(line, node, "op", ast.And() if isinstance(boolean, ast.Or) else ast.Or())
        case ast.BinOp(op=operator) if type(operator) in _ARITHMETIC and not _is_type(node):
            yield _Change(line, node, "op", _ARITHMETIC[type(operator)]())
        case ast.Constant(value=bool(value)):
            yield _Change(line, node, "value", not value)
        case ast.Constant(value=int(value) | float(value)):
            yield _Change(line, node, "value", value + 1)
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield _Change(line, node, "value", ast.Constant(None))
        case ast.If(test=test):
            yield _Change(line, node, "test", ast.UnaryOp(ast.Not(), test))
        case _:
            pass
    yield from _removals(node)


def _removals(node: ast.AST) -> Iterator[_Change]:
    """Statements without which a body still stands: calls, assignments to what exists, raises, and jumps."""
    if isinstance(node, ast.Module | ast.ClassDef):
        return
    for name in ("body", "orelse", "finalbody"):
        body = getattr(node, name, None)
        for at, statement in enumerate(body if isinstance(body, list) else []):
            if _removable(statement):
                yield _Change(statement.lineno, node, name, ast.Pass(), at)


def _removable(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant()):
            return False
        case ast.Assign(targets=targets):
            return any(isinstance(target, ast.Attribute | ast.Subscript) for target in targets)
        case ast.Expr() | ast.AugAssign() | ast.Delete() | ast.Raise() | ast.Continue() | ast.Break():
            return True
        case _:
            return False


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _is_type(node: ast.BinOp) -> bool:
    """`str % x` and the like are left alone where a side is a string: the change would only raise."""
    return any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in (node.left, node.right))


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split())
    return text if len(text) <= 90 else f"{text[:87]}..."


def modules_of(packages: list[str]) -> list[Path]:
    """The modules of the packages, ports and package doors left out: they hold no code."""
    found = [path for name in packages for path in sorted((ROOT / "fiction" / name).rglob("*.py"))]
    return [path for path in found if path.name not in ("__init__.py", "ports.py")]


def tests_for(path: str) -> list[str]:
    """Test files for a module, those that import it first."""
    module = path.removesuffix(".py").replace("/", ".")
    package = module.split(".")[1]
    folders = TESTS.get(package, (f"tests/{package}",))
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("test_*.py"))]
    parent, _, name = module.rpartition(".")
    near = [f for f in files if module in (text := f.read_text("utf-8")) or f"from {parent} import {name}" in text]
    return [str(file.relative_to(ROOT)) for file in [*near, *(file for file in files if file not in near)]]


def noticed(mutant: Mutant, tree: Path) -> bool:
    """Whether a test fails, or time runs out, with the mutant in this copy of the tree."""
    file = tree / mutant.path
    before = file.read_text("utf-8")
    file.write_text(mutant.code, "utf-8")
    try:
        return _fails(tree, tests_for(mutant.path))
    finally:
        file.write_text(before, "utf-8")


def _fails(tree: Path, tests: list[str]) -> bool:
    options = ["-n0", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--timeout=30"]
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryDirectory(prefix="fiction-mutants-") as scratch:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *options, f"--basetemp={scratch}/t", *tests],
            cwd=tree, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            return process.wait(LIMIT) != 0
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return True


def copied(folder: Path) -> Path:
    """A copy of the tree, without what is not of it."""
    target = folder / f"tree-{len(list(folder.iterdir()))}"
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*_SKIPPED), symlinks=True)
    return target


def sampled(packages: list[str], sample: int, seed: int) -> list[Mutant]:
    """So many mutants of each package, drawn with the seed; 0 takes all."""
    drawn: list[Mutant] = []
    for package in packages:
        every: list[Mutant] = []
        for path in modules_of([package]):
            every += mutants_of(path.read_text("utf-8"), str(path.relative_to(ROOT)))
        count = min(sample, len(every)) if sample else len(every)
        drawn += random.Random(f"{seed} {package}").sample(every, count)
    return drawn


def run(packages: list[str], sample: int, seed: int) -> int:
    """Try the mutants and print what became of each; 0 where at least 85 % were killed in every package."""
    results: dict[str, list[bool]] = {package: [] for package in packages}
    with tempfile.TemporaryDirectory(prefix="fiction-mutants-") as scratch:
        trees: SimpleQueue[Path] = SimpleQueue()
        for _ in range(PROCESSES):
            trees.put(copied(Path(scratch)))

        def attempt(mutant: Mutant) -> None:
            tree = trees.get()
            try:
                killed = noticed(mutant, tree)
            finally:
                trees.put(tree)
            results[mutant.path.split("/")[1]].append(killed)
            print(f"{'killed  ' if killed else 'SURVIVED'}  {mutant.path}:{mutant.line}  {mutant.change}", flush=True)

        if any(_fails(Path(scratch) / "tree-0", tests_for(f"fiction/{package}/x.py")) for package in packages):
            print("The tests fail, or take too long, without any mutant: mend that first.")
            return 2
        with ThreadPoolExecutor(PROCESSES) as pool:
            list(pool.map(attempt, sampled(packages, sample, seed)))
    print()
    for package, killed in results.items():
        print(f"{package}: {sum(killed)} of {len(killed)} killed, {sum(killed) / max(1, len(killed)):.0%}")
    return int(any(sum(killed) < 0.85 * len(killed) for killed in results.values()))


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.mutants", description="Mutants of packages, and which the tests kill.")
    parser.add_argument("packages", nargs="+", help="packages under fiction/: engine, saves, memory ...")
    parser.add_argument("--sample", type=int, default=40, help="mutants of each package; 0 takes all")
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    os.nice(10)
    return run(options.packages, options.sample, options.seed)


if __name__ == "__main__":
    raise SystemExit(main())
