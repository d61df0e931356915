"""Before a story: who the reader is, where it begins, how long it is to be, who tells it. Enter begins it anywhere."""

from random import randrange
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from fiction.engine.game import NewStory
from fiction.errors import FictionError
from fiction.story.cards import StorytellerCard, WorldCard
from fiction.story.reader import ENDLESS, ReaderProfile, StorySettings
from fiction.story.world import World
from fiction.text.sanitise import clean_line
from fiction.tui.game_screen import GameScreen
from fiction.tui.prose import plain_line
from fiction.tui.widgets.keys import Hint, Keys
from fiction.tui.widgets.line import Line
from fiction.tui.widgets.pick import Pick
from fiction.tui.widgets.reader_form import Field, ReaderForm, line

LENGTHS = (
    ("20", "short, about 20 turns"),
    ("60", "novella, about 60 turns"),
    (str(ENDLESS), "endless"),
    ("other", "another number of turns"),
)
MOST_TURNS = 9999


class BeginScreen(GameScreen):
    """The form. Everything in it has a sensible start, so Enter at once is fine."""

    CSS_PATH = "begin.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
    ]

    def __init__(self, card: WorldCard | None, *, opening: str = "") -> None:
        """A story in the world of `card`; without one, about what the reader writes into the first field."""
        super().__init__()
        self._card = card
        self._opening = opening
        self._beginning = False

    def compose(self) -> ComposeResult:
        """The fields; openings and storytellers only where there is more than one."""
        title = self._card.title or self._card.id if self._card else "A story about ..."
        yield Static(plain_line(title), classes="header")
        with VerticalScroll(id="form", can_focus=False):
            if self._card is None:
                yield Field("About", line("premise", "", "a lighthouse keeper who writes letters to the fog"))
                yield Field("Genre", line("genre", "", "may stay empty"))
            yield ReaderForm(self._reader())
            yield from self._story_fields()
        yield Keys(self.hints())

    def _story_fields(self) -> ComposeResult:
        openings = self._openings()
        if len(openings) > 1:
            yield Field("Beginning", Pick(*openings, value=self._opening, id="opening"))
        yield Field("Length", Pick(*LENGTHS, id="length"))
        number = Field("Turns", Line("40", type="integer", max_length=4, id="turns", compact=True))
        number.display = False
        yield number
        tellers = self._tellers()
        if len(tellers) > 1:
            choices = ((teller.name, teller.about) for teller in tellers)
            yield Field("Told by", Pick(*choices, value=self.fiction.preferred, id="teller"))

    def _reader(self) -> ReaderProfile:
        try:
            return self.game.reader()
        except FictionError as error:
            self.regret(error)
            return ReaderProfile()

    def _openings(self) -> tuple[tuple[str, str], ...]:
        world = self.fiction.world_of(self._card) if self._card else None
        return tuple((o.id, o.title) for o in world.openings) if isinstance(world, World) else ()

    def _tellers(self) -> tuple[StorytellerCard, ...]:
        ready = tuple(teller for teller in self.game.storytellers() if teller.available)
        return ready if self._card else tuple(teller for teller in ready if teller.name != "offline")

    def hints(self) -> tuple[Hint, ...]:
        """The keys of the form."""
        return (
            Hint("Enter", "begin the story", "screen.begin"),
            Hint("↑↓", "fields", ""),
            Hint("←→", "change", ""),
            Hint("Esc", "back", "screen.back"),
            Hint("F1", "help", "app.help"),
        )

    def on_mount(self) -> None:
        """Straight to the first field."""
        self.query(Input).first().focus()

    def on_pick_changed(self, message: Pick.Changed) -> None:
        """Another number of turns has a field of its own."""
        if message.pick.id == "length":
            field = self.query_one("#turns", Input).parent
            if isinstance(field, Field):
                field.display = message.value == "other"

    async def on_input_submitted(self) -> None:
        """Enter in a field."""
        await self.action_begin()

    async def on_pick_submitted(self) -> None:
        """Enter on a value."""
        await self.action_begin()

    async def action_begin(self) -> None:
        """Keep the profile and begin."""
        if self._beginning:
            return
        story = self._story()
        if not story.world and not story.premise:
            self.say("Write what the story is to be about.", trouble=True)
            return
        self._beginning = True
        try:
            self.game.keep_reader(story.reader)
            await self.fiction.begin(story)
        except FictionError as error:
            self.regret(error)
        finally:
            self._beginning = False

    def _story(self) -> NewStory:
        tellers = self._tellers()
        teller = (
            self.query("#teller").first(Pick).value if self.query("#teller") else tellers[0].name if tellers else ""
        )
        premise = self._text("premise")
        settings = StorySettings(
            opening=self.query("#opening").first(Pick).value if self.query("#opening") else self._opening,
            turns=self._turns(),
            seed=randrange(1, 2**31),
            storyteller=teller or StorySettings().storyteller,
            premise=premise,
        )
        return NewStory(
            world=self._card.id if self._card else "",
            premise=premise,
            genre=self._text("genre"),
            reader=self.query_one(ReaderForm).reader,
            settings=settings,
        )

    def _text(self, id: str) -> str:
        found = self.query(f"#{id}")
        return clean_line(found.first(Input).value, limit=400) if found else ""

    def _turns(self) -> int:
        picked = self.query_one("#length", Pick).value
        if picked != "other":
            return int(picked)
        typed = self.query_one("#turns", Input).value
        return max(3, min(int(typed), MOST_TURNS)) if typed.isdecimal() else StorySettings().turns
