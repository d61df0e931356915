"""What a story costs: this turn, all of it, today, and what is still to come."""

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from fiction.engine.budget import Costs
from fiction.story.money import dollars
from fiction.story.turn import Usage
from fiction.tui.dialogs import CSS
from fiction.tui.prose import plain_line

NOTHING = "Nothing was asked of a server for this story, so it costs nothing."
UNPRICED = "No price is known for a model that is asked; what it costs counts towards no cap."
ESTIMATED = "~ about"


class CostsScreen(ModalScreen[None]):
    """A small table; without dollars where nothing costs any."""

    DEFAULT_CSS = CSS.format(name="CostsScreen") + "CostsScreen .costs { margin-top: 1; }"

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,dollar_sign,enter", "leave", "Back")]

    def __init__(self, turn: Usage, costs: Costs, storyteller: str) -> None:
        super().__init__()
        self._turn = turn
        self._costs = costs
        self._storyteller = storyteller

    def compose(self) -> ComposeResult:
        """Who tells, the table, and what is to be known about it."""
        with VerticalGroup():
            yield Static(
                Content.assemble(("What this story costs", "bold"), "\ntold by ", plain_line(self._storyteller))
            )
            yield Static(Content("\n").join(list(costs_words(self._turn, self._costs))), classes="costs")
            yield Static("[@click=screen.leave][b]Esc[/b] back[/]", classes="keys")

    def action_leave(self) -> None:
        """Back to the page."""
        self.dismiss()


def costs_words(turn: Usage, costs: Costs) -> Iterator[Content]:
    """The table line by line; one sentence where there is nothing to show."""
    asked = [("This turn", turn), ("This story", costs.story), ("Today, all", costs.today)]
    ahead = [("Next turn", costs.next_turn), *([("The rest", costs.rest)] if costs.rest is not None else [])]
    rows = [(name, usage) for name, usage in (*asked, *ahead) if usage.total]
    if not rows:
        yield Content(NOTHING)
        return
    yield Content.styled(_row("", "in", "cached", "out", "dollars" if _priced(rows) else ""), "dim")
    for name, usage in rows:
        about = "~" if usage.estimated else ""
        cost = f"{'≥' if usage.unpriced else about}{dollars(usage.cost)}" if usage.cost else _of_nothing(usage)
        yield Content(_row(name, f"{about}{usage.prompt:,}", f"{usage.cached:,}", f"{about}{usage.completion:,}", cost))
    yield from _notes(turn, costs)


def _row(name: str, prompt: str, cached: str, completion: str, cost: str) -> str:
    return f"{name:<11}{prompt:>9}{cached:>8}{completion:>8}  {cost}".rstrip()


def _priced(rows: list[tuple[str, Usage]]) -> bool:
    return any(usage.cost or usage.unpriced for _, usage in rows)


def _of_nothing(usage: Usage) -> str:
    return "unknown" if usage.unpriced else ""


def _notes(turn: Usage, costs: Costs) -> Iterator[Content]:
    caps = [("this story", costs.story_cap, costs.story), ("a day", costs.day_cap, costs.today)]
    said = [f"Cap for {name}: {dollars(cap)}, {usage.cost / cap:.0%} of it spent." for name, cap, usage in caps if cap]
    known = (turn + costs.story + costs.today, costs.next_turn)
    if any(usage.unpriced for usage in known):
        said.append(UNPRICED)
    if any(usage.estimated for usage in known):
        said.append(ESTIMATED)
    if said:
        yield Content()
        yield from (Content(line) for line in said)
