"""One turn on the page: what the reader did, and what came of it."""

from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.content import Content
from textual.widgets import Static

from fiction.story.plan import Choice, ChoiceKind
from fiction.story.turn import Turn
from fiction.tui.prose import PassageText, plain, plain_line
from fiction.tui.widgets.waiting import Waiting

PAUSED = "The storyteller has paused"
PATIENCE = 4
"""Seconds without a word until that is said."""
CUT_SHORT = "(This was cut short and is not part of the story.)"


def act(choice: Choice) -> str:
    """The reader's act, as shown above the passage; empty for the first turn."""
    match choice.kind:
        case ChoiceKind.BEGIN:
            return ""
        case ChoiceKind.CONTINUE:
            return choice.text or "You let the moment run on."
        case _:
            return choice.text


class TurnView(VerticalGroup):
    """A turn, told or being told."""

    DEFAULT_CSS = """
    TurnView { height: auto; padding-bottom: 1; }
    TurnView .scene { color: $text-muted; text-align: center; text-style: bold; margin-bottom: 1; }
    TurnView .act { color: $secondary; text-style: italic; margin-bottom: 1; }
    TurnView .void { color: $text-muted; text-style: italic; margin-top: 1; }
    TurnView.-void PassageText { color: $text-disabled; }
    """

    def __init__(self, choice: Choice, *, passage: str = "", scene: str = "", turn: Turn | None = None) -> None:
        super().__init__()
        self.choice = choice
        self.turn = turn
        self._scene = scene
        self._passage = PassageText(passage)
        self._waiting = Waiting()

    @classmethod
    def of(cls, turn: Turn, before: Turn | None = None) -> "TurnView":
        """A turn that is told; the scene's title stands above it where it begins."""
        new_scene = turn.title if before is None or turn.title != before.title else ""
        return cls(turn.choice, passage=turn.passage, scene=new_scene, turn=turn)

    def compose(self) -> ComposeResult:
        """Scene, act, passage; no more widgets than needed, for many turns are mounted."""
        if self._scene:
            yield Static(plain_line(self._scene), classes="scene")
        if words := act(self.choice):
            yield Static(Content.assemble("> ", plain(words)), classes="act")
        yield self._passage
        if self.turn is None:
            yield self._waiting

    @property
    def text_height(self) -> int:
        """Lines down to the end of the text, without the empty room below."""
        return max((child.virtual_region.bottom for child in self.children if child.display), default=0)

    def wait(self, what: str) -> None:
        """Show that the passage is waited for."""
        self._waiting.start(what)

    def write(self, piece: str) -> None:
        """Add to the passage."""
        self._waiting.start(PAUSED, patience=PATIENCE)
        self._passage.write(piece)

    def reset(self) -> None:
        """Empty the passage."""
        self._passage.replace("")

    def keep(self, turn: Turn) -> None:
        """Show the passage as it was saved."""
        self._waiting.stop()
        self.turn = turn
        if turn.passage != self._passage.text:
            self._passage.replace(turn.passage)
        self._passage.flush()

    def void(self) -> None:
        """Mark the passage as no part of the story."""
        self._waiting.stop()
        self._passage.flush()
        self.add_class("-void")
        if self._passage.text:
            self.mount(Static(Content(CUT_SHORT), classes="void"))
