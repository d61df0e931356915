"""The tools agree: format, lint and types are part of the test run."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

COMMANDS = [
    pytest.param(["ruff", "format", "--check", "."], id="format"),
    pytest.param(["ruff", "check", "."], id="lint"),
    pytest.param(["mypy"], id="types", marks=pytest.mark.slow),
]
"""Types take most of a minute on a fresh checkout, so they are in the slow group, which `.ci/run` runs too."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize("command", COMMANDS)
def test_the_tree_is_clean(command: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_python_file_is_linted() -> None:
    command = [sys.executable, "-m", "ruff", "check", "--show-files", "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    files = {path for folder in ("fiction", "tests", "bench") for path in (ROOT / folder).rglob("*.py")}
    assert files <= {Path(line) for line in done.stdout.splitlines()}


def test_types_are_checked_wherever_python_is_handed_out() -> None:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    handed_out = tool["hatch"]["build"]["targets"]["sdist"]["include"]
    assert {name for name in handed_out if any((ROOT / name).rglob("*.py"))} == set(tool["mypy"]["files"])
