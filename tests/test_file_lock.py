"""The lock on an open file: refused while anybody holds it, free again however its holder ends."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fiction.file_lock import take_lock

HOLDER = """
import os, sys
from fiction.file_lock import take_lock
take_lock(os.open(sys.argv[1], os.O_RDWR))
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def opened(path: Path) -> Iterator[int]:
    fd = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        yield fd
    finally:
        os.close(fd)


def test_a_locked_file_can_not_be_locked_through_another_descriptor(tmp_path: Path) -> None:
    with opened(tmp_path / "lock") as first, opened(tmp_path / "lock") as second:
        take_lock(first)
        with pytest.raises((BlockingIOError, PermissionError)):
            take_lock(second)


def test_closing_the_file_releases_the_lock(tmp_path: Path) -> None:
    with opened(tmp_path / "lock") as first:
        take_lock(first)
    with opened(tmp_path / "lock") as second:
        take_lock(second)


def test_the_lock_of_a_process_that_is_killed_is_released(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with opened(tmp_path / "lock") as fd, pytest.raises((BlockingIOError, PermissionError)):
            take_lock(fd)
        holder.kill()
        holder.wait(timeout=20)
        with opened(tmp_path / "lock") as fd:
            take_lock(fd)
