"""Replies that are far longer than they should be: words are cut off, rows of signs are read through."""

from collections.abc import AsyncIterator
from itertools import count

import pytest

from fiction.llm.client import Client
from fiction.llm.connections import Connections
from fiction.llm.request import Request
from fiction.llm.server import ServerSettings
from support.model_server import ModelServer, Wire

TOKENS = 200
ASK = Request([{"role": "system", "content": "Rules."}, {"role": "user", "content": "Tell."}], TOKENS, 0.8)
STORY = "The rope runs out. You wait."
WORDS = [f"{noun}{end}" for noun in ("salt", "lamp", "rope", "bell") for end in ("s", "less", "ing", "y", "like")]

ROWS_OF_SIGNS = {
    "stars": "*" * 5_000,
    "brackets that open": "You look. " + "[" * 5_000,
    "brackets in pairs": "[[]]" * 1_500,
    "a wide table": f"| {' | '.join(WORDS)} |\n{('|' + '-' * 200) * 20}|\n| {' | '.join(WORDS)} |",
    "runs of emphasis": " ".join("***" * length + word for length, word in enumerate(WORDS * 3)),
    "spaces": "You look." + " " * 5_000,
    "rules": "---\n===\n" * 700,
    "combining marks": "You look up. e" + "\u0301" * 20_000,
}


@pytest.fixture
async def client(server: ModelServer) -> AsyncIterator[Client]:
    made = Connections().client(ServerSettings(server.url, "tiny", stall_timeout=5))
    yield made
    await made.close()


def tells(server: ModelServer, text: str, *, for_ever: bool = False) -> None:
    """Answer with the text in pieces, once or again and again."""

    def answer(wire: Wire) -> None:
        wire.head(200, "text/event-stream")
        for start in count(step=200):
            piece = (text[start % len(text) :] if for_ever else text[start:])[:200]
            if not piece:
                break
            wire.delta(content=piece)
        wire.delta("stop")

    server.habit = answer


@pytest.mark.parametrize("signs", ROWS_OF_SIGNS.values(), ids=ROWS_OF_SIGNS)
async def test_a_sentence_after_rows_of_signs_is_told(client: Client, server: ModelServer, signs: str) -> None:
    tells(server, f"{signs}\n\n{STORY}")
    reply, finish = await client.collect(ASK)
    assert reply.endswith(STORY)
    assert not finish.cut


@pytest.mark.parametrize(("text", "most"), [("word after word ", 16), ("* [ ", 64), ("雨", 16)])
async def test_what_goes_on_for_ever_is_cut(client: Client, server: ModelServer, text: str, most: int) -> None:
    tells(server, text * 100, for_ever=True)
    reply, finish = await client.collect(ASK)
    assert finish.cut
    assert most * TOKENS < len(reply) < most * TOKENS + 1_000
