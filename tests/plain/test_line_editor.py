"""The line in the making, on a small terminal that is played here."""

import re

from hypothesis import given
from hypothesis import strategies as st

from fiction.plain.keystrokes import LineKey
from fiction.plain.line_editor import BELL, LineEditor
from fiction.plain.line_printer import columns_of

WIDTH = 6


class Screen:
    """Rows of a terminal that wraps late, as real ones do: after the last column, when one more character comes."""

    def __init__(self, start: int) -> None:
        self.cells: dict[tuple[int, int], str] = {}
        self.row, self.column = 0, start

    def show(self, written: str) -> None:
        for move, char in re.findall(r"\x1b\[(\d*[AGJ])|([\s\S])", written):
            if move.endswith("A"):
                self.row -= int(move[:-1])
            elif move.endswith("G"):
                self.column = int(move[:-1]) - 1
            elif move:
                here = (self.row, self.column)
                self.cells = {place: char for place, char in self.cells.items() if place < here}
            elif char == "\r":
                self.column = 0
            elif char != BELL:
                self._put(char)

    def _put(self, char: str) -> None:
        wide = columns_of(char)
        if self.column + wide > WIDTH:
            self.row, self.column = self.row + 1, 0
        self.cells[self.row, self.column] = char
        self.column += wide

    @property
    def text(self) -> str:
        return "".join(char for _, char in sorted(self.cells.items())).rstrip()


def editor_and_screen(start: int = 2, limit: int = 100) -> tuple[LineEditor, Screen]:
    editor = LineEditor(limit=limit)
    editor.width, editor.start = WIDTH, start
    return editor, Screen(start)


def test_the_last_character_and_word_and_all_can_be_taken_away() -> None:
    editor, _ = editor_and_screen()
    editor.insert("the old lamp ")
    editor.erase(LineKey.ERASE)
    assert editor.text == "the old lamp"
    editor.erase(LineKey.ERASE_WORD)
    assert editor.text == "the old "
    editor.insert("e\u0301")
    editor.erase(LineKey.ERASE)
    assert editor.text == "the old "
    editor.erase(LineKey.ERASE_LINE)
    assert editor.text == editor.erase(LineKey.ERASE) == ""


def test_more_than_the_limit_rings() -> None:
    editor, _ = editor_and_screen(limit=3)
    assert editor.insert("ab") == "ab"
    assert BELL in editor.insert("cd")
    assert editor.take() == "abc"
    assert editor.text == ""


_CHANGES = st.one_of(
    st.sampled_from([LineKey.ERASE, LineKey.ERASE_WORD, LineKey.ERASE_LINE]), st.text("ab雨 ", max_size=9)
)


@given(st.lists(_CHANGES, max_size=12), st.integers(0, 2))
def test_the_terminal_shows_the_text_whatever_was_done_to_it(changes: list[LineKey | str], start: int) -> None:
    editor, screen = editor_and_screen(start)
    for change in changes:
        screen.show(editor.erase(change) if isinstance(change, LineKey) else editor.insert(change))
        assert screen.text == editor.text.rstrip()
    again = Screen(start)
    again.show(editor.shown())
    assert (again.text, again.column) == (editor.text.rstrip(), screen.column)
