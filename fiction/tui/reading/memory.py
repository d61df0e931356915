"""The memory: what the storyteller carries along, all that ever was, what is established; to be read and changed."""

from collections.abc import Callable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static, TabbedContent, TabPane, TextArea
from textual.widgets.option_list import Option

from fiction.engine.session import Session
from fiction.errors import FictionError
from fiction.story.memory import SHORT_TERM_SENTENCES, Memory, Recalled
from fiction.text.sanitise import clean
from fiction.tui.dialogs import Ask, Confirm
from fiction.tui.game_screen import GameScreen
from fiction.tui.prose import first_line, plain_line
from fiction.tui.reading.ledger_words import ledger_words
from fiction.tui.reading.memory_panel import changes
from fiction.tui.widgets.keys import Hint, Keys
from fiction.tui.widgets.line import Line
from fiction.tui.widgets.menu import Menu
from fiction.tui.widgets.sheet import Sheet

LISTED = 200
"""How many memories are listed at once; searching finds the others."""


def _option(memory: Memory, recalled: Recalled | None) -> Option:
    marks = [
        "pinned" if memory.pinned else "",
        "forgotten" if memory.forgotten else "",
        "in your words" if memory.edited else "",
        ("recalled now, pinned" if recalled.pinned else f"recalled now, score {recalled.score:.2f}")
        if recalled
        else "",
    ]
    said = ", ".join(mark for mark in marks if mark)
    head = Content.assemble((f"turn {memory.depth}", "bold"), "  ", plain_line(memory.title, "dim", limit=40))
    if said:
        head = Content.assemble(head, "  ", (f"({said})", "italic"))
    first = plain_line(first_line(memory.text), limit=160)
    return Option(Content.assemble(head, "\n", first), id=f"turn-{memory.turn}")


class MemoryScreen(GameScreen):
    """Three tabs over one session. Every change is saved at once and counts from the next turn."""

    CSS_PATH = "memory.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back"),
        Binding("f2", "tab('short')", "Short-term"),
        Binding("f3", "tab('long')", "Long-term"),
        Binding("f4", "tab('ledger')", "Ledger"),
        Binding("ctrl+s", "save", "Keep"),
        Binding("slash", "search", "Search"),
        Binding("p", "pin", "Pin"),
        Binding("e", "edit", "Edit"),
        Binding("d", "forget", "Forget"),
        Binding("r", "restore", "Restore"),
        Binding("question_mark", "app.help", "Help"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._memories: tuple[Memory, ...] = ()

    def compose(self) -> ComposeResult:
        """The tabs."""
        turn = self.session.turn
        with TabbedContent():
            with TabPane("F2 Short-term", id="short"):
                yield Sheet(clean(turn.memory) if turn else "", id="short-term", soft_wrap=True, tab_behavior="focus")
                yield Static(self._why(), id="why")
            with TabPane("F3 Long-term", id="long"):
                yield Line(placeholder="search: every word must be there", id="search", compact=True)
                yield Menu(id="memories")
                yield Static("", classes="empty", markup=False)
            with TabPane("F4 Ledger", id="ledger"), VerticalScroll(id="facts"):
                yield Static(ledger_words(self.session.ledger))
        yield Keys(self.hints())

    def _why(self) -> Content:
        turn = self.session.turn
        lines = list(changes(turn.rationale)) if turn else []
        head = Content.styled("In the last turn", "bold")
        return Content("\n").join([head, *(lines or [Content.styled("nothing was dropped or added.", "dim")])])

    def hints(self) -> tuple[Hint, ...]:
        """The keys of the tab."""
        tabs = Hint("F2-F4", "sections", "")
        back, help_ = Hint("Esc", "back", "screen.leave"), Hint("F1", "help", "app.help")
        match self._tab:
            case "short":
                return (Hint("^s", "keep what you wrote", "screen.save"), tabs, back, help_)
            case "long":
                return (
                    Hint("/", "search", "screen.search"),
                    Hint("p", "pin", "screen.pin"),
                    Hint("e", "edit", "screen.edit"),
                    Hint("d", "forget", "screen.forget"),
                    Hint("r", "restore", "screen.restore"),
                    tabs,
                    back,
                    help_,
                )
            case _:
                return (tabs, back, help_)

    @property
    def _tab(self) -> str:
        return self.query_one(TabbedContent).active if self.is_mounted else "short"

    def on_mount(self) -> None:
        """Start with what the storyteller carries along."""
        area = self.query_one("#short-term", TextArea)
        area.move_cursor(area.document.end)
        area.focus()
        self.look()

    def on_tabbed_content_tab_activated(self) -> None:
        """Show the keys of the section, and focus it."""
        self.show_hints()
        focus = {"short": "#short-term", "long": "#memories", "ledger": "#facts"}[self._tab]
        self.query_one(focus).focus()

    def action_tab(self, tab: str) -> None:
        """To a section."""
        self.query_one(TabbedContent).active = tab

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys belong to their section."""
        if not self.is_mounted:
            return True
        if action in ("search", "pin", "edit", "forget", "restore"):
            return self._tab == "long"
        return self._tab == "short" if action == "save" else True

    # --- short-term ---

    @property
    def _written(self) -> str:
        return clean(self.query_one("#short-term", TextArea).text).strip()

    @work(exit_on_error=False)
    async def action_leave(self) -> None:
        """To the story. What was written and not kept is asked about, so that no typing is lost."""
        turn = self.session.turn
        if turn is not None and self._written != clean(turn.memory).strip():
            keep = await self.app.push_screen_wait(Confirm("Keep what you wrote in the short-term memory?", "keep it"))
            if keep is None:
                return
            if keep:
                self.action_save()
        self.action_back()

    def action_save(self) -> None:
        """Keep the short-term memory as it is written now."""
        text = self._written
        if self._try(lambda: self.session.edit_short_term(text)):
            self.say(
                f"Kept. The storyteller reads it before the next turn (it keeps {SHORT_TERM_SENTENCES} sentences)."
            )

    def _try(self, change: Callable[[], None]) -> bool:
        try:
            change()
        except FictionError as error:
            self.regret(error)
            return False
        return True

    # --- long-term ---

    def look(self) -> None:
        """List the memories that fit the search."""
        search = clean(self.query_one("#search", Input).value).strip()
        try:
            self._memories = self.session.memories(search, limit=LISTED)
        except FictionError as error:
            self.regret(error)
        turn = self.session.turn
        recalled = {item.turn: item for item in turn.recalled} if turn else {}
        menu = self.query_one(Menu)
        menu.fill(_option(memory, recalled.get(memory.turn)) for memory in self._memories)
        menu.display = bool(self._memories)
        empty = self.query_one(".empty", Static)
        empty.display = not self._memories
        empty.update("Nothing fits." if search else "There is nothing to remember yet.")

    def on_input_changed(self) -> None:
        """Search as it is typed."""
        self.look()

    def on_input_submitted(self) -> None:
        """To what was found."""
        self.query_one(Menu).focus()

    def action_search(self) -> None:
        """To the search."""
        self.query_one("#search").focus()

    @property
    def _memory(self) -> Memory | None:
        at = self.query_one(Menu).highlighted
        return self._memories[at] if at is not None and at < len(self._memories) else None

    def action_pin(self) -> None:
        """Always remember it, or no longer."""
        if (memory := self._memory) is not None:
            self._try(lambda: self.session.pin(memory.turn, pinned=not memory.pinned))
            self.look()

    def action_restore(self) -> None:
        """As it was told."""
        if (memory := self._memory) is not None:
            self._try(lambda: self.session.restore(memory.turn))
            self.look()

    def on_option_list_option_selected(self) -> None:
        """Enter: read it whole, and change it."""
        self.action_edit()

    @work(exit_on_error=False)
    async def action_edit(self) -> None:
        """Put it in other words."""
        if (memory := self._memory) is None:
            return
        text = await self.app.push_screen_wait(Ask(f"What is remembered of turn {memory.depth}:", memory.text))
        if text and text != memory.text:
            self._try(lambda: self.session.edit_memory(memory.turn, text))
            self.look()

    @work(exit_on_error=False)
    async def action_forget(self) -> None:
        """Ask, then forget."""
        if (memory := self._memory) is None or memory.forgotten:
            return
        question = f"Forget turn {memory.depth}? The passage stays in the story; the storyteller will not recall it."
        if await self.app.push_screen_wait(Confirm(question, "forget it")):
            self._try(lambda: self.session.forget(memory.turn))
            self.look()
