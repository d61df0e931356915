"""The format of a save, as numbered steps. Step 1 makes the tables; a new save is made by taking all of them.

To change the format, add `m0002_what.py` with `migrate(db)` and name it in STEPS: it must leave every row sealed
(`rows.seal`) and may not commit. Steps that were released are never changed.
"""

import sqlite3
from collections.abc import Callable

from fiction.saves.migrations import m0001_tables

Step = Callable[[sqlite3.Connection], None]
"""Brings a save from one format to the next, inside a transaction that it leaves open."""

STEPS: tuple[Step, ...] = (m0001_tables.migrate,)
"""STEPS[n] makes format n+1 of format n; the last one makes the format that this version writes."""
