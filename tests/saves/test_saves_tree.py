"""The tree of turns against a model in memory: whatever is told, moved, edited and reopened, both agree."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bench.stories import choice, record
from fiction.errors import SaveBusy, SaveConflict
from fiction.saves.store import SaveFile
from fiction.story.memory import Recall, RevisionKind, TurnId
from fiction.story.turn import Draft, Reflection, Stage
from fiction.text.sanitise import clean

MEMORY_DISK = Path("/dev/shm")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(clean)


class PlayedStory(RuleBasedStateMachine):
    """A save and, beside it, plain dictionaries that say what it should hold."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY_DISK if MEMORY_DISK.is_dir() else None)
        self.path = Path(self.folder.name) / "s.fiction"
        self.save = SaveFile.create(self.path, record(turns=0))
        self.parent: dict[int, int | None] = {}
        self.passage: dict[int, str] = {}
        self.memory: dict[int, str] = {}
        self.toward: dict[int | None, int] = {}
        self.edits: dict[int, tuple[RevisionKind, int, int, str]] = {}
        self.names: dict[str, int] = {}
        self.head: int | None = None

    def way(self, turn: int | None) -> list[int]:
        found = []
        while turn is not None:
            found.append(turn)
            turn = self.parent[turn]
        return found[::-1]

    def go(self, turn: int) -> None:
        way = self.way(turn)
        self.toward.update(zip([None, *way], way, strict=False))
        self.head = turn

    @rule(passage=TEXT)
    def tell(self, passage: str) -> None:
        self._tell(self.head, passage)

    @precondition(lambda self: self.head is not None)
    @rule(data=st.data(), passage=TEXT)
    def tell_elsewhere(self, data: st.DataObject, passage: str) -> None:
        self._tell(data.draw(st.sampled_from([None, *self.parent])), passage)

    def _tell(self, parent: int | None, passage: str) -> None:
        at = None if parent is None else TurnId(parent)
        head = None if self.head is None else TurnId(self.head)
        turn = self.save.tell(at, Draft(choice(2), passage, Recall(), "offline"), head=head)
        self.parent[turn.id], self.passage[turn.id], self.memory[turn.id] = parent, passage, ""
        self.go(turn.id)

    @precondition(lambda self: self.head is not None)
    @rule(memory=TEXT)
    def complete(self, memory: str) -> None:
        assert self.head is not None
        if self.save.turn(TurnId(self.head)).stage is Stage.TOLD:
            self.save.complete(TurnId(self.head), Reflection(memory))
            self.memory[self.head] = memory

    @precondition(lambda self: self.head is not None)
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        assert self.head is not None
        to = data.draw(st.sampled_from(list(self.parent)))
        self.save.move(TurnId(to), expected=TurnId(self.head))
        self.go(to)

    @precondition(lambda self: len(self.parent) > 1)
    @rule(data=st.data())
    def a_stale_head_is_refused(self, data: st.DataObject) -> None:
        wrong = data.draw(st.sampled_from([turn for turn in self.parent if turn != self.head]))
        with pytest.raises(SaveConflict):
            self.save.tell(TurnId(wrong), Draft(choice(2), "x", Recall(), "offline"), head=TurnId(wrong))
        with pytest.raises(SaveConflict):
            self.save.move(TurnId(wrong), expected=TurnId(wrong))

    @precondition(lambda self: self.head is not None)
    @rule(data=st.data(), kind=st.sampled_from(RevisionKind), text=TEXT)
    def revise(self, data: st.DataObject, kind: RevisionKind, text: str) -> None:
        assert self.head is not None
        way = [self.head] if kind is RevisionKind.SHORT_TERM else self.way(self.head)
        target = data.draw(st.sampled_from(way))
        edit = self.save.revise(kind, TurnId(target), text)
        self.edits[edit.id] = (kind, self.head, target, text)

    @precondition(lambda self: self.edits)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        edit = data.draw(st.sampled_from(list(self.edits)))
        self.save.withdraw(edit)
        del self.edits[edit]

    @precondition(lambda self: self.head is not None)
    @rule(name=st.sampled_from(["a", "b", "é"]))
    def bookmark(self, name: str) -> None:
        assert self.head is not None
        self.save.bookmark(name)
        self.names.pop(name, None)
        self.names[name] = self.head

    @rule()
    def reopen(self) -> None:
        self.save.close()
        self.save = SaveFile.open(self.path)

    @rule()
    def a_second_player_is_refused(self) -> None:
        with pytest.raises(SaveBusy):
            SaveFile.open(self.path)

    @invariant()
    def the_head_and_the_turns_before_it_agree(self) -> None:
        head = self.save.head()
        assert (head.id if head else None) == self.head
        if head is not None:
            assert [turn.id for turn in self.save.path(head.id, 4)] == self.way(head.id)[-4:]
            assert (head.passage, head.memory) == (self.passage[head.id], self.memory_of(head.id))
            assert head.depth == len(self.way(head.id))

    def memory_of(self, turn: int) -> str:
        edits = [text for kind, at, _, text in self.edits.values() if kind is RevisionKind.SHORT_TERM and at == turn]
        return edits[-1] if edits else self.memory[turn]

    @invariant()
    def what_lies_on_the_path_agrees(self) -> None:
        if self.head is None:
            return
        way, lineage = self.way(self.head), self.save.lineage(TurnId(self.head))
        places = {turn: self.save.turn(TurnId(turn)) for turn in self.parent}
        assert [turn for turn, at in places.items() if lineage.holds(at.segment, at.depth)] == sorted(way)
        memories = self.save.memories(lineage)
        assert [(memory.turn, memory.text) for memory in memories] == [(turn, self.passage[turn]) for turn in way[::-1]]
        held = [edit for edit, (_, at, _, _) in self.edits.items() if at in way]
        assert [edit.id for edit in self.save.revisions(lineage)] == held

    @invariant()
    def redo_agrees(self) -> None:
        for turn in self.parent:
            assert self.save.forward(TurnId(turn)) == self.toward.get(turn)

    @invariant()
    def bookmarks_agree(self) -> None:
        assert [(mark.name, mark.turn) for mark in self.save.bookmarks()] == list(self.names.items())

    def teardown(self) -> None:
        found: Iterable[str] = self.save.verify()
        self.save.close()
        self.folder.cleanup()
        assert found == []


TestPlayedStory = PlayedStory.TestCase
TestPlayedStory.settings = settings(
    max_examples=8, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_many_played_stories_agree() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        PlayedStory,
        settings=settings(
            max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
