"""A play-through over a real save, told by a script."""

import asyncio
from contextlib import closing

import pytest

from fiction.engine.choices import MAX_WRITTEN
from fiction.errors import FictionError, NotFound, SaveError, StorytellerError, Trouble
from fiction.saves.store import SaveFile
from fiction.story.events import (
    ChoiceSaved,
    MemoryUpdated,
    Notice,
    PassageDone,
    PlansOffered,
    ProseDelta,
    Remembered,
    StoryEnded,
    TurnFailed,
    TurnSaved,
)
from fiction.story.ledger import AddFact
from fiction.story.memory import TurnId
from fiction.story.plan import ChoiceKind
from fiction.story.turn import Stage
from support.table import Table, drain

DOWN = StorytellerError("No server answers.", trouble=Trouble.UNREACHABLE, hint="Start it.")


async def play_on_a_full_disk(table: Table, words: str) -> None:
    """Play the reader's words; the passage can be told and not saved."""

    def refuse(*_: object, **__: object) -> None:
        raise SaveError("The disk is full.")

    with pytest.MonkeyPatch.context() as disk:
        disk.setattr(SaveFile, "tell", refuse)
        events = await drain(table.session.play(table.session.written(words)))
    assert isinstance(events[-1], TurnFailed)
    assert f"Passage 2: {words}." == "".join(event.text for event in events if isinstance(event, ProseDelta))


async def test_a_story_begins_with_a_passage_a_memory_and_three_plans(table: Table) -> None:
    events = await drain(table.session.proceed())
    kinds = [type(event) for event in events]
    assert kinds == [Remembered, ProseDelta, ProseDelta, PassageDone, MemoryUpdated, PlansOffered, TurnSaved]
    assert table.session.turn is not None
    assert table.session.turn.depth == 1
    assert table.session.turn.stage is Stage.COMPLETE
    assert len(table.session.plans) == 3
    assert await drain(table.session.proceed()) == []


async def test_a_turn_saves_the_choice_then_recalls_tells_and_reflects(table: Table) -> None:
    await table.play()
    events = await drain(table.session.play(table.session.offered(1)))
    kinds = [type(event) for event in events]
    assert kinds == [
        ChoiceSaved, Remembered, ProseDelta, ProseDelta, PassageDone, MemoryUpdated, PlansOffered, TurnSaved,
    ]  # fmt: skip
    assert table.session.turn is not None
    assert table.session.turn.passage == "Passage 2: Climb stair 1."
    assert table.session.pending is None


async def test_the_next_prompt_holds_the_memory_the_last_passages_and_what_was_recalled(table: Table) -> None:
    await table.play(1, 1, 1, 1)
    scene = table.storyteller.scenes[-1]
    assert scene.memory == "Depth 4: Passage 4: Climb stair 3."
    assert [turn.depth for turn in scene.recent] == [1, 2, 3, 4]
    assert scene.state == "state 4"
    assert {item.depth for item in scene.recall.items} <= {1, 2}
    assert table.memory.cues[-1].text == "Climb stair 4"
    assert len(scene.ledger.facts) == 4


@pytest.mark.parametrize("kind", [ChoiceKind.OFFERED, ChoiceKind.EDITED, ChoiceKind.WRITTEN])
async def test_a_plan_is_taken_edited_or_written(table: Table, kind: ChoiceKind) -> None:
    await table.play()
    session = table.session
    choice = {
        ChoiceKind.OFFERED: lambda: session.offered(2),
        ChoiceKind.EDITED: lambda: session.edited(2, "Greet neighbour 1 by her true name"),
        ChoiceKind.WRITTEN: lambda: session.written("hum a tune"),
    }[kind]()
    assert choice.kind is kind
    await drain(session.play(choice))
    assert session.turn is not None
    assert session.turn.choice == choice


async def test_undo_goes_back_and_redo_forward_to_the_end_and_no_further(table: Table) -> None:
    await table.play(1, 2, 3)
    last = table.session.turn
    depths = []
    while (turn := table.session.undo()) is not None:
        depths.append(turn.depth)
    assert depths == [3, 2, 1]
    assert not table.session.can_undo
    assert len(table.session.ledger.facts) == 1
    while table.session.redo() is not None:
        pass
    assert table.session.turn == last
    assert not table.session.can_redo
    assert len(table.session.ledger.facts) == 4


async def test_another_choice_after_undo_is_a_branch_and_the_old_one_stays(table: Table) -> None:
    await table.play(1, 1)
    old = table.session.turn
    table.session.undo()
    await drain(table.session.play(table.session.offered(2)))
    assert table.session.turn is not None
    assert table.session.turn.passage == "Passage 3: Greet neighbour 2."
    assert old is not None
    assert table.session.jump(old.id).passage == "Passage 3: Climb stair 2."


async def test_a_branch_left_behind_is_not_recalled(table: Table) -> None:
    await table.play(1, 1, 1)
    for _ in range(2):
        table.session.undo()
    for _ in range(4):
        await drain(table.session.play(table.session.offered(2)))
    texts = [item.text for item in table.storyteller.scenes[-1].recall.items]
    assert not any("Climb stair 2" in text or "Climb stair 3" in text for text in texts)


async def test_retry_tells_the_same_choice_again_as_a_sibling(table: Table) -> None:
    await table.play(1)
    first = table.session.turn
    await drain(table.session.retry("shorter"))
    second = table.session.turn
    assert first is not None
    assert second is not None
    assert second.parent == first.parent
    assert second.passage == "Passage 2: Climb stair 1. (shorter)"
    assert table.session.jump(first.id) == first


async def test_a_retry_without_a_wish_asks_for_another_telling_each_time(table: Table) -> None:
    await table.play(1)
    for _ in range(3):
        await drain(table.session.retry())
    hints = [scene.choice.hint for scene in table.storyteller.scenes[-3:]]
    assert len(set(hints)) == 3


async def test_the_first_turn_can_be_retried(table: Table) -> None:
    await table.play()
    await drain(table.session.retry())
    assert table.session.turn is not None
    assert table.session.turn.depth == 1
    assert not table.session.can_undo


async def test_a_failure_before_the_passage_leaves_the_story_and_keeps_the_words(table: Table) -> None:
    await table.play(1)
    before = table.session.turn
    table.storyteller.fail_after[3] = DOWN
    events = await drain(table.session.play(table.session.written("knock twice")))
    failed = events[-1]
    assert isinstance(failed, TurnFailed)
    assert (failed.message, failed.hint, failed.trouble) == ("No server answers.", "Start it.", Trouble.UNREACHABLE)
    assert table.session.turn == before
    assert table.session.pending is not None
    assert table.session.pending.text == "knock twice"
    await table.reopen()
    assert table.session.pending is not None
    assert table.session.pending.text == "knock twice"
    await drain(table.session.retry())
    assert table.session.turn is not None
    assert table.session.turn.passage == "Passage 3: knock twice."
    assert table.session.pending is None


async def test_a_failed_retry_keeps_the_old_telling(table: Table) -> None:
    await table.play(1)
    before = table.session.turn
    table.storyteller.fail_narrate[2] = DOWN
    events = await drain(table.session.retry())
    assert isinstance(events[-1], TurnFailed)
    assert table.session.turn == before


async def test_a_failed_reflection_keeps_the_passage_and_the_memory_and_offers_plain_plans(table: Table) -> None:
    await table.play(1)
    table.storyteller.fail_reflect[3] = DOWN
    events = await drain(table.session.play(table.session.offered(1)))
    assert any(isinstance(event, Notice) for event in events)
    turn = table.session.turn
    assert turn is not None
    assert turn.plain
    assert turn.passage == "Passage 3: Climb stair 2."
    assert turn.memory == "Depth 2: Passage 2: Climb stair 1."
    assert len(turn.plans) == 3
    await drain(table.session.retry())
    assert table.session.turn is not None
    assert table.session.turn.id == turn.id
    assert table.session.turn.memory == "Depth 3: Passage 3: Climb stair 2."
    assert not table.session.turn.plain


async def test_another_storyteller_can_take_a_turn(table: Table) -> None:
    await table.play()
    table.storyteller.fail_narrate[2] = DOWN
    await drain(table.session.play(table.session.offered(1)))
    await drain(table.session.retry(storyteller="model"))
    assert table.session.turn is not None
    assert table.session.turn.storyteller == "model"
    assert table.session.storyteller.name == "offline"
    table.session.use("model")
    await table.reopen()
    assert table.session.storyteller.name == "model"


async def test_a_turn_that_is_stopped_leaves_the_words_and_can_be_told_later(table: Table) -> None:
    await table.play()
    table.storyteller.hold = asyncio.Event()
    task = asyncio.create_task(drain(table.session.play(table.session.offered(1))))
    while len(table.storyteller.scenes) < 2:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert table.session.turn is not None
    assert table.session.turn.depth == 1
    assert table.session.pending is not None
    table.storyteller.hold = None
    await drain(table.session.retry())
    assert table.session.turn.depth == 2


async def test_two_turns_at_once_are_refused(table: Table) -> None:
    await table.play(1)
    table.storyteller.hold = asyncio.Event()
    task = asyncio.create_task(drain(table.session.play(table.session.offered(1))))
    while len(table.storyteller.scenes) < 3:
        await asyncio.sleep(0)
    with pytest.raises(FictionError):
        await drain(table.session.play(table.session.offered(2)))
    with pytest.raises(FictionError):
        table.session.undo()
    table.storyteller.hold.set()
    await task
    assert table.session.turn is not None
    assert table.session.turn.passage == "Passage 3: Climb stair 2."


async def test_a_story_stopped_between_passage_and_memory_reflects_when_it_is_resumed(table: Table) -> None:
    await table.play()
    events = table.session.play(table.session.offered(1))
    async for event in events:
        if isinstance(event, PassageDone):
            break
    await events.aclose()
    await table.reopen()
    stopped = table.session.turn
    assert stopped is not None
    assert stopped.stage is Stage.TOLD
    assert table.session.plans == ()
    await drain(table.session.proceed())
    assert table.session.turn is not None
    assert table.session.turn.stage is Stage.COMPLETE
    assert len(table.session.plans) == 3


async def test_words_typed_before_a_told_turn_is_complete_are_kept_if_that_fails(table: Table) -> None:
    await table.play()
    events = table.session.play(table.session.offered(1))
    async for event in events:
        if isinstance(event, PassageDone):
            break
    await events.aclose()
    playing = table.session.play(table.session.written("knock twice"))
    assert not isinstance(await anext(playing), TurnFailed)
    await playing.aclose()
    await table.reopen()
    assert table.session.pending is not None
    assert table.session.pending.text == "knock twice"


async def test_an_ending_offers_no_plans_and_the_reader_can_still_write_on(table: Table) -> None:
    table.storyteller.ends_at = 3
    events = await table.play(1, 1)
    assert any(isinstance(event, StoryEnded) for event in events)
    ended = table.session.ended
    assert ended
    assert table.session.plans == ()
    await drain(table.session.play(table.session.written("go home")))
    assert not table.session.ended
    assert table.session.turn is not None
    assert table.session.turn.depth == 4


async def test_an_edited_short_term_memory_is_in_the_very_next_prompt(table: Table) -> None:
    await table.play(1)
    table.session.edit_short_term("The key is under the mat.")
    assert table.session.turn is not None
    assert table.session.turn.memory == "The key is under the mat."
    await drain(table.session.play(table.session.offered(1)))
    assert table.storyteller.scenes[-1].memory == "The key is under the mat."


async def test_what_the_reader_pins_edits_and_forgets_is_so_in_the_very_next_recall(table: Table) -> None:
    await table.play(1, 1, 1, 1, 1)
    first, second, third = (turn.id for turn in table.session.transcript(6)[:3])
    table.session.pin(first)
    table.session.edit_memory(second, "Climb: you left the lamp burning")
    table.session.forget(third)
    by_turn = {memory.turn: memory for memory in table.session.memories()}
    assert by_turn[first].pinned
    assert by_turn[second].edited
    assert by_turn[third].forgotten
    await drain(table.session.play(table.session.offered(1)))
    recalled = {item.turn: item for item in table.storyteller.scenes[-1].recall.items}
    assert recalled[first].pinned
    assert recalled[second].text == "Climb: you left the lamp burning"
    assert third not in recalled
    table.session.restore(third)
    table.session.restore(second)
    by_turn = {memory.turn: memory for memory in table.session.memories()}
    assert not by_turn[third].forgotten
    assert by_turn[second].text == "Passage 2: Climb stair 1."


async def test_a_pin_made_further_on_does_not_hold_on_an_older_branch(table: Table) -> None:
    await table.play(1, 1, 1)
    first = table.session.transcript(9)[0].id
    table.session.pin(first)
    table.session.undo()
    assert not any(memory.pinned for memory in table.session.memories())


async def test_memories_are_searched_and_paged(table: Table) -> None:
    await table.play(1, 2, 1, 2)
    assert [m.depth for m in table.session.memories("greet")] == [5, 3]
    assert [m.depth for m in table.session.memories(limit=2)] == [5, 4]
    assert [m.depth for m in table.session.memories(limit=2, before=4)] == [3, 2]


async def test_the_ledger_is_the_same_after_a_resume_in_a_long_story(table: Table) -> None:
    table.storyteller.ops = {n: (AddFact("you", "has", f"thing {n % 50}"),) for n in range(200)}
    await table.play(*([1] * 80))
    before = table.session.ledger
    await table.reopen()
    assert table.session.ledger == before


async def test_a_long_story_reads_the_ledger_of_few_turns(table: Table) -> None:
    await table.play(*([1] * 33))
    await table.session.close()
    with closing(SaveFile.open(table.path, read_only=True)) as save:
        turns = save.path(TurnId(34), 100)
        assert [len(save.ledger_before(turn.id)[1]) for turn in turns] == [*range(1, 32), 0, 1, 2]
        ledger, after = save.ledger_before(turns[31].id)
        assert (len(ledger.facts), after) == (32, ())


async def test_a_retry_saves_the_passage_that_could_not_be_saved(table: Table) -> None:
    await table.play()
    await play_on_a_full_disk(table, "shout")
    asked = len(table.storyteller.scenes)
    await drain(table.session.retry())
    assert len(table.storyteller.scenes) == asked
    assert table.session.turn is not None
    assert table.session.turn.passage == "Passage 2: shout."


async def test_a_retry_after_a_new_decision_does_not_save_the_passage_left_behind(table: Table) -> None:
    await table.play()
    await play_on_a_full_disk(table, "shout")
    table.storyteller.fail_narrate[2] = DOWN
    await drain(table.session.play(table.session.written("whisper")))
    await drain(table.session.retry())
    assert table.session.turn is not None
    assert table.session.turn.passage == "Passage 2: whisper."


async def test_who_tells_instead_after_a_failure_is_told_the_settings_as_they_are_now(table: Table) -> None:
    await table.play()
    table.storyteller.fail_narrate[2] = DOWN
    await drain(table.session.play(table.session.offered(1)))
    table.session.use("model")
    await drain(table.session.retry())
    assert table.storyteller.scenes[-1].settings.storyteller != "model"
    assert table.other.scenes[-1].settings.storyteller == "model"


async def test_places_can_be_named_and_found_again(table: Table) -> None:
    await table.play(1, 1)
    mark = table.session.bookmark("before the well")
    await table.play(1)
    assert table.session.bookmarks() == (mark,)
    assert table.session.jump(mark.turn).depth == 3


async def test_everything_is_let_go_of_at_the_end(table: Table) -> None:
    await table.play()
    await table.session.close()
    await table.session.close()
    assert table.storyteller.closed
    assert table.memory.closed


async def test_a_telling_anew_says_that_it_is_one(table: Table) -> None:
    await drain(table.session.proceed())
    await drain(table.session.play(table.session.offered(1)))
    await drain(table.session.retry())
    await drain(table.session.retry("shorter"))
    assert [scene.telling for scene in table.storyteller.scenes] == [0, 0, 1, 2]


@pytest.mark.parametrize(
    ("trouble", "tellings"), [(Trouble.REFUSED, [0, 0, 1, 2, 0]), (Trouble.UNREACHABLE, [0, 0, 0, 1, 0])]
)
async def test_what_nobody_heard_is_asked_for_once_more_as_it_was(
    table: Table, trouble: Trouble, tellings: list[int]
) -> None:
    await drain(table.session.proceed())
    failing = StorytellerError("No.", trouble=trouble)
    table.storyteller.fail_narrate[2] = failing
    await drain(table.session.play(table.session.offered(1)))
    table.storyteller.fail_narrate[2] = failing
    await drain(table.session.retry())
    await drain(table.session.retry())
    await drain(table.session.play(table.session.offered(1)))
    assert [scene.telling for scene in table.storyteller.scenes] == tellings


async def test_a_story_that_has_not_begun_says_where_it_stands(table: Table) -> None:
    session = table.session
    assert (session.name, session.turn, session.plans, session.pending) == ("story", None, (), None)
    assert (session.ended, session.can_undo, session.can_redo) == (False, False, False)
    assert (session.undo(), session.redo(), session.memories(), session.transcript(5)) == (None, None, (), ())
    assert (session.direction.act, session.direction.progress) == (1, 0.0)
    assert session.storytellers == ("offline", "model")
    for ask in (lambda: session.bookmark("here"), lambda: session.edit_short_term("No.")):
        with pytest.raises(NotFound, match="The story has not begun"):
            ask()


async def test_who_tells_can_be_changed_for_good_and_nobody_else_is_taken(table: Table) -> None:
    await table.play()
    table.session.use("model")
    assert table.session.storyteller is table.other
    assert table.session.story.settings.storyteller == "model"
    with pytest.raises(NotFound, match="no storyteller 'nobody' here") as caught:
        table.session.use("nobody")
    assert caught.value.hint == "There are: offline, model."
    assert table.session.story.settings.storyteller == "model"
    with pytest.raises(NotFound, match="nobody"):
        await drain(table.session.play(table.session.offered(1), storyteller="nobody"))
    assert table.session.pending is None


async def test_a_notice_is_said_once_before_anything_else(table: Table) -> None:
    table.session._sequence._notice = "This is an old save."
    events = await table.play()
    assert events[0] == Notice("This is an old save.")
    assert await drain(table.session.proceed()) == []


async def test_where_the_head_is_its_direction_says(table: Table) -> None:
    await table.play(1, 1)
    assert table.session.direction.progress == 0.1
    assert (table.session.can_undo, table.session.can_redo) == (True, False)
    table.session.undo()
    assert (table.session.can_undo, table.session.can_redo) == (True, True)
    assert table.session.direction.progress == 0.05
    table.session.undo()
    assert (table.session.can_undo, table.session.undo()) == (False, None)


async def test_a_transcript_ends_at_the_head_or_before_a_turn(table: Table) -> None:
    await table.play(1, 1)
    one, two, three = table.session.transcript(9)
    assert table.session.transcript(2) == (two, three)
    assert table.session.transcript(9, before=three.id) == (one, two)
    assert table.session.transcript(9, before=one.id) == ()


@pytest.mark.parametrize(("length", "fits"), [(MAX_WRITTEN, True), (MAX_WRITTEN + 1, False)])
async def test_an_act_has_at_most_2000_characters(table: Table, length: int, fits: bool) -> None:
    words = "x" * length
    if fits:
        assert table.session.written(f" {words}\n").text == words
        return
    with pytest.raises(FictionError, match="That is 2001 characters; an act has at most 2000") as caught:
        table.session.written(words)
    assert caught.value.hint == "Say it in fewer words."


async def test_an_empty_memory_is_refused_and_cleaned_words_are_kept(table: Table) -> None:
    await table.play()
    assert table.session.turn is not None
    with pytest.raises(FictionError, match="can't be empty") as caught:
        table.session.edit_memory(table.session.turn.id, " \n")
    assert caught.value.hint == "To be rid of it, forget it."
    table.session.edit_memory(table.session.turn.id, " The \x1b[2Jstair was sound. ")
    (memory,) = table.session.memories()
    assert (memory.text, memory.edited) == ("The stair was sound.", True)
    table.session.restore(table.session.turn.id)
    assert table.session.memories()[0].text == "Passage 1: begin."
    table.session.edit_short_term(" You owe \x1b[2JHalla. ")
    assert table.session.turn.memory == "You owe Halla."


async def test_without_a_budget_going_on_needs_no_leave(table: Table) -> None:
    table.session.allow()
    assert isinstance((await table.play(1))[-1], TurnSaved)


async def test_while_a_turn_is_told_nothing_moves(table: Table) -> None:
    await table.play(1)
    table.storyteller.hold = asyncio.Event()
    events = table.session.play(table.session.offered(1))
    await anext(events)
    with pytest.raises(FictionError, match="A turn is being told") as caught:
        table.session.undo()
    assert caught.value.hint == "Wait for it, or stop it first."
    table.storyteller.hold.set()
    await drain(events)
    assert table.session.undo() is not None


async def test_a_bookmarks_name_is_one_clean_line(table: Table) -> None:
    await table.play()
    assert table.session.bookmark(" at \n the\x1b[2J  well ").name == "at the well"
