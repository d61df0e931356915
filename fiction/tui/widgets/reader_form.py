"""The form of the reader's profile, one line for each field."""

from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalGroup
from textual.widget import Widget
from textual.widgets import Input, Static

from fiction.story.reader import Length, Pronouns, ReaderProfile
from fiction.text.sanitise import clean, clean_line
from fiction.tui import words
from fiction.tui.widgets.line import Line
from fiction.tui.widgets.pick import Pick

FIELDS = (
    ("name", "Name", "what the others call you; may stay empty"),
    ("pronouns", "Pronouns", "they/them, she/her, he/him, xe/xem/xyr"),
    ("about", "About you", "who you are in the story, in a line"),
    ("likes", "You like", "the sea, slow mysteries, found family"),
    ("lines", "Never", "what must not come up at all"),
    ("veils", "Off-stage", "what may happen, but not be shown"),
)


class Field(Horizontal):
    """A label and its input."""

    DEFAULT_CSS = """
    Field { height: 1; margin-bottom: 1; }
    Field Static { width: 13; text-align: right; padding-right: 2; color: $text-muted; }
    Field Input { width: 1fr; }
    """

    def __init__(self, label: str, widget: Widget) -> None:
        super().__init__(Static(label, markup=False), widget)


def line(id: str, value: str, placeholder: str) -> Input:
    """A text field; its initial text is cleaned."""
    return Line(clean_line(value, limit=400), placeholder=placeholder, id=id, compact=True, select_on_focus=False)


def _many(text: str) -> tuple[str, ...]:
    parts = (clean_line(part) for part in clean(text).replace(";", ",").split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


class ReaderForm(VerticalGroup):
    """The profile's fields for the reader; its other values are kept."""

    def __init__(self, reader: ReaderProfile) -> None:
        super().__init__()
        self._reader = reader

    def compose(self) -> ComposeResult:
        """One line for each field."""
        for id, label, placeholder in FIELDS:
            yield Field(label, line(id, self._start(id), placeholder))
        lengths = [(length.value, words.passage_length(length)) for length in Length]
        yield Field("Passages", Pick(*lengths, value=self._reader.passage_length.value, id="passages"))

    def _start(self, id: str) -> str:
        reader = self._reader
        match id:
            case "name":
                return reader.name
            case "pronouns":
                return "" if reader.pronouns == Pronouns() else str(reader.pronouns)
            case "about":
                return reader.about
            case "likes":
                return ", ".join(reader.likes)
            case "lines":
                return ", ".join(reader.lines)
            case _:
                return ", ".join(reader.veils)

    def _text(self, id: str) -> str:
        return clean_line(self.query_one(f"#{id}", Input).value, limit=400)

    @property
    def reader(self) -> ReaderProfile:
        """The profile with the present input."""
        return replace(
            self._reader,
            name=self._text("name"),
            pronouns=Pronouns.parse(self._text("pronouns")),
            about=self._text("about"),
            likes=_many(self._text("likes")),
            lines=_many(self._text("lines")),
            veils=_many(self._text("veils")),
            passage_length=Length(self.query_one("#passages", Pick).value),
        )
