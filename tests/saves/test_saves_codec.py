"""Values as JSON in columns: what is written is read, and what makes no sense is damage, whoever wrote it."""

import pytest

from fiction.errors import SaveDamaged
from fiction.saves.codec import CHOICE, LEDGER_OPS, PLANS, SETTINGS, USAGE, Column, T, member, safe
from fiction.story.ledger import (
    AddFact,
    LedgerOp,
    OpenThread,
    PutCast,
    RetractFact,
    SupersedeFact,
    ThreadStatus,
    TouchThread,
)
from fiction.story.plan import Approach, Choice, ChoiceKind, Plan
from fiction.story.turn import Stage, Usage

NONSENSE = ["", "[", "{", "null", "7", '"text"', '[{"label": 7}]', "[" * 100_000]


@pytest.mark.parametrize("text", NONSENSE, ids=lambda text: text[:12])
def test_what_is_no_such_value_is_damaged_read_and_renewed(text: str) -> None:
    for read in (PLANS.decode, PLANS.renew):
        with pytest.raises(SaveDamaged, match="A value in this save makes no sense"):
            read(text)


def is_read_again(column: Column[T], value: T) -> None:
    text = column.encode(value)
    assert column.decode(text) == value
    assert column.renew(text) == text


def test_what_was_written_is_read_and_renewing_changes_nothing() -> None:
    ops: tuple[LedgerOp, ...] = (
        AddFact("Oda", "has", "a key"), SupersedeFact("Oda", "is in", "the mill"), RetractFact("Oda", "owes"),
        OpenThread("well", "What is in it?"), TouchThread("well", ThreadStatus.ADVANCED), PutCast("Oda", "ferrywoman"),
    )  # fmt: skip
    choice = Choice(ChoiceKind.OFFERED, "Go \\u001b on", Plan("Go on", "a stake", Approach.BOLD))
    is_read_again(LEDGER_OPS, ops)
    is_read_again(CHOICE, choice)
    is_read_again(USAGE, Usage(1, 2, 3, cost=4))


@pytest.mark.parametrize("label", ["\\u001b[2JGo", "\x9b31mGo", "\\ud800Go", "\\u202eGo"])
def test_a_text_that_could_drive_a_terminal_is_read_clean(label: str) -> None:
    (plan,) = PLANS.decode(f'[{{"label": "{label}", "stake": "", "approach": "bold"}}]')
    assert plan.label in ("Go", "�Go")


def test_a_member_that_there_is_not_is_damaged() -> None:
    assert member(Stage, "told") is Stage.TOLD
    with pytest.raises(SaveDamaged):
        member(Stage, "untold")


def test_a_field_that_an_older_version_did_not_write_has_its_default() -> None:
    assert SETTINGS.decode("{}").turns > 0
    assert safe("A\x1b[2JB") == "AB"
