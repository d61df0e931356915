"""Replies as gateways, relays and local servers send them: what is told, and what is said where nothing can be."""

import json
from collections.abc import AsyncIterator

import pytest

from fiction.errors import StorytellerError
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


def whole(body: dict[str, object]) -> str:
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
async def test_it_is_told(client: Client, server: ModelServer, kind: str, body: str) -> None:
    answers(server, kind, body)
    text, finish = await client.collect(ASK)
    assert (text, finish.cut) == (STORY, False)


FAILS = {
    "neither reason nor done": (SSE, data(chunk(STORY)), "broke off before its end"),
    "words of an error": (SSE, data(chunk(STORY[:9])) + "event: error\ndata: the cat sat on it\n\n", "the cat sat on"),
    "an error in json": (SSE, data('{"error": {"message": "out of yarn"}}'), "out of yarn"),
    "an event that is no json": (SSE, "data: {nonsense\n\n", "a piece of it could not be read"),
    "only a detail": ("application/json", '{"detail": "Not authenticated"}', "Not authenticated"),
    "only a detail, streamed": (SSE, data('{"detail": "Not authenticated"}'), "Not authenticated"),
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
