"""A reply that goes round in circles, and one with marks of ours in it: what the reader gets to see."""

import json

import pytest

from fiction.errors import StorytellerError, Trouble
from fiction.llm.anew import otherwise
from fiction.story.events import Notice, ProseDelta, ProseReset, Spent
from fiction.storytellers.model import ModelStoryteller
from fiction.storytellers.prompts.turn import render_turn
from fiction.storytellers.replies.passage import LOOPED
from support.model_scenes import scene, tell
from support.model_server import NOTES, PASSAGE, Habit, ModelServer, Wire

CIRCLE = "You are in the middle of a storm and the river is rising. "


def endless(wire: Wire, circle: str, pieces: int = 4000) -> None:
    """A circle told until whoever listens hangs up."""
    wire.head(200, "text/event-stream")
    for _ in range(pieces):
        wire.delta(content=circle)
    wire.delta("length")


def looping(circle: str = CIRCLE) -> Habit:
    return lambda wire: endless(wire, circle)


async def test_a_reply_in_a_circle_is_told_again_with_another_seed(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    server.script = [looping(), lambda wire: wire.stream(PASSAGE)]
    told = await tell(storyteller)
    assert told.text == PASSAGE
    assert told.notices == []
    first, second = server.requests
    assert "seed" not in first
    assert second["seed"] > 0
    assert second["temperature"] > first["temperature"]
    assert first["messages"] == second["messages"]


@pytest.mark.parametrize(
    "circle", [CIRCLE, "和那扇门和那面墙和那盏灯", "and the door and the wall ", "他在码头上等着，没有灯。"]
)
async def test_a_second_circle_is_cut_where_it_begins(
    server: ModelServer, storyteller: ModelStoryteller, circle: str
) -> None:
    server.script = [looping(circle), looping(circle)]
    told = await tell(storyteller)
    assert 1 <= told.text.count(circle.strip()) <= 3
    assert len(told.text) < 200
    assert told.notices == [LOOPED]
    assert len(server.requests) == 2


async def test_both_tellings_are_paid_for(server: ModelServer, storyteller: ModelStoryteller) -> None:
    server.script = [looping(), lambda wire: wire.stream(PASSAGE)]
    told = await tell(storyteller)
    assert told.usage.prompt > 900
    assert told.usage.completion > 120
    assert told.usage.estimated


@pytest.mark.parametrize("circle", ["### Passage\n", "他等着。"])
async def test_a_circle_without_a_passage_in_it_is_an_empty_page(
    server: ModelServer, storyteller: ModelStoryteller, circle: str
) -> None:
    server.script = [looping(circle), looping(circle)]
    with pytest.raises(StorytellerError) as caught:
        await tell(storyteller)
    assert caught.value.trouble is Trouble.EMPTY


async def test_a_choice_told_before_is_asked_for_in_other_words(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    for telling in (1, 2, 3):
        await tell(storyteller, scene(telling=telling))
    assert len({request["seed"] for request in server.requests}) == 3
    warmth = [request["temperature"] for request in server.requests]
    assert warmth == sorted(set(warmth))


async def test_a_server_without_seeds_is_asked_without(server: ModelServer, storyteller: ModelStoryteller) -> None:
    server.script = [lambda wire: wire.refuse("Unknown parameter: seed", param="seed")]
    told = await tell(storyteller, scene(telling=1))
    assert told.text == PASSAGE
    assert "seed" not in server.requests[-1]
    await tell(storyteller, scene(telling=2))
    assert "seed" not in server.requests[-1]


def test_a_temperature_that_is_left_to_the_server_stays_with_it() -> None:
    assert set(otherwise(1, {})) == {"seed"}
    assert otherwise(0, {"temperature": 0.8}) == {}
    assert otherwise(9, {"temperature": 1.5})["temperature"] == 1.5
    assert otherwise(1, {"temperature": 0.0})["temperature"] == 0.1


@pytest.mark.parametrize("size", [1, 3, 5, 17])
async def test_marks_of_the_prompt_never_reach_the_page(
    server: ModelServer, storyteller: ModelStoryteller, size: int
) -> None:
    mark = render_turn(scene()).mark
    middle = PASSAGE.index("Behind him")
    said = f"[/{mark}]\n\n[{mark}]\n{PASSAGE[:middle]}[{mark[:5]} [/{mark}] {PASSAGE[middle:]}\n[/{mark[:4]}"
    server.script = [lambda wire: wire.stream(said, size=size)]
    seen = ""
    async for event in storyteller.narrate(scene()):
        match event:
            case ProseDelta():
                seen += event.text
                assert mark not in seen
                assert f"[/{mark[:2]}" not in seen
            case ProseReset():
                seen = ""
            case Spent() | Notice():
                pass
    assert seen == PASSAGE


async def test_marks_of_the_prompt_are_in_no_note(server: ModelServer, storyteller: ModelStoryteller) -> None:
    of = scene()
    mark = render_turn(of).mark
    raw = json.dumps(NOTES)
    for text in (
        "Take the oar",
        "You push off",
        "You stand at",
        "Who calls",
        "The landing",
        "it no longer",
        "the coin",
    ):
        assert text in raw
        raw = raw.replace(text, f"[{mark}] {text} [/{mark}]")
    raw = raw.replace('"the boat"', f'"the boat [\\/{mark}"')
    server.script = [lambda wire: wire.stream(raw)]
    noted = await storyteller.reflect(of, PASSAGE)
    assert mark not in repr(noted)
    assert "[" not in "".join((noted.memory, noted.title, *(plan.label + plan.stake for plan in noted.plans)))
    assert noted.plans[0].label == "Take the oar and cross alone"
    assert noted.title == "The landing"


async def test_notes_in_a_circle_are_stopped(server: ModelServer, storyteller: ModelStoryteller) -> None:
    fact = '{"subject": "Imre", "relation": "gave back", "object": "the coin", "status": "new"}, '
    begun = json.dumps(NOTES).partition('{"subject"')[0]

    def habit(wire: Wire) -> None:
        endless(wire, begun + fact * 40 if wire.number == 1 else fact * 40, 400)

    server.script = [habit]
    noted = await storyteller.reflect(scene(), PASSAGE)
    assert noted.memory.startswith("You stand at the landing")
    assert len(noted.plans) == 3
    assert noted.usage.completion < 4000
