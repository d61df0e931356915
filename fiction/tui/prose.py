"""Foreign text for the screen: every text from outside the program passes through here.

Markup in it stays text (Textual would run `[@click=...]` and crash on `[/x]`), escape sequences are removed, and only
the Markdown of prose is read: emphasis, scene breaks, quotations.
"""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from fiction.text.sanitise import clean, clean_line

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

SCENE_BREAK = "*   *   *"
FRAME = 0.05
"""Seconds between two repaints of a streaming passage."""


def plain(text: str, style: str = "") -> Content:
    """The cleaned text in one style, without markup."""
    cleaned = clean(text).expandtabs(4)
    return Content.styled(cleaned, style) if style else Content(cleaned)


def plain_line(text: str, style: str = "", *, limit: int = 200) -> Content:
    """The cleaned text as one line of at most `limit` characters, for titles, labels and names."""
    return plain(clean_line(text, limit=limit), style)


@cache
def prose_parser() -> "MarkdownIt":
    """A Markdown parser for prose, without headings, lists, code, links and HTML, which models write by accident."""
    from markdown_it import MarkdownIt

    return MarkdownIt("zero").enable(["emphasis", "newline", "escape", "hr", "blockquote"])


def prose(text: str) -> Content:
    """A formatted passage: separate paragraphs, emphasis, the line breaks of verse, scene breaks."""
    blocks = list(_blocks(prose_parser().parse(clean(text).expandtabs(4))))
    return Content("\n\n").join(blocks)


def _blocks(tokens: "list[Token]") -> Iterator[Content]:
    quoted = 0
    for token in tokens:
        match token.type:
            case "blockquote_open":
                quoted += 1
            case "blockquote_close":
                quoted -= 1
            case "hr":
                yield Content.styled(SCENE_BREAK, "dim")
            case "inline":
                yield _inline(token.children or [], "italic" if quoted else "")
            case _:
                pass


def _inline(tokens: "list[Token]", base: str) -> Content:
    styles = [base] if base else []
    parts: list[Content] = []
    for token in tokens:
        match token.type:
            case "em_open" | "strong_open":
                styles.append("italic" if token.type == "em_open" else "bold")
            case "em_close" | "strong_close":
                styles.pop()
            case "softbreak" | "hardbreak":
                parts.append(Content("\n"))
            case _:
                parts.append(Content.styled(token.content, " ".join(styles)) if styles else Content(token.content))
    return Content.assemble(*parts)


def first_line(text: str) -> str:
    """The first line of a passage that is not blank, for lists."""
    return next((line.strip() for line in clean(text).splitlines() if line.strip()), "")


class PassageText(Static):
    """A passage, whole or streamed; a stream is repainted at most twenty times a second."""

    DEFAULT_CSS = """
    PassageText {
        width: 1fr;
        height: auto;
        text-wrap: wrap;
    }
    """

    def __init__(self, text: str = "") -> None:
        self._text = text
        self._due: Timer | None = None
        super().__init__(prose(text), markup=False)

    @property
    def text(self) -> str:
        """The raw text so far."""
        return self._text

    def write(self, piece: str) -> None:
        """Append a piece of a stream."""
        self._text += piece
        if self._due is None:
            self._due = self.set_timer(FRAME, self.flush)

    def replace(self, text: str) -> None:
        """Replace the text, and repaint at once."""
        self._text = text
        self.flush()

    def flush(self) -> None:
        """Repaint now."""
        if self._due is not None:
            self._due.stop()
            self._due = None
        self.update(prose(self._text))
