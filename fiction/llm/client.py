"""Streamed calls to an OpenAI-compatible server; each refusal teaches something about it.

The SDK's own retries are off: broken connections are retried here, and waiting for a busy server is up to the reader.
"""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TYPE_CHECKING

from fiction.engine.budget import Budget
from fiction.errors import StorytellerError, Trouble
from fiction.llm import failures, sdk
from fiction.llm.anew import otherwise
from fiction.llm.capabilities.capabilities import Capabilities
from fiction.llm.capabilities.handshake import Handshake, Origin, acquainted, awaits_price
from fiction.llm.capabilities.presets import at_a_time, beginning, extras, kind_by_address, loads_late, warms
from fiction.llm.capabilities.probe import ProbeResult
from fiction.llm.capabilities.profiles import Profiles
from fiction.llm.lessons import after_reply
from fiction.llm.messages import shaped
from fiction.llm.reasoning_filter import Void
from fiction.llm.request import Finish, Request
from fiction.llm.server import ServerSettings
from fiction.llm.server_words import parameter_of, words_of
from fiction.llm.stream import ReplyStream
from fiction.llm.transport import not_made
from fiction.story.turn import Usage

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletionChunk

_RECONNECTS = 2
"""Retries of a connection that breaks before an answer begins."""
_MAX_LESSONS = 16
"""Refusals that one call learns from: as many as there are parameters."""
_MAX_ATTEMPTS = 3
"""Attempts of one call whose replies are all lost in thought; the next call starts from what they taught."""
_NOBODY = "no endpoints found"
_FORMAT_WORDS = ("response_format", "json_schema", "grammar", "structured")

Piece = str | Void | Finish
"""Part of a reply: text, a Void (the text so far was thinking), and at last exactly one Finish."""


class Client:
    """One server and model, with what has been learned about them."""

    def __init__(
        self,
        server: ServerSettings,
        capabilities: Capabilities | None = None,
        *,
        origin: Origin | None = None,
        profiles: Profiles | None = None,
        budget: Budget | None = None,
        starting: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.server = server
        self._profiles = profiles or Profiles()
        self._budget = budget
        self._starting = starting
        self._started = starting is None
        self._not_started: StorytellerError | None = None
        remembered = capabilities or self._profiles.get(server.profile)
        self._known = remembered or beginning(kind_by_address(server), server)
        origin = origin or Origin()
        origin.strange = origin.strange or self._known.strange
        self._gate = origin.gate
        self._gate.slots = at_a_time(self._known, server)
        self._handshake = Handshake(server, origin, remembered=remembered is not None and not awaits_price(remembered))
        self._tell_price()
        self._told = False
        self._sdk: openai.AsyncOpenAI | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What is known about the server; a new value is saved in the profiles."""
        return self._known

    @capabilities.setter
    def capabilities(self, known: Capabilities) -> None:
        self._known = known
        self._profiles.put(self.server.profile, known)
        self._tell_price()

    async def acquaint(self) -> None:
        """Ask the server about itself, before the first prompt is made for it. Idempotent; never raises.

        Waits for a server that is only being started, and for the library to be loaded; then at most half a second for
        the answer of a server on this machine.
        """
        try:
            await self._start()
        except StorytellerError as error:  # the call itself will say so, without another start
            self._not_started = error
        else:
            with contextlib.suppress(StorytellerError):  # the call itself will say so
                await self._connect()
            await self._handshake.make(self._be_told)

    async def stream(self, ask: Request) -> AsyncGenerator[Piece, None]:
        """The reply, streamed. Closing the iterator, or cancelling, closes the connection at once.

        Raises:
            StorytellerError: no reply, or only part of one.
            Unsupported: the server does not do `ask.response_format`.
        """
        await self.acquaint()
        spent = Usage()
        for attempt in range(1, _MAX_ATTEMPTS + 1):
            _tell_listener(ask, Void())
            before = self._known
            reading = ReplyStream(self.server, ask, self._known)
            async with contextlib.aclosing(self._exchange(ask, reading)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Usage):
                        spent += piece
                    else:
                        _tell_listener(ask, piece)
                        yield piece
            if _heard_enough(ask):
                yield Finish(cut=True, usage=spent)
                return
            self._learn_from(ask, reading)
            as_before = before.thinking and self._known.quiet is before.quiet
            if as_before or not reading.lost_in_thought or attempt == _MAX_ATTEMPTS:
                break
        yield dataclasses.replace(reading.finish(), usage=spent)

    async def collect(self, ask: Request) -> tuple[str, Finish]:
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
        raise failures.cut_off(self.server)

    async def touch(self, ask: Request) -> None:
        """Warm the server's prompt cache with the same request for one token. Raises nothing but cancellation."""
        with contextlib.suppress(Exception):
            await self.acquaint()
            if not warms(self._known, self.server):
                return
            touching = self._exchange(ask, ReplyStream(self.server, ask, self._known), touch=True)
            async with contextlib.aclosing(touching) as pieces:
                async for _ in pieces:
                    pass

    async def close(self) -> None:
        """Close the connections. Idempotent."""
        await self._handshake.close()
        open_sdk, self._sdk = self._sdk, None
        if open_sdk is not None:
            await open_sdk.close()

    async def _exchange(
        self, ask: Request, reading: ReplyStream, *, touch: bool = False
    ) -> AsyncGenerator[str | Void | Usage, None]:
        """One request and its reply once the server is free, then its cost. It is paid for however it ends."""
        await self._start()
        with await self._gate.enter():
            try:
                response = await self._begin(ask, touch=touch)
            except asyncio.CancelledError:
                self._pay(reading)
                raise
            paid = False
            try:
                async with contextlib.aclosing(reading.text(response)) as pieces:
                    async for piece in pieces:
                        yield piece
                        if _heard_enough(ask):
                            break
                usage, paid = self._pay(reading), True
            finally:
                if not paid:
                    self._pay(reading)
                await sdk.let_go(response)
        yield usage

    def _pay(self, reading: ReplyStream) -> Usage:
        if self._budget is None:
            return reading.usage
        server = self.server
        return self._budget.pay(reading.usage, model=server.model, base_url=server.base_url, billed=reading.billed)

    def _tell_price(self) -> None:
        """Pass the price in the server's model list on to the budget."""
        if self._budget is not None:
            self._budget.learn(self._known.price, model=self.server.model, base_url=self.server.base_url)

    async def _start(self) -> None:
        """Wait for a server started by the game itself. Raises StorytellerError."""
        failed, self._not_started = self._not_started, None
        if failed is not None:
            raise failed
        if not self._started and self._starting is not None:
            await self._starting()
            self._started = True

    async def _connect(self) -> "openai.AsyncOpenAI":
        if self._sdk is None:
            self._sdk = await sdk.connected(self.server)
        return self._sdk

    async def _begin(self, ask: Request, *, touch: bool) -> "openai.AsyncStream[ChatCompletionChunk]":
        connected = await self._connect()
        import openai

        lessons = reconnects = 0
        while True:
            try:
                return await self._request(connected, ask, touch=touch)
            except openai.APIStatusError as error:
                lessons += 1
                self._learn(error, ask, last=lessons > _MAX_LESSONS)
            except openai.APIConnectionError as error:
                self._started = self._starting is None
                if reconnects >= _RECONNECTS or failures.is_refused(error):
                    raise failures.of_connection(self.server, error) from error
                reconnects += 1
            except StorytellerError:
                raise
            except Exception as error:  # a key or an address that can't be sent, and whatever else makes no request
                raise not_made(self.server, error) from error

    async def _request(
        self, client: "openai.AsyncOpenAI", ask: Request, *, touch: bool
    ) -> "openai.AsyncStream[ChatCompletionChunk]":
        known = self._known
        optional = known.parameters(max_tokens=ask.max_tokens, temperature=ask.temperature, sampling=ask.sampling)
        optional |= known.without_refused(extras(known, ask) | otherwise(ask.telling, optional))
        if ask.response_format is not None:
            optional["response_format"] = ask.response_format
        if touch and known.token_cap:
            optional[known.token_cap.value] = 1
        sent = shaped(ask.messages, known)
        create = client.chat.completions.create
        return await create(model=self.server.model, messages=sent, stream=True, extra_body=optional)

    def _be_told(self, told: ProbeResult) -> None:
        """Learn from the server's answers about itself."""
        self._told = self._told or told.context > 0
        self._keep(acquainted(self._known, self.server, told))
        self._gate.slots = at_a_time(self._known, self.server)

    def _learn_from(self, ask: Request, reading: ReplyStream) -> None:
        """Learn from a reply; a server that loads its model on the first call is asked about itself again."""
        self._keep(after_reply(self._known, ask, reading))
        if not self._told and loads_late(self._known):
            self._told = True
            self._handshake.again()

    def _keep(self, known: Capabilities) -> None:
        if known != self._known:
            self.capabilities = known

    def _learn(self, error: "openai.APIStatusError", ask: Request, *, last: bool) -> None:
        """Learn from a refusal so that the call can be repeated, or raise its meaning."""
        meaning, words = failures.of_status(self.server, error), words_of(error)
        if isinstance(meaning, failures.TooLong):
            self._keep(self._known.after_count(counted=meaning.counted, estimated=ask.estimated))
            raise meaning from error
        nobody = error.status_code == 404 and ask.response_format is not None and _NOBODY in words.lower()
        if last or meaning.trouble is Trouble.KEY or not (nobody or error.status_code in (400, 422, 500, 501)):
            raise meaning from error
        names_format = any(word in words.lower() for word in _FORMAT_WORDS)
        learned = None if ask.response_format and names_format else self._after_refusal(error, nobody=nobody)
        if learned is not None:
            self.capabilities = learned
        elif ask.response_format is not None:
            raise failures.Unsupported(words) from error
        else:
            raise meaning from error

    def _after_refusal(self, error: "openai.APIStatusError", *, nobody: bool) -> Capabilities | None:
        """What a refusal teaches; `nobody`: OpenRouter has no provider that takes all the parameters."""
        parameter = "provider" if nobody else parameter_of(error)
        return self._known.after_refusal(words_of(error), parameter=parameter)


def _tell_listener(ask: Request, piece: str | Void) -> None:
    if ask.listener is None:
        return
    if isinstance(piece, Void):
        ask.listener.forget()
    else:
        ask.listener.hear(piece)


def _heard_enough(ask: Request) -> bool:
    return ask.listener is not None and ask.listener.over
