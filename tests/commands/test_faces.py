"""Which face the game is played on."""

import io
import os
import sys

import pytest

from fiction.commands.faces import lines_only


@pytest.mark.parametrize("stream", ["stdin", "stdout", "stderr"])
def test_a_stream_that_is_no_terminal_means_lines(monkeypatch: pytest.MonkeyPatch, stream: str) -> None:
    leader, follower = os.openpty()
    try:
        with open(follower, "w", closefd=False) as terminal:
            for name in ("stdin", "stdout", "stderr"):
                monkeypatch.setattr(sys, name, terminal)
            assert not lines_only()
            assert lines_only(plain=True)
            monkeypatch.setattr(sys, stream, io.StringIO())
            assert lines_only()
            monkeypatch.setattr(sys, stream, None)
            assert lines_only()
    finally:
        os.close(leader)
        os.close(follower)
