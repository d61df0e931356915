"""An exclusive lock on an open file, which the system releases however the process ends."""

import sys

if sys.platform == "win32":
    import msvcrt

    def take_lock(fd: int) -> None:
        """Lock an open file without waiting. Raises OSError (PermissionError if the file is locked)."""
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def take_lock(fd: int) -> None:
        """Lock an open file without waiting. Raises OSError (BlockingIOError if the file is locked)."""
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
