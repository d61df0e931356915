"""Summaries of what happened: when they are asked for, and what becomes of them."""

import dataclasses

from fiction.engine.ledger import apply
from fiction.story.ledger import Ledger, Summarise, Summary
from fiction.story.memory import TurnId
from fiction.story.scene import Scene
from fiction.storytellers.prompts.token_budget import room_for
from fiction.storytellers.prompts.turn import render_turn
from fiction.storytellers.replies.notes import Notes
from fiction.storytellers.replies.reflection import questions
from fiction.storytellers.replies.summaries import chapter_asked, summary_asked, summary_ops
from support.model_scenes import scene, turn

ROOM = room_for(16_384, 320)
TEXT = "Ada came with a letter, and Imre would not take her across until he was paid."


def at(depth: int, *summaries: Summary) -> Scene:
    recent = tuple(turn(n, f"Passage {n} of it.", act=f"Do thing {n}") for n in range(1, depth))
    return scene(depth=depth, recent=recent, ledger=Ledger(summaries=summaries))


def test_a_summary_is_asked_for_before_passages_leave_the_prompt() -> None:
    due = [depth for depth in range(1, 20) if summary_asked(at(depth), ROOM)]
    assert due == list(range(ROOM.step, 20))
    assert ROOM.step <= 8


def test_it_begins_where_the_last_one_ended() -> None:
    asked = summary_asked(at(15, Summary(1, 7, TEXT)), ROOM)
    assert "«Do thing 8»" in asked
    assert not summary_asked(at(12, Summary(1, 7, TEXT)), ROOM)


def test_the_question_asks_for_it_in_that_turn_only() -> None:
    for depth, asked in ((3, False), (9, True)):
        of = at(depth)
        question = questions(of, "A passage.", render_turn(of, budget=16_384))[0].messages[-1]["content"]
        assert ("sums up all that happened" in question) is asked


def test_what_is_answered_covers_the_turns_since_the_last_one() -> None:
    assert summary_ops(Notes(summary=TEXT), at(15, Summary(1, 7, TEXT))) == (Summarise(8, 15, TEXT),)
    assert summary_ops(Notes(summary="None."), at(15)) == ()
    assert summary_ops(Notes(summary=TEXT), at(2)) == (), "two turns are no scene"


def test_a_summary_that_runs_on_is_cut_at_a_sentence() -> None:
    (op,) = summary_ops(Notes(summary=f"{TEXT} " * 60), at(15))
    assert isinstance(op, Summarise)
    assert len(op.text) < 1100
    assert op.text.endswith("paid.")


def test_many_summaries_of_a_level_are_put_together_and_their_texts_are_in_the_question() -> None:
    parts = tuple(Summary(n, n + 3, f"Part {n}: {TEXT}") for n in range(1, 24, 4))
    assert not chapter_asked(at(24, *parts[:5]), ROOM, "m1")
    asked = chapter_asked(at(24, *parts), ROOM, "m1")
    assert [f"Part {n}:" in asked for n in (1, 5, 9, 13, 17)] == [True, True, True, True, False]
    (op,) = summary_ops(Notes(chapter=TEXT), at(24, *parts))
    assert op == Summarise(1, 16, TEXT, level=2)


def test_a_part_that_covers_others_takes_their_place() -> None:
    ops = [Summarise(n, n + 3, f"Part {n}.") for n in range(1, 24, 4)]
    ledger = apply(Ledger(), tuple(ops), turn=TurnId(1), depth=24)
    assert ledger.summed_up == 24
    ledger = apply(ledger, (Summarise(1, 16, "Together.", level=2),), turn=TurnId(2), depth=25)
    assert [(s.first, s.last, s.level) for s in ledger.summaries] == [(1, 16, 2), (17, 20, 1), (21, 24, 1)]


def test_no_turn_is_summed_up_twice() -> None:
    ledger = apply(Ledger(), (Summarise(1, 4, "One."), Summarise(3, 6, "Two.")), turn=TurnId(1), depth=6)
    assert [summary.text for summary in ledger.summaries] == ["One."]


def test_however_long_the_story_there_are_few_summaries() -> None:
    ledger, most = Ledger(), 0
    for depth in range(1, 3000):
        of = dataclasses.replace(at(1), depth=depth, ledger=ledger)
        notes = Notes(summary=TEXT if summary_asked(of, ROOM) else "", chapter=TEXT)
        ledger = apply(ledger, summary_ops(notes, of), turn=TurnId(depth), depth=depth)
        most = max(most, len(ledger.summaries))
    assert ledger.summed_up > 2980
    assert ledger.summaries[0].first == 1
    assert most <= 26
