"""Reads one reply off the wire: bounded against stalls, floods and silent ends, without thinking, cleaned."""

import asyncio
import contextlib
import dataclasses
import json
import re
import time
from collections.abc import AsyncGenerator, Iterator
from typing import TYPE_CHECKING

from fiction.errors import StorytellerError
from fiction.llm import failures
from fiction.llm.capabilities.capabilities import Capabilities
from fiction.llm.chunks import Chunk, read_chunk
from fiction.llm.event_stream import Endless, Event
from fiction.llm.reasoning_filter import ThinkFilter, Void
from fiction.llm.reply_body import ReplyBody
from fiction.llm.request import Finish, Request
from fiction.llm.server import ServerSettings
from fiction.llm.stall_timer import StallTimer
from fiction.story.turn import Usage
from fiction.text.sanitise import StreamCleaner

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletionChunk

    Response = openai.AsyncStream[ChatCompletionChunk]

_FLOOD = 4
"""Reading stops at this multiple of a reply's intended length."""
_FLOOD_BYTES_A_TOKEN = 4
_FLOOD_OF_SIGNS = 16
"""The same where most of it is signs: a model may write rows of them in a few tokens, and go on with the story."""
_SIGNS = re.compile(r"[\W_]{2,}")
_COUNT_PATIENCE = 3.0
"""Seconds to wait for the token count after the reply's end."""
_END_PATIENCE = 0.1
"""The same where no count is expected any more; some servers leave the connection open."""
_MAX_BYTES = 32_000_000
"""Bytes of a whole reply on the wire, thinking included; the longest that make sense are a tenth of it."""
_SMALL_CONTEXT = 2048
"""Tokens; the smallest likely context of a server that does not tell."""
_NEARLY = 0.9
_LABELS = frozenset({"", "text/event-stream", "application/json", "text/plain", "application/octet-stream"})
"""Content types of replies, correct or not."""
_DONE = "[DONE]"


class ReplyStream:
    """One reply. Use once: iterate `text`, then ask for `finish`."""

    def __init__(self, server: ServerSettings, ask: Request, known: Capabilities) -> None:
        self._server = server
        self._ask = ask
        self._known = known
        self._body = ReplyBody()
        self._timer = StallTimer(server.stall_timeout)
        self._cleaner = StreamCleaner()
        self._thinking = ThinkFilter()
        self._seen = 0
        """Bytes of text so far, thinking included."""
        self._given = 0
        """Characters given out since the last Void."""
        self._signs = 0
        """Those of them that stand in rows of signs and spaces, but for the first of each row."""
        self._reasoned = False
        self._tool = False
        self._formed = False
        """A chunk with the form of a reply has come."""
        self._aside: Chunk | None = None
        """The last chunk without choices that said something."""
        self._ended = ""
        self._usage: Usage | None = None
        self.billed: int | None = None
        """The server's own bill in millionths of a dollar; None where it gives none."""

    async def text(self, response: "Response") -> AsyncGenerator[str | Void, None]:
        """The reply's text as it comes. Raises StorytellerError."""
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
        """Whether the whole reply was thinking."""
        return self._ended in ("length", "stop") and not self._given and self.thought

    @property
    def thought(self) -> bool:
        """Whether the model thought before its reply."""
        return self._reasoned or self._thinking.thought

    @property
    def ended(self) -> bool:
        """Whether the server marked the reply's end."""
        return bool(self._ended)

    @property
    def usage(self) -> Usage:
        """Tokens so far: the server's count, or else our estimate."""
        return self._usage or Usage(self._ask.estimated, -(-self._seen // 4), estimated=True)

    def finish(self) -> Finish:
        """How the reply ended. Raises StorytellerError where it did not, or where it is empty."""
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
        """The meaning of a reply without text; for some servers, that the prompt was too long."""
        if (instead := self._instead()) is not None:
            return instead
        expected = self._ask.estimated * self._known.token_ratio + self._ask.max_tokens
        if not self._ended and not self.thought and expected > _NEARLY * (self._known.context or _SMALL_CONTEXT):
            return failures.TooLong(self._server)
        if self._tool:
            return failures.tool_called(self._server)
        return failures.only_thoughts(self._server) if self.thought else failures.empty(self._server)

    def _instead(self) -> StorytellerError | None:
        """The error for a body that is no reply; None where it has the form of one."""
        if self._formed:
            return None
        if self._aside is not None:
            return failures.of_words(self._server, self._aside.words, said=self._aside.aside, code=self._aside.code)
        if words := self._body.words:
            return failures.of_text(self._server, words)
        if self._body.whole:
            return failures.no_story(self._server, "JSON that is no reply")
        return None

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
        self._formed = self._formed or chunk.formed
        self._aside = chunk if chunk.aside else self._aside
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
        """The reply's chunks; errors after its end are ignored."""
        kind = response.response.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind not in _LABELS:
            raise failures.no_story(self._server, "a web page" if kind == "text/html" else kind[:40])
        async with contextlib.aclosing(self._sent(response)) as chunks:
            while True:
                try:
                    chunk = await anext(chunks)
                except StopAsyncIteration:
                    return
                except Exception as error:
                    if self._ended:
                        return
                    raise self._translate(error) from error
                yield chunk

    def _translate(self, error: Exception) -> Exception:
        import httpx2

        match error:
            case TimeoutError() if self._timer.exhausted:
                return failures.only_alive(self._server, self._timer.limit)
            case TimeoutError() | httpx2.TimeoutException():
                return failures.stalled(self._server)
            case httpx2.HTTPError() | httpx2.StreamError():
                return failures.cut_off(self._server)
            case Endless():
                return failures.server_failed(self._server, "it is far too long")
            case ValueError():  # no JSON
                return failures.server_failed(self._server, "a piece of it could not be read")
            case _:
                return error

    async def _sent(self, response: "Response") -> AsyncGenerator[Chunk, None]:
        """The body's chunks, up to its end or to `[DONE]`."""
        async with contextlib.aclosing(self._events(response)) as read:
            async for events in read:
                for event in events:
                    if event.data.strip() == _DONE:
                        self._ended = self._ended or "stop"
                        return
                    yield self._read(event)

    async def _events(self, response: "Response") -> AsyncGenerator[list[Event], None]:
        """Events as bytes complete them, each wait bounded by the stall timer. Raises TimeoutError, Endless."""
        sent, size = response.response.aiter_bytes(), 0
        while True:
            began = time.monotonic()
            try:
                async with asyncio.timeout(self._seconds):
                    piece = await anext(sent)
            except StopAsyncIteration:
                break
            finally:
                self._timer.waited(time.monotonic() - began)
            size += len(piece)
            if size > _MAX_BYTES:
                raise Endless("a reply without end")
            events = self._body.feed(piece)
            self._timer.hear(events=bool(events), begun=self._body.begun)
            yield events
        yield self._body.close()

    @property
    def _seconds(self) -> float | None:
        """Seconds to wait for the next bytes."""
        if not self._ended:
            return self._timer.seconds
        return self._timer.after_end(_COUNT_PATIENCE if self._known.counts and self._usage is None else _END_PATIENCE)

    def _read(self, event: Event) -> Chunk:
        """A chunk from an event's JSON; an error may come in plain words. Raises ValueError, StorytellerError."""
        try:
            said: object = json.loads(event.data)
        except (ValueError, RecursionError) as error:
            if event.name == "error":
                return Chunk(error=event.data, words=event.data)
            if self._body.whole and not event.data.rstrip().endswith("}"):
                raise failures.cut_off(self._server) from error
            raise ValueError("no JSON") from error
        chunk = read_chunk(said)
        if event.name == "error" and chunk.error is None:
            return dataclasses.replace(chunk, error=chunk.aside or event.data)
        return chunk
