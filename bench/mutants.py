"""Faults put into the code one at a time, and whether the fast tests notice.

    uv run python -m bench.mutants engine saves memory --sample 40 --seed 11

Each mutant changes one thing: a comparison, a boolean operator, arithmetic, a constant, a removed statement, a
returned value. It is tried in a copy of the tree; the tree itself is never changed.

What becomes of a mutant:
  killed    a test fails, or a test file cannot be imported though it can without the mutant
  timed out its tests run far longer than without it; counted with the killed, listed apart
  SURVIVED  every test passes
  ERROR     the tests came to no verdict (a usage error, nothing collected, a crash of pytest); in no count

Only the tests that enter the changed function are run, the files named for its module first, then the fastest.
"""

import argparse
import os
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.mutant_trials import Outcome, Trials, copied, surveyed
from bench.mutations import Mutant, mutants_of

ROOT = Path(__file__).resolve().parent.parent
TESTS = {
    "engine": ("tests/engine", "tests/contracts"),
    "saves": ("tests/saves", "tests/engine"),
    "memory": ("tests/memory", "tests/contracts"),
}
"""Folders of fast tests by package."""
ENOUGH = 0.85


def modules_of(tree: Path, package: str) -> list[Path]:
    """The modules of a package, ports and package doors left out: they hold no code."""
    found = sorted((tree / "fiction" / package).rglob("*.py"))
    return [path for path in found if path.name not in ("__init__.py", "ports.py")]


def folders_of(tree: Path, packages: Sequence[str]) -> list[str]:
    """Folders of tests for the packages, each once."""
    folders = dict.fromkeys(folder for name in packages for folder in TESTS.get(name, (f"tests/{name}",)))
    return [folder for folder in folders if (tree / folder).is_dir()]


def sampled(tree: Path, package: str, sample: int, seed: int) -> list[Mutant]:
    """Mutants of a package, drawn with the seed; a sample of 0 takes all."""
    every: list[Mutant] = []
    for path in modules_of(tree, package):
        every += mutants_of(path.read_text("utf-8"), str(path.relative_to(tree)))
    return random.Random(f"{seed} {package}").sample(every, min(sample or len(every), len(every)))


def run(tree: Path, packages: Sequence[str], *, sample: int, seed: int, processes: int, patience: float) -> int:
    """Try the mutants and print what became of each; 0 where enough were killed in every package."""
    mutants = [mutant for package in packages for mutant in sampled(tree, package, sample, seed)]
    counts: dict[str, Counter[Outcome]] = {package: Counter() for package in packages}
    with tempfile.TemporaryDirectory(prefix="fiction-mutants-") as scratch:
        trees = [copied(tree, Path(scratch) / f"tree-{number}") for number in range(processes)]
        survey = surveyed(trees[0], folders_of(tree, packages), Path(scratch))
        if not survey.tests:
            print(f"No test passes without a mutant: mend that first.\n{survey.said}")
            return 2
        for name in survey.failing:
            print(f"left out, fails without a mutant: {name}", flush=True)
        for mutant, verdict in Trials(trees, survey, Path(scratch), patience=patience).of(mutants):
            counts[mutant.path.split("/")[1]][verdict.outcome] += 1
            where = f"{mutant.path}:{mutant.line}"
            print(f"{verdict.outcome:9}  {where}  {mutant.change}  [{verdict.why}]", flush=True)
    print()
    return max(_summed(package, found) for package, found in counts.items())


def _summed(package: str, found: Counter[Outcome]) -> int:
    noticed = found[Outcome.KILLED] + found[Outcome.TIMED_OUT]
    judged = noticed + found[Outcome.SURVIVED]
    apart = f"{found[Outcome.TIMED_OUT]} of them timed out, {found[Outcome.ERROR]} errors apart"
    print(f"{package}: {noticed} of {judged} killed, {noticed / max(1, judged):.0%} ({apart})")
    return int(not judged or noticed < ENOUGH * judged)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.mutants", description="Mutants of packages, and which the tests kill.")
    parser.add_argument("packages", nargs="+", help="packages under fiction/: engine, saves, memory ...")
    parser.add_argument("--sample", type=int, default=40, help="mutants of each package; 0 takes all")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--processes", type=int, default=1, help="mutants tried at the same time")
    parser.add_argument("--patience", type=float, default=60.0, help="seconds more than usual before it times out")
    parser.add_argument("--tree", type=Path, default=ROOT, help="the tree to try: this one")
    options = parser.parse_args()
    os.nice(15)
    return run(
        options.tree.resolve(), options.packages,
        sample=options.sample, seed=options.seed, processes=max(1, options.processes), patience=options.patience,
    )  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
