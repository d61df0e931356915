"""The models of a server: type a part of a name, take one."""

from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static
from textual.widgets.option_list import Option

from fiction.engine.setup import ModelConfig
from fiction.errors import FictionError
from fiction.text.sanitise import clean_line
from fiction.tui.game_screen import GameScreen
from fiction.tui.models.wording import at
from fiction.tui.prose import plain_line
from fiction.tui.widgets.keys import Hint, Keys
from fiction.tui.widgets.line import Line
from fiction.tui.widgets.menu import Menu
from fiction.tui.widgets.waiting import Waiting

LONGEST_NAME = 200


def fitting(models: tuple[str, ...], typed: str) -> tuple[str, ...]:
    """The models whose names hold every typed word, in their order."""
    wanted = typed.casefold().split()
    return tuple(model for model in models if all(word in model.casefold() for word in wanted))


class ModelsScreen(GameScreen):
    """A list that may be hundreds long. What is typed can be taken as it stands: not every server lists its models."""

    CSS_PATH = "storytellers.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        Binding("down", "move('cursor_down')", "Down", show=False),
        Binding("up", "move('cursor_up')", "Up", show=False),
        Binding("pagedown", "move('page_down')", "Down", show=False),
        Binding("pageup", "move('page_up')", "Up", show=False),
        Binding("ctrl+r", "list", "List again", show=False),
    ]

    def __init__(
        self, config: ModelConfig, models: tuple[str, ...] | None = None, *, first: tuple[str, ...] = ()
    ) -> None:
        """Models of the server of `config`, which are asked for where they are not given; `first` are recommended."""
        super().__init__()
        self._config = config
        self._models = models
        self._first = first
        self._shown: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """What is typed, and what fits it."""
        yield Static(plain_line(f"A model of {at(self._config.base_url)}"), classes="header")
        yield Line(placeholder="type a part of its name", id="typed", compact=True, max_length=LONGEST_NAME)
        yield Waiting()
        yield Static("", id="said", markup=False)
        yield Menu(id="models")
        yield Keys(self.hints())

    def hints(self) -> tuple[Hint, ...]:
        """The keys of the list."""
        return (
            Hint("Enter", "try it out", ""),
            Hint("↑↓", "move", ""),
            Hint("^r", "list again", "screen.list"),
            Hint("Esc", "back", "screen.back"),
            Hint("F1", "help", "app.help"),
        )

    def on_mount(self) -> None:
        """List them."""
        self.query_one(Input).focus()
        if self._models is None:
            self.action_list()
        else:
            self._show()

    @work(exclusive=True, group="list", exit_on_error=False)
    async def action_list(self) -> None:
        """Ask the server."""
        waiting, said = self.query_one(Waiting), self.query_one("#said", Static)
        said.update(Content())
        waiting.start("Asking for its models")
        try:
            listed = await self.game.setup.models(self._config)
        except FictionError as error:
            listed = ()
            said.update(plain_line(error.sentence, limit=400))
        finally:
            waiting.stop()
        known = set(listed)
        recommended = tuple(model for model in self._first if model in known)
        self._models = (*recommended, *(model for model in listed if model not in recommended))
        self._show()

    def on_input_changed(self) -> None:
        """Other models fit."""
        if self._models is not None:
            self._show()

    def _show(self) -> None:
        models = self._models or ()
        typed = clean_line(self.query_one(Input).value, limit=LONGEST_NAME)
        found = fitting(models, typed)
        own = (typed,) if typed and typed not in found else ()
        self._shown = (*found, *own)
        menu = self.query_one(Menu)
        menu.set_options([*(self._option(model) for model in found), *(_as_typed(name) for name in own)])
        menu.highlighted = 0 if self._shown else None
        self._count(len(found), len(models))

    def _count(self, found: int, all_of_them: int) -> None:
        said = self.query_one("#said", Static)
        if all_of_them:
            said.update(Content(f"{found} of {all_of_them} models" if found != all_of_them else f"{found} models"))

    def _option(self, model: str) -> Option:
        mark = ("  recommended", "dim") if model in self._first else ""
        return Option(Content.assemble(plain_line(model, limit=LONGEST_NAME), mark))

    async def action_move(self, how: str) -> None:
        """Move the caret while the typing goes on."""
        await self.query_one(Menu).run_action(how)

    def on_input_submitted(self) -> None:
        """Enter takes what the caret is at."""
        self._take(self.query_one(Menu).highlighted)

    def on_option_list_option_selected(self, event: Menu.OptionSelected) -> None:
        """Enter on the list, or a click."""
        self._take(event.option_index)

    def _take(self, index: int | None) -> None:
        if index is not None and index < len(self._shown):
            self.fiction.try_model(replace(self._config, model=self._shown[index]))


def _as_typed(name: str) -> Option:
    return Option(Content.assemble(("as it is typed: ", "dim"), plain_line(name, limit=LONGEST_NAME)))
