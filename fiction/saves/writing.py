"""Rows of turns, as written when told and when complete."""

from fiction.saves import codec
from fiction.saves.rows import TurnRow
from fiction.saves.tree import TreePosition
from fiction.story.memory import Rationale
from fiction.story.turn import Draft, Finding, Reflection, Stage


def told(place: TreePosition, parent: TurnRow | None, draft: Draft, *, now: int) -> TurnRow:
    """The row of a told turn. Without a title of its own it continues the scene of `parent`, and its title."""
    return TurnRow(
        id=place.id,
        parent=None if parent is None else parent.id,
        depth=place.depth,
        segment=place.segment,
        created=now,
        stage=Stage.TOLD.value,
        importance=5,
        plain=0,
        title=codec.safe(draft.title) or (parent.title if parent else ""),
        storyteller=codec.safe(draft.storyteller),
        ending="",
        passage=codec.safe(draft.passage),
        choice=codec.CHOICE.encode(draft.choice),
        recalled=codec.RECALLED.encode(draft.recall.items),
        told_findings=codec.FINDINGS.encode(draft.findings),
        memory="",
        rationale=codec.RATIONALE.encode(Rationale()),
        plans="[]",
        ledger_ops="[]",
        findings="[]",
        usage=codec.USAGE.encode(draft.usage),
        state=codec.safe(draft.state),
    )


def completed(row: TurnRow, reflection: Reflection, findings: tuple[Finding, ...]) -> TurnRow:
    """The row with the storyteller's reflection; an empty title or state keeps the value from telling."""
    return row._replace(
        stage=Stage.COMPLETE.value,
        importance=reflection.importance,
        plain=int(reflection.plain),
        title=codec.safe(reflection.title) or row.title,
        ending=codec.safe(reflection.ending),
        memory=codec.safe(reflection.memory),
        rationale=codec.RATIONALE.encode(reflection.rationale),
        plans=codec.PLANS.encode(reflection.plans),
        ledger_ops=codec.LEDGER_OPS.encode(reflection.ledger_ops),
        findings=codec.FINDINGS.encode(findings),
        usage=codec.USAGE.encode(reflection.usage),
        state=codec.safe(reflection.state) or row.state,
    )
