"""Rows of another file, checked, cleaned and rewritten in this version's form."""

from fiction.saves import codec
from fiction.saves.rows import BookmarkRow, PendingRow, RevisionRow, SnapshotRow, StoryRow, TurnRow, VectorRow
from fiction.story.memory import RevisionKind
from fiction.story.turn import Stage
from fiction.text.sanitise import clean, clean_line

LATEST = 253_402_300_799_000
"""The last second of the year 9999, in Unix milliseconds: the latest date that Python can show."""
LARGEST_VECTOR = 16 << 10
"""In bytes: 8,192 dimensions."""


def moment(milliseconds: int) -> int:
    """The time, within the years 1970 to 9999."""
    return min(max(milliseconds, 0), LATEST)


def turn(row: TurnRow) -> TurnRow:
    """A turn. Raises SaveDamaged for an invalid value."""
    return row._replace(
        created=moment(row.created),
        stage=codec.member(Stage, row.stage).value,
        importance=min(max(row.importance, 1), 10),
        plain=int(bool(row.plain)),
        title=clean_line(row.title),
        storyteller=clean_line(row.storyteller),
        ending=clean_line(row.ending),
        passage=clean(row.passage),
        choice=codec.CHOICE.renew(row.choice),
        recalled=codec.RECALLED.renew(row.recalled),
        told_findings=codec.FINDINGS.renew(row.told_findings),
        memory=clean(row.memory),
        rationale=codec.RATIONALE.renew(row.rationale),
        plans=codec.PLANS.renew(row.plans),
        ledger_ops=codec.LEDGER_OPS.renew(row.ledger_ops),
        findings=codec.FINDINGS.renew(row.findings),
        usage=codec.USAGE.renew(row.usage),
        state=clean(row.state),
    )


def story(row: StoryRow, *, uuid: str) -> StoryRow:
    """A story's record, under a new uuid. Raises SaveDamaged for an invalid value."""
    return row._replace(
        uuid=uuid,
        title=clean_line(row.title),
        world_id=clean_line(row.world_id),
        world_version=clean_line(row.world_version),
        world_title=clean_line(row.world_title),
        created=moment(row.created),
        settings=codec.SETTINGS.renew(row.settings),
        reader=codec.READER.renew(row.reader),
    )


def pending(row: PendingRow) -> PendingRow:
    """A choice without a turn yet. Raises SaveDamaged for an invalid value."""
    return row._replace(choice=codec.CHOICE.renew(row.choice), created=moment(row.created))


def revision(row: RevisionRow) -> RevisionRow:
    """A reader's edit. Raises SaveDamaged for an invalid value."""
    kind = codec.member(RevisionKind, row.kind).value
    return row._replace(kind=kind, text=clean(row.text), created=moment(row.created), withdrawn=moment(row.withdrawn))


def bookmark(row: BookmarkRow) -> BookmarkRow:
    """A bookmark."""
    return row._replace(name=clean_line(row.name, limit=80), created=moment(row.created))


def snapshot(row: SnapshotRow) -> SnapshotRow:
    """A ledger. Raises SaveDamaged for an invalid value."""
    return row._replace(ledger=codec.LEDGER.renew(row.ledger))


def vector(row: VectorRow) -> VectorRow | None:
    """A vector; None if it is of odd length, too long, or holds infinity or NaN."""
    high_bytes = row.vector[1::2]
    if not row.vector or len(row.vector) % 2 or len(row.vector) > LARGEST_VECTOR:
        return None
    if high_bytes.translate(None, _FINITE) or not row.model.isprintable():
        return None
    return row


_FINITE = bytes(high for high in range(256) if high & 0x7C != 0x7C)
"""High bytes of float16 numbers whose exponent is not all ones (IEEE 754)."""
