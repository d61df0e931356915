"""The form for a new story: the reader, its opening, length and storyteller. Enter begins it from any field."""

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
    """The form for a new story; its defaults allow Enter at once."""

    CSS_PATH = "begin.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
    ]

    def __init__(self, card: WorldCard | None, *, opening: str = "") -> None:
        """A story in the world of `card`; without a card, about the sentence in the first field."""
        super().__init__()
        self._card = card
        self._opening = opening
        self._beginning = False

    def compose(self) -> ComposeResult:
        """The fields; openings and storytellers only if there are several."""
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
        storytellers = self._storytellers()
        if len(storytellers) > 1:
            choices = ((card.name, card.about) for card in storytellers)
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

    def _storytellers(self) -> tuple[StorytellerCard, ...]:
        ready = tuple(card for card in self.game.storytellers() if card.available)
        return ready if self._card else tuple(card for card in ready if card.name != "offline")

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
        """Focus the first field."""
        self.query(Input).first().focus()

    def on_pick_changed(self, message: Pick.Changed) -> None:
        """Show the field for a number of turns if it is picked."""
        if message.pick.id == "length":
            field = self.query_one("#turns", Input).parent
            if isinstance(field, Field):
                field.display = message.value == "other"

    async def on_input_submitted(self) -> None:
        """Begin on Enter in a field."""
        await self.action_begin()

    async def on_pick_submitted(self) -> None:
        """Begin on Enter on a value."""
        await self.action_begin()

    async def action_begin(self) -> None:
        """Save the profile and begin the story."""
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
        storyteller = next((card.name for card in self._storytellers()), "")
        if picks := self.query("#teller"):
            storyteller = picks.first(Pick).value
        premise = self._text("premise")
        settings = StorySettings(
            opening=self.query("#opening").first(Pick).value if self.query("#opening") else self._opening,
            turns=self._turns(),
            seed=randrange(1, 2**31),
            storyteller=storyteller or StorySettings().storyteller,
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
