"""The screen of one world: its page and its openings."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from fiction.story.cards import WorldCard
from fiction.story.world import Opening, World
from fiction.tui.game_screen import GameScreen
from fiction.tui.library.world_page import WorldPage
from fiction.tui.prose import plain_line
from fiction.tui.widgets.keys import Hint, Keys
from fiction.tui.widgets.menu import Menu


def _option(opening: Opening) -> Option:
    summary = [Content("  "), plain_line(opening.summary, "dim", limit=160)] if opening.summary else []
    return Option(Content.assemble(("Begin: ", "bold"), plain_line(opening.title, "bold", limit=60), *summary))


class WorldScreen(GameScreen):
    """A world's page, with its openings to begin from."""

    CSS_PATH = "world.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left", "back", "Back"),
        Binding("space,pagedown", "read(1)", "Read on"),
        Binding("pageup", "read(-1)", "Read back"),
        Binding("question_mark", "app.help", "Help"),
    ]

    def __init__(self, card: WorldCard) -> None:
        super().__init__()
        self._card = card
        self._world: World | None = None

    def compose(self) -> ComposeResult:
        """The page, and the openings below it."""
        yield Static(plain_line(self._card.title or self._card.id), classes="header")
        yield WorldPage(can_focus=False)
        yield Menu(id="openings")
        yield Keys(self.hints())

    def hints(self) -> tuple[Hint, ...]:
        """The keys of the page."""
        begin = (Hint("Enter", "begin", ""),) if self._world else ()
        return (
            *begin,
            Hint("Space", "read on", "screen.read(1)"),
            Hint("Esc", "back", "screen.back"),
            Hint("?", "help", "app.help"),
        )

    def on_mount(self) -> None:
        """Load the world."""
        found = self.fiction.world_of(self._card)
        self.query_one(WorldPage).show(self._card, found)
        menu = self.query_one(Menu)
        if isinstance(found, World):
            self._world = found
            menu.fill([_option(opening) for opening in found.openings] or [Option(Content("Begin"))])
            menu.focus()
            self.show_hints()
        else:
            menu.display = False

    def on_option_list_option_selected(self, event: Menu.OptionSelected) -> None:
        """Begin with the selected opening."""
        if self._world is not None:
            openings = self._world.openings
            self.fiction.open_begin(self._card, opening=openings[event.option_index].id if openings else "")

    def action_read(self, pages: int) -> None:
        """Scroll by a page."""
        page = self.query_one(WorldPage)
        page.scroll_relative(y=pages * max(1, page.size.height - 1), animate=False)
