"""How long a terminal program takes from its start until a text stands on the screen, in a real pseudo-terminal."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence

_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")


def until_painted(
    argv: Sequence[str],
    needle: str,
    *,
    env: Mapping[str, str] | None = None,
    cwd: str = ".",
    size: tuple[int, int] = (100, 30),
    limit: float = 30.0,
) -> float:
    """Seconds from spawn until `needle` was painted; the program is killed then.

    Raises:
        TimeoutError: it was not painted within `limit` seconds.
    """
    started = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        os.environ.update({"TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})})
        os.execvp(argv[0], list(argv))
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    try:
        seen = b""
        while time.perf_counter() - started < limit:
            ready, _, _ = select.select([terminal], [], [], 0.05)
            if not ready:
                continue
            try:
                seen += os.read(terminal, 65536)
            except OSError:
                break
            if needle.encode() in _ESCAPES.sub(b"", seen):
                return time.perf_counter() - started
        raise TimeoutError(f"{needle!r} was not painted in {limit} s: {_ESCAPES.sub(b'', seen)[-300:]!r}")
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
