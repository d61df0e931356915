"""What notes change in the ledger: the protagonist is `you` in every language, threads keep their ids."""

import pytest

from fiction.engine.ledger import apply
from fiction.story.ledger import AddFact, Ledger, OpenThread, PutCast, Thread, ThreadStatus, TouchThread
from fiction.story.memory import TurnId
from fiction.story.reader import ReaderProfile
from fiction.storytellers.replies.memory_update import ledger_ops
from fiction.storytellers.replies.notes import LedgerNote
from fiction.storytellers.replies.protagonist import is_protagonist
from support.model_scenes import scene

KITCHEN = Thread("hildes-kueche", "Hilde lets nobody measure.", "She says why.")


def ops(*threads: Thread, language: str = "de", **said: object) -> tuple[object, ...]:
    known = scene(reader=ReaderProfile(name="Ada", language=language), ledger=Ledger(threads=threads))
    return ledger_ops(LedgerNote.model_validate(said), known)


@pytest.mark.parametrize(
    ("name", "language"),
    [("Du", "de"), ("die Protagonistin", "de"), ("tu", "fr"), ("你", "zh-CN"), ("ты", "ru"), ("Tú", "es-MX"),
     ("você", "pt-BR"), ("you", "en"), ("The protagonist", "de"), ("あなた", "ja"), ("Ada", "en")],
)  # fmt: skip
def test_the_protagonist_is_known_in_every_language(name: str, language: str) -> None:
    found = ops(
        language=language,
        facts=[{"subject": name, "relation": "owes", "object": "Imre"}],
        cast=[{"name": name, "who": "surveyor"}, {"name": "Imre"}],
    )
    assert found == (AddFact("you", "owes", "Imre"), PutCast("Imre"))


def test_a_name_in_one_language_is_not_taken_for_a_pronoun_of_another() -> None:
    assert not is_protagonist("Ty", "en")
    assert not is_protagonist("Sen", "de")
    assert is_protagonist("Ty", "pl")
    assert not is_protagonist("", "de")


def test_a_thread_in_another_spelling_is_the_one_that_is_known() -> None:
    found = ops(KITCHEN, threads=[{"id": "Hildes Küche", "status": "advanced", "setup": "Hilde has asked for it."}])
    assert found == (TouchThread("hildes-kueche", ThreadStatus.ADVANCED, "Hilde has asked for it."),)


def test_what_is_said_as_before_changes_nothing() -> None:
    assert ops(KITCHEN, threads=[{"id": KITCHEN.id, "status": "open", "setup": KITCHEN.setup}]) == ()
    (reworded,) = ops(KITCHEN, threads=[{"id": KITCHEN.id, "status": "open", "setup": "Hilde waits for May."}])
    assert reworded == TouchThread(KITCHEN.id, ThreadStatus.OPEN, "Hilde waits for May.")
    paid = ops(KITCHEN, threads=[{"id": KITCHEN.id, "status": "paid", "setup": "Paid."}])
    assert paid == (TouchThread(KITCHEN.id, ThreadStatus.PAID),)


def test_what_notes_open_can_be_touched_by_its_id_in_the_next_turn() -> None:
    (opened,) = ops(threads=[{"id": "Шлюз на реке", "setup": "Кто открыл шлюз ночью?"}])
    assert isinstance(opened, OpenThread)
    ledger = apply(Ledger(), (opened,), turn=TurnId(1), depth=1)
    (touched,) = ops(*ledger.threads, threads=[{"id": "шлюз-на-реке", "status": "paid"}])
    assert touched == TouchThread(opened.id, ThreadStatus.PAID)
