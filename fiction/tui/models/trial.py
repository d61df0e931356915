"""A model is tried out with a short real turn: what is found is said as it is found, and one key keeps it and plays."""

from contextlib import aclosing
from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from fiction.engine.ports import Ahead
from fiction.engine.setup import ModelConfig, TrialResult
from fiction.errors import FictionError
from fiction.tui.dialogs import Ask, Confirm
from fiction.tui.game_screen import GameScreen
from fiction.tui.models.wording import model_name, on_this_machine
from fiction.tui.prose import plain_line
from fiction.tui.widgets.keys import Hint, Keys
from fiction.tui.widgets.pick import Pick
from fiction.tui.widgets.reader_form import Field
from fiction.tui.widgets.waiting import Waiting

STORY = "story"
"""The finding that decides: with it a story can be told."""
AHEAD = (
    ("", "as it is best for this server"),
    (Ahead.OFF.value, "it does nothing"),
    (Ahead.WARM.value, "it reads what comes next in advance"),
    (Ahead.BEST.value, "it also writes on, for the likeliest plan"),
    (Ahead.ALL.value, "it also writes on, for all three plans"),
)
PRICE = (
    "To write on while you read costs 1.2 to 1.8 times as much on a server that is paid for: what you don't choose is "
    "thrown away. Switch it on?"
)
GOOD = "It can tell stories. Enter keeps it and plays."
BAD = "It can't tell a story as it is. r tries again; Esc leaves all as it was."


class TrialScreen(GameScreen):
    """The findings line by line. Nothing is kept before the reader says so."""

    CSS_PATH = "storytellers.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        Binding("enter", "keep", "Keep it and play"),
        Binding("n", "name", "Keep it under a name"),
        Binding("r", "again", "Try again"),
        Binding("question_mark", "app.help", "Help"),
    ]

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self._config = config
        self._found: list[TrialResult] = []
        self._trying = True
        self._agreed = False

    def compose(self) -> ComposeResult:
        """What is tried, what is found, and how it is to work."""
        yield Static(plain_line(f"Trying {model_name(self._config)}"), classes="header")
        with VerticalScroll(id="form", can_focus=False):
            yield Static("", id="found", markup=False)
            yield Waiting()
            yield Static("", id="verdict", markup=False)
            pick = Pick(*AHEAD, value=self._config.ahead, id="ahead")
            pick.disabled = True
            field = Field("Meanwhile", pick)
            field.display = False
            yield field
        yield Keys(self.hints())

    def hints(self) -> tuple[Hint, ...]:
        """The keys of the moment."""
        if self._trying:
            return (Hint("Esc", "stop; nothing is kept", "screen.back"), Hint("?", "help", "app.help"))
        leave = Hint("Esc", "leave all as it was", "screen.back")
        again = Hint("r", "try again", "screen.again")
        if not self.tells:
            return (again, leave, Hint("?", "help", "app.help"))
        return (
            Hint("Enter", "keep it and play", "screen.keep"),
            leave,
            Hint("n", "keep it under a name", "screen.name"),
            again,
            Hint("?", "help", "app.help"),
        )

    @property
    def tells(self) -> bool:
        """The trial is over, and it told its turn."""
        return not self._trying and any(tried.what == STORY and tried.ok for tried in self._found)

    def on_mount(self) -> None:
        """Try at once."""
        self.attempt()

    # --- trying ---

    @work(exclusive=True, group="trial", exit_on_error=False)
    async def attempt(self) -> None:
        """Show the findings as they come."""
        self._start()
        try:
            async with aclosing(self.game.setup.try_out(self._config)) as findings:
                async for tried in findings:
                    self._found.append(tried)
                    self._show()
        except FictionError as error:
            self._found.append(TrialResult("", False, error.sentence))
        self._finish()

    def _start(self) -> None:
        self._trying = True
        self._found.clear()
        self._show()
        self.query_one("#verdict", Static).update(Content())
        self.query_one(Waiting).start("A short real turn is being told")
        self.show_hints()

    def _finish(self) -> None:
        self._trying = False
        self._show()
        self.query_one(Waiting).stop()
        self.query_one("#verdict", Static).update(Content.styled(GOOD if self.tells else BAD, "bold"))
        pick = self.query_one(Pick)
        if pick.parent is not None:
            pick.parent.display = self.tells
            pick.disabled = not self.tells
        if self.tells:
            pick.focus()
        self.show_hints()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Something broke that is no sentence for the reader."""
        if event.worker.group == "trial" and event.state is WorkerState.ERROR and self.is_attached:
            where = self.fiction.report(event.worker.error)
            self._found.append(TrialResult("", False, f"Something in the game itself went wrong. {where}".rstrip()))
            self._finish()

    def _show(self) -> None:
        lines = [
            Content.assemble(("✓ " if tried.ok else "! ", "bold"), plain_line(tried.said, limit=400))
            for tried in self._found
        ]
        self.query_one("#found", Static).update(Content("\n").join(lines))

    def action_again(self) -> None:
        """Another trial."""
        if not self._trying:
            self.attempt()

    # --- keeping ---

    @work(exclusive=True, group="ahead", exit_on_error=False)
    async def on_pick_changed(self, message: Pick.Changed) -> None:
        """Writing on costs money elsewhere: that is asked once, and taken back where the answer is not yes."""
        if self._agreed or not Ahead(message.value or Ahead.OFF).writes or on_this_machine(self._config):
            return
        self._agreed = await self.app.push_screen_wait(Confirm(PRICE, "switch it on")) is True
        if not self._agreed:
            message.pick.index = 0

    async def on_pick_submitted(self) -> None:
        """Enter on the value."""
        await self.action_keep()

    async def action_keep(self, name: str = "") -> None:
        """Write it into the settings, and go and play."""
        if not self.tells:
            return
        config = replace(self._config, name=name or self._config.name, ahead=self.query_one(Pick).value)
        try:
            self.game.setup.keep(config)
        except FictionError as error:
            self.regret(error)
            return
        await self.fiction.told_by(config)

    @work(exit_on_error=False)
    async def action_name(self) -> None:
        """Keep it under a name, beside the model that tells new stories."""
        if not self.tells:
            return
        name = await self.app.push_screen_wait(Ask("A name for it (letters, digits, - and _):", self._config.name))
        if name:
            await self.action_keep(name)
