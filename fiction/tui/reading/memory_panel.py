"""The memory at work: what this turn dropped and took in, what came back for it, and what is still open."""

from collections.abc import Iterator, Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from fiction.story.ledger import Ledger
from fiction.story.memory import MemoryChange, Rationale, Recalled
from fiction.story.turn import Turn
from fiction.tui.prose import first_line, plain, plain_line


def changes(rationale: Rationale) -> Iterator[Content]:
    """What the short-term memory took in and dropped, with the reasons."""
    for sign, items in (("+", rationale.added), ("-", rationale.dropped)):
        yield from (_change(sign, item) for item in items)


def _change(sign: str, change: MemoryChange) -> Content:
    why = [Content("\n  "), plain(change.why, "italic dim")] if change.why else []
    return Content.assemble((f"{sign} ", "bold"), plain(change.what), *why)


def came_back(item: Recalled) -> Content:
    """A recalled passage in two lines."""
    why = "pinned" if item.pinned else f"score {item.score:.2f}"
    return Content.assemble((f"turn {item.depth}", "bold"), f"  {why}\n  ", plain_line(first_line(item.text), limit=90))


class MemoryPanel(VerticalScroll, can_focus=False):
    """The panel beside the page."""

    DEFAULT_CSS = """
    MemoryPanel {
        background: $surface;
        padding: 1 2;
        scrollbar-size-vertical: 1;
    }
    MemoryPanel Static { width: 1fr; height: auto; }
    """

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static("", markup=False)

    def show(
        self, turn: Turn | None, ledger: Ledger, recalled: tuple[Recalled, ...], bill: Sequence[Content] = ()
    ) -> None:
        """The memory after this turn; `recalled` are the passages recalled for it, or for the turn being told.

        `bill` is what was asked of a server; without one nothing is said of it.
        """
        added = list(changes(turn.rationale)) if turn else []
        sections = [
            ("This turn", added or [Content.styled("The short-term memory did not change.", "dim")]),
            ("Recalled for it", [came_back(item) for item in recalled] or [Content.styled("Nothing yet.", "dim")]),
            (
                "Open threads",
                [Content.assemble("· ", plain(thread.setup)) for thread in ledger.open_threads]
                or [Content.styled("None.", "dim")],
            ),
        ]
        if bill:
            sections.append(("What it cost", list(bill)))
        parts = [Content("\n").join([Content.styled(title.upper(), "bold dim"), *lines]) for title, lines in sections]
        self.query_one(Static).update(Content("\n\n").join(parts))
