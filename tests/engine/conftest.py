"""A story to play."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.scripted import Scripted
from support.table import Table


@pytest.fixture
async def table(tmp_path: Path) -> AsyncIterator[Table]:
    table = Table.laid(tmp_path, Scripted())
    yield table
    await table.session.close()
