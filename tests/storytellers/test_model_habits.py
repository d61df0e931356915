"""What servers do, and what the reader gets: a good turn, or one sentence that says what happened."""

import time
from collections.abc import Callable
from itertools import count

import pytest

from fiction.errors import StorytellerError, Trouble
from fiction.llm.capabilities.capabilities import OutputMode, TokenCap
from fiction.storytellers.model import ModelStoryteller, ServerSettings
from support.model_scenes import scene, tell
from support.model_server import LABELS, NOTES, PASSAGE, ModelServer, Wire, good

KEY = "sk-verysecret123"


async def told_and_noted(storyteller: ModelStoryteller) -> None:
    """A whole turn that went well."""
    told = await tell(storyteller)
    assert told.text == PASSAGE
    reflection = await storyteller.reflect(scene(), told.text)
    assert [plan.label for plan in reflection.plans] == LABELS
    assert reflection.memory == NOTES["memory"]
    assert not reflection.plain
    assert not reflection.notice


async def trouble_of(storyteller: ModelStoryteller) -> StorytellerError:
    with pytest.raises(StorytellerError) as caught:
        await tell(storyteller)
    error = caught.value
    assert error.message.endswith(".")
    assert "\n" not in error.sentence
    assert "\x1b" not in error.sentence
    assert KEY not in repr(error.sentence)
    assert len(error.message) < 300
    return error


# --- habits that make no difference to the reader ---


async def test_a_good_server_gives_a_good_turn(server: ModelServer, storyteller: ModelStoryteller) -> None:
    await told_and_noted(storyteller)
    assert all(request["stream"] for request in server.requests)


def _refusing(word: str, *, status: int = 400) -> Callable[[Wire], None]:
    def habit(wire: Wire) -> None:
        if word in wire.body:
            wire.refuse(f"Unsupported parameter: '{word}' is not supported with this model.", status=status, param=word)
        else:
            good(wire)

    return habit


@pytest.mark.parametrize("word", ["temperature", "stream_options", "reasoning_effort", "max_tokens"])
@pytest.mark.parametrize("status", [400, 422])
async def test_a_refused_parameter_is_left_out_from_then_on(
    server: ModelServer, storyteller: ModelStoryteller, word: str, status: int
) -> None:
    server.habit = _refusing(word, status=status)
    await told_and_noted(storyteller)
    refused = [word in request for request in server.requests]
    assert refused[0]
    assert sum(refused) <= 2  # reasoning_effort is tried with `low` once
    await tell(storyteller)
    assert word not in server.requests[-1]


async def test_max_completion_tokens_takes_the_place_of_max_tokens(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    server.habit = _refusing("max_tokens")
    await told_and_noted(storyteller)
    assert storyteller.capabilities.token_cap is TokenCap.MAX_COMPLETION_TOKENS
    assert "max_completion_tokens" in server.requests[-1]


async def test_two_refused_parameters_are_both_learned_in_one_call(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    def habit(wire: Wire) -> None:
        for word in ("max_tokens", "temperature", "reasoning_effort"):
            if word in wire.body:
                return wire.refuse(f"Unsupported value: '{word}'", param=word)
        return good(wire)

    server.habit = habit
    await told_and_noted(storyteller)


async def test_a_template_without_system_messages_gets_the_rules_from_the_user(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    def habit(wire: Wire) -> None:
        if any(message["role"] == "system" for message in wire.body["messages"]):
            wire.refuse("Jinja Exception: System role not supported", status=500)
        else:
            good(wire)

    server.habit = habit
    await told_and_noted(storyteller)
    assert "You write an interactive novel" in server.requests[-1]["messages"][0]["content"]


@pytest.mark.parametrize(
    ("status", "refused", "rung"),
    [
        (400, ("json_schema",), OutputMode.OBJECT_WITH_SCHEMA),
        (500, ("json_schema",), OutputMode.OBJECT_WITH_SCHEMA),
        (422, ("json_schema", "json_object"), OutputMode.TEXT),
        (400, ("json_object", "json_schema"), OutputMode.TEXT),
    ],
)
async def test_a_refused_format_is_asked_for_once_and_remembered(
    server: ModelServer, storyteller: ModelStoryteller, status: int, refused: tuple[str, ...], rung: OutputMode
) -> None:
    def habit(wire: Wire) -> None:
        if wire.format in refused:
            wire.refuse("'response_format.type' must be something else", status=status)
        else:
            good(wire)

    server.habit = habit
    await told_and_noted(storyteller)
    assert storyteller.capabilities.rung is rung
    server.requests.clear()
    await told_and_noted(storyteller)
    assert len(server.requests) == 2


async def test_a_bare_500_to_a_format_is_taken_for_a_refusal(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    server.habit = lambda wire: wire.refuse("Internal Server Error", status=500) if wire.format else good(wire)
    await told_and_noted(storyteller)


async def test_usage_that_the_server_does_not_count_is_estimated(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    server.habit = lambda wire: wire.stream(wire.reply, usage=False)
    told = await tell(storyteller)
    assert told.usage.estimated
    assert told.usage.prompt > 300
    assert told.usage.completion == pytest.approx(len(PASSAGE) / 4, abs=2)


async def test_usage_is_the_servers_where_it_counts(server: ModelServer, storyteller: ModelStoryteller) -> None:
    told = await tell(storyteller)
    assert (told.usage.prompt, told.usage.completion, told.usage.estimated) == (900, 120, False)
    assert (await storyteller.reflect(scene(), PASSAGE)).usage.prompt == 900


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
async def test_reasoning_fields_are_no_story(server: ModelServer, storyteller: ModelStoryteller, field: str) -> None:
    def habit(wire: Wire) -> None:
        wire.head(200, "text/event-stream")
        wire.delta(**{field: "The user wants a passage about a ferry."})
        wire.delta(content=wire.reply)
        wire.delta("stop")

    server.habit = habit
    await told_and_noted(storyteller)


@pytest.mark.parametrize("size", [1, 3, 400])
@pytest.mark.parametrize("tag", ["think", "THINKING", "reasoning"])
async def test_thinking_in_the_text_is_no_story(
    server: ModelServer, storyteller: ModelStoryteller, tag: str, size: int
) -> None:
    server.habit = lambda wire: wire.stream(f"<{tag}>A plan {{}} <b> here.</{tag}>\n\n{wire.reply}", size=size)
    await told_and_noted(storyteller)


async def test_thinking_that_was_opened_in_the_template_is_taken_back(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    server.habit = lambda wire: wire.stream(f"I should think of the ferry first.</think>\n{wire.reply}")
    told = await tell(storyteller)
    assert told.text == PASSAGE
    assert told.resets == 1
    await told_and_noted(storyteller)


async def test_a_model_that_spends_the_cap_on_thinking_gets_room_for_both(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    def habit(wire: Wire) -> None:
        if wire.body["max_tokens"] > 3000:
            return wire.stream(f"<think>Long.</think>{wire.reply}")
        return wire.stream("<think>Long and longer", finish="length")

    server.habit = habit
    await told_and_noted(storyteller)
    assert len(server.requests) == 3


async def test_a_server_that_does_not_stream_is_understood(server: ModelServer, storyteller: ModelStoryteller) -> None:
    def habit(wire: Wire) -> None:
        message = {"role": "assistant", "content": wire.reply}
        wire.json(200, {"choices": [{"message": message, "finish_reason": "stop"}], "usage": None})

    server.habit = habit
    await told_and_noted(storyteller)


async def test_content_in_parts_and_chunks_of_odd_shapes_are_read(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    def habit(wire: Wire) -> None:
        wire.head(200, "text/event-stream")
        wire.write(b": OPENROUTER PROCESSING\r\n\r\n")
        wire.event({"choices": None})
        wire.event({"choices": [{"delta": None}]})
        wire.event({"choices": [{"delta": {"content": [{"type": "thinking", "text": "Hm."}]}}]})
        wire.event({"choices": [{"delta": {"content": [{"type": "text", "text": wire.reply}]}}]})
        wire.event({"choices": [{"delta": {}, "finish_reason": "stop"}]})

    server.habit = habit
    await told_and_noted(storyteller)


async def test_escapes_never_leave_the_storyteller(server: ModelServer, storyteller: ModelStoryteller) -> None:
    server.habit = lambda wire: wire.stream(
        "You \x1b[31mturn\x1b]0;own\x07ed. \u202eIt is \x9b2Jlate, very late.", size=1
    )
    told = await tell(storyteller)
    assert told.text == "You turned. It is late, very late."


async def test_a_connection_that_breaks_before_the_answer_is_tried_again(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    def drop(wire: Wire) -> None:
        wire.handler.close_connection = True

    server.script = [drop, drop]
    assert (await tell(storyteller)).text == PASSAGE
    server.script = [drop, drop, drop]
    assert (await trouble_of(storyteller)).trouble is Trouble.UNREACHABLE


async def test_a_reply_that_ends_well_may_be_followed_by_anything(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    def habit(wire: Wire) -> None:
        wire.head(200, "text/event-stream")
        wire.delta(content=wire.reply)
        wire.delta("stop")
        wire.event("{nonsense")

    server.habit = habit
    await told_and_noted(storyteller)


# --- habits that the reader must know of ---


async def test_an_empty_stream_is_an_empty_reply(server: ModelServer, storyteller: ModelStoryteller) -> None:
    server.habit = lambda wire: wire.head(200, "text/event-stream")
    assert (await trouble_of(storyteller)).trouble is Trouble.EMPTY


async def test_a_stream_without_an_end_is_cut_off(
    server: ModelServer, storyteller: ModelStoryteller, address: str
) -> None:
    server.habit = lambda wire: wire.stream(PASSAGE, finish=None)
    error = await trouble_of(storyteller)
    assert error.trouble is Trouble.CUT_OFF
    assert address in error.message


async def test_a_broken_connection_in_mid_reply_is_cut_off(server: ModelServer, storyteller: ModelStoryteller) -> None:
    def habit(wire: Wire) -> None:
        wire.head(200, "text/event-stream", Content_Length="99999")
        wire.delta(content="You turn.")

    server.habit = habit
    assert (await trouble_of(storyteller)).trouble is Trouble.CUT_OFF


async def test_a_silence_between_two_words_is_a_stall(
    server: ModelServer, storyteller: ModelStoryteller, address: str
) -> None:
    def habit(wire: Wire) -> None:
        wire.head(200, "text/event-stream")
        wire.delta(content="You turn.")
        time.sleep(0.8)

    server.habit = habit
    error = await trouble_of(storyteller)
    assert error.trouble is Trouble.STALLED
    assert f"{address} stopped" in error.message


async def test_the_first_word_may_take_longer_than_a_stall(server: ModelServer, storyteller: ModelStoryteller) -> None:
    def habit(wire: Wire) -> None:
        wire.head(200, "text/event-stream")
        time.sleep(0.6)
        wire.delta(content=PASSAGE)
        wire.delta("stop")

    server.habit = habit
    assert (await tell(storyteller)).text == PASSAGE


async def test_a_web_page_is_no_story(server: ModelServer, storyteller: ModelStoryteller, address: str) -> None:
    def habit(wire: Wire) -> None:
        wire.head(200, "text/html; charset=utf-8")
        wire.write(b"<html>log in</html>")

    server.habit = habit
    error = await trouble_of(storyteller)
    assert error.sentence.startswith(f"{address} answers with a web page, not with a story. Check the address")
    assert error.trouble is Trouble.SERVER


async def test_a_piece_that_is_no_json_is_the_servers_failure(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    def habit(wire: Wire) -> None:
        wire.head(200, "text/event-stream")
        wire.delta(content="You turn.")
        wire.event("{oops")

    server.habit = habit
    assert (await trouble_of(storyteller)).trouble is Trouble.SERVER


@pytest.mark.parametrize(
    "payload",
    [
        {"error": {"message": "Provider <b>disconnected</b> sk-abcdef123456", "code": 502}},
        {"error": "Provider disconnected"},
        {"object": "error", "message": "Provider disconnected", "code": 400},
    ],
)
async def test_an_error_in_the_stream_is_the_servers_failure(
    server: ModelServer, storyteller: ModelStoryteller, payload: object
) -> None:
    def habit(wire: Wire) -> None:
        wire.head(200, "text/event-stream")
        wire.delta(content="You turn.")
        wire.event(payload)

    server.habit = habit
    error = await trouble_of(storyteller)
    assert error.trouble is Trouble.SERVER
    assert "Provider" in error.message
    assert "sk-" not in error.message
    assert "<b>" not in error.message


async def test_too_many_requests_come_with_the_wait(
    server: ModelServer, storyteller: ModelStoryteller, address: str
) -> None:
    server.habit = lambda wire: wire.json(429, {"error": {"message": "slow down"}}, Retry_After="20")
    started = time.monotonic()
    error = await trouble_of(storyteller)
    assert (error.trouble, error.wait) == (Trouble.BUSY, 20.0)
    assert error.message == f"{address} is asked too much just now; it asks to wait 20 s."
    assert time.monotonic() - started < 5
    assert len(server.requests) == 1


@pytest.mark.parametrize("when", ["Wed, 21 Oct 2026 07:28:00 GMT", "-3", "nan", ""])
async def test_a_wait_that_makes_no_sense_is_none(
    server: ModelServer, storyteller: ModelStoryteller, when: str
) -> None:
    server.habit = lambda wire: wire.json(429, {"error": {"message": "slow down"}}, Retry_After=when)
    assert (await trouble_of(storyteller)).wait is None


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (402, {"error": {"message": "Insufficient credits", "code": 402}}),
        (429, {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}),
    ],
)
async def test_no_quota_is_no_reason_to_wait(
    server: ModelServer, storyteller: ModelStoryteller, status: int, body: object
) -> None:
    server.habit = lambda wire: wire.json(status, body, Retry_After="3")
    error = await trouble_of(storyteller)
    assert (error.trouble, error.wait) == (Trouble.BUSY, None)
    assert "quota" in error.message


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_is_named_as_such_and_never_shown(
    server: ModelServer, storyteller: ModelStoryteller, address: str, status: int
) -> None:
    server.habit = lambda wire: wire.refuse(f"Incorrect API key: {KEY} (Bearer {KEY})", status=status)
    error = await trouble_of(storyteller)
    assert error.trouble is Trouble.KEY
    assert f"{address} refuses the key" in error.message


async def test_an_unknown_model_is_named(server: ModelServer, storyteller: ModelStoryteller) -> None:
    server.habit = lambda wire: wire.refuse("model 'tiny' not found", status=404)
    error = await trouble_of(storyteller)
    assert error.trouble is Trouble.MODEL
    assert "tiny" in error.message


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_server_that_fails_says_so(server: ModelServer, storyteller: ModelStoryteller, status: int) -> None:
    def habit(wire: Wire) -> None:
        wire.head(status, "text/html")
        wire.write(b"<html><body>bad \x1b[2J gateway</body></html>")

    server.habit = habit
    error = await trouble_of(storyteller)
    assert error.trouble is Trouble.SERVER
    assert str(status) in error.message


async def test_a_400_that_names_nothing_we_know_is_shown(server: ModelServer, storyteller: ModelStoryteller) -> None:
    server.habit = lambda wire: wire.json(400, {"error": "something about \x1b[31mcolours\x07 " + "x" * 900})
    assert "something about colours" in (await trouble_of(storyteller)).message


async def test_nobody_at_the_address_is_said_plainly() -> None:
    storyteller = ModelStoryteller(ServerSettings("http://127.0.0.1:9/v1", "tiny"))
    error = await trouble_of(storyteller)
    assert error.trouble is Trouble.UNREACHABLE
    assert error.sentence.startswith("No server answers at 127.0.0.1:9. Start the server")


async def test_a_host_that_does_not_exist_is_said_plainly() -> None:
    storyteller = ModelStoryteller(ServerSettings("http://nowhere.invalid/v1", "tiny"))
    assert (await trouble_of(storyteller)).trouble is Trouble.UNREACHABLE


@pytest.mark.parametrize(
    "reply",
    ["I'm sorry, but I can't help with that request.", "As an AI language model, I cannot continue this story."],
)
async def test_a_model_that_declines_is_not_a_passage(
    server: ModelServer, storyteller: ModelStoryteller, reply: str
) -> None:
    server.habit = lambda wire: wire.stream(reply)
    assert (await trouble_of(storyteller)).trouble is Trouble.REFUSED


@pytest.mark.parametrize("how", ["filter", "refusal"])
async def test_a_filtered_reply_is_a_refusal(server: ModelServer, storyteller: ModelStoryteller, how: str) -> None:
    def habit(wire: Wire) -> None:
        wire.head(200, "text/event-stream")
        wire.delta(content="You turn.")
        if how == "filter":
            wire.delta("content_filter")
        else:
            wire.delta(refusal="I can't.")

    server.habit = habit
    assert (await trouble_of(storyteller)).trouble is Trouble.REFUSED


# --- length ---


async def test_a_passage_that_ran_into_its_cap_ends_at_a_whole_sentence(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    server.habit = lambda wire: wire.stream(PASSAGE + " And the", finish="length")
    told = await tell(storyteller)
    assert told.text == PASSAGE
    assert told.notices
    assert told.resets == 1


async def test_too_little_before_the_cap_is_cut_off(server: ModelServer, storyteller: ModelStoryteller) -> None:
    server.habit = lambda wire: wire.stream("You turn. The door opens and the", finish="length")
    assert (await trouble_of(storyteller)).trouble is Trouble.CUT_OFF


async def test_a_flood_is_not_read_to_its_end(server: ModelServer, storyteller: ModelStoryteller) -> None:
    def habit(wire: Wire) -> None:
        wire.head(200, "text/event-stream")
        for step in count():
            wire.delta(
                content=" ".join(f"And the water comes up to step {step * 20 + each}." for each in range(20)) + " "
            )

    server.habit = habit
    told = await tell(storyteller)
    assert 1000 < len(told.text) < 4000
    assert told.text.endswith(".")
    assert server.hung_up.wait(5)


# --- contexts that are too small ---

OVERFLOWS = [
    "This model's maximum context length is 1800 tokens. However, you requested 2900 tokens.",
    "request (2900 tokens) exceeds the available context size (1800 tokens), try increasing it",
    "The number of tokens to keep from the initial prompt is greater than the context length "
    "(n_keep: 2900 >= n_ctx: 1800)",
]


@pytest.mark.parametrize("message", OVERFLOWS)
async def test_a_prompt_that_does_not_fit_is_made_smaller_once(
    server: ModelServer, storyteller: ModelStoryteller, message: str
) -> None:
    from support.model_scenes import full_scene

    server.script = [lambda wire: wire.refuse(message)]
    told = await tell(storyteller, full_scene())
    assert told.text == PASSAGE
    first, second = (sum(len(m["content"]) for m in request["messages"]) for request in server.requests)
    assert second < 0.7 * first
    assert storyteller.capabilities.context == 1800
    server.requests.clear()
    await tell(storyteller, full_scene())
    assert len(server.requests) == 1


async def test_a_context_that_stays_too_small_is_said_once(server: ModelServer, storyteller: ModelStoryteller) -> None:
    server.habit = lambda wire: wire.refuse(OVERFLOWS[0])
    assert (await trouble_of(storyteller)).trouble is Trouble.TOO_LONG
    assert len(server.requests) == 2


async def test_the_key_goes_to_its_server_and_nothing_else_does(
    server: ModelServer, storyteller: ModelStoryteller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-mine")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-mine")
    await tell(storyteller)
    headers = server.headers[0]
    assert headers["authorization"] == f"Bearer {KEY}"
    assert not headers.get("openai-organization")
    assert not headers.get("openai-project")
    assert KEY not in repr(ServerSettings(server.url, "tiny", KEY))


@pytest.mark.parametrize("before", ["", "```json\n"])
async def test_notes_in_place_of_a_passage_are_no_passage(
    server: ModelServer, storyteller: ModelStoryteller, before: str
) -> None:
    server.habit = lambda wire: wire.stream(
        f'{before}{{"plans": [], "memory": "You stand at the landing by the mill."}}'
    )
    with pytest.raises(StorytellerError, match="sent notes and no passage") as caught:
        await tell(storyteller)
    assert caught.value.trouble is Trouble.EMPTY
