"""A world's page: cover, description, rating."""

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from fiction.errors import FictionError, PackError
from fiction.story.cards import WorldCard
from fiction.story.world import World
from fiction.text.sanitise import clean
from fiction.tui import words
from fiction.tui.prose import plain, plain_line, prose

COVER_COLUMNS, COVER_LINES = 60, 16
PROBLEMS = 12
"""The most mistakes of a broken pack that are listed."""


def cover(art: str) -> Content:
    """The cover, cropped to its box."""
    lines = clean(art).expandtabs(4).strip("\n").rstrip().split("\n")[:COVER_LINES]
    kept = [line[:COVER_COLUMNS].rstrip() for line in lines]
    width = max((len(line) for line in kept), default=0)
    return Content("\n".join(line.ljust(width) for line in kept))


def about(card: WorldCard) -> Content:
    """Authors, genre, language and rating in one line."""
    parts = [
        "by " + ", ".join(card.authors) if card.authors else "",
        ", ".join(card.genre),
        words.language(card.language),
        words.rating(card.rating),
    ]
    return plain_line(" · ".join(part for part in parts if part), "dim")


class WorldPage(VerticalScroll):
    """Shows a card at once, and the whole world once it is loaded."""

    DEFAULT_CSS = """
    WorldPage { padding: 1 3; scrollbar-size-vertical: 1; }
    WorldPage Static { width: 1fr; height: auto; margin-bottom: 1; }
    WorldPage .cover { text-wrap: nowrap; text-overflow: clip; color: $primary; content-align-horizontal: center; }
    WorldPage .title { text-style: bold; color: $primary; margin-bottom: 0; }
    WorldPage .trouble { color: $text-error; }
    """

    def compose(self) -> ComposeResult:
        """Empty parts, filled by `show`."""
        yield Static("", classes="cover", markup=False)
        yield Static("", classes="title", markup=False)
        yield Static("", classes="about", markup=False)
        yield Static("", classes="text", markup=False)

    def _put(self, part: str, content: Content) -> None:
        static = self.query_one(f".{part}", Static)
        static.display = bool(content)
        static.update(content)

    def on_resize(self) -> None:
        """Hide a cover that does not fit."""
        self._fit()

    def _fit(self) -> None:
        room = self.scrollable_content_region.width
        cover = self.query_one(".cover", Static)
        width = max(map(len, str(cover.content).split("\n")))
        cover.display = 0 < width <= room

    def show(self, card: WorldCard, world: World | FictionError | None) -> None:
        """Show the card, and the loaded world or its error."""
        self.scroll_home(animate=False)
        self._put("title", plain_line(card.title or card.id))
        self._put("about", about(card))
        match world:
            case World():
                self._put("cover", cover(world.cover) if world.cover.strip() else Content())
                self._put("text", Content("\n\n").join(list(_told(card, world))))
                self._fit()
            case FictionError():
                self._put("cover", Content())
                self._put("text", _trouble(card, world))
            case None:
                self._put("cover", Content())
                self._put("text", prose(card.summary))


def _told(card: WorldCard, world: World) -> Iterator[Content]:
    if card.summary:
        yield plain(card.summary, "bold")
    if world.setting:
        yield prose(world.setting)
    if world.protagonist:
        yield prose(world.protagonist.replace("{you}", "you"))
    if world.openings:
        yield _list("Ways in", tuple(o.title + (f": {o.summary}" if o.summary else "") for o in world.openings))
    if card.content_warnings:
        yield Content.assemble(("Holds  ", "bold"), plain_line(", ".join(card.content_warnings)))
    if card.storylets:
        yield Content.styled("The built-in storyteller has this world's own scenes to tell.", "dim")
    terms = " · ".join(part for part in (world.version, world.license, world.homepage) if part)
    if terms:
        yield plain_line(terms, "dim")


def _list(title: str, lines: tuple[str, ...]) -> Content:
    return Content("\n").join([Content.styled(title, "bold"), *(plain_line(f"· {line}", limit=300) for line in lines)])


def _trouble(card: WorldCard, error: FictionError) -> Content:
    lines = [plain("This world can't be played.", "bold"), plain(card.trouble or error.message)]
    if error.hint:
        lines.append(plain(error.hint))
    if isinstance(error, PackError) and error.problems:
        lines.append(Content("\n").join([plain_line(str(p), limit=300) for p in error.problems[:PROBLEMS]]))
    return Content("\n\n").join(lines)
