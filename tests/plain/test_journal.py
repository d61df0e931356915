"""The ledger as the plain game says it."""

from fiction.plain.sentences import journal
from fiction.story.ledger import Ledger, NotebookEntry, Summary


def test_what_went_before_comes_first() -> None:
    ledger = Ledger(summaries=(Summary(1, 8, "You came with a letter"), Summary(9, 12, "Imre left.")))
    assert list(journal(ledger)) == ["Turns 1 to 8: You came with a letter.", "Turns 9 to 12: Imre left."]


def test_the_storytellers_own_notebook_is_not_told() -> None:
    ledger = Ledger(notebook=(NotebookEntry("Imre", "He cut the cable."),))
    assert list(journal(ledger)) == ["The journal is empty so far."]
