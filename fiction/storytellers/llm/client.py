"""One streamed call to an OpenAI-compatible server, and what each refusal teaches about that server.

The SDK's own retries are off: a broken connection is tried again here, a busy server is the reader's to wait for.
"""

import contextlib
import dataclasses
from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING

from fiction.storytellers.llm import sdk, troubles
from fiction.storytellers.llm.asks import Ask, Finish, Message
from fiction.storytellers.llm.capabilities import Capabilities
from fiction.storytellers.llm.reading import Reading
from fiction.storytellers.llm.server import ServerSettings
from fiction.storytellers.llm.thinking import Void

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

_RECONNECTS = 2
"""How often a connection that breaks before an answer begins is tried again."""
_MAX_LESSONS = 6
"""Refusals that one call learns from; there are no more parameters than that."""
_FORMAT_WORDS = ("response_format", "json_schema", "grammar", "structured")

Piece = str | Void | Finish
"""Of a reply: text, the news that the text so far was thinking, and at last exactly one Finish."""


class Client:
    """The server, and what has been learned about it."""

    def __init__(self, server: ServerSettings, capabilities: Capabilities | None = None) -> None:
        self.server = server
        self.capabilities = capabilities or Capabilities.of(server)
        self._sdk: openai.AsyncOpenAI | None = None

    async def stream(self, ask: Ask) -> AsyncGenerator[Piece, None]:
        """The reply as it comes. Closing the iterator, or cancelling, closes the connection at once.

        Raises:
            StorytellerError: there is no reply, or it did not come to its end.
            Unsupported: the server does not do `ask.response_format`.
        """
        while True:
            reading = Reading(self.server, ask)
            response = await self._begin(ask)
            try:
                async with contextlib.aclosing(reading.text(response)) as pieces:
                    async for piece in pieces:
                        yield piece
            finally:
                await response.close()
            if not reading.lost_in_thought or self.capabilities.thinking:
                break
            self.capabilities = dataclasses.replace(self.capabilities, thinking=True)
        yield reading.finish()

    async def collect(self, ask: Ask) -> tuple[str, Finish]:
        """The whole reply at once. Raises as `stream`."""
        parts: list[str] = []
        async with contextlib.aclosing(self.stream(ask)) as pieces:
            async for piece in pieces:
                match piece:
                    case str():
                        parts.append(piece)
                    case Void():
                        parts.clear()
                    case Finish():
                        return "".join(parts), piece
        raise troubles.cut_off(self.server)

    async def close(self) -> None:
        """Let go of connections. Idempotent."""
        open_sdk, self._sdk = self._sdk, None
        if open_sdk is not None:
            await open_sdk.close()

    async def _begin(self, ask: Ask) -> "openai.AsyncStream[ChatCompletionChunk]":
        if self._sdk is None:
            self._sdk = await sdk.connected(self.server)
        import openai

        lessons = reconnects = 0
        while True:
            try:
                return await self._request(self._sdk, ask)
            except openai.APIStatusError as error:
                lessons += 1
                self._learn(error, ask, last=lessons > _MAX_LESSONS)
            except openai.APIConnectionError as error:
                if reconnects >= _RECONNECTS or troubles.is_refused(error):
                    raise troubles.of_connection(self.server, error) from error
                reconnects += 1

    async def _request(self, client: "openai.AsyncOpenAI", ask: Ask) -> "openai.AsyncStream[ChatCompletionChunk]":
        optional = self.capabilities.parameters(max_tokens=ask.max_tokens, temperature=ask.temperature)
        if ask.response_format is not None:
            optional["response_format"] = ask.response_format
        messages = ask.messages if self.capabilities.system_role else _without_system(ask.messages)
        sent: list[ChatCompletionMessageParam] = [_param(message) for message in messages]
        create = client.chat.completions.create
        return await create(model=self.server.model, messages=sent, stream=True, extra_body=optional)

    def _learn(self, error: "openai.APIStatusError", ask: Ask, *, last: bool) -> None:
        """Change what is known, so that the call can be made again; or raise what the refusal means."""
        meaning, words = troubles.of_status(self.server, error), troubles.words_of(error)
        if last or isinstance(meaning, troubles.TooLong) or error.status_code not in (400, 422, 500, 501):
            raise meaning from error
        names_format = any(word in words.lower() for word in _FORMAT_WORDS)
        learned = None if ask.response_format and names_format else self.capabilities.after_refusal(words)
        if learned is not None:
            self.capabilities = learned
        elif ask.response_format is not None:
            raise troubles.Unsupported(words) from error
        else:
            raise meaning from error


def _param(message: Message) -> "ChatCompletionMessageParam":
    content = message["content"]
    match message["role"]:
        case "system":
            return {"role": "system", "content": content}
        case "user":
            return {"role": "user", "content": content}
        case "assistant":
            return {"role": "assistant", "content": content}


def _without_system(messages: Sequence[Message]) -> list[Message]:
    """The same with the system message put before the first message of the user."""
    system = "\n\n".join(message["content"] for message in messages if message["role"] == "system")
    rest = [message for message in messages if message["role"] != "system"]
    first: Message = {"role": "user", "content": f"{system}\n\n{rest[0]['content']}"}
    return [first, *rest[1:]]
