"""The built-in storyteller tells whole stories, and the same one from the same seed."""

import dataclasses
import json

import pytest

from fiction.story.events import ProseDelta
from fiction.story.ledger import AddFact, OpenThread, PutCast, ThreadStatus, TouchThread
from fiction.story.memory import SHORT_TERM_SENTENCES, SHORT_TERM_WORDS, Recall, Recalled, TurnId
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.reader import ReaderProfile
from fiction.story.scene import Direction
from fiction.story.turn import Stage, Turn
from fiction.storytellers.offline import OfflineStoryteller
from support.offline_world import GENERAL, WORLD, Walk


async def _told(teller: OfflineStoryteller, walk: Walk, choice: Choice) -> str:
    pieces = [piece.text async for piece in teller.narrate(walk.scene(choice)) if isinstance(piece, ProseDelta)]
    assert len(pieces) > 3
    return "".join(pieces)


async def test_what_is_streamed_is_the_passage_that_is_reflected() -> None:
    walk, teller = Walk(), OfflineStoryteller(GENERAL)
    passage = await _told(teller, walk, Choice(ChoiceKind.BEGIN))
    reflection = await teller.reflect(walk.scene(Choice(ChoiceKind.BEGIN)), passage)
    assert reflection == teller.step(walk.scene(Choice(ChoiceKind.BEGIN))).reflection
    assert not reflection.plain


def test_the_opening_is_told_as_it_stands_with_its_plans_memory_and_threads() -> None:
    walk = Walk()
    turn = walk.begin()
    assert turn.passage == WORLD.openings[0].text.replace("{place}", "the Quay")
    assert [plan.key for plan in turn.plans] == ["quay/board", "quay/ask", "quay/hide"]
    assert turn.memory.startswith("You are the lamp-lighter's apprentice.")
    assert OpenThread("lamp", "The lamp at the point went out.", "Somebody lights it again.") in turn.ledger_ops


def test_the_outcome_of_the_chosen_plan_comes_first() -> None:
    walk = Walk()
    walk.begin()
    turn = walk.take("quay/ask")
    assert turn.passage.startswith("Imre counts the coils twice")
    assert "You asked Imre about the lamp." in turn.memory
    assert AddFact("Imre", "keeps", "the brass key") in turn.ledger_ops


def test_a_goto_keeps_the_scene_and_its_cast() -> None:
    walk = Walk()
    walk.begin()
    walk.take("quay/board")
    cast = json.loads(walk.turns[-1].state)["cast"]
    assert walk.running == "ferry"
    turn = walk.take("ferry/pay")
    assert walk.running == "midstream"
    assert json.loads(turn.state)["cast"] == cast
    assert PutCast("Imre", "ferryman", "the Boat") in walk.turns[-2].ledger_ops


def test_a_thread_is_paid_and_the_memory_says_so() -> None:
    walk = Walk()
    walk.begin()
    walk.go("quay/board", "ferry/pay", "midstream/light")
    turn = walk.turns[-1]
    assert TouchThread("lamp", ThreadStatus.PAID) in turn.ledger_ops
    assert any("settled" in change.why for change in turn.rationale.dropped)
    assert "The lamp at the point went out." not in turn.memory


def test_the_same_seed_and_choices_tell_the_same_story_and_another_seed_another() -> None:
    stories = [Walk(seed=seed).random(30) for seed in (3, 3, 4)]
    first, again, other = [[turn.passage for turn in story] for story in stories]
    assert first == again
    assert first != other


def test_a_story_comes_to_an_ending_within_its_length() -> None:
    for seed in range(12):
        walk = Walk(seed=seed)
        walk.random(30)
        last = walk.turns[-1]
        assert last.ending in {"lit", "dark"}
        assert last.plans == ()
        assert len(walk.turns) <= 23
        assert last.title in {"The lamp is lit", "The dark point"}


def test_an_ending_remembers_what_the_reader_did() -> None:
    walk = Walk()
    walk.begin()
    walk.go("quay/ask")
    walk.direct = Direction(act=3, progress=1.2, toward_ending=True, must_end=True)
    turn = walk.play(Choice(ChoiceKind.CONTINUE))
    while not turn.ending:
        turn = walk.first()
    assert "You asked, that first evening, and somebody answered." in turn.passage


def test_the_reader_can_write_on_after_the_ending() -> None:
    walk = Walk()
    walk.random(30)
    turn = walk.write("I sit down and watch the water")
    assert turn.passage and len(turn.plans) == 3 and not turn.ending
    for _ in range(5):
        turn = walk.first()
        assert turn.passage and len(turn.plans) == 3 and not turn.ending


def test_words_that_mean_an_offered_plan_are_that_plan() -> None:
    walk = Walk()
    walk.begin()
    turn = walk.write("I ask Imre about the lamp.")
    assert turn.passage.startswith("Imre counts the coils twice")


def test_words_of_the_readers_own_are_an_attempt_that_leaves_the_moment_open() -> None:
    walk = Walk()
    walk.begin()
    before = walk.turns[-1].plans
    turn = walk.write("I climb the mast of my father's boat!")
    assert "climb the mast of your father's boat" in turn.passage
    assert "You tried to climb the mast of your father's boat." in turn.memory
    assert turn.plans == before
    assert not turn.ending
    assert {change.why for change in turn.rationale.added} == {"you tried this in your own way"}


def test_a_second_attempt_moves_the_story_on() -> None:
    walk = Walk()
    walk.begin()
    walk.write("I climb the mast")
    turn = walk.write("I sing to the gulls")
    assert turn.plans != walk.turns[0].plans


def test_an_edited_plan_close_to_its_words_is_that_plan_and_a_far_one_is_not() -> None:
    walk = Walk()
    walk.begin()
    plan = walk.turns[-1].plans[1]
    near = walk.peek(Choice(ChoiceKind.EDITED, "Ask Imre, kindly, about the lamp", plan))
    far = walk.peek(Choice(ChoiceKind.EDITED, "Throw a bottle through the window", plan))
    assert near.startswith("Imre counts the coils twice")
    assert "throw a bottle through the window" in far


def test_a_callback_brings_an_old_deed_back_once() -> None:
    walk = Walk()
    walk.begin()
    walk.go("quay/ask")
    seen = []
    for _ in range(9):
        walk.recall = Recall(lexical=(Recalled(TurnId(2), 2, walk.turns[1].passage),))
        turn = walk.first(endless=True)
        seen.append("the evening you asked about the lamp" in turn.passage)
    assert seen.count(True) == 1
    assert seen.index(True) == 5
    assert not any("{" in turn.passage for turn in walk.turns)


async def test_a_resumed_turn_reflects_the_same_though_its_recall_is_gone() -> None:
    walk = Walk()
    walk.begin()
    walk.go("quay/ask")
    for _ in range(5):
        walk.first(endless=True)
    walk.recall = Recall(lexical=(Recalled(TurnId(2), 2, walk.turns[1].passage),))
    choice = Choice(ChoiceKind.CONTINUE)
    scene = walk.scene(choice)
    teller = OfflineStoryteller(GENERAL)
    told = teller.step(scene)
    assert "the evening you asked about the lamp" in told.passage
    resumed = await teller.reflect(dataclasses.replace(scene, recall=Recall()), told.passage)
    assert resumed.plans == told.reflection.plans
    assert resumed.memory == told.reflection.memory
    assert not resumed.plain


async def test_a_passage_of_another_storyteller_is_reflected_plainly() -> None:
    walk = Walk()
    walk.begin()
    scene = walk.scene(Choice(ChoiceKind.WRITTEN, "I open the shutters"))
    reflection = await OfflineStoryteller(GENERAL).reflect(scene, "A model wrote this, and it goes on for a while.")
    assert reflection.plain and reflection.notice
    assert len(reflection.plans) == 3
    assert "You tried to open the shutters." in reflection.memory


def test_it_takes_over_from_another_storyteller_in_the_middle() -> None:
    walk = Walk()
    walk.turns.append(
        Turn(TurnId(1), None, 1, 1, Choice(ChoiceKind.BEGIN), Stage.COMPLETE, "It rains.", "It rains.", state="{}")
    )
    turn = walk.write("I look for Imre")
    assert len(turn.plans) == 3
    assert "It rains." in turn.memory


def test_the_short_term_memory_keeps_its_bounds_its_beginning_and_the_readers_words() -> None:
    walk = Walk()
    walk.begin()
    for index in range(60):
        if index == 20:
            edited = walk.turns[-1].memory + " Never trust the gulls."
            walk.turns[-1] = dataclasses.replace(walk.turns[-1], memory=edited)
        turn = walk.first(endless=True)
        assert len(turn.memory.split()) <= SHORT_TERM_WORDS
        assert turn.memory.count(". ") <= SHORT_TERM_SENTENCES
        assert turn.memory.startswith("You are the lamp-lighter's apprentice.")
        assert index < 20 or "Never trust the gulls." in turn.memory


def test_every_dropped_and_added_sentence_has_its_reason() -> None:
    walk = Walk(seed=5)
    walk.begin()
    before = walk.turns[-1].memory
    for _ in range(25):
        turn = walk.first(endless=True)
        for change in turn.rationale.dropped:
            assert change.why and change.what in before and change.what not in turn.memory
        for change in turn.rationale.added:
            assert change.why and change.what in turn.memory
        before = turn.memory


def test_what_the_reader_never_wants_to_meet_is_not_told() -> None:
    for seed in range(6):
        walk = Walk(seed=seed, reader=ReaderProfile(lines=("spiders",)))
        walk.random(20)
        assert not any("spider" in turn.passage.lower() for turn in walk.turns)
    assert any("spider" in turn.passage for seed in range(6) for turn in Walk(seed=seed).random(20))


def test_the_state_does_not_grow_with_the_story() -> None:
    walk = Walk()
    walk.begin()
    sizes = [len(walk.first(endless=True).state) for _ in range(200)]
    assert max(sizes) < 12_000
    assert max(sizes[-50:]) <= 1.2 * max(sizes[100:150])


@pytest.mark.parametrize(
    "state", ["", "null", "[]", '{"teller":"offline-1"}', '{"teller":"offline-1","told":7,"notes":[1]}']
)
def test_a_damaged_state_is_no_obstacle(state: str) -> None:
    walk = Walk()
    walk.begin()
    walk.turns[-1] = dataclasses.replace(walk.turns[-1], state=state)
    assert len(walk.first().plans) == 3
