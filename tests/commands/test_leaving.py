"""The end of the process: orderly where nothing is at work, at once where a thread may be in compiled code."""

import subprocess
import sys

import pytest

PROGRAM = """
import atexit, sys, threading, time
import fiction.cli

def command():
    print("played")
    {command}
    return 3

atexit.register(print, "taken down")
fiction.cli.main = command
fiction.cli.run()
"""
A_THREAD = "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
CHROMA = "sys.modules['chromadb'] = sys"
NOBODY_LISTENS = f"sys.stdout.flush(); sys.stdout.close(); {CHROMA}"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("pass", "played\ntaken down\n"),
        (A_THREAD, "played\n"),
        (CHROMA, "played\n"),
        (NOBODY_LISTENS, "played\n"),
    ],
)
def test_python_is_not_taken_down_around_a_thread_at_work(command: str, said: str) -> None:
    program = [sys.executable, "-c", PROGRAM.format(command=command)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=50, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (3, said, "")
