"""The last act of the program: an end that no thread in compiled code can turn into a crash."""

import os
import sys
import threading
from contextlib import suppress
from typing import NoReturn

_OF_CHROMA = "chromadb"


def leave(code: int) -> NoReturn:
    """End the process with an exit code; everything is saved and every child ended before.

    Where a thread is still at work, or Chroma was loaded (its Rust threads outlive its client), Python is not taken
    down around them: a thread that is just in compiled code would come back to an interpreter that is gone.
    """
    if threading.active_count() == 1 and _OF_CHROMA not in sys.modules:
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # nobody listens any more, or it was closed
            stream.flush()
    os._exit(code)
