"""Format 1: the tables of a save.

No triggers, views, virtual tables or CHECKs with function calls: some SQLite versions refuse them under
`trusted_schema=OFF`, and they mark a save as foreign.
"""

import sqlite3

TABLES = (
    """CREATE TABLE story(
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, title TEXT NOT NULL, world_id TEXT NOT NULL,
        world_version TEXT NOT NULL, world_title TEXT NOT NULL, created INTEGER NOT NULL, settings TEXT NOT NULL,
        reader TEXT NOT NULL, crc INTEGER NOT NULL) STRICT""",
    "CREATE TABLE pack(id INTEGER PRIMARY KEY, text TEXT NOT NULL, crc INTEGER NOT NULL) STRICT",
    """CREATE TABLE segment(
        id INTEGER PRIMARY KEY, parent INTEGER REFERENCES segment(id), fork_depth INTEGER NOT NULL,
        crc INTEGER NOT NULL) STRICT""",
    """CREATE TABLE turn(
        id INTEGER PRIMARY KEY, parent INTEGER REFERENCES turn(id), depth INTEGER NOT NULL,
        segment INTEGER NOT NULL REFERENCES segment(id), created INTEGER NOT NULL, stage TEXT NOT NULL,
        importance INTEGER NOT NULL, plain INTEGER NOT NULL, title TEXT NOT NULL, storyteller TEXT NOT NULL,
        ending TEXT NOT NULL, passage TEXT NOT NULL, choice TEXT NOT NULL, recalled TEXT NOT NULL,
        told_findings TEXT NOT NULL, memory TEXT NOT NULL, rationale TEXT NOT NULL, plans TEXT NOT NULL,
        ledger_ops TEXT NOT NULL, findings TEXT NOT NULL, usage TEXT NOT NULL, state TEXT NOT NULL,
        crc INTEGER NOT NULL) STRICT""",
    "CREATE INDEX turn_parent ON turn(parent)",
    "CREATE UNIQUE INDEX turn_place ON turn(segment, depth)",
    """CREATE TABLE head(
        id INTEGER PRIMARY KEY, turn INTEGER REFERENCES turn(id), updated INTEGER NOT NULL,
        crc INTEGER NOT NULL) STRICT""",
    """CREATE TABLE pending(
        id INTEGER PRIMARY KEY, choice TEXT NOT NULL, created INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT""",
    """CREATE TABLE revision(
        id INTEGER PRIMARY KEY, made_at INTEGER NOT NULL REFERENCES turn(id), segment INTEGER NOT NULL,
        depth INTEGER NOT NULL, kind TEXT NOT NULL, target INTEGER NOT NULL REFERENCES turn(id), text TEXT NOT NULL,
        created INTEGER NOT NULL, withdrawn INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT""",
    "CREATE INDEX revision_turn ON revision(made_at)",
    "CREATE INDEX revision_place ON revision(segment, depth)",
    """CREATE TABLE bookmark(
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, turn INTEGER NOT NULL REFERENCES turn(id),
        created INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT""",
    """CREATE TABLE snapshot(
        segment INTEGER NOT NULL, depth INTEGER NOT NULL, turn INTEGER NOT NULL REFERENCES turn(id),
        ledger TEXT NOT NULL, crc INTEGER NOT NULL, PRIMARY KEY(segment, depth)) STRICT""",
    """CREATE TABLE vector(
        turn INTEGER NOT NULL REFERENCES turn(id), model TEXT NOT NULL, vector BLOB NOT NULL, crc INTEGER NOT NULL,
        PRIMARY KEY(turn, model)) STRICT""",
    # The next segment for redo at each fork: a hint without a checksum, checked when it is followed.
    """CREATE TABLE redo(
        segment INTEGER NOT NULL, depth INTEGER NOT NULL, next INTEGER NOT NULL, PRIMARY KEY(segment, depth)) STRICT""",
)


def migrate(db: sqlite3.Connection) -> None:
    """Make the tables in an empty file."""
    for statement in TABLES:
        db.execute(statement)
