"""The small world of the guide for authors, whole and with mistakes put into it."""

import re
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[2] / "worlds" / "README.md"


@pytest.fixture(scope="session")
def example() -> str:
    """The text of the guide's example."""
    match = re.search(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert match is not None
    return match.group(1)
