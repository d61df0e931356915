"""Moments as saves hold them, in local time."""

from datetime import datetime


def local_time(milliseconds: int) -> datetime | None:
    """Unix time in milliseconds as local time; None for 0 and for what no calendar holds."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000).astimezone() if milliseconds else None
    except (OverflowError, OSError, ValueError):
        return None
