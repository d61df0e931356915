"""One reply while it is read off the wire: watched for stalls, floods and silent ends, freed of thinking, cleaned."""

import asyncio
import codecs
import contextlib
import json
import re
from collections.abc import AsyncGenerator, Iterator
from typing import TYPE_CHECKING

from fiction.errors import StorytellerError
from fiction.llm import failures
from fiction.llm.capabilities.capabilities import Capabilities
from fiction.llm.chunks import Chunk, read_chunk, read_completion
from fiction.llm.event_stream import Event, EventReader
from fiction.llm.reasoning_filter import ThinkFilter, Void
from fiction.llm.request import Finish, Request
from fiction.llm.server import ServerSettings
from fiction.story.turn import Usage
from fiction.text.sanitise import StreamCleaner

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletionChunk

    Response = openai.AsyncStream[ChatCompletionChunk]

_FLOOD = 4
"""Reading stops when a reply is this many times as long as it should be."""
_FLOOD_BYTES_A_TOKEN = 4
_FLOOD_OF_SIGNS = 16
"""The same where most of it is signs: a model may write rows of them in a few tokens, and go on with the story."""
_SIGNS = re.compile(r"[\W_]{2,}")
_COUNT_PATIENCE = 3.0
"""Seconds to wait for the count of tokens once the reply itself has ended."""
_END_PATIENCE = 0.1
"""The same where no count is to be expected, or it is there; some servers leave the connection open."""
_MAX_BODY = 2_000_000
"""Bytes of a reply that is not streamed."""
_SMALL_CONTEXT = 2048
"""Tokens; what a server that does not tell may have."""
_NEARLY = 0.9
_LABELS = frozenset({"", "text/event-stream", "application/json", "text/plain", "application/octet-stream"})
"""Content types under which servers send replies, rightly or not."""
_DONE = "[DONE]"


class ReplyStream:
    """One reply. Use once: iterate `text`, then ask for `finish`."""

    def __init__(self, server: ServerSettings, ask: Request, known: Capabilities) -> None:
        self._server = server
        self._ask = ask
        self._known = known
        self._cleaner = StreamCleaner()
        self._thinking = ThinkFilter()
        self._seen = 0
        """Bytes of the reply so far, thinking included."""
        self._given = 0
        """Characters given out since the last Void."""
        self._signs = 0
        """Those of them that stand in rows of signs and spaces, but for the first of each row."""
        self._reasoned = False
        self._tool = False
        self._ended = ""
        self._usage: Usage | None = None
        self.billed: int | None = None
        """What the server says that it has cost, in millionths of a dollar; None where it does not say."""

    async def text(self, response: "Response") -> AsyncGenerator[str | Void, None]:
        """What the reply says, as it comes. Raises StorytellerError."""
        async with contextlib.aclosing(self._chunks(response)) as chunks:
            async for chunk in chunks:
                for piece in self._take(chunk):
                    yield piece
                if self._flooded:
                    break
        for piece in self._rest():
            yield piece

    @property
    def lost_in_thought(self) -> bool:
        """All was thinking, and nothing was said."""
        return self._ended in ("length", "stop") and not self._given and self.thought

    @property
    def thought(self) -> bool:
        """The model has thought before it replied."""
        return self._reasoned or self._thinking.thought

    @property
    def ended(self) -> bool:
        """The server has said that the reply is at its end."""
        return bool(self._ended)

    @property
    def usage(self) -> Usage:
        """What it came to so far: the server's count, or else our estimate."""
        return self._usage or Usage(self._ask.estimated, -(-self._seen // 4), estimated=True)

    def finish(self) -> Finish:
        """How it ended. Raises StorytellerError where it did not, or where it said nothing."""
        if self._ended == "content_filter":
            raise failures.refused(self._server)
        if self._ended == "error":
            raise failures.server_failed(self._server, "")
        if not self._given:
            raise self._nothing()
        if not self._ended and not self._flooded:
            raise failures.cut_off(self._server)
        return Finish(cut=self._flooded or self._ended == "length", usage=self.usage)

    def _nothing(self) -> StorytellerError:
        """What a reply without a word means: some servers say so that the prompt was too long."""
        expected = self._ask.estimated * self._known.token_ratio + self._ask.max_tokens
        if not self._ended and not self.thought and expected > _NEARLY * (self._known.context or _SMALL_CONTEXT):
            return failures.TooLong(self._server)
        if self._tool:
            return failures.tool_called(self._server)
        return failures.only_thoughts(self._server) if self.thought else failures.empty(self._server)

    @property
    def _flooded(self) -> bool:
        due = _FLOOD_BYTES_A_TOKEN * self._ask.max_tokens
        return self._given - self._signs > _FLOOD * due or self._given > _FLOOD_OF_SIGNS * due

    def _take(self, chunk: Chunk) -> Iterator[str | Void]:
        if chunk.error is not None and chunk.finish in ("", "error"):
            raise failures.of_words(self._server, chunk.words, said=chunk.error, code=chunk.code)
        if chunk.refusal:
            raise failures.refused(self._server)
        self._reasoned = self._reasoned or chunk.reasoning or chunk.reasoned > 0
        self._tool = self._tool or chunk.tool
        self._ended = chunk.finish or self._ended
        self._usage = chunk.usage or self._usage
        if chunk.billed is not None:
            self.billed = max(chunk.billed, self.billed or 0)
        self._seen += len(chunk.text.encode("utf-8", "replace"))
        yield from self._count(self._thinking.feed(self._cleaner.feed(chunk.text)))

    def _rest(self) -> Iterator[str | Void]:
        yield from self._count(self._thinking.feed(self._cleaner.close()))
        yield from self._count([self._thinking.close()])

    def _count(self, pieces: list[str | Void]) -> Iterator[str | Void]:
        for piece in pieces:
            if isinstance(piece, Void):
                self._given = self._signs = 0
            else:
                self._given += len(piece)
                self._signs += sum(len(row) - 1 for row in _SIGNS.findall(piece))
            if piece:
                yield piece

    async def _chunks(self, response: "Response") -> AsyncGenerator[Chunk, None]:
        """The stream's chunks; what goes wrong after the reply has ended is not worth a word."""
        kind = response.response.headers.get("content-type", "").split(";")[0].strip().lower()
        if moved := failures.of_redirect(self._server, response.response):
            raise moved
        if kind not in _LABELS:
            raise failures.no_story(self._server, "a web page" if kind == "text/html" else kind[:40])
        async with contextlib.aclosing(self._sent(response)) as chunks:
            async for chunk in self._in_time(chunks):
                yield chunk

    async def _in_time(self, chunks: AsyncGenerator[Chunk, None]) -> AsyncGenerator[Chunk, None]:
        patience: float | None = None
        while True:
            try:
                async with asyncio.timeout(patience):
                    chunk = await anext(chunks)
            except StopAsyncIteration:
                return
            except Exception as error:
                if self._ended:
                    return
                raise self._translate(error) from error
            yield chunk
            patience = self._patience

    @property
    def _patience(self) -> float:
        """Seconds to wait for the next piece."""
        if not self._ended:
            return self._server.stall_timeout
        return _COUNT_PATIENCE if self._known.counts and self._usage is None else _END_PATIENCE

    def _translate(self, error: Exception) -> Exception:
        import httpx2

        match error:
            case TimeoutError() | httpx2.TimeoutException():
                return failures.stalled(self._server)
            case httpx2.HTTPError() | httpx2.StreamError():
                return failures.cut_off(self._server)
            case ValueError():  # an event that is no JSON, or never ends
                return failures.server_failed(self._server, "a piece of it could not be read")
            case _:
                return error

    async def _sent(self, response: "Response") -> AsyncGenerator[Chunk, None]:
        """What the body says: a stream of events, or one whole reply from a server that does not stream.

        Labels are not to be trusted: a body that begins with a brace is a whole reply.
        """
        reader, whole, begun = EventReader(), bytearray(), False
        async for piece in response.response.aiter_bytes():
            if not begun and not (piece := piece.lstrip(b" \t\r\n")):
                continue
            if whole or (not begun and piece.removeprefix(codecs.BOM_UTF8).startswith(b"{")):
                whole += piece
                if len(whole) > _MAX_BODY:
                    raise failures.server_failed(self._server, "it is far too long")
            else:
                for event in reader.feed(piece):
                    if event.data.strip() == _DONE:
                        self._ended = self._ended or "stop"
                        return
                    yield self._read(event)
            begun = True
        if whole:
            yield self._completion(bytes(whole))
        for event in reader.close():
            if event.data.strip() == _DONE:
                self._ended = self._ended or "stop"
            else:
                yield self._read(event)

    def _read(self, event: Event) -> Chunk:
        """A chunk from an event's JSON; an error may come in plain words. Raises ValueError."""
        try:
            said: object = json.loads(event.data)
        except (ValueError, RecursionError) as error:
            if event.name == "error":
                return Chunk(error=event.data, words=event.data)
            raise ValueError("no JSON") from error
        chunk = read_chunk(said)
        if event.name == "error" and chunk.error is None:
            words = event.data if not isinstance(said, dict) else str(said.get("message") or event.data)
            return Chunk(error=words, words=event.data, code=chunk.code)
        return chunk

    def _completion(self, body: bytes) -> Chunk:
        try:
            return read_completion(json.loads(body))
        except (ValueError, RecursionError) as error:
            raise failures.server_failed(self._server, "it could not be read") from error
