"""A short real call to the configured server: does it answer, list models, stream, keep to a schema, and how fast."""

import json
import time
from contextlib import aclosing

from fiction.errors import StorytellerError
from fiction.story.sanitise import clean_line
from fiction.storytellers.llm import sdk
from fiction.storytellers.llm.asks import Ask, Finish, Message
from fiction.storytellers.llm.client import Client
from fiction.storytellers.llm.server import ServerSettings
from fiction.storytellers.llm.tokens import estimate
from fiction.storytellers.llm.troubles import Unsupported

Result = tuple[str, bool, str]
"""What was tried, whether it went well, and a sentence."""

_SENTENCE: tuple[Message, ...] = (
    {"role": "user", "content": "Write two sentences about a lamp in the rain. Nothing else."},
)
_COLOUR: tuple[Message, ...] = ({"role": "user", "content": 'Reply with JSON: {"colour": "green"}'},)
_SCHEMA: dict[str, object] = {
    "type": "json_schema",
    "json_schema": {
        "name": "colour",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"colour": {"type": "string", "enum": ["green"]}},
            "required": ["colour"],
            "additionalProperties": False,
        },
    },
}


async def try_server(server: ServerSettings) -> list[Result]:
    """Make the calls, about 150 tokens in all; stops at the first that shows that no story can be told."""
    client = Client(server)
    try:
        listed = await _models(server)
        try:
            streamed = await _stream(client)
        except StorytellerError as error:
            return [*listed, ("story", False, error.sentence)]
        return [*listed, streamed, await _schema(client)]
    finally:
        await client.close()


async def _models(server: ServerSettings) -> list[Result]:
    connection = await sdk.connected(server)
    import openai

    try:
        page = await connection.with_options(timeout=5.0).models.list()
    except openai.OpenAIError:
        return [("models", False, f"{server.address} lists no models.")]
    finally:
        await connection.close()
    names = [clean_line(str(model.id), limit=80) for model in page.data or ()]
    known = server.model in names
    said = f"{server.address} lists {len(names)} models, " + (
        f"{server.model} among them." if known else f"but not {server.model}; it has {', '.join(names[:5]) or 'none'}."
    )
    return [("models", known, said)]


async def _stream(client: Client) -> Result:
    began = time.monotonic()
    first = 0.0
    text = ""
    pieces = 0
    tokens = 0
    async with aclosing(client.stream(Ask(_SENTENCE, max_tokens=80, temperature=0.7))) as reply:
        async for piece in reply:
            if isinstance(piece, str):
                first = first or time.monotonic() - began
                text += piece
                pieces += 1
            elif isinstance(piece, Finish):
                tokens = piece.usage.completion or estimate(text)
    told = max(time.monotonic() - began - first, 0.001)
    streams = "streams" if pieces > 1 else "does not stream"
    return (
        "story",
        bool(text.strip()),
        f"It {streams}: first words after {first:.1f} s, then {tokens / told:.0f} tokens/s.",
    )


async def _schema(client: Client) -> Result:
    try:
        reply, _ = await client.collect(Ask(_COLOUR, max_tokens=40, temperature=0.0, response_format=_SCHEMA))
        kept = json.loads(reply) == {"colour": "green"}
    except (StorytellerError, Unsupported, ValueError):
        kept = False
    if kept:
        return ("notes", True, "It keeps to a JSON schema, so memory and plans come out whole.")
    return ("notes", True, "It does not keep to a JSON schema; memory and plans are read leniently.")
