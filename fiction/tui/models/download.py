"""A model being downloaded: how far it is, how fast; it can be stopped and taken up again."""

from collections import deque
from contextlib import aclosing
from enum import Enum
from time import monotonic
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from fiction.engine.setup import FoundServer, ModelConfig, Pulling, Recommended
from fiction.errors import FictionError
from fiction.tui import words
from fiction.tui.game_screen import GameScreen
from fiction.tui.models.wording import amount, bar, demands
from fiction.tui.prose import plain_line
from fiction.tui.widgets.keys import Hint, Keys

MEASURED = 5.0
"""Seconds over which the speed is taken."""

SOONEST = 1.0
"""Seconds until there is enough to say how fast it is."""


class DownloadStage(Enum):
    """How a download stands."""

    COMING = "Esc stops it; what is here is kept."
    STOPPED = "What is here is kept. Enter goes on with it."
    BROKEN = "Enter goes on with it."
    HERE = "All of it is here. Enter tries it out."


class Speed:
    """Bytes a second, over the last seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def after(self, done: int, now: float) -> float:
        """The speed at `now` seconds, when `done` bytes are here; 0 while nobody can say."""
        if self._seen and done < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((now, done))
        while now - self._seen[0][0] > MEASURED:
            self._seen.popleft()
        since, then = self._seen[0]
        return (done - then) / (now - since) if now - since >= SOONEST else 0.0


class DownloadScreen(GameScreen):
    """Ollama downloads; the game looks on. At the end the model is tried out."""

    CSS_PATH = "storytellers.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop, or back"),
        Binding("enter", "go_on", "Go on"),
        Binding("question_mark", "app.help", "Help"),
    ]

    def __init__(self, server: FoundServer, model: Recommended) -> None:
        super().__init__()
        self._server = server
        self._model = model
        self._stage = DownloadStage.COMING

    def compose(self) -> ComposeResult:
        """What it is, how far it is, and what can be done."""
        yield Static(plain_line(f"Fetching {self._model.title}"), classes="header")
        with VerticalScroll(id="form", can_focus=False):
            yield Static(plain_line(f"{demands(self._model)} {self._model.note}", limit=400), classes="about")
            yield Static("", id="bar", markup=False)
            yield Static("", id="status", markup=False)
            yield Static("", id="said", markup=False)
        yield Keys(self.hints())

    def hints(self) -> tuple[Hint, ...]:
        """The keys of the moment."""
        if self._stage is DownloadStage.COMING:
            return (Hint("Esc", "stop", "screen.stop"), Hint("?", "help", "app.help"))
        go_on = Hint("Enter", "try it out" if self._stage is DownloadStage.HERE else "go on", "screen.go_on")
        return (go_on, Hint("Esc", "back", "screen.stop"), Hint("?", "help", "app.help"))

    def on_mount(self) -> None:
        """Begin, or go on where it was."""
        self.fetch()

    @work(exclusive=True, group="fetch", exit_on_error=False)
    async def fetch(self) -> None:
        """Look on until all of it is here."""
        self._now(DownloadStage.COMING)
        speed = Speed()
        try:
            async with aclosing(self.game.setup.pull(self._server, self._model.ollama)) as steps:
                async for step in steps:
                    self._show(step, speed.after(step.done, monotonic()))
        except FictionError as error:
            self._now(DownloadStage.BROKEN, error.sentence)
            return
        self._now(DownloadStage.HERE)
        if self.app.screen is self:
            self._try()

    def _try(self) -> None:
        self.fiction.try_model(ModelConfig(base_url=self._server.base_url, model=self._model.ollama))

    def _show(self, step: Pulling, speed: float) -> None:
        self.query_one("#bar", Static).update(Content(bar(step)))
        parts = [plain_line(step.status, limit=60).plain]
        if step.done:
            parts.append(f"{amount(step.done)} of {amount(step.total)}" if step.total else amount(step.done))
        if speed >= 1:
            parts.append(f"{amount(speed)}/s")
            if step.total > step.done:
                parts.append(f"about {words.waited(round((step.total - step.done) / speed))} more")
        self.query_one("#status", Static).update(Content(" · ".join(part for part in parts if part)))

    def _now(self, stage: DownloadStage, said: str = "") -> None:
        self._stage = stage
        first = [plain_line(said, "bold", limit=400), Content("\n")] if said else []
        self.query_one("#said", Static).update(Content.assemble(*first, stage.value))
        self.show_hints()

    def action_stop(self) -> None:
        """Stop the download; where it is stopped, go back."""
        if self._stage is DownloadStage.COMING:
            self.workers.cancel_node(self)
            self._now(DownloadStage.STOPPED, "You stopped it.")
        else:
            self.action_back()

    def action_go_on(self) -> None:
        """Take it up again; where it is here, try it out."""
        if self._stage is DownloadStage.HERE:
            self._try()
        elif self._stage is not DownloadStage.COMING:
            self.fetch()
