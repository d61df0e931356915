"""The save format, as numbered migrations. Migration 1 creates the tables; a new save runs all of them.

To change the format, add `m0002_what.py` with `migrate(db)` to STEPS: it must leave every row sealed (`rows.seal`) and
may not commit. Released migrations never change.
"""

import sqlite3
from collections.abc import Callable

from fiction.saves.migrations import m0001_tables

Step = Callable[[sqlite3.Connection], None]
"""Brings a save from one format to the next, inside the caller's transaction."""

STEPS: tuple[Step, ...] = (m0001_tables.migrate,)
"""STEPS[n] turns format n into format n+1; the last one gives the format of this version."""
