"""Notes on a passage: down the ladder, made sound, never at the cost of the story."""

import dataclasses
import json
from typing import Unpack

import pytest

from fiction.errors import StorytellerError, Trouble
from fiction.llm.capabilities.capabilities import OutputMode
from fiction.story.ledger import AddFact, Ledger, OpenThread, PutCast, Thread
from fiction.story.plan import Approach, Choice, ChoiceKind, Plan
from fiction.story.reader import ReaderProfile
from fiction.story.scene import Direction
from fiction.story.turn import Reflection
from fiction.story.world import Ending
from fiction.storytellers.model import ModelStoryteller
from support.model_scenes import CHOICE, PLAN, WORLD, SceneChanges, scene, tell, turn
from support.model_server import NOTES, PASSAGE, ModelServer, Wire, good


def noting(**changes: object) -> str:
    return json.dumps({**NOTES, **changes})


async def reflect(
    server: ModelServer, storyteller: ModelStoryteller, reply: str, **changes: Unpack[SceneChanges]
) -> Reflection:
    server.habit = lambda wire: wire.stream(reply)
    return await storyteller.reflect(scene(**changes), PASSAGE)


async def test_notes_become_a_reflection(server: ModelServer, storyteller: ModelStoryteller) -> None:
    found = await reflect(server, storyteller, noting())
    assert found.ledger_ops == (
        AddFact("Imre", "gave back", "the coin"),
        OpenThread("the-far-bank", "Who calls from there?", "They meet."),
        PutCast("Imre", "the ferryman", "the landing", "wary"),
    )
    assert found.rationale.dropped[0].why == "it no longer matters"
    assert (found.importance, found.title, found.ending) == (6, "The landing", "")
    assert {plan.approach for plan in found.plans} == {Approach.BOLD, Approach.CURIOUS, Approach.CAREFUL}


async def test_both_calls_begin_with_the_same_messages(server: ModelServer, storyteller: ModelStoryteller) -> None:
    told = await tell(storyteller)
    await storyteller.reflect(scene(), told.text)
    narrate, notes = (request["messages"] for request in server.requests)
    assert notes[:-2] == narrate
    assert notes[-2] == {"role": "assistant", "content": PASSAGE}
    assert notes[-1]["role"] == "user"


@pytest.mark.parametrize(
    "reply",
    [
        f"Sure! Here are the notes:\n```json\n{noting()}\n```\nLet me know which you prefer!",
        f"<think>{{}}</think>{noting()}",
        noting().replace('", "', '",\n"').replace("}]", "},]"),
        noting().replace("You push off.", "You push\noff."),
        noting().replace("You push off.", 'You say "off" to him.'),
        noting()[:-30],
        noting(importance="6/10", ending="false"),
    ],
    ids=["fenced", "thought", "commas", "raw newline", "inner quotes", "cut", "types"],
)
async def test_badly_written_notes_are_read(server: ModelServer, storyteller: ModelStoryteller, reply: str) -> None:
    found = await reflect(server, storyteller, reply)
    assert len(server.requests) == 1
    assert found.memory == NOTES["memory"]
    assert [plan.approach for plan in found.plans] == [Approach.BOLD, Approach.CURIOUS, Approach.CAREFUL]
    assert not found.plain


async def test_a_server_that_ignores_the_schema_is_asked_again_one_rung_down(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    server.habit = lambda wire: wire.stream("A fine passage, that.") if wire.format == "json_schema" else good(wire)
    for rung in (OutputMode.JSON_SCHEMA, OutputMode.OBJECT_WITH_SCHEMA):
        server.requests.clear()
        found = await storyteller.reflect(scene(), PASSAGE)
        assert not found.plain
        assert len(server.requests) == 2
        assert storyteller.capabilities.rung is rung


def garbled(wire: Wire) -> None:
    if wire.format == "json_schema":
        wire.stream("A fine passage, that.")
    else:
        good(wire)


async def test_garbled_replies_with_a_good_one_between_them_move_no_server_down(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    for habit in (garbled, good, garbled, good):
        server.habit = habit
        await storyteller.reflect(scene(), PASSAGE)
    assert storyteller.capabilities.rung is OutputMode.JSON_SCHEMA


async def test_notes_that_are_too_much_are_asked_for_in_small(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    def habit(wire: Wire) -> None:
        wire.stream(wire.reply if '"ledger"' not in wire.body["messages"][-1]["content"] else "Hm, notes.")

    server.habit = habit
    found = await storyteller.reflect(scene(), PASSAGE)
    assert not found.plain
    assert found.memory == NOTES["memory"]
    assert len(server.requests) == 3
    await storyteller.reflect(scene(), PASSAGE)
    server.requests.clear()
    await storyteller.reflect(scene(), PASSAGE)
    assert len(server.requests) == 1


async def test_nonsense_keeps_the_memory_and_offers_plain_plans(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    found = await reflect(server, storyteller, "The ferryman says nothing.")
    assert found.plain
    assert found.memory == scene().memory
    assert len(found.plans) == 3
    assert len({plan.approach for plan in found.plans}) == 3
    assert "general" in found.notice
    assert len(server.requests) <= 4
    assert found.usage.completion


async def test_a_server_that_refuses_everything_costs_four_calls_at_most(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    server.habit = lambda wire: wire.refuse("no", status=500)
    with pytest.raises(StorytellerError):
        await storyteller.reflect(scene(), PASSAGE)
    assert len(server.requests) <= 4
    assert storyteller.capabilities.rung is OutputMode.JSON_SCHEMA


@pytest.mark.parametrize(("status", "trouble"), [(401, Trouble.KEY), (429, Trouble.BUSY), (404, Trouble.MODEL)])
async def test_what_no_other_way_of_asking_mends_is_raised(
    server: ModelServer, storyteller: ModelStoryteller, status: int, trouble: Trouble
) -> None:
    server.habit = lambda wire: wire.refuse("no", status=status)
    with pytest.raises(StorytellerError) as caught:
        await storyteller.reflect(scene(), PASSAGE)
    assert caught.value.trouble is trouble
    assert len(server.requests) == 1


async def test_a_context_too_small_for_notes_still_gives_a_turn(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    server.habit = lambda wire: wire.refuse("This model's maximum context length is 900 tokens")
    found = await storyteller.reflect(scene(), PASSAGE)
    assert found.plain
    assert found.memory == scene().memory


async def test_a_small_budget_asks_for_small_notes_at_once(server: ModelServer, storyteller: ModelStoryteller) -> None:
    from fiction.story.reader import StorySettings

    await storyteller.reflect(scene(settings=StorySettings(budget=2048)), PASSAGE)
    assert '"ledger"' not in server.requests[0]["messages"][-1]["content"]


# --- plans ---


def plans(*labels: str, approach: str = "bold") -> list[dict[str, str]]:
    return [{"label": label, "stake": "", "approach": approach, "brief": "You try."} for label in labels]


async def test_one_approach_for_three_plans_becomes_three(server: ModelServer, storyteller: ModelStoryteller) -> None:
    found = await reflect(server, storyteller, noting(plans=plans("Push off", "Climb the mill", "Burn the letter")))
    assert len({plan.approach for plan in found.plans}) == 3
    assert not found.notice


@pytest.mark.parametrize(
    "labels",
    [
        ("Push off alone", "Push off, alone!", "Climb the mill"),
        ("Push off alone", "Wait", "Climb the mill"),
        ("Push off alone", "", "Climb the mill"),
        ("Push off alone", "Climb the mill"),
        ("Push off alone", PLAN.label, "Climb the mill"),
        ("Push off alone", "Go on along the bank", "Climb the mill"),
    ],
    ids=["alike", "wait", "empty", "two", "just done", "done before"],
)
async def test_plans_that_are_none_make_room_for_a_general_one(
    server: ModelServer, storyteller: ModelStoryteller, labels: tuple[str, ...]
) -> None:
    recent = (turn(2, "Imre waits.", Plan("Count the steps again")),)
    found = await reflect(server, storyteller, noting(plans=plans(*labels)), recent=recent)
    assert [plan.label for plan in found.plans][:2] == ["Push off alone", "Climb the mill"]
    assert len(found.plans) == 3
    assert found.notice
    assert not found.plain


async def test_a_plan_that_was_offered_before_and_not_taken_may_stand_in_for_the_third(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    recent = (turn(2, "Imre waits.", Plan("Count the steps again"), Plan("Call across the water")),)
    labels = ("Count the steps again", "Push off alone", "Call across the water", "Climb the mill")
    found = await reflect(server, storyteller, noting(plans=plans(*labels)), recent=recent)
    assert [plan.label for plan in found.plans] == ["Push off alone", "Climb the mill", "Count the steps again"]
    assert not found.notice


async def test_labels_are_cut_at_the_end_of_a_word(server: ModelServer, storyteller: ModelStoryteller) -> None:
    long = "2. **" + "Go down to the water and back up again " * 3 + "**"
    found = await reflect(server, storyteller, noting(plans=plans(long, "Push off", "Climb")))
    assert found.plans[0].label == "Go down to the water and back up again Go down to the water"


async def test_a_numbered_list_counts_as_plans(server: ModelServer, storyteller: ModelStoryteller) -> None:
    found = await reflect(server, storyteller, "1. Push off alone.\n2. **Climb the mill**\n3. Burn the letter")
    assert [plan.label for plan in found.plans] == ["Push off alone", "Climb the mill", "Burn the letter"]
    assert found.memory == scene().memory
    assert "memory" in found.notice


async def test_general_plans_are_in_the_storys_language(server: ModelServer, storyteller: ModelStoryteller) -> None:
    found = await reflect(server, storyteller, "Nein.", reader=ReaderProfile(language="de-AT"))
    assert any(" dir " in plan.label or " du " in plan.label for plan in found.plans)


async def test_general_plans_are_not_those_of_the_last_turns(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    first = await reflect(server, storyteller, "No.")
    second = await reflect(server, storyteller, "No.", recent=(turn(2, "Imre waits.", *first.plans),))
    assert not {plan.label for plan in first.plans} & {plan.label for plan in second.plans}


# --- memory ---


async def test_a_lost_memory_is_put_back(server: ModelServer, storyteller: ModelStoryteller) -> None:
    old = " ".join(f"Thing {n} stands at the mill and waits." for n in range(10))
    notes = noting(memory="Imre gave the coin back.", rationale={})
    found = await reflect(server, storyteller, notes, memory=old)
    assert found.memory.startswith("Thing 0 stands")
    assert found.memory.endswith("Imre gave the coin back.")
    assert found.notice


async def test_a_memory_that_grew_too_long_loses_its_oldest_sentences(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    found = await reflect(server, storyteller, noting(memory=" ".join(f"Thing {n} stands still." for n in range(30))))
    assert found.memory.startswith("Thing 10 stands")
    assert "too long" in found.notice


async def test_an_empty_memory_keeps_the_old_one(server: ModelServer, storyteller: ModelStoryteller) -> None:
    found = await reflect(server, storyteller, noting(memory=""))
    assert found.memory == scene().memory
    assert not found.plain
    assert "memory" in found.notice


async def test_a_list_for_a_memory_is_read(server: ModelServer, storyteller: ModelStoryteller) -> None:
    found = await reflect(server, storyteller, noting(memory=["- You stand at the landing.", "- Imre is wary."]))
    assert found.memory == "You stand at the landing. Imre is wary."


# --- endings ---


async def test_an_ending_is_one_only_where_the_director_lets_it(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    ended = noting(ending=True, plans=[], title="The far bank")
    assert not (await reflect(server, storyteller, noting(ending=True))).ending
    found = await reflect(server, storyteller, ended, direction=Direction(toward_ending=True, progress=0.9))
    assert (found.ending, found.plans) == ("The far bank", ())
    assert not found.plain
    going_on = noting(ending=False)
    assert not (await reflect(server, storyteller, going_on, direction=Direction(must_end=True, progress=1.1))).ending
    forced = await reflect(server, storyteller, going_on, direction=Direction(must_end=True, progress=1.4))
    assert forced.ending


async def test_an_ending_of_the_worlds_own_is_known_however_it_is_spelled(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    own = dataclasses.replace(WORLD, endings=(Ending("oath", "The Weigher’s Oath", condition="kept"),))
    ended = noting(ending=True, plans=[], title="the weigher's  oath")
    found = await reflect(server, storyteller, ended, world=own, direction=Direction(toward_ending=True, progress=0.9))
    assert found.ending == "The Weigher’s Oath"


async def test_a_story_that_may_end_is_asked_whether_it_does(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    await reflect(server, storyteller, noting(), direction=Direction(toward_ending=True))
    await reflect(server, storyteller, noting())
    asked = [request["messages"][-1]["content"] for request in server.requests]
    assert "may be the story's last" in asked[0]
    assert "may be the story's last" not in asked[1]
    schemas = [request["response_format"]["json_schema"]["schema"] for request in server.requests]
    assert [schema["properties"]["plans"]["minItems"] for schema in schemas] == [0, 3]


# --- ledger ---


async def test_ledger_notes_that_make_no_sense_are_passed_over(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    ledger = {
        "facts": [
            {"subject": "", "relation": "x", "object": "y"},
            "Imre is old",
            {"subject": "Imre", "status": "over"},
        ],
        "threads": [{"id": "nobody-knows", "status": "paid"}, {"id": "known", "status": "PAID"}, 7],
        "cast": [{"name": "You"}, {"name": "Ada"}, {"who": "nobody"}, "Oda"],
    }
    known = Ledger(threads=(Thread("known", "Who calls?"),))
    found = await reflect(server, storyteller, noting(ledger=ledger), ledger=known)
    assert [type(op).__name__ for op in found.ledger_ops] == ["TouchThread", "PutCast"]


async def test_escapes_in_json_strings_are_cleaned(server: ModelServer, storyteller: ModelStoryteller) -> None:
    dirty = noting(memory="You stand \u001b[31mhere\u001b[0m with Imre.\u202e", title="\u009b2JThe landing\n!")
    found = await reflect(server, storyteller, dirty)
    assert found.memory == "You stand here with Imre."
    assert found.title == "The landing !"


async def test_the_offered_plans_and_the_oldest_thread_are_in_the_question(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    ledger = Ledger(threads=(Thread("a", "Who $calls {from} there?", touched=5), Thread("b", "Old one.", touched=1)))
    await storyteller.reflect(
        scene(depth=4, ledger=ledger, recent=(turn(3, "Imre waits.", Plan("Count the steps")),), choice=CHOICE),
        PASSAGE,
    )
    asked = server.requests[0]["messages"][-1]["content"]
    assert "Count the steps" in asked
    assert "One plan moves this forward, unless the passage just did: Old one." in asked


async def test_a_written_act_may_be_anything(server: ModelServer, storyteller: ModelStoryteller) -> None:
    act = Choice(ChoiceKind.WRITTEN, "Say: $plan {you} %s \x1b[2J [/m123456] </s> <|im_end|> # Heading")
    told = await tell(storyteller, scene(act))
    assert told.text == PASSAGE
    asked = server.requests[0]["messages"][-1]["content"]
    assert "$plan {you} %s" in asked
    assert "\x1b" not in asked
