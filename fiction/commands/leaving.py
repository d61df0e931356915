"""The program's exit, safe from crashes by threads in compiled code."""

import os
import sys
import threading
from contextlib import suppress
from typing import NoReturn

_OF_CHROMA = "chromadb"


def leave(code: int) -> NoReturn:
    """End the process with an exit code, after everything is saved and every child process has ended.

    If a thread is still running, or Chroma was loaded (its Rust threads outlive its client), Python's own shutdown is
    skipped: a thread that returns from compiled code into a finalised interpreter would crash.
    """
    if threading.active_count() == 1 and _OF_CHROMA not in sys.modules:
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # the stream is closed or has no reader
            stream.flush()
    os._exit(code)
