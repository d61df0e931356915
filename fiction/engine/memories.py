"""The reader's view of a story's memories and their edits of them: correct, pin, forget, restore."""

from fiction.engine.ports import SaveStore
from fiction.engine.scenes import Scenes
from fiction.engine.turns import Turns
from fiction.errors import FictionError
from fiction.story.memory import Memory, RevisionKind, TurnId
from fiction.text.sanitise import clean


class Memories:
    """The memories of the branch that the reader is on. An edit is saved when its method returns."""

    def __init__(self, store: SaveStore, scenes: Scenes, turns: Turns) -> None:
        self._store = store
        self._scenes = scenes
        self._turns = turns

    def page(self, search: str = "", *, limit: int, before: int = 0) -> tuple[Memory, ...]:
        """The long-term memory, newest first, with the reader's edits. `before` is a depth, to page back from; or 0."""
        head = self._turns.head
        if head is None:
            return ()
        edited = self._scenes.overrides(head)
        told = self._store.memories(self._store.lineage(head.id), search=search, limit=limit, before=before)
        return tuple(edited.get(memory.turn, memory) for memory in told)

    def edit_short_term(self, text: str) -> None:
        """Replace the short-term memory. Raises NotFound before the first turn."""
        head = self._turns.begun().id
        self._store.revise(RevisionKind.SHORT_TERM, head, clean(text).strip())
        self._turns.head = self._store.turn(head)

    def edit(self, turn: TurnId, text: str) -> None:
        """Replace the text of one memory. Raises NotFound, or FictionError where the text is empty."""
        words = clean(text).strip()
        if not words:
            raise FictionError("A memory can't be empty.", hint="To be rid of it, forget it.")
        self._revise(RevisionKind.EDIT, turn, words)

    def pin(self, turn: TurnId, *, pinned: bool) -> None:
        """Put one memory into every prompt, or no longer. Raises NotFound."""
        self._revise(RevisionKind.PIN if pinned else RevisionKind.UNPIN, turn)

    def forget(self, turn: TurnId) -> None:
        """Never recall one memory again on this branch. Raises NotFound."""
        self._revise(RevisionKind.FORGET, turn)

    def restore(self, turn: TurnId) -> None:
        """Undo the edits of one memory, and its forgetting. Raises NotFound."""
        self._revise(RevisionKind.RESTORE, turn)

    def _revise(self, kind: RevisionKind, turn: TurnId, text: str = "") -> None:
        self._store.revise(kind, turn, text)
        self._scenes.forget_recalls()
