"""Below the page: a sentence, the choices, and the pen."""

from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.content import Content
from textual.widgets import Static

from fiction.tui.reading.act_input import ActInput
from fiction.tui.reading.choices import Choices, Option
from fiction.tui.widgets.waiting import Waiting


class ChoiceBar(VerticalGroup):
    """Sentence, wait, choices and pen; the screen decides which of them show."""

    DEFAULT_CSS = """
    ChoiceBar { border-top: solid $border-blurred; padding: 0 1; }
    ChoiceBar Waiting { padding: 0 1; }
    ChoiceBar .said { height: auto; max-height: 6; padding: 0 1; margin-bottom: 1; display: none; }
    ChoiceBar.-said .said { display: block; }
    ChoiceBar .caption { color: $text-muted; padding: 0 1; }
    ChoiceBar .pen { display: none; height: auto; }
    ChoiceBar.-writing .pen { display: block; }
    ChoiceBar.-trouble .said { color: $text-error; }
    """

    def compose(self) -> ComposeResult:
        """All parts; only the choices are always shown."""
        yield Static("", classes="said", markup=False)
        yield Waiting()
        yield Choices(id="ways")
        with VerticalGroup(classes="pen"):
            yield Static("", classes="caption", markup=False)
            yield ActInput(id="pen")

    def wait(self, what: str) -> None:
        """Say that something is being waited for."""
        self.query_one(Waiting).start(what)

    async def offer(self, ways: tuple[Option, ...], said: Content | None = None, *, trouble: bool = False) -> None:
        """End the wait, and show these choices under these words."""
        self.query_one(Waiting).stop()
        self.say(said, trouble=trouble)
        await self.query_one(Choices).show(ways)

    def say(self, said: Content | None, *, trouble: bool = False) -> None:
        """Show a sentence above the choices, or none."""
        self.set_class(said is not None, "-said")
        self.set_class(trouble, "-trouble")
        self.query_one(".said", Static).update(said or Content())

    def open_pen(self, caption: str, text: str = "") -> None:
        """Let the reader write."""
        self.add_class("-writing")
        self.query_one(".caption", Static).update(Content(caption))
        self.query_one(ActInput).take(text)

    def close_pen(self) -> None:
        """Put the pen away."""
        self.remove_class("-writing")

    @property
    def writing(self) -> bool:
        """The pen is out."""
        return self.has_class("-writing")
