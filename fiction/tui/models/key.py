"""A service that wants a key, or a server by its address. The key is typed unseen, and seen nowhere afterwards."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from fiction.engine.setup import ModelConfig, Provider
from fiction.text.sanitise import clean_line
from fiction.tui.game_screen import GameScreen
from fiction.tui.prose import plain_line
from fiction.tui.widgets.keys import Hint, Keys
from fiction.tui.widgets.line import Line
from fiction.tui.widgets.reader_form import Field

LONGEST = 400
KEPT = "The key is kept in your settings, in a file that only you can read. It is never shown, not even to you."


class KeyInput(Line):
    """A line whose letters are not shown, and can't be copied out of it."""

    def __init__(self, *, placeholder: str) -> None:
        super().__init__(password=True, placeholder=placeholder, id="key", compact=True, max_length=LONGEST)

    def action_copy(self) -> None:
        """Nothing: what is unseen stays unseen."""

    def action_cut(self) -> None:
        """Only take it away."""
        self.delete_selection()

    def taken(self) -> str:
        """The key; the line is empty afterwards."""
        key = "".join(clean_line(self.value, limit=LONGEST).split())
        self.value = ""
        return key


class KeyScreen(GameScreen):
    """Where and with which key; Enter asks the server for its models."""

    CSS_PATH = "storytellers.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
    ]

    def __init__(self, provider: Provider | None = None) -> None:
        """A service, or, without one, any server."""
        super().__init__()
        self._provider = provider

    def compose(self) -> ComposeResult:
        """One field or two, and what becomes of the key."""
        provider = self._provider
        yield Static(plain_line(provider.name if provider else "Another server"), classes="header")
        with VerticalScroll(id="form", can_focus=False):
            if provider is None:
                yield Field("Address", Line(placeholder="http://192.168.1.20:8080/v1", id="address", compact=True))
                yield Field("Key", KeyInput(placeholder="may stay empty"))
            else:
                yield Field("Key", KeyInput(placeholder="paste it here"))
            yield Static(self._about(), classes="empty")
        yield Keys(self.hints())

    def _about(self) -> Content:
        where = self._provider.keys_at if self._provider else ""
        first = [plain_line(f"Keys are to be had at {where}."), Content("\n")] if where else []
        return Content.assemble(*first, KEPT)

    def hints(self) -> tuple[Hint, ...]:
        """The keys of the form."""
        return (
            Hint("Enter", "list its models", "screen.go_on"),
            Hint("Esc", "back", "screen.back"),
            Hint("F1", "help", "app.help"),
        )

    def on_mount(self) -> None:
        """Straight to the first field."""
        self.query(Input).first().focus()

    def on_input_submitted(self) -> None:
        """Enter in a field."""
        self.action_go_on()

    def action_go_on(self) -> None:
        """To the models."""
        from fiction.tui.models.model_list import ModelsScreen

        address = self._address()
        if not address:
            self.say("Type the address of the server.", trouble=True)
            return
        key = self.query_one(KeyInput).taken()
        if not key and self._provider is not None and not self._has_key(address):
            self.say("Paste the key first.", trouble=True)
            return
        first = self._provider.models if self._provider else ()
        self.app.push_screen(ModelsScreen(ModelConfig(base_url=address, api_key=key), first=first))

    def _address(self) -> str:
        if self._provider is not None:
            return self._provider.base_url
        typed = clean_line(self.query_one("#address", Input).value, limit=LONGEST)
        return f"http://{typed}" if typed and "://" not in typed else typed

    def _has_key(self, address: str) -> bool:
        """Whether the settings hold a model of that server, with the key it needs."""
        return any(config.base_url == address for config in self.game.setup.model_configs())
