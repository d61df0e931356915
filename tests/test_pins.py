"""A checkout installs today what it installed when its tests were last green."""

import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
UV = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["uv"]
PINNED = {line.split("==")[0]: line for line in UV["constraint-dependencies"]}
BROUGHT_BY_OTHERS = {"fiction", "pip", "setuptools", "uv"}


def normal(name: str) -> str:
    """A distribution's name as the packaging specifications normalise it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.skipif(Path(sys.prefix).parent != ROOT, reason="the versions are held in the checkout's own environment")
def test_every_installed_package_is_held_to_one_version() -> None:
    installed = {normal(found.name) for found in metadata.distributions()} - BROUGHT_BY_OTHERS
    assert not installed - set(PINNED), "run .ci/pin"


def test_every_pin_is_exact_and_names_no_host() -> None:
    for line in [*UV["constraint-dependencies"], *UV["build-constraint-dependencies"]]:
        assert re.fullmatch(r"[a-z0-9-]+==[\w.+]+( ; [\w.<>=! '()]+)?", line), line
