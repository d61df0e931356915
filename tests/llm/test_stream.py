"""Replies as gateways, relays and local servers send them: what is told, and what is said where nothing can be."""

import json
import time
from collections.abc import AsyncIterator, Callable, Mapping

import pytest

from fiction.errors import StorytellerError, Trouble
from fiction.llm import stall_timer, stream
from fiction.llm.client import Client
from fiction.llm.connections import Connections
from fiction.llm.request import Request
from fiction.llm.server import ServerSettings
from support.model_server import ModelServer, Wire

ASK = Request([{"role": "system", "content": "Rules."}, {"role": "user", "content": "Tell."}], 200, 0.8)
STORY = "The rope runs out. You wait. — 河"
SSE = "text/event-stream"


@pytest.fixture
async def client(server: ModelServer) -> AsyncIterator[Client]:
    made = Connections().client(ServerSettings(server.url, "tiny", stall_timeout=0.4))
    yield made
    await made.close()


def chunk(text: str = "", *, finish: str | None = None, index: int | None = 0, field: str = "delta") -> str:
    choice: dict[str, object] = {field: {"content": text}, "finish_reason": finish}
    if index is not None:
        choice["index"] = index
    return json.dumps({"choices": [choice]}, ensure_ascii=False)


def data(*chunks: str) -> str:
    return "".join(f"data: {each}\n\n" for each in chunks)


def whole(body: Mapping[str, object]) -> str:
    return json.dumps(body)


END = data(chunk(finish="stop"), "[DONE]")
COMPLETION = {"choices": [{"index": 0, "message": {"content": STORY}, "finish_reason": "stop"}]}

TOLD = {
    "a lone retry first": (SSE, "retry: 3000\n\n" + data(chunk(STORY)) + END),
    "an empty heartbeat": (SSE, data(chunk(STORY[:9])) + "data:\n\n" + data(chunk(STORY[9:])) + END),
    "an id and a ping": (SSE, "id: 1\n" + data(chunk(STORY)) + "id: 2\n: ping\n\n" + END),
    "done without a reason": (SSE, data(chunk(STORY), "[DONE]")),
    "a reason without done": (SSE, data(chunk(STORY), chunk(finish="stop"))),
    "no blank line at the end": (SSE, (data(chunk(STORY)) + END).rstrip()),
    "carriage returns": (SSE, (data(chunk(STORY)) + END).replace("\n", "\r")),
    "a mark of the byte order": (SSE, "\ufeff" + data(chunk(STORY)) + END),
    "labelled as plain text": ("text/plain", data(chunk(STORY)) + END),
    "labelled as bytes": ("application/octet-stream", data(chunk(STORY)) + END),
    "a stream labelled as json": ("application/json", data(chunk(STORY)) + END),
    "one body labelled as a stream": (SSE, whole(COMPLETION)),
    "one body, blanks before it": ("application/json", "\n \n" + whole(COMPLETION)),
    "one body labelled as plain text": ("text/plain", whole(COMPLETION)),
    "news of a queue before it": (SSE, data('{"message": "You are third."}', chunk(STORY)) + END),
    "a null in between": (SSE, data("null", chunk(STORY), "[]") + END),
    "one body with a mark of the byte order": ("application/json", "\ufeff" + whole(COMPLETION)),
    "one body, blanks and a mark before it": (SSE, "\n \ufeff\n" + whole(COMPLETION)),
    "a second choice beside it": (SSE, data(chunk(STORY), chunk("Other.", index=1)) + END),
    "choices without an index": (SSE, data(chunk(STORY, index=None)) + END),
    "message instead of delta": (SSE, data(chunk(STORY, field="message")) + END),
}


def answers(server: ModelServer, kind: str, body: str, *, step: int = 7) -> None:
    """Every request is answered with the body, a few bytes at a time."""

    def answer(wire: Wire) -> None:
        wire.head(200, kind)
        sent = body.encode()
        for start in range(0, len(sent), step):
            wire.write(sent[start : start + step])

    server.habit = answer


@pytest.mark.parametrize(("kind", "body"), TOLD.values(), ids=TOLD)
@pytest.mark.parametrize("step", [1, 7])
async def test_it_is_told(client: Client, server: ModelServer, kind: str, body: str, step: int) -> None:
    answers(server, kind, body, step=step)
    text, finish = await client.collect(ASK)
    assert (text, finish.cut) == (STORY, False)


FAILS = {
    "neither reason nor done": (SSE, data(chunk(STORY)), "broke off before its end"),
    "words of an error": (SSE, data(chunk(STORY[:9])) + "event: error\ndata: the cat sat on it\n\n", "the cat sat on"),
    "an error in json": (SSE, data('{"error": {"message": "out of yarn"}}'), "out of yarn"),
    "an event that is no json": (SSE, "data: {nonsense\n\n", "a piece of it could not be read"),
    "only a detail": ("application/json", '{"detail": "the cat sat on it"}', "the cat sat on it"),
    "only a detail, streamed": (SSE, data('{"detail": "the cat sat on it"}'), "the cat sat on it"),
    "details of a check": (
        "application/json",
        '{"detail":[{"loc":["a"],"msg":"no cat"},{"msg":"no mat"}]}',
        "no cat; no mat",
    ),
    "a message": ("application/json", '{"message": "out of yarn"}', "out of yarn"),
    "a message, streamed": (SSE, data('{"message": "out of yarn"}', "[DONE]"), "out of yarn"),
    "a message in a list": ("application/json", '[{"error": {"code": 500, "message": "out of yarn"}}]', "out of yarn"),
    "a problem by its standard": ("application/json", '{"title": "Bad yarn", "status": 500}', "Bad yarn"),
    "several errors": ("application/json", '{"errors": [{"message": "no cat"}, "no mat"]}', "no cat; no mat"),
    "an error without words": ("application/json", '{"error": {"code": 500}}', "in the middle of its reply: error"),
    "a string": ("application/json", '"out of yarn"', "out of yarn"),
    "a list": ("application/json", "[1]", "answers with JSON that is no reply, not with a story"),
    "an object of another kind": ("application/json", '{"cats": 9}', "answers with JSON that is no reply"),
    "an empty object": ("application/json", "{}", "answers with JSON that is no reply"),
    "plain text": (
        "text/plain",
        "Upstream is out of yarn.\n",
        "plain text, not with a story: Upstream is out of yarn.",
    ),
    "a page labelled as text": ("text/plain", "<!doctype html>\n<p>Hello</p>", "answers with a web page"),
    "half a body": ("application/json", whole(COMPLETION)[:40], "broke off before its end"),
    "a body that is no json": ("application/json", "{nonsense}", "a piece of it could not be read"),
    "only thoughts": (
        SSE,
        data('{"choices":[{"index":0,"delta":{"reasoning_content":"Hm."}}]}') + END,
        "only thoughts",
    ),
    "a tool": (
        SSE,
        data('{"choices":[{"index":0,"delta":{"tool_calls":[{"id":"a"}]},"finish_reason":"tool_calls"}]}', "[DONE]"),
        "called a tool instead of telling",
    ),
    "nothing at all": (SSE, END, "sent an empty reply"),
    "a page": ("text/html", "<html>", "answers with a web page"),
}


@pytest.mark.parametrize(("kind", "body", "said"), FAILS.values(), ids=FAILS)
async def test_what_went_wrong_is_said(client: Client, server: ModelServer, kind: str, body: str, said: str) -> None:
    answers(server, kind, body)
    with pytest.raises(StorytellerError) as caught:
        await client.collect(ASK)
    assert said in caught.value.sentence


KEYS = {
    "a detail": ("application/json", '{"detail": "Not authenticated"}'),
    "a detail, streamed": (SSE, data('{"detail": "Not authenticated"}')),
    "a message": ("application/json", '{"message": "Unauthorized"}'),
    "a code": (SSE, data('{"error": {"code": 401, "message": "Who are you?"}}')),
    "a code in letters": (SSE, data('{"error": {"code": "invalid_api_key", "message": "Sorry."}}')),
    "a code in digits": ("application/json", '{"error": {"code": "403", "message": "Sorry."}}'),
    "a problem by its standard": ("application/json", '{"title": "Sorry", "status": 401}'),
    "a list": (
        "application/json",
        '[{"error": {"code": 400, "message": "API key not valid. Please pass a valid one."}}]',
    ),
    "an event of an error": (SSE, "event: error\ndata: Incorrect API key provided\n\n"),
    "plain text": ("text/plain", "Missing API key"),
}


@pytest.mark.parametrize(("kind", "body"), KEYS.values(), ids=KEYS)
async def test_a_key_that_is_wanted_is_a_trouble_of_the_key_whatever_the_status(
    client: Client, server: ModelServer, kind: str, body: str
) -> None:
    answers(server, kind, body)
    with pytest.raises(StorytellerError) as caught:
        await client.collect(ASK)
    assert caught.value.trouble is Trouble.KEY
    assert " wants a key: " in caught.value.message
    assert len(server.requests) == 1


@pytest.mark.parametrize("ask", [ASK, Request(ASK.messages, 200, 0.8, {"type": "json_object"})])
async def test_a_key_that_is_refused_with_status_400_is_no_lesson_about_the_request(
    client: Client, server: ModelServer, ask: Request
) -> None:
    said = [{"error": {"code": 400, "message": "API key not valid. Please pass a valid API key."}}]
    server.habit = lambda wire: wire.json(400, said)
    with pytest.raises(StorytellerError) as caught:
        await client.collect(ask)
    assert caught.value.trouble is Trouble.KEY
    assert "API key not valid" in caught.value.message
    assert len(server.requests) == 1


@pytest.mark.parametrize("said", ["Invalid token at position 7 of the grammar", "missing key 'plans' in the schema"])
async def test_keys_and_tokens_of_other_kinds_are_no_trouble_of_the_key(
    client: Client, server: ModelServer, said: str
) -> None:
    answers(server, SSE, data(json.dumps({"error": {"message": said}})))
    with pytest.raises(StorytellerError) as caught:
        await client.collect(ASK)
    assert caught.value.trouble is Trouble.SERVER


# --- silence, and signs of life ---


def sends(*pieces: str | bytes | float, kind: str = SSE) -> Callable[[Wire], None]:
    """Sends the pieces one by one; a number is a silence of so many seconds."""

    def answer(wire: Wire) -> None:
        wire.head(200, kind)
        for piece in pieces:
            if isinstance(piece, float):
                time.sleep(piece)
            else:
                wire.write(piece.encode() if isinstance(piece, str) else piece)

    return answer


BODY = whole(COMPLETION)


@pytest.mark.parametrize(
    "pieces",
    [(b"\xef", 0.05, b"\xbb\xbf" + BODY.encode()), (b"\xef\xbb", 0.05, b"\xbf" + BODY.encode()),
     (b"\xef\xbb\xbf", 0.05, BODY), (b"\n", 0.05, b"\xef\xbb", 0.05, b"\xbf\n", 0.05, BODY)],
)  # fmt: skip
async def test_a_mark_of_the_byte_order_may_come_in_pieces(
    client: Client, server: ModelServer, pieces: tuple[str | bytes | float, ...]
) -> None:
    server.habit = sends(*pieces, kind="application/json")
    assert (await client.collect(ASK))[0] == STORY


STALLS = {
    "in a json body": (BODY[:30], 4.0),
    "after the first brace": ("{", 4.0),
    "in a json body after a mark": ("\ufeff" + BODY[:30], 4.0),
    "in the first event": ("data: {", 4.0),
    "after the first event": (data(chunk("You wait.")), 4.0),
    "after a comment in the middle": (data(chunk("You wait.")), ": ping\n\n", 4.0),
    "before the blank line of the first event": (f"data: {chunk('You wait.')}\n", 4.0),
}


@pytest.mark.parametrize("pieces", STALLS.values(), ids=STALLS)
async def test_a_reply_that_stops_ends_by_the_stall_time_out(
    client: Client, server: ModelServer, pieces: tuple[str | bytes | float, ...]
) -> None:
    server.habit = sends(*pieces)
    with pytest.raises(StorytellerError) as caught:
        await client.collect(ASK)
    assert caught.value.trouble is Trouble.STALLED
    assert "stopped in the middle of its reply and sent nothing for 0.4 s" in caught.value.message


PING = (": ping\n\n", 0.15)
WAITED_FOR = {
    "comments before it": (*PING * 5, data(chunk(STORY)) + END),
    "comments in the middle": (data(chunk(STORY[:9])), *PING * 5, data(chunk(STORY[9:])) + END),
    "blank lines before a body": (*("\n", 0.15) * 5, BODY),
    "a body in slow pieces": (BODY[:9], 0.25, BODY[9:20], 0.25, BODY[20:30], 0.25, BODY[30:]),
    "one comment and a long silence": (": ok\n\n", 0.9, data(chunk(STORY)) + END),
    "a retry and a long silence": ("retry: 3000\n\n", 0.9, data(chunk(STORY)) + END),
    "a role and comments": (data(chunk()), *(": OPENROUTER PROCESSING\n\n", 0.15) * 5, data(chunk(STORY)) + END),
}


@pytest.mark.parametrize("pieces", WAITED_FOR.values(), ids=WAITED_FOR)
async def test_signs_of_life_keep_the_wait_alive(
    client: Client, server: ModelServer, pieces: tuple[str | bytes | float, ...]
) -> None:
    server.habit = sends(*pieces)
    assert (await client.collect(ASK))[0] == STORY


ONLY_ALIVE = {
    "comments": (*PING * 20,),
    "comments in the middle": (data(chunk("You wait.")), *PING * 20),
    "blank lines": (*("\n", 0.15) * 20,),
    "letters of an event": ("data: ", *("x", 0.15) * 20),
    "letters of a body": ("{", *("x", 0.15) * 20),
}


@pytest.mark.parametrize("pieces", ONLY_ALIVE.values(), ids=ONLY_ALIVE)
async def test_signs_of_life_do_not_keep_it_alive_for_ever(
    client: Client, server: ModelServer, pieces: tuple[str | bytes | float, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stall_timer, "MAX_STALLS", 2)
    server.habit = sends(*pieces)
    with pytest.raises(StorytellerError) as caught:
        await client.collect(ASK)
    assert caught.value.trouble is Trouble.STALLED
    assert "sent nothing but signs of life for 0.8 s" in caught.value.message


@pytest.mark.parametrize("more", [": ping\n\n", data('{"choices": []}')], ids=["comments", "events"])
async def test_whatever_comes_after_the_end_is_not_waited_for_long(
    client: Client, server: ModelServer, more: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "_COUNT_PATIENCE", 0.3)
    server.habit = sends(data(chunk(STORY), chunk(finish="stop")), *(more, 0.05) * 80)
    assert (await client.collect(ASK))[0] == STORY
    assert server.hung_up.wait(5)


ENDLESS = {
    "thoughts in a field": data('{"choices":[{"index":0,"delta":{"reasoning_content":"Hm, hm, hm."}}]}'),
    "thoughts in the text": data(chunk("<think>Hm, hm, hm.")),
    "chunks without text": data('{"choices":[]}'),
    "comments": ": ping\n\n",
}


@pytest.mark.parametrize("piece", ENDLESS.values(), ids=ENDLESS)
async def test_a_flood_that_holds_no_story_is_not_read_to_its_end(
    client: Client, server: ModelServer, piece: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "_MAX_BYTES", 100_000)
    server.habit = sends(*[piece * (20_000 // len(piece))] * 2_000)
    with pytest.raises(StorytellerError) as caught:
        await client.collect(ASK)
    assert "in the middle of its reply: it is far too long" in caught.value.message
    assert server.hung_up.wait(3)
