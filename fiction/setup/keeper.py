"""Keeps a program for the game: whatever becomes of the game, the program ends with it.

Run as a process of its own: `keeper.py LOG COMMANDS`, the commands a JSON list of argument lists, run one after the
other. Its input is a pipe from the game; when that closes, by whatever death, the program's whole process group is
ended. What the program says goes into the log. The exit code is the program's.
"""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from io import FileIO
from pathlib import Path

MOST_LOG = 512 * 1024
"""Bytes of a log; what was before goes into one older file, and then nowhere."""
_GRACE_SECONDS = 1.5
_LAST_WORDS_SECONDS = 1.0
_PDEATHSIG = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


class Log:
    """A file that never grows beyond its bound, for its owner's eyes alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: FileIO | None = None
        self._size = 0
        self._begin()

    def write(self, text: bytes) -> None:
        """Add to it. A disk that is full costs nothing but the entry."""
        if self._size + len(text) > MOST_LOG:
            self._begin()
        self._size += len(text)
        with contextlib.suppress(OSError, ValueError):
            if self._file is not None:
                self._file.write(text)

    def close(self) -> None:
        """Let go of the file. Idempotent."""
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _begin(self) -> None:
        self.close()
        self._size = 0
        with contextlib.suppress(OSError):
            if self._path.exists():
                self._path.replace(self._path.with_suffix(".old.log"))
            self._path.touch(mode=0o600)
            self._file = self._path.open("wb", buffering=0)


class Keeper:
    """Runs one program at a time, and ends it."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._over = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None

    def run(self, command: list[str]) -> int:
        """Run a program to its end. Its exit code; 127 where there is no such program."""
        if self._over.is_set():
            return 0
        try:
            self._child = subprocess.Popen(  # noqa: S603 - the game says what to run
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_the_keeper(),
            )
        except OSError as error:
            self._log.write(f"{command[0]}: {error.strerror}\n".encode())
            return 127
        copying = threading.Thread(target=self._copy, args=(self._child,), daemon=True)
        copying.start()
        if self._over.is_set():
            self._end(self._child)
        code = self._child.wait()
        _kill(self._child, hard=True)  # whatever it left behind in its group
        copying.join(_LAST_WORDS_SECONDS)
        return abs(code)

    def end(self) -> None:
        """End the program, and start no other."""
        self._over.set()
        if self._child is not None:
            self._end(self._child)

    def _end(self, child: "subprocess.Popen[bytes]") -> None:
        _kill(child)
        hard = threading.Timer(_GRACE_SECONDS, _kill, (child,), {"hard": True})
        hard.daemon = True
        hard.start()

    def _copy(self, child: "subprocess.Popen[bytes]") -> None:
        assert child.stdout is not None
        with contextlib.suppress(OSError, ValueError):
            while text := os.read(child.stdout.fileno(), 65536):
                self._log.write(text)


def _kill(child: "subprocess.Popen[bytes]", *, hard: bool = False) -> None:
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL if hard else signal.SIGTERM)


def _die_with_the_keeper() -> Callable[[], None] | None:
    """On Linux the program dies even with a keeper that is killed itself."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return None
    return lambda: prctl(_PDEATHSIG, signal.SIGKILL)


def main() -> int:
    """Run the commands until the game is gone."""
    log = Log(Path(sys.argv[1]))
    keeper = Keeper(log)

    def until_the_game_is_gone() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                continue
        keeper.end()

    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, lambda *_: keeper.end())
    threading.Thread(target=until_the_game_is_gone, daemon=True).start()
    code = 0
    for command in json.loads(sys.argv[2]):
        code = keeper.run(command)
        if code:
            break
    log.close()
    return min(code, 255)


if __name__ == "__main__":
    sys.exit(main())
