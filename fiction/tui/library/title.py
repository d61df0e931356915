"""The title screen: continue a story, begin one, or browse."""

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from fiction.errors import FictionError
from fiction.tui.game_screen import GameScreen
from fiction.tui.prose import plain_line
from fiction.tui.widgets.keys import Hint, Keys
from fiction.tui.widgets.menu import Menu

if TYPE_CHECKING:
    from fiction.engine.setup import FoundServer
    from fiction.story.cards import SaveCard

WORDMARK = """\
╭─╴ ╷ ╭─╴ ╶┬╴ ╷ ╭─╮ ╭╮╷
├╴  │ │    │  │ │ │ │││
╵   ╵ ╰─╴  ╵  ╵ ╰─╯ ╵╰╯"""

LOOKING = 0.4
"""Seconds from the title to the search for servers, so that the first key is not delayed."""


def _line(key: str, words: str | Content, id: str) -> Option:
    return Option(Content.assemble((f"{key}  ", "bold"), words), id=id)


class TitleScreen(GameScreen):
    """The first screen, shown before anything heavy is loaded."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "choose('continue')", "Continue"),
        Binding("n", "choose('new')", "New story"),
        Binding("a", "choose('about')", "A story about"),
        Binding("m", "choose('minds')", "Who tells"),
        Binding("w", "choose('worlds')", "Worlds"),
        Binding("s", "choose('saves')", "Saves"),
        Binding("y", "choose('you')", "You"),
        Binding("question_mark,h", "app.help", "Help"),
        Binding("q", "app.quit", "Quit"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._newest: SaveCard | None = None
        self._no_model = "Looking for a model ..."
        self._found: tuple[FoundServer, ...] = ()

    def compose(self) -> ComposeResult:
        """The name, the menu, and the storyteller."""
        with VerticalGroup(id="title"):
            yield Static(WORDMARK, id="wordmark", markup=False)
            yield Static("stories that you live, and that remember you", id="motto", markup=False)
            yield Menu(*self._options(), id="menu")
            yield Static("", id="teller", markup=False)
        yield Keys(self.hints())

    def hints(self) -> tuple[Hint, ...]:
        """The keys of the title."""
        return (
            Hint("↑↓", "move", ""),
            Hint("Enter", "choose", ""),
            Hint("^t", "theme", "app.next_theme"),
            Hint("^p", "commands", "app.command_palette"),
            Hint("m", "who tells", "screen.choose('minds')"),
            Hint("q", "quit", "app.quit"),
            Hint("?", "help", "app.help"),
        )

    def on_mount(self) -> None:
        """Read the library after the first frame."""
        self.query_one(Menu).focus()
        self.call_after_refresh(self.look)

    def on_screen_resume(self) -> None:
        """Refresh the menu: a story may have been played meanwhile."""
        self.call_after_refresh(self.look)

    def look(self) -> None:
        """Read the newest save and the available storytellers."""
        try:
            saves, storytellers = self.game.saves(), self.game.storytellers()
        except FictionError as error:
            self.regret(error)
            return
        had = self._newest
        self._newest = next((save for save in saves if not save.trouble), None)
        models = [card for card in storytellers if card.name != "offline"]
        ready = [card for card in storytellers if card.available]
        reasons = [card.why_not for card in models if card.why_not]
        self._no_model = "" if any(card.available for card in models) else (reasons or ["it needs a model"])[0]
        menu = self.query_one(Menu)
        menu.fill(self._options())
        if self._newest and not had:
            menu.highlighted = 0
        if self._no_model:
            self.set_timer(LOOKING, self.discover)
        told_by = plain_line(ready[0].about) if ready else Content("nobody: see the help")
        self.query_one("#teller", Static).update(Content.assemble("told by ", told_by))

    @work(exclusive=True, group="discover", exit_on_error=False)
    async def discover(self) -> None:
        """Search for model servers on this machine; says nothing if there are none."""
        try:
            self._found = await self.game.setup.find()
        except FictionError:
            return
        self.query_one(Menu).fill(self._options())

    def _who_tells(self) -> Content:
        if not (self._no_model and self._found):
            return Content("Who tells")
        server = self._found[0]
        model = plain_line(server.models[0], limit=30) if server.models else Content("no model yet")
        found = Content.assemble("Found ", plain_line(server.kind, limit=20), " with ", model, " here: ")
        return found.append("Enter tries it" if server.models else "Enter fetches one")

    def _open_models(self) -> None:
        from fiction.engine.setup import ModelConfig

        self.fiction.open_models(self._found or None)
        if self._no_model and self._found and self._found[0].models:
            self.fiction.try_model(ModelConfig(base_url=self._found[0].base_url, model=self._found[0].models[0]))

    def _options(self) -> list[Option]:
        options = [
            _line("n", "New story", "new"),
            self._about(),
            _line("m", self._who_tells(), "minds"),
            _line("w", "Worlds", "worlds"),
            _line("s", "Saves", "saves"),
            _line("y", "You", "you"),
            _line("?", "Help", "help"),
            _line("q", "Quit", "quit"),
        ]
        if (save := self._newest) is not None:
            options.insert(0, _line("c", self._go_on(save), "continue"))
        return options

    def _go_on(self, save: "SaveCard") -> Content:
        title = plain_line(save.title or save.name, limit=40)
        turn = "not begun" if not save.turns else "the end" if save.ended else f"turn {save.turns}"
        scene = [Content(", "), plain_line(save.scene, limit=30)] if save.scene else []
        return Content.assemble(("Continue", "bold"), "  ", title, *scene, f", {turn}")

    def _about(self) -> Option:
        first, dot, _ = self._no_model.partition(". ")
        short = first + dot.rstrip()
        reason = [Content("  "), plain_line(short, "italic", limit=120)] if short else []
        words = Content.assemble("A story about ...", *reason)
        option = _line("a", words, "about")
        option.disabled = bool(self._no_model)
        return option

    async def on_option_list_option_selected(self, event: Menu.OptionSelected) -> None:
        """Choose a line by Enter or a click."""
        await self.action_choose(event.option_id or "")

    async def action_choose(self, what: str) -> None:
        """Choose a line of the menu by its id."""
        match what:
            case "continue" if self._newest is not None:
                await self._resume(self._newest)
            case "new":
                self.fiction.open_worlds()
            case "about" if self._no_model:
                self.say(self._no_model)
            case "about":
                self.fiction.open_begin(None)
            case "minds":
                self._open_models()
            case "worlds":
                self.fiction.open_worlds(browse=True)
            case "saves":
                self.fiction.open_saves()
            case "you":
                self.fiction.open_profile()
            case "help":
                self.fiction.action_help()
            case "quit":
                await self.fiction.action_quit()
            case _:
                pass

    async def _resume(self, save: "SaveCard") -> None:
        try:
            await self.fiction.resume(save.name)
        except FictionError as error:
            self.regret(error)
