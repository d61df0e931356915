"""The lock that keeps two processes from playing one story; the system frees it however the process ends."""

import os
import sys
from pathlib import Path

from fiction.errors import SaveBusy

if sys.platform == "win32":
    import msvcrt

    def _take(fd: int) -> None:
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def lock_path(save: Path) -> Path:
    """Where a save's lock lies: hidden, beside it. The file stays; only the lock on it means something."""
    return save.with_name(f".{save.name}.lock")


class StoryLock:
    """Held from construction to `release`.

    Raises:
        SaveBusy: another process (or another `SaveFile` of this one) has the story open.
        OSError: the lock file can't be made.
    """

    def __init__(self, save: Path) -> None:
        flags = os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
        self._fd: int | None = os.open(lock_path(save), flags, 0o600)
        try:
            _take(self._fd)
        except (BlockingIOError, PermissionError):
            self.release()
            raise SaveBusy(f"{save.stem} is open in another window.", hint="Close it there first.") from None
        except OSError:
            self.release()
            raise

    def release(self) -> None:
        """Let go. Idempotent."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
