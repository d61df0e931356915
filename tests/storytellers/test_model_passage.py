"""A passage that does not come to its end by itself: cut back, gone on with, or refused with a true sentence."""

import pytest
from model_scenes import scene, tell
from model_server import ModelServer

from fiction.errors import StorytellerError, Trouble
from fiction.story.reader import Length, ReaderProfile
from fiction.storytellers.llm.declining import declines
from fiction.storytellers.llm.passage import ENDED_EARLY
from fiction.storytellers.model import ModelStoryteller

STEP = "The water comes up another step, and nobody on the landing says so. "
BROKEN = f"{STEP}Imre lets the rope run through his hands until the boat lies"
REST = f"still, and holds out his palm for the coin. {STEP * 6}"


def replies(*texts: str, finish: str = "stop") -> list:
    return [lambda wire, text=text: wire.stream(text, finish=finish) for text in texts]


async def test_what_breaks_off_late_is_ended_at_a_whole_sentence_and_marked(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    server.script = replies(STEP * 8 + "And then the bell in the")
    told = await tell(storyteller)
    assert told.text == (STEP * 8).strip()
    assert told.notices == [ENDED_EARLY]
    assert len(server.requests) == 1


@pytest.mark.parametrize("finish", ["stop", "length"])
async def test_what_breaks_off_early_is_gone_on_with(
    server: ModelServer, storyteller: ModelStoryteller, finish: str
) -> None:
    server.script = [*replies(BROKEN, finish=finish), *replies(REST)]
    told = await tell(storyteller)
    assert told.text == f"{BROKEN} {REST}".strip()
    assert told.notices == []
    asked = server.requests[1]["messages"]
    assert asked[:2] == server.requests[0]["messages"], "the server has read these already"
    assert asked[2] == {"role": "assistant", "content": BROKEN}
    assert "until the boat lies»" in asked[3]["content"]


@pytest.mark.parametrize(
    ("rest", "whole"),
    [
        (f"until the boat lies still. {STEP * 6}", f"{BROKEN} still. {STEP * 6}"),
        (f"… still. {STEP * 6}", f"{BROKEN} still. {STEP * 6}"),
        (f"Imre lets the rope go. {STEP * 6}", f"{STEP}Imre lets the rope go. {STEP * 6}"),
        (f"still. {STEP * 6}And then the", f"{BROKEN} still. {STEP * 6}"),
    ],
    ids=["repeats the end", "begins with dots", "begins the sentence anew", "breaks off again, late"],
)
async def test_the_rest_is_joined_however_a_model_begins_it(
    server: ModelServer, storyteller: ModelStoryteller, rest: str, whole: str
) -> None:
    server.script = replies(BROKEN, rest)
    assert (await tell(storyteller)).text == whole.strip()


@pytest.mark.parametrize("rest", ["and", "I'm sorry, but I can't continue this story.", '{"plans": []}'])
async def test_what_does_not_end_a_second_time_is_no_passage(
    server: ModelServer, storyteller: ModelStoryteller, rest: str
) -> None:
    server.script = replies(BROKEN, rest)
    with pytest.raises(StorytellerError) as caught:
        await tell(storyteller)
    assert caught.value.trouble is Trouble.CUT_OFF
    assert len(server.requests) == 2


async def test_a_whole_passage_is_left_alone_however_short(server: ModelServer, storyteller: ModelStoryteller) -> None:
    server.script = replies("You knock. Nobody answers.")
    told = await tell(storyteller, scene(reader=ReaderProfile(passage_length=Length.LONG)))
    assert told.text == "You knock. Nobody answers."
    assert len(server.requests) == 1


async def test_somebody_who_is_interrupted_ends_a_passage(server: ModelServer, storyteller: ModelStoryteller) -> None:
    server.script = replies(f'{STEP}"If you had asked me," he says, "I would have—')
    assert (await tell(storyteller)).text.endswith("would have—")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        "抱歉，我无法继续这个故事。",
        "对不起，我不能生成这样的内容。我们可以换一个话题吗？",
        "Es tut mir leid, aber ich kann diese Szene nicht schreiben.",
        "Tut mir leid, dabei kann ich nicht helfen.",
        "Je suis désolé, mais je ne peux pas écrire cela.",
        "Lo siento, pero no puedo continuar con esta historia.",
        "Mi dispiace, ma non posso continuare questa storia.",
        "申し訳ありませんが、その内容を書くことはできません。",
    ],
)
def test_a_refusal_is_known_in_other_languages_too(reply: str) -> None:
    assert declines(reply)


@pytest.mark.parametrize(
    "passage",
    [
        "“对不起，”老周说，“我不能让你过闸。”他把灯放低，照着水面上的那道裂缝。",
        "»Es tut mir leid«, sagt sie, »ich kann das Haus nicht zweimal zählen.« Sie legt die Kreide hin.",
        "—Lo siento —dice el barquero—. No puedo cruzar de noche. El farol se apaga en la otra orilla.",
    ],
)
def test_somebody_in_the_story_who_is_sorry_declines_nothing(passage: str) -> None:
    assert not declines(passage)
