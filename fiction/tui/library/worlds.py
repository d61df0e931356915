"""The screen of worlds: browse them, and begin in one."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from fiction.errors import FictionError
from fiction.story.cards import WorldCard
from fiction.tui.game_screen import GameScreen
from fiction.tui.library.world_page import WorldPage
from fiction.tui.prose import plain_line
from fiction.tui.widgets.keys import Hint, Keys
from fiction.tui.widgets.menu import Menu


def _option(card: WorldCard, at: int) -> Option:
    second = f"can't be played: {card.trouble}" if card.trouble else card.summary
    title = plain_line(card.title or card.id, "bold", limit=80)
    return Option(Content.assemble(title, "\n", plain_line(second, "dim", limit=160)), id=f"world-{at}")


class WorldsScreen(GameScreen):
    """The list of worlds, with the selected world's page beside it if there is room."""

    CSS_PATH = "worlds.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Back"),
        Binding("i,space,right", "look", "Look closer"),
        Binding("question_mark", "app.help", "Help"),
    ]

    def __init__(self, *, browse: bool = False) -> None:
        super().__init__()
        self._browse = browse
        self._cards: tuple[WorldCard, ...] = ()

    def compose(self) -> ComposeResult:
        """The list and the page."""
        yield Static("Worlds" if self._browse else "New story: choose a world", classes="header", markup=False)
        with Horizontal():
            yield Menu(id="worlds")
            yield WorldPage(id="page", can_focus=False)
        yield Keys(self.hints())

    def hints(self) -> tuple[Hint, ...]:
        """The keys of the list."""
        look = Hint("i", "look closer", "screen.look")
        begin = Hint("Enter", "look closer" if self._browse else "begin here", "")
        return (
            begin,
            *(() if self._browse else (look,)),
            Hint("Esc", "back", "screen.back"),
            Hint("?", "help", "app.help"),
        )

    def on_mount(self) -> None:
        """List the worlds."""
        try:
            self._cards = self.game.worlds()
        except FictionError as error:
            self.regret(error)
        menu = self.query_one(Menu)
        menu.fill(_option(card, at) for at, card in enumerate(self._cards))
        menu.focus()
        if not self._cards:
            self.query_one("#worlds").display = False
            self.say("There are no worlds here. `fiction worlds install` brings one in.", trouble=True)

    @property
    def _card(self) -> WorldCard | None:
        at = self.query_one(Menu).highlighted
        return self._cards[at] if at is not None and at < len(self._cards) else None

    def on_option_list_option_highlighted(self) -> None:
        """Show the selected world's page."""
        page = self.query_one(WorldPage)
        if (card := self._card) is not None and page.display:
            page.show(card, self.fiction.world_of(card))

    def on_option_list_option_selected(self) -> None:
        """Begin in the selected world, or open its page."""
        if (card := self._card) is None:
            return
        if self._browse or card.trouble:
            self.fiction.open_world(card)
        else:
            self.fiction.open_begin(card)

    def action_look(self) -> None:
        """Open the world's page on its own screen."""
        if (card := self._card) is not None:
            self.fiction.open_world(card)
