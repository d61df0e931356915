"""Cards: one line about each save, for lists. Quick to read; changes nothing; never fails, even for a damaged save."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from fiction.errors import FictionError, SaveDamaged
from fiction.saves.failures import translated
from fiction.saves.files import asked_header, check_header, check_tables, connect
from fiction.saves.rows import PendingRow, StoryRow, row_of, whole
from fiction.saves.tree import head_row, turn_row
from fiction.story.cards import SaveCard
from fiction.text.sanitise import clean_line

_MOST_TIME = 253_000_000_000_000
"""The year 9987: later times lack a date in some time zone."""
WAIT = 0.5
"""Seconds to wait for a save that another process is writing."""


def card(path: Path, name: str) -> SaveCard:
    """The card of the save at `path`; `trouble` says why it can't be opened."""
    try:
        with translated(name):
            if path.is_symlink() or not path.is_file():
                return SaveCard(name, title=name, trouble="This is a link or a folder, not a save.")
            with closing(connect(path, "read", wait=WAIT)) as db:
                check_header(asked_header(db), name)
                check_tables(db, name)
                return _card(db, path, name)
    except FictionError as error:
        size, updated = _stat(path)
        return SaveCard(name, title=name, updated=updated, size=size, trouble=error.sentence)


def _card(db: sqlite3.Connection, path: Path, name: str) -> SaveCard:
    story, head, pending = row_of(db, StoryRow), head_row(db), row_of(db, PendingRow)
    turn = None if head.turn is None else turn_row(db, head.turn)
    if story is None or not all(whole(row) for row in (story, turn, pending) if row is not None):
        raise SaveDamaged(f"The save {name} is damaged.")
    return SaveCard(
        name=name,
        title=clean_line(story.title),
        world_id=clean_line(story.world_id),
        world_title=clean_line(story.world_title),
        turns=0 if turn is None else turn.depth,
        scene="" if turn is None else clean_line(turn.title),
        updated=_dated(head.updated),
        size=path.stat().st_size,
        ended=turn is not None and bool(turn.ending),
        pending="" if pending is None else _text_of(pending.choice, "text"),
        storyteller=_text_of(story.settings, "storyteller"),
    )


def _text_of(document: str, key: str) -> str:
    try:
        value = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise SaveDamaged("A value in this save makes no sense.") from error
    return clean_line(str(value.get(key, ""))) if isinstance(value, dict) else ""


def _dated(time: int) -> int:
    """The time in Unix milliseconds; 0 (no date) if it can't be shown as a date everywhere."""
    return time if 0 < time < _MOST_TIME else 0


def _stat(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, _dated(status.st_mtime_ns // 1_000_000)
