"""Who tells: what could tell a story here, and the ways to set it up."""

from typing import ClassVar, assert_never

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from fiction.engine.setup import FoundServer, ModelConfig, Provider
from fiction.errors import FictionError
from fiction.story.cards import StorytellerCard
from fiction.tui.dialogs import Ask, Confirm
from fiction.tui.game_screen import GameScreen
from fiction.tui.models.lines import (
    BuiltIn,
    Elsewhere,
    Fetch,
    Known,
    OwnFile,
    Section,
    StorytellerLine,
    Teller,
    sections,
)
from fiction.tui.models.wording import model_name
from fiction.tui.prose import plain_line
from fiction.tui.widgets.keys import Hint, Keys
from fiction.tui.widgets.menu import Menu


class StorytellersScreen(GameScreen):
    """One list. What is chosen is tried out before anything is kept."""

    CSS_PATH = "storytellers.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Back"),
        Binding("l", "look", "Look again"),
        Binding("d,delete", "forget", "Forget"),
        Binding("question_mark", "app.help", "Help"),
    ]

    def __init__(self, servers: tuple[FoundServer, ...] | None = None) -> None:
        """`servers` were found already; None looks for them."""
        super().__init__()
        self._servers = servers
        self._lines: dict[str, StorytellerLine] = {}

    def compose(self) -> ComposeResult:
        """The list, and what is known of the line under the caret."""
        yield Static("Who tells", classes="header", markup=False)
        yield Menu(id="minds")
        yield Static("", id="about", markup=False)
        yield Keys(self.hints())

    def hints(self) -> tuple[Hint, ...]:
        """The keys of the list."""
        return (
            Hint("Enter", "choose", ""),
            Hint("l", "look again", "screen.look"),
            Hint("d", "forget", "screen.forget"),
            Hint("Esc", "back", "screen.back"),
            Hint("?", "help", "app.help"),
        )

    def on_mount(self) -> None:
        """Show what is known, and look around."""
        self.query_one(Menu).focus()
        self.fill()
        if self._servers is None:
            self.look()

    def on_screen_resume(self) -> None:
        """Something may have been kept or fetched meanwhile."""
        if self._lines:
            self.look()

    @work(exclusive=True, group="look", exit_on_error=False)
    async def look(self) -> None:
        """Ask who answers on this machine."""
        try:
            self._servers = await self.game.setup.find()
        except FictionError as error:
            self._servers = ()
            self.regret(error)
        self.fill()

    # --- the list ---

    def fill(self) -> None:
        """List what is known by now; the caret stays where it is."""
        try:
            known = self._known()
        except FictionError as error:
            self.regret(error)
            known = Known(servers=self._servers)
        self._lines = {}
        options = [option for section in sections(known) for option in self._options(section)]
        menu = self.query_one(Menu)
        untouched = menu.highlighted is None
        menu.fill(options)
        if untouched:
            menu.action_first()
        self._tell_about()

    def _options(self, section: Section) -> list[Option]:
        title = plain_line(section.title.upper(), "bold")
        if not section.lines and section.empty:
            title = Content.assemble(title, "\n  ", plain_line(section.empty, "italic"))
        options = [Option(title, disabled=True)]
        for line in section.lines:
            id = f"{type(line.meant).__name__}-{section.title}-{line.name}"
            id = id if id not in self._lines else f"{id}-{len(self._lines)}"
            self._lines[id] = line
            aside = [Content("  "), plain_line(line.aside, "dim", limit=80)] if line.aside else []
            options.append(Option(Content.assemble("  ", plain_line(line.name, limit=120), *aside), id=id))
        return options

    def _known(self) -> Known:
        setup, story = self.game.setup, self.fiction.story
        return Known(
            tellers=self._tellers(story.storytellers) if story else (),
            telling=story.storyteller.name if story else "",
            model_configs=setup.model_configs(),
            servers=self._servers,
            providers=setup.providers(),
            recommended=setup.recommended(),
            runners=setup.runners(),
        )

    def _tellers(self, names: tuple[str, ...]) -> tuple[StorytellerCard, ...]:
        cards = {card.name: card for card in self.game.storytellers()}
        return tuple(cards.get(name) or StorytellerCard(name, name) for name in names)

    @property
    def _line(self) -> StorytellerLine | None:
        option = self.query_one(Menu).highlighted_option
        return self._lines.get(option.id or "") if option else None

    def on_option_list_option_highlighted(self) -> None:
        """Another line."""
        self._tell_about()

    def _tell_about(self) -> None:
        line = self._line
        self.query_one("#about", Static).update(plain_line(line.about if line else "", limit=400))

    # --- choosing ---

    async def on_option_list_option_selected(self, event: Menu.OptionSelected) -> None:
        """Enter, or a click."""
        if (line := self._lines.get(event.option_id or "")) is not None:
            await self._take(line)

    async def _take(self, line: StorytellerLine) -> None:
        match line.meant:
            case Teller(name=name):
                await self.fiction.told_from_here(name)
            case ModelConfig() as config:
                self.fiction.try_model(config)
            case FoundServer() as server:
                self._open_models(server)
            case Provider() | Elsewhere():
                self._open_key(line.meant if isinstance(line.meant, Provider) else None)
            case Fetch() as fetch:
                self._open_fetch(fetch)
            case OwnFile(runner=runner):
                self._ask_for_file(runner.name)
            case BuiltIn():
                await self.fiction.told_from_here("offline")
            case _:
                assert_never(line.meant)

    def _open_models(self, server: FoundServer) -> None:
        from fiction.tui.models.model_list import ModelsScreen

        self.app.push_screen(ModelsScreen(ModelConfig(base_url=server.base_url), server.models or None))

    def _open_key(self, provider: Provider | None) -> None:
        from fiction.tui.models.key import KeyScreen

        self.app.push_screen(KeyScreen(provider))

    def _open_fetch(self, fetch: Fetch) -> None:
        from fiction.tui.models.download import DownloadScreen

        self.app.push_screen(DownloadScreen(fetch.server, fetch.model))

    @work(exit_on_error=False)
    async def _ask_for_file(self, runner: str) -> None:
        path = await self.app.push_screen_wait(Ask("Where is the file of weights (.gguf)?"))
        if path:
            self.fiction.try_model(ModelConfig(run=runner, model=path))

    # --- other keys ---

    def action_look(self) -> None:
        """Look again who answers."""
        self._servers = None
        self.fill()
        self.look()

    @work(exit_on_error=False)
    async def action_forget(self) -> None:
        """Ask, then take the model under the caret out of the settings."""
        line = self._line
        if line is None or not line.kept or not isinstance(line.meant, ModelConfig):
            return
        question = f"Take {model_name(line.meant)} out of the settings? Its key goes too, and can't be brought back."
        if not await self.app.push_screen_wait(Confirm(question, "take it out")):
            return
        try:
            self.game.setup.forget(line.meant.name)
        except FictionError as error:
            self.regret(error)
        self.fill()
