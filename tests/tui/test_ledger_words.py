"""The ledger as the memory screen shows it."""

from fiction.story.ledger import Ledger, NotebookEntry, Summary
from fiction.tui.reading.ledger_words import ledger_words


def test_what_went_before_is_shown_with_its_turns_and_foreign_text_stays_text() -> None:
    ledger = Ledger(summaries=(Summary(1, 8, "You came with [b]a letter[/b].\x1b[2J"), Summary(9, 12, "Imre left.")))
    shown = ledger_words(ledger).plain
    assert "What went before\n· You came with [b]a letter[/b]." in shown
    assert "turns 1 to 8" in shown
    assert "Imre left." in shown
    assert "\x1b" not in shown
    assert "What went before" not in ledger_words(Ledger()).plain


def test_the_storytellers_own_notebook_is_not_shown() -> None:
    assert "cut the cable" not in ledger_words(Ledger(notebook=(NotebookEntry("Imre", "He cut the cable."),))).plain
