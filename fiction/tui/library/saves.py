"""The screen of saves: continue, rename or delete one."""

import time
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from fiction.errors import FictionError
from fiction.story.cards import SaveCard
from fiction.tui import words
from fiction.tui.dialogs import Ask, Confirm
from fiction.tui.game_screen import GameScreen
from fiction.tui.prose import plain_line
from fiction.tui.widgets.keys import Hint, Keys
from fiction.tui.widgets.menu import Menu

EMPTY = "There are no stories yet. Begin one from the title: it is saved with every turn."


def _option(card: SaveCard, now: float) -> Option:
    title = plain_line(card.title or card.name, "bold", limit=80)
    parts = [
        card.world_title if card.world_title != card.title else "",
        "ended" if card.ended else "",
        words.turns(card.turns),
        card.scene,
        words.ago(card.updated, now) if card.updated else "",
    ]
    lines = [Content("\n"), plain_line(" · ".join(part for part in parts if part), "dim")]
    if card.pending:
        lines += [Content("\n"), plain_line(f"still untold: {card.pending}", "italic", limit=120)]
    if card.trouble:
        lines += [Content("\n"), plain_line(f"can't be opened: {card.trouble}", limit=240)]
    return Option(Content.assemble(title, *lines), id=f"save-{card.name}")


class SavesScreen(GameScreen):
    """The list of saves, the newest first; damaged ones with their trouble."""

    CSS_PATH = "saves.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Back"),
        Binding("n", "rename", "Rename"),
        Binding("d,delete", "delete", "Delete"),
        Binding("question_mark", "app.help", "Help"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._cards: tuple[SaveCard, ...] = ()

    def compose(self) -> ComposeResult:
        """The list."""
        yield Static("Saves", classes="header", markup=False)
        yield Menu(id="saves")
        yield Static(EMPTY, classes="empty", markup=False)
        yield Keys(self.hints())

    def hints(self) -> tuple[Hint, ...]:
        """The keys of the list."""
        return (
            Hint("Enter", "go on", ""),
            Hint("n", "rename", "screen.rename"),
            Hint("d", "delete", "screen.delete"),
            Hint("Esc", "back", "screen.back"),
            Hint("?", "help", "app.help"),
        )

    def on_mount(self) -> None:
        """List the saves."""
        self.look()
        self.query_one(Menu).focus()

    def look(self) -> None:
        """Refresh the list from the folder."""
        try:
            cards = self.game.saves()
        except FictionError as error:
            self.regret(error)
            cards = ()
        self._cards = tuple(sorted(cards, key=lambda card: card.updated, reverse=True))
        menu = self.query_one(Menu)
        menu.fill(_option(card, time.time()) for card in self._cards)
        menu.display = bool(self._cards)
        self.query_one(".empty").display = not self._cards

    @property
    def _card(self) -> SaveCard | None:
        at = self.query_one(Menu).highlighted
        return self._cards[at] if at is not None and at < len(self._cards) else None

    async def on_option_list_option_selected(self) -> None:
        """Continue the selected story."""
        if (card := self._card) is None:
            return
        if card.trouble:
            self.say(card.trouble, trouble=True)
            return
        try:
            await self.fiction.resume(card.name)
        except FictionError as error:
            self.regret(error)

    @work(exit_on_error=False)
    async def action_rename(self) -> None:
        """Ask for a new title."""
        if (card := self._card) is None or self._is_open(card):
            return
        title = await self.app.push_screen_wait(Ask("The story's title:", card.title or card.name))
        if title:
            await self._change(card, title)

    @work(exit_on_error=False)
    async def action_delete(self) -> None:
        """Delete the save after a question."""
        if (card := self._card) is None or self._is_open(card):
            return
        question = f"Delete “{card.title or card.name}” with {words.turns(card.turns)}? It can't be brought back."
        if await self.app.push_screen_wait(Confirm(question, "delete it")):
            await self._change(card, None)

    def _is_open(self, card: SaveCard) -> bool:
        """Whether the save is the open story, which can't be changed here; then says so."""
        story = self.fiction.story
        if story is None or story.name != card.name:
            return False
        self.say("This story is open. Leave it first: q on its page.", trouble=True)
        return True

    async def _change(self, card: SaveCard, title: str | None) -> None:
        try:
            if title is None:
                self.game.delete(card.name)
            else:
                self.game.rename(card.name, title)
        except FictionError as error:
            self.regret(error)
        self.look()
