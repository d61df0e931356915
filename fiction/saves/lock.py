"""The lock against two processes playing one story; the system releases it however the process ends."""

import os
from pathlib import Path

from fiction.errors import SaveBusy
from fiction.file_lock import take_lock


def lock_path(save: Path) -> Path:
    """Path of a save's lock file, hidden beside it. The file always stays; only the lock on it counts."""
    return save.with_name(f".{save.name}.lock")


class StoryLock:
    """A save's lock, held from construction to `release`.

    Raises:
        SaveBusy: another process (or another `SaveFile` of this one) has the story open.
        OSError: the lock file can't be made.
    """

    def __init__(self, save: Path) -> None:
        flags = os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
        self._fd: int | None = os.open(lock_path(save), flags, 0o600)
        try:
            take_lock(self._fd)
        except (BlockingIOError, PermissionError):
            self.release()
            raise SaveBusy(f"{save.stem} is open in another window.", hint="Close it there first.") from None
        except OSError:
            self.release()
            raise

    def release(self) -> None:
        """Release the lock. Idempotent."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
