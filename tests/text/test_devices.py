"""Names of devices, and that whoever makes a file's name avoids them."""

import pytest

from fiction.packs.names import is_slug
from fiction.saves.names import file_name
from fiction.text.devices import is_device
from fiction.text.slugs import slug

DEVICES = ["con", "CON", "prn", "aux", "nul", "com0", "com1", "lpt9", "COM¹", "lpt³", "conin$", "CONOUT$"]


@pytest.mark.parametrize("name", [*DEVICES, *(f"{name}.txt" for name in DEVICES), "con .", "nul.tar.gz", "aux. "])
def test_a_name_of_a_device_is_known_whatever_its_suffix(name: str) -> None:
    assert is_device(name)


@pytest.mark.parametrize("name", ["", "cone", "com", "com10", "lpt", "a.con", "con-1", "com١", "nulls", ".con"])
def test_a_name_that_only_begins_so_is_none(name: str) -> None:
    assert not is_device(name)


@pytest.mark.parametrize("name", DEVICES)
def test_no_file_of_the_games_own_has_such_a_name(name: str) -> None:
    assert not is_device(file_name(name))
    assert not is_device(slug(name))
    assert not is_slug(name)
