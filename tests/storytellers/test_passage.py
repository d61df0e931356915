"""A passage that does not come to its end by itself: cut back, gone on with, or refused with a true sentence."""

import pytest

from fiction.errors import StorytellerError, Trouble
from fiction.story.reader import Length, ReaderProfile
from fiction.storytellers.model import ModelStoryteller
from fiction.storytellers.replies.passage import ENDED_EARLY
from fiction.storytellers.replies.refusals import declines
from support.model_scenes import scene, tell
from support.model_server import Habit, ModelServer

STEP = "The water comes up another step, and nobody on the landing says so. "
STEPS = "".join(
    f"The water comes up to step {at}, and {who} says so. "
    for at, who in enumerate(
        ("Imre", "nobody", "the miller", "your friend", "the boy", "a stranger", "Ada", "the priest")
    )
)
"""No two sentences alike."""
MORE = STEPS.partition("Ada")[0].rpartition("The")[0]
BROKEN = f"{STEP}Imre lets the rope run through his hands until the boat lies"
REST = f"still, and holds out his palm for the coin. {MORE}"


def replies(*texts: str, finish: str = "stop") -> list[Habit]:
    def telling(text: str) -> Habit:
        return lambda wire: wire.stream(text, finish=finish)

    return [telling(text) for text in texts]


async def test_what_breaks_off_late_is_ended_at_a_whole_sentence_and_marked(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    server.script = replies(STEPS + "And then the bell in the")
    told = await tell(storyteller)
    assert told.text == STEPS.strip()
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
    assert asked[:-2] == server.requests[0]["messages"], "the server has read these already"
    assert asked[-2] == {"role": "assistant", "content": BROKEN}
    assert "until the boat lies»" in asked[-1]["content"]


@pytest.mark.parametrize(
    ("rest", "whole"),
    [
        (f"until the boat lies still. {MORE}", f"{BROKEN} still. {MORE}"),
        (f"… still. {MORE}", f"{BROKEN} still. {MORE}"),
        (f"Imre lets the rope go. {MORE}", f"{STEP}Imre lets the rope go. {MORE}"),
        (f"still. {MORE}And then the", f"{BROKEN} still. {MORE}"),
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


@pytest.mark.parametrize(
    ("broken", "rest", "whole"),
    [
        ("Er ruft. Er hält die", "Wagentür auf.", "Er ruft. Er hält die Wagentür auf."),
        ("Er ruft. Er hält die Tür", "Er hält die Tür auf.", "Er ruft. Er hält die Tür auf."),
        ("Er steht auf. Er sagt: „", "Nein.“", "Er steht auf. Er sagt: „Nein.“"),
        ("Er steht auf. Er sagt: „Nein", "“, und geht.", "Er steht auf. Er sagt: „Nein“, und geht."),
        ("Il ouvre. C’est l’", "homme.", "Il ouvre. C’est l’homme."),
        ("Он встал. Потом он", "пошёл.", "Он встал. Потом он пошёл."),
        ("他走了，一直没有回头。老周转过", "身去。", "他走了，一直没有回头。老周转过身去。"),
        ("他走了，一直没有回头。老周转过身", "老周转过身，笑了。", "他走了，一直没有回头。老周转过身，笑了。"),
        ("She knocks.\n\nYou hold", "You hold it.", "She knocks.\n\nYou hold it."),
    ],
)
async def test_the_rest_is_joined_in_any_language(
    server: ModelServer, storyteller: ModelStoryteller, broken: str, rest: str, whole: str
) -> None:
    server.script = replies(broken, f"{rest} {MORE}")
    told = await tell(storyteller)
    assert told.text.startswith(whole)
    assert told.text.endswith(MORE.strip())


async def test_the_rest_is_asked_for_with_its_length_and_its_first_word(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    server.script = replies(BROKEN, REST)
    await tell(storyteller)
    asked = server.requests[1]["messages"][-1]["content"]
    assert "Your first word continues the broken sentence" in asked
    assert "words" in asked and "$" not in asked


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
        "抱歉，这个请求涉及敏感内容，我无法继续写下去。",
        "我无法协助完成该请求。",
        "К сожалению, я не могу продолжить эту историю.",
        "Leider kann ich diese Szene nicht schreiben.",
        "Não posso ajudar com esse pedido.",
        "죄송하지만 이 요청은 도와드릴 수 없습니다.",
    ],
)
def test_a_refusal_is_known_in_other_languages_too(reply: str) -> None:
    assert declines(reply)


@pytest.mark.parametrize(
    "passage",
    [
        "“对不起，”老周说，“我不能让你过闸。”他把灯放低，照着水面上的那道裂缝。",
        "»Es tut mir leid«, sagt sie, »ich kann das Haus nicht zweimal zählen.« Sie legt die Kreide hin.",
        "“I'm sorry,” says the ferryman, and lets go of the rope. You wait.",
        "« Désolé, je ne peux pas vous faire passer », dit le passeur.",
        "对不起，我来晚了。你听见自己这样说，可是没有人回头。",
        "我不能继续走下去了。你坐在闸上，看着水。",
        "Лодка ушла. — Простите, я не могу помочь, — говорит паромщик.",
        "—Lo siento —dice el barquero—. No puedo cruzar de noche. El farol se apaga en la otra orilla.",
    ],
)
def test_somebody_in_the_story_who_is_sorry_declines_nothing(passage: str) -> None:
    assert not declines(passage)
