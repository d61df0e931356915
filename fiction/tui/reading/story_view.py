"""What the reading screen shows of a session: head, page, choice bar and memory panel."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from fiction.engine.budget import Costs
from fiction.engine.session import Session
from fiction.story.events import TurnFailed
from fiction.story.memory import Recalled, TurnId
from fiction.story.plan import Choice
from fiction.story.reader import ENDLESS
from fiction.story.turn import Turn, Usage
from fiction.tui import words
from fiction.tui.game_screen import notify
from fiction.tui.prose import plain, plain_line
from fiction.tui.reading import cost_words
from fiction.tui.reading.choice_bar import ChoiceBar
from fiction.tui.reading.choices import Choices, Option
from fiction.tui.reading.memory_panel import MemoryPanel
from fiction.tui.reading.page import MOUNTED, STEP, Page
from fiction.tui.reading.phases import unreflected, ways_on
from fiction.tui.reading.turn_view import TurnView

THINKING = "The storyteller is thinking"
REMEMBERING = "The storyteller remembers, and thinks of ways on"


class StoryView(Vertical):
    """A `TurnDisplay`. While a turn is told its events are shown; at rest everything is read from the session."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._leaf: TurnView | None = None
        self._recalled: tuple[Recalled, ...] = ()
        self._costs = Costs()
        self.page = Page(self._older, id="page")
        self.desk = ChoiceBar(id="desk")

    def compose(self) -> ComposeResult:
        """The head above; below it page and choices, with the panel beside them."""
        with Horizontal(id="head"):
            yield Static("", id="story", markup=False)
            yield Static("", id="scene", markup=False)
            yield Static("", id="turn", markup=False)
        with Horizontal(id="middle"):
            with Vertical(id="reading"):
                yield self.page
                yield Static("", id="more", markup=False)
                yield self.desk
            yield MemoryPanel(id="panel")

    def _older(self, before: TurnId) -> tuple[Turn, ...]:
        return self._session.transcript(STEP, before=before)

    # --- while a turn is told ---

    async def clear(self) -> None:
        """Take away the choices and what is left of a failed telling; say if only the memory is waited for."""
        self._leaf = None
        await self.page.drop_untold()
        await self.desk.offer(())
        if unreflected(self._session):
            self.desk.wait(REMEMBERING)

    async def begin(self, choice: Choice, *, anew: bool) -> None:
        """Show the choice with its passage still to come, `anew` in the place of the last turn."""
        if anew and self._session.turn is not None:
            await self.page.withdraw(self._session.turn.id)
        self._leaf = await self.page.begin(choice)
        self._leaf.wait(THINKING)
        self.page.focus()

    def recall(self, recalled: tuple[Recalled, ...]) -> None:
        """Show in the panel what came back for the turn."""
        self._recalled = recalled
        self.show_memory()

    def write(self, text: str) -> None:
        """Add to the passage."""
        self._telling.write(text)
        self.call_after_refresh(self.page.report)

    def start_over(self) -> None:
        """Empty the passage."""
        self._telling.reset()

    def keep(self, turn: Turn) -> None:
        """Make what is told a turn of the page, and say that the memory is waited for."""
        self.page.keep(self._telling, turn)
        self.desk.wait(REMEMBERING)

    def say(self, text: str) -> None:
        """Show a notice."""
        notify(self, text)

    @property
    def _telling(self) -> TurnView:
        assert self._leaf is not None
        return self._leaf

    # --- at rest ---

    async def show_story(self) -> None:
        """Bring the page to where the session stands."""
        await self.page.show(self._session.transcript(MOUNTED))

    def read_session(self) -> None:
        """Bring head and panel to where the session stands."""
        turn = self._session.turn
        self._recalled = turn.recalled if turn else ()
        self._costs = self._session.costs
        self.show_memory()
        self.show_head()

    def show_memory(self) -> None:
        """Fill the panel."""
        turn = self._session.turn
        bill = cost_words.bill(turn.usage if turn else Usage(), self._costs)
        self.query_one(MemoryPanel).show(turn, self._session.ledger, self._recalled, bill)

    def show_head(self) -> None:
        """Say which story it is, and where in it the reader is."""
        story, turn = self._session.story, self._session.turn
        scene = turn.title if turn else ""
        if scene and story.settings.turns != ENDLESS:
            scene = f"{words.roman(self._session.direction.act)}. {scene}"
        place = words.place_in_story(turn.depth if turn else 0, story.settings.turns)
        parts = (place, cost_words.so_far(self._costs.story)) if turn else ()
        self.query_one("#story", Static).update(plain_line(story.title))
        self.query_one("#scene", Static).update(plain_line(scene))
        self.query_one("#turn", Static).update(Content(" · ".join(part for part in parts if part)))
        self.set_class(bool(scene), "-scene")

    async def offer_choices(self) -> None:
        """Offer what the session at rest offers; the reader who is at the end of the page can choose at once."""
        await self.desk.offer(ways_on(self._session), self._last_word())
        self.call_after_refresh(self._focus_what_is_next)

    async def offer_remedies(self, failed: TurnFailed, remedies: tuple[Option, ...]) -> None:
        """Say what failed and offer what can be done; what was told of it is marked as no part of the story."""
        if leaf := self.page.untold:
            leaf.void()
        self.show_head()
        said = [plain(failed.message, "bold"), *([plain(failed.hint)] if failed.hint else [])]
        await self.desk.offer(remedies, Content("\n").join(said), trouble=True)
        self.query_one(Choices).focus()

    def _last_word(self) -> Content | None:
        turn = self._session.turn
        if turn is None:
            return None
        if turn.ending:
            return Content.assemble(("The End", "bold"), " — ", plain_line(self._session.story.title, "italic"))
        if turn.plain:
            return Content("The storyteller could make no plans of its own; these are general ones.")
        return None

    def _focus_what_is_next(self) -> None:
        if self.is_attached and not self.desk.writing:
            (self.page if self.page.below else self.query_one(Choices)).focus()

    # --- from one part to the other ---

    def on_page_moved(self, message: Page.Moved) -> None:
        """Say whether there is more to read."""
        self.query_one("#more", Static).update(Content("▼ more" if message.more else ""))

    def on_page_read(self) -> None:
        """Go on from the end of the page to the choices."""
        self.query_one(Choices).focus()

    def on_choices_left(self) -> None:
        """Go back from above the choices to the page."""
        self.page.focus()
