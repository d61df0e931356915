"""Converts a story's values to the columns of a save and back, checked by pydantic, which is loaded on first use."""

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from fiction.errors import SaveDamaged
from fiction.saves.rows import PackRow, RevisionRow, StoryRow, TurnRow, whole
from fiction.story.ledger import Ledger, LedgerOp
from fiction.story.memory import Memory, Rationale, Recalled, Revision, RevisionKind, TurnId
from fiction.story.plan import Choice, Plan
from fiction.story.reader import ReaderProfile, StoryRecord, StorySettings
from fiction.story.turn import Finding, Stage, Turn, Usage
from fiction.text.nesting import too_deep
from fiction.text.sanitise import clean

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")

_DRIVES_A_TERMINAL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    r"\U000e0000-\U000e0fff]"
)
"""Characters that `clean` removes: a quick test, so that most texts skip the slow cleaning."""


def safe(text: str) -> str:
    """The text without characters that could control a terminal, hide text or break an encoding."""
    return clean(text) if _DRIVES_A_TERMINAL.search(text) else text


class Column(Generic[T]):
    """A column of JSON values."""

    def __init__(self, shape: type[T]) -> None:
        self._shape = shape

    @cached_property
    def _adapter(self) -> "TypeAdapter[T]":
        from pydantic import TypeAdapter

        return TypeAdapter(self._shape)

    def encode(self, value: T) -> str:
        """The cleaned value as JSON."""
        try:
            text = self._adapter.dump_json(value).decode()
        except ValueError:  # a lone surrogate has no UTF-8
            text = json.dumps(_cleaned(self._adapter.dump_python(value, mode="json")), ensure_ascii=False)
        return _safe_json(text)

    def decode(self, text: str) -> T:
        """The cleaned value of a JSON text.

        Raises:
            SaveDamaged: the text holds no value of this type.
        """
        try:
            return self._adapter.validate_json(_safe_json(text))
        except (ValueError, RecursionError) as error:
            raise SaveDamaged("A value in this save makes no sense.") from error

    def renew(self, text: str) -> str:
        """JSON from another file, cleaned and rewritten in this version's form.

        Raises:
            SaveDamaged: the text holds no value of this type.
        """
        try:
            return self.encode(self._adapter.validate_python(_cleaned(_loaded(text))))
        except (ValueError, RecursionError) as error:
            raise SaveDamaged("A value in this save makes no sense.") from error


def _safe_json(text: str) -> str:
    if "\\u" in text or _DRIVES_A_TERMINAL.search(text):
        return json.dumps(_cleaned(_loaded(text)), ensure_ascii=False)
    return text


def _loaded(text: str) -> object:
    value: object = json.loads(text)
    if too_deep(value):
        raise ValueError("nested too deeply")
    return value


def _cleaned(value: object) -> object:
    match value:
        case str():
            return clean(value)
        case list():
            return [_cleaned(item) for item in value]
        case dict():
            return {clean(key): _cleaned(item) for key, item in value.items()}
        case _:
            return value


CHOICE: Column[Choice] = Column(Choice)
RECALLED: Column[tuple[Recalled, ...]] = Column(tuple[Recalled, ...])
FINDINGS: Column[tuple[Finding, ...]] = Column(tuple[Finding, ...])
RATIONALE: Column[Rationale] = Column(Rationale)
PLANS: Column[tuple[Plan, ...]] = Column(tuple[Plan, ...])
LEDGER_OPS: Column[tuple[LedgerOp, ...]] = Column(tuple[LedgerOp, ...])
LEDGER: Column[Ledger] = Column(Ledger)
USAGE: Column[Usage] = Column(Usage)
SETTINGS: Column[StorySettings] = Column(StorySettings)
READER: Column[ReaderProfile] = Column(ReaderProfile)


def turn_of(row: TurnRow, *, revised: str | None = None) -> Turn:
    """The turn in a row; `revised` is the short-term memory as edited by the reader, None if unedited.

    Raises:
        SaveDamaged: the row is damaged.
    """
    if not whole(row):
        raise SaveDamaged(f"Turn {row.depth} of this story is damaged.")
    return Turn(
        id=TurnId(row.id),
        parent=None if row.parent is None else TurnId(row.parent),
        depth=row.depth,
        segment=row.segment,
        choice=CHOICE.decode(row.choice),
        stage=member(Stage, row.stage),
        passage=safe(row.passage),
        memory=safe(row.memory) if revised is None else revised,
        rationale=RATIONALE.decode(row.rationale),
        plans=PLANS.decode(row.plans),
        ledger_ops=LEDGER_OPS.decode(row.ledger_ops),
        recalled=RECALLED.decode(row.recalled),
        importance=row.importance,
        title=safe(row.title),
        state=safe(row.state),
        ending=safe(row.ending),
        usage=USAGE.decode(row.usage),
        findings=FINDINGS.decode(row.told_findings) + FINDINGS.decode(row.findings),
        storyteller=safe(row.storyteller),
        plain=bool(row.plain),
        created=row.created,
    )


def memory_of(row: TurnRow) -> Memory:
    """A turn's entry in the long-term memory.

    Raises:
        SaveDamaged: the row is damaged.
    """
    if not whole(row):
        raise SaveDamaged(f"Turn {row.depth} of this story is damaged.")
    passage, title = safe(row.passage), safe(row.title)
    return Memory(TurnId(row.id), row.segment, row.depth, passage, title=title, importance=row.importance)


def revision_of(row: RevisionRow) -> Revision:
    """The reader's edit in a row.

    Raises:
        SaveDamaged: the row is damaged.
    """
    if not whole(row):
        raise SaveDamaged("A memory that the reader edited is damaged.")
    kind = member(RevisionKind, row.kind)
    return Revision(row.id, TurnId(row.made_at), kind, TurnId(row.target), safe(row.text), row.created)


def record_of(story: StoryRow, pack: PackRow, *, updated: int) -> StoryRecord:
    """The story's record: title, world, reader and settings.

    Raises:
        SaveDamaged: a row is damaged.
    """
    if not whole(story) or not whole(pack):
        raise SaveDamaged("What this save says about its story is damaged.")
    return StoryRecord(
        uuid=safe(story.uuid),
        title=safe(story.title),
        world_id=safe(story.world_id),
        world_version=safe(story.world_version),
        world_text=safe(pack.text),
        reader=READER.decode(story.reader),
        settings=SETTINGS.decode(story.settings),
        created=story.created,
        updated=updated,
        world_title=safe(story.world_title),
    )


def rows_of_record(story: StoryRecord) -> tuple[StoryRow, PackRow]:
    """The rows of a story's record."""
    row = StoryRow(
        id=1,
        uuid=safe(story.uuid),
        title=safe(story.title),
        world_id=safe(story.world_id),
        world_version=safe(story.world_version),
        world_title=safe(story.world_title),
        created=story.created,
        settings=SETTINGS.encode(story.settings),
        reader=READER.encode(story.reader),
    )
    return row, PackRow(id=1, text=safe(story.world_text))


M = TypeVar("M", Stage, RevisionKind)


def member(kind: type[M], value: str) -> M:
    """The enumeration member named in a column. Raises SaveDamaged."""
    try:
        return kind(value)
    except ValueError as error:
        raise SaveDamaged("A value in this save makes no sense.") from error
