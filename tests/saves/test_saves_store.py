"""The contract of `engine.ports.SaveStore`."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest

from bench.stories import choice, draft, plans, prose, reflection
from fiction.engine.ports import SaveStore
from fiction.errors import NotFound, SaveConflict, SaveDamaged, SaveError
from fiction.saves.store import SaveFile
from fiction.story.ledger import Ledger, Thread
from fiction.story.memory import Embedding, Recall, RevisionKind, TurnId
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.reader import Length
from fiction.story.turn import Draft, Finding, Reflection, Stage, Turn, Usage

Grow = Callable[..., list[Turn]]


def a_store(save: SaveFile) -> SaveStore:
    """For the type checker: a SaveFile is a SaveStore."""
    return save


def test_a_new_save_has_a_story_and_no_turns(save: SaveFile) -> None:
    store = a_store(save)
    assert (store.name, store.story.title, store.head(), store.pending()) == ("tale", "The Salt Road", None, None)
    assert store.children(None) == ()
    assert store.bookmarks() == ()


def test_a_told_turn_is_the_head_with_everything_it_was_told_with(save: SaveFile) -> None:
    told = save.tell(None, draft(7), head=None)
    assert told == save.head() == save.turn(told.id)
    assert (told.parent, told.depth, told.stage, told.memory) == (None, 1, Stage.TOLD, "")
    assert (told.passage, told.choice, told.recalled) == (prose(7), choice(7), draft(7).recall.items)


def test_what_a_passage_cost_is_saved_with_it_whatever_comes_of_its_notes(save: SaveFile) -> None:
    cost = Usage(900, 120, cached=700, cost=310)
    assert save.tell(None, replace(draft(7), usage=cost), head=None).usage == cost


def test_a_complete_turn_holds_what_the_storyteller_made_of_it(save: SaveFile) -> None:
    findings = (Finding("repetition", "a sentence came twice"),)
    told = save.tell(None, replace(draft(7), findings=findings), head=None)
    done = save.complete(told.id, reflection(7), findings=(Finding("plans", "two are alike"),))
    assert done == save.head()
    assert done.stage is Stage.COMPLETE
    assert (done.plans, done.memory, done.usage) == (plans(7), reflection(7).memory, reflection(7).usage)
    assert (done.ledger_ops, done.rationale) == (reflection(7).ledger_ops, reflection(7).rationale)
    assert [finding.check for finding in done.findings] == ["repetition", "plans"]


def test_a_scene_title_is_carried_on_until_it_changes(save: SaveFile) -> None:
    def turn(title: str, after: Turn | None) -> Turn:
        at = after.id if after else None
        told = save.tell(at, Draft(choice(2), "So.", Recall(), "offline", title=title), head=at)
        return save.complete(told.id, Reflection("m", title="Later" if title == "" and told.depth == 3 else ""))

    first = turn("The gate", None)
    second = turn("", first)
    third = turn("", second)
    assert [turn.title for turn in (first, second, third)] == ["The gate", "The gate", "Later"]


def test_a_turn_that_is_complete_is_not_completed_again_unless_it_made_do(save: SaveFile, grow: Grow) -> None:
    (turn,) = grow(save, 1)
    with pytest.raises(SaveConflict):
        save.complete(turn.id, reflection(2))
    told = save.tell(turn.id, draft(2), head=turn.id)
    save.complete(told.id, Reflection("kept", plain=True))
    assert save.complete(told.id, reflection(2)).plans == plans(2)


def test_a_decision_is_kept_until_a_turn_comes_of_it(save: SaveFile) -> None:
    save.choose(Choice(ChoiceKind.WRITTEN, "You try the lock."))
    save.choose(choice(3))
    assert save.pending() == choice(3)
    save.tell(None, draft(3), head=None)
    assert save.pending() is None


def test_a_turn_is_not_told_where_the_head_is_not(save: SaveFile, grow: Grow) -> None:
    turns = grow(save, 3)
    save.choose(choice(4))
    with pytest.raises(SaveConflict):
        save.tell(turns[1].id, draft(9), head=turns[1].id)
    with pytest.raises(SaveConflict):
        save.move(turns[0].id, expected=turns[1].id)
    assert save.head() == turns[2]
    assert save.children(turns[2].id) == ()
    assert save.pending() == choice(4)


def test_a_retry_is_a_sibling_and_redo_leads_to_it(save: SaveFile, grow: Grow) -> None:
    turns = grow(save, 3)
    again = save.tell(turns[1].id, draft(99), head=turns[2].id)
    assert [turn.id for turn in save.children(turns[1].id)] == [turns[2].id, again.id]
    assert save.forward(turns[1].id) == again.id
    assert save.path(again.id, 10) == (turns[0], turns[1], again)


def test_a_retry_of_the_first_turn_is_another_first_turn(save: SaveFile, grow: Grow) -> None:
    (first,) = grow(save, 1)
    again = save.tell(None, draft(50), head=first.id)
    assert save.children(None) == (first, again)
    assert again.depth == 1
    assert not save.lineage(again.id).holds(first.segment, first.depth)


def test_redo_goes_to_the_branch_that_the_head_came_from(save: SaveFile, grow: Grow) -> None:
    trunk = grow(save, 5)
    save.move(trunk[1].id, expected=trunk[4].id)
    branch = grow(save, 2, start=20)
    save.move(trunk[0].id, expected=branch[1].id)
    assert save.forward(trunk[1].id) == branch[0].id
    save.move(trunk[3].id, expected=trunk[0].id)
    assert save.forward(trunk[1].id) == trunk[2].id
    assert save.forward(trunk[3].id) == trunk[4].id
    assert save.forward(trunk[4].id) is None


def test_a_turn_told_at_the_end_of_another_branch_leads_redo_there(save: SaveFile, grow: Grow) -> None:
    trunk = grow(save, 3)
    other = save.tell(trunk[0].id, draft(50), head=trunk[2].id)
    save.move(trunk[2].id, expected=other.id)
    assert save.forward(trunk[0].id) == trunk[1].id
    further = save.tell(other.id, draft(51), head=trunk[2].id)
    assert save.forward(trunk[0].id) == other.id
    assert save.forward(other.id) == further.id


def test_a_path_is_the_last_turns_oldest_first(save: SaveFile, grow: Grow) -> None:
    turns = grow(save, 6)
    assert save.path(turns[4].id, 3) == tuple(turns[2:5])
    assert save.path(turns[1].id, 9) == tuple(turns[:2])
    assert save.path(turns[1].id, 0) == ()


@pytest.mark.parametrize("ask", ["turn", "lineage", "forward", "ledger_before"])
def test_what_is_not_there_is_not_found(save: SaveFile, ask: str) -> None:
    with pytest.raises(NotFound):
        getattr(save, ask)(TurnId(3))


def test_the_ledger_comes_from_the_nearest_snapshot_on_the_branch(save: SaveFile, grow: Grow) -> None:
    turns = grow(save, 3)
    ledger = Ledger(threads=(Thread("t", "Who?"),))
    told = save.tell(turns[2].id, draft(4), head=turns[2].id)
    fourth = save.complete(told.id, reflection(4), ledger=ledger)
    fifth, sixth = grow(save, 2, start=5)
    assert save.ledger_before(sixth.id) == (ledger, (fifth, sixth))
    assert save.ledger_before(fourth.id) == (ledger, ())
    assert save.ledger_before(turns[2].id) == (Ledger(), tuple(turns))
    save.move(turns[2].id, expected=sixth.id)
    (other,) = grow(save, 1, start=30)
    assert save.ledger_before(other.id) == (Ledger(), (*turns, other))


def test_an_edited_short_term_memory_is_the_turns_memory(save: SaveFile, grow: Grow) -> None:
    first, second = grow(save, 2)
    save.revise(RevisionKind.SHORT_TERM, second.id, "You owe Halla.")
    edit = save.revise(RevisionKind.SHORT_TERM, second.id, "You owe nobody.")
    head = save.head()
    assert head is not None
    assert head.memory == save.turn(second.id).memory == save.path(second.id, 1)[0].memory == "You owe nobody."
    assert save.turn(first.id).memory == first.memory
    save.withdraw(edit.id)
    assert save.turn(second.id).memory == "You owe Halla."
    with pytest.raises(NotFound):
        save.withdraw(edit.id)


def test_an_edit_holds_on_its_own_branch_from_its_own_turn(save: SaveFile, grow: Grow) -> None:
    trunk = grow(save, 4)
    edit = save.revise(RevisionKind.FORGET, trunk[0].id)
    pin = save.revise(RevisionKind.PIN, trunk[2].id)
    assert save.revisions(save.lineage(trunk[3].id)) == (edit, pin)
    assert save.revisions(save.lineage(trunk[2].id)) == ()
    save.move(trunk[1].id, expected=trunk[3].id)
    (other,) = grow(save, 1, start=40)
    assert save.revisions(save.lineage(other.id)) == ()
    with pytest.raises(NotFound):
        save.revise(RevisionKind.PIN, trunk[3].id)


def test_memories_are_those_of_the_path_newest_first(save: SaveFile, grow: Grow) -> None:
    trunk = grow(save, 5)
    save.move(trunk[2].id, expected=trunk[4].id)
    branch = grow(save, 2, start=60)
    path = save.lineage(branch[1].id)
    depths = [memory.depth for memory in save.memories(path)]
    assert depths == [5, 4, 3, 2, 1]
    assert [memory.turn for memory in save.memories(path, limit=2)] == [branch[1].id, branch[0].id]
    assert [memory.depth for memory in save.memories(path, before=4, limit=2)] == [3, 2]
    assert save.memories(path)[0].text == prose(61)


@pytest.mark.parametrize(
    ("search", "depths"),
    [
        ("STRASSE", [1]),
        ("lamp the", [2, 1]),
        ("lamp river", [2]),
        ("100%", [1]),
        ("_", []),
        ("灯", [2]),
        ("  ", [2, 1]),
        ("lamp's", [2]),
        ("cafe", [2]),
    ],
)
def test_a_search_wants_every_word(save: SaveFile, search: str, depths: list[int]) -> None:
    first = save.tell(None, Draft(choice(1), "The lamp on the Straße is 100% out.", Recall(), "offline"), head=None)
    second = save.tell(
        first.id,
        Draft(choice(2), "The river took the lamp (灯), the café lamp’s glass.", Recall(), "offline"),
        head=first.id,
    )
    found = save.memories(save.lineage(second.id), search=search)
    assert [memory.depth for memory in found] == depths


def test_a_bookmark_names_the_head_and_moves(save: SaveFile, grow: Grow) -> None:
    with pytest.raises(NotFound):
        save.bookmark("start")
    first, second = grow(save, 2)
    save.bookmark("before the well")
    save.move(first.id, expected=second.id)
    save.bookmark("start")
    save.bookmark("before\x1b[31m the well")
    assert [(mark.name, mark.turn) for mark in save.bookmarks()] == [("start", first.id), ("before the well", first.id)]
    with pytest.raises(SaveError):
        save.bookmark(" \x07")


def test_title_settings_and_reader_can_change(save: SaveFile) -> None:
    story = save.story
    save.rename("The Long Road\n")
    save.configure(replace(story.settings, turns=60), replace(story.reader, passage_length=Length.LONG))
    assert save.story == replace(
        story,
        title="The Long Road",
        settings=replace(story.settings, turns=60),
        reader=replace(story.reader, passage_length=Length.LONG),
    )


def test_everything_is_there_again_after_reopening(save: SaveFile, grow: Grow) -> None:
    turns = grow(save, 3)
    save.revise(RevisionKind.EDIT, turns[0].id, "So it was.")
    save.bookmark("here")
    save.choose(choice(9))
    before = (save.story, save.path(turns[2].id, 9), save.bookmarks(), save.pending(), save.lineage(turns[2].id))
    save.close()
    again = SaveFile.open(save.file)
    assert before == (
        again.story,
        again.path(turns[2].id, 9),
        again.bookmarks(),
        again.pending(),
        again.lineage(turns[2].id),
    )
    assert again.verify() == []
    again.close()


def test_text_that_could_drive_a_terminal_or_is_no_unicode_is_cleaned(save: SaveFile) -> None:
    hostile = "You \x1b]52;c;cHduZWQ=\x07see\ud800 a\u202e light.\r\n"
    save.choose(Choice(ChoiceKind.WRITTEN, hostile))
    turn = save.tell(None, Draft(Choice(ChoiceKind.WRITTEN, hostile), hostile, Recall(), "offline"), head=None)
    turn = save.complete(turn.id, Reflection(hostile, title=hostile, rationale=reflection(1).rationale))
    assert turn.passage == turn.memory == turn.choice.text == "You see a light.\n"
    assert save.head() == turn


def test_a_closed_save_says_so(save: SaveFile) -> None:
    save.close()
    save.close()
    with pytest.raises(SaveError, match="closed"):
        save.head()
    with pytest.raises(SaveError, match="closed"):
        save.choose(choice(2))


def test_a_vector_is_kept_with_its_turn(save: SaveFile) -> None:
    told = save.tell(None, draft(1), head=None)
    save.complete(told.id, reflection(1), embedding=Embedding("hashed-2", b"\x00<\x00\xbc"))
    archive = save.archive()
    assert list(archive.embeddings("hashed-2")) == [(told.id, Embedding("hashed-2", b"\x00<\x00\xbc"))]
    archive.close()


def test_a_turn_is_of_middling_importance_until_its_storyteller_says(save: SaveFile) -> None:
    told = save.tell(None, draft(7), head=None)
    assert (told.importance, told.plain, told.ending, told.plans, told.ledger_ops) == (5, False, "", (), ())
    done = save.complete(told.id, Reflection("m", importance=9, plain=True, ending="shore"))
    assert (done.importance, done.plain, done.ending) == (9, True, "shore")


def test_what_a_save_says_of_its_story_is_refused_where_it_is_torn(save: SaveFile) -> None:
    with closing(sqlite3.connect(save.file, isolation_level=None)) as db:
        db.execute("UPDATE pack SET text='another world'")
    with pytest.raises(SaveDamaged, match="says about its story is damaged"):
        _ = save.story
    with closing(sqlite3.connect(save.file, isolation_level=None)) as db:
        db.execute("DELETE FROM pack")
    with pytest.raises(SaveDamaged, match="says about its story is lost"):
        _ = save.story


def test_what_the_reader_decided_is_refused_where_it_is_torn(save: SaveFile) -> None:
    save.choose(choice(3))
    with closing(sqlite3.connect(save.file, isolation_level=None)) as db:
        db.execute("UPDATE pending SET created=5")
    with pytest.raises(SaveDamaged, match="last decided is damaged"):
        save.pending()


def test_a_write_that_fails_is_taken_back_and_the_next_one_goes_through(save: SaveFile, grow: Grow) -> None:
    (turn,) = grow(save, 1)
    save.choose(choice(3))
    with pytest.raises(NotFound):
        save.tell(TurnId(99), draft(2), head=turn.id)
    with pytest.raises(NotFound):
        save.move(TurnId(99), expected=turn.id)
    with pytest.raises(NotFound):
        save.complete(TurnId(99), reflection(2))
    assert save.pending() == choice(3)
    assert save.tell(turn.id, draft(2), head=turn.id).depth == 2


def test_a_save_that_is_only_read_says_so_and_changes_nothing(save: SaveFile, grow: Grow) -> None:
    (turn,) = grow(save, 1)
    with closing(SaveFile.open(save.file, read_only=True)) as reader:
        assert (reader.read_only, save.read_only) == (True, False)
        for change in (lambda: reader.choose(choice(2)), lambda: reader.move(turn.id, expected=turn.id)):
            with pytest.raises(SaveError, match="tale was opened for reading only"):
                change()
