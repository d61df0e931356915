"""The storyteller that asks a model: a passage streamed without constraint, then notes on it in a second call."""

import contextlib
import dataclasses
from collections.abc import AsyncGenerator, Awaitable, Callable
from importlib import import_module

from fiction.engine.budget import Budget
from fiction.engine.ports import Ahead
from fiction.errors import StorytellerError
from fiction.llm import failures, sdk
from fiction.llm.capabilities.capabilities import Capabilities
from fiction.llm.client import Client
from fiction.llm.connections import Connections
from fiction.llm.request import Listener, Request
from fiction.llm.server import ServerSettings
from fiction.story.events import ProseDelta, ProseReset
from fiction.story.reader import ReaderProfile
from fiction.story.scene import Scene, Telling
from fiction.story.turn import Reflection, Usage
from fiction.story.world import World
from fiction.storytellers.openings import begun, noted_by_model, noted_opening, told_opening
from fiction.storytellers.prompts.turn import Prompt, render_turn
from fiction.storytellers.replies.passage import PassageRequest

__all__ = ["Capabilities", "Connections", "ModelStoryteller", "ServerSettings"]

_SHRUNK = 0.8
"""Of the budget, one step, where a prompt was too long."""
_SMALLER = 0.75
"""Of a prompt that was too long, what the next one is at the most."""
_LEAST_BUDGET = 1200
_IMAGINED = Usage(650, 2800, estimated=True)
"""About what a world out of a sentence takes."""


class ModelStoryteller:
    """Implements `engine.ports.Storyteller` with any OpenAI-compatible server, or with two: one tells, one takes notes.

    Keeps nothing of a turn between calls. What it learns about a server is kept by the connections that it shares with
    the other storytellers of a game.
    """

    def __init__(
        self,
        server: ServerSettings,
        *,
        notes: ServerSettings | None = None,
        name: str = "model",
        ahead: Ahead | None = None,
        connections: Connections | None = None,
        purse: Budget | None = None,
        starting: Callable[[], Awaitable[None]] | None = None,
        capabilities: Capabilities | None = None,
    ) -> None:
        """A storyteller.

        Args:
            server: tells the passages.
            notes: makes memory and plans; None for the one that tells.
            name: as it stands in the save.
            ahead: how far it works ahead; None takes WARM for a server on this machine. OFF, and None for any other,
                is RECALL: what is remembered for the plans is looked up, and nothing is asked of the server.
            connections: shared by the storytellers of a game.
            purse: allows and pays for every call.
            starting: awaited before the first call, where the server must be started.
            capabilities: what is known of the server, before what is remembered.
        """
        connections = connections or Connections()
        self._teller = connections.client(server, purse=purse, starting=starting, capabilities=capabilities)
        other = notes is not None and notes != server
        self._noter = connections.client(notes, purse=purse, starting=starting) if notes and other else self._teller
        self._purse = purse
        self._name = name
        ahead = ahead or (Ahead.WARM if server.loopback else Ahead.OFF)
        self._ahead = ahead if ahead.asks else Ahead.RECALL

    @property
    def name(self) -> str:
        """As it stands in the save."""
        return self._name

    @property
    def about(self) -> str:
        """Which model, where."""
        told = f"{self._teller.server.model} at {self._teller.server.address}"
        return told if self._noter is self._teller else f"{told}, with notes by {self._noter.server.model}"

    @property
    def ahead(self) -> Ahead:
        """How far it works ahead."""
        return self._ahead

    @property
    def model(self) -> str:
        """The model that tells, as its server calls it."""
        return self._teller.server.model

    @property
    def base_url(self) -> str:
        """The address of the server that tells."""
        return self._teller.server.base_url

    @property
    def capabilities(self) -> Capabilities:
        """What has been learned so far about the server that tells."""
        return self._teller.capabilities

    @staticmethod
    def warm() -> None:
        """Import what the first turn will need. Takes most of a second: call it in a thread. Never raises."""
        with contextlib.suppress(Exception):
            sdk.warm()
            import_module("fiction.storytellers.replies.reflection")
            import_module("fiction.storytellers.replies.imagined_world")

    async def prepare(self, scene: Scene) -> None:
        """Have the server read all of the next prompt but the plan, so that its first word comes sooner."""
        if not self._ahead.asks:
            return
        await self._teller.acquaint()
        rendered = self._render(self._teller, scene)
        with contextlib.suppress(StorytellerError):
            self._permit_call(self._teller, Usage(rendered.tokens, 1, estimated=True))
            await self._teller.touch(Request(rendered.messages, 1, self._teller.server.temperature))

    async def narrate(self, scene: Scene) -> AsyncGenerator[Telling, None]:
        """Tell the passage; a world's own opening is told as it stands, without a call."""
        opening = told_opening(scene)
        if opening:
            yield ProseDelta(opening)
            return
        scene = begun(scene)
        await self._teller.acquaint()
        await self._ask_price_of_notes()
        rendered = self._render(self._teller, scene)
        self._permit(rendered)
        try:
            async with contextlib.aclosing(self._tell(scene, rendered)) as telling:
                async for event in telling:
                    yield event
        except failures.TooLong as error:
            self._learn_context(self._teller, scene, error, sent=rendered.tokens)
            yield ProseReset()
            async with contextlib.aclosing(self._tell(scene, self._render(self._teller, scene))) as telling:
                async for event in telling:
                    yield event

    async def reflect(self, scene: Scene, passage: str) -> Reflection:
        """Memory, plans, ledger and the rest for a passage, whoever told it.

        Permitted once more: an opening is told without a call, and a passage may have been told before a restart.
        """
        noted = noted_opening(scene, passage)
        if noted is not None:
            return noted
        from fiction.llm.structured_output import ask_down
        from fiction.storytellers.replies.reflection import Answers, questions

        client = self._noter
        await client.acquaint()
        scene, opened = noted_by_model(scene)
        answers, usage = Answers(scene), Usage()
        for small in (client.capabilities.small, True):
            rendered = self._render(client, scene, small=small)
            self._permit_call(client, _notes(rendered))
            try:
                usage += await ask_down(client, questions(scene, passage, rendered), answers.take)
                break
            except failures.TooLong as error:
                self._learn_context(client, scene, error, sent=rendered.tokens)
        reflection = answers.reflection(passage, usage)
        return dataclasses.replace(reflection, ledger_ops=(*opened, *reflection.ledger_ops))

    async def imagine(
        self, premise: str, genre: str, reader: ReaderProfile, listener: Listener | None = None
    ) -> tuple[World, bool]:
        """A world for a story about something, and whether the model said enough to make one.

        What it leaves out is filled with our own defaults. The listener hears the reply as it is written.

        Raises:
            StorytellerError: the model can't be asked just now, or it would cost more than is allowed.
        """
        from fiction.llm.structured_output import ask_down
        from fiction.storytellers.replies.imagined_world import Imagined

        await self._teller.acquaint()
        self._permit_call(self._teller, _IMAGINED)
        imagined = Imagined(premise, genre, reader)
        question = dataclasses.replace(imagined.question(), listener=listener)
        await ask_down(self._teller, [question], imagined.take)
        return imagined.world(), imagined.enough

    async def close(self) -> None:
        """Let go of connections. Idempotent."""
        await self._teller.close()
        await self._noter.close()

    async def _tell(self, scene: Scene, rendered: Prompt) -> AsyncGenerator[Telling, None]:
        passage = PassageRequest(self._teller, scene, rendered)
        async with contextlib.aclosing(passage.tell()) as telling:
            async for event in telling:
                yield event
        if not passage.usage.estimated:
            known = self._teller.capabilities
            counted = known.after_count(counted=passage.usage.prompt, estimated=rendered.tokens)
            if counted != known:
                self._teller.capabilities = counted

    async def _ask_price_of_notes(self) -> None:
        """Let another service for the notes tell its price before a turn is permitted."""
        if self._noter is not self._teller and not self._noter.server.loopback:
            await self._noter.acquaint()

    def _permit(self, rendered: Prompt) -> None:
        """See that the whole turn may be paid for. Raises StorytellerError."""
        passage = rendered.room.passage // 2
        self._permit_call(self._teller, Usage(rendered.tokens, passage, estimated=True))
        notes = _notes(rendered)
        both = notes if self._noter is not self._teller else notes + Usage(rendered.tokens, passage)
        self._permit_call(self._noter, both)

    def _permit_call(self, client: Client, expected: Usage) -> None:
        if self._purse is not None:
            self._purse.permit(expected, model=client.server.model, base_url=client.server.base_url)

    def _render(self, client: Client, scene: Scene, *, small: bool = False) -> Prompt:
        return render_turn(scene, budget=_budget(client, scene), small=small)

    def _learn_context(self, client: Client, scene: Scene, error: failures.TooLong, *, sent: int) -> None:
        """Take the size that the server names; and see to it that the next prompt is smaller than the one it refused.

        Where the server said how much it counted, the client has learned from that already.
        """
        known = client.capabilities
        budget = _budget(client, scene) * known.token_ratio
        context = int(min(error.context or budget, budget))
        client.capabilities = dataclasses.replace(known, context=context)
        while self._render(client, scene).tokens > _SMALLER * sent and _budget(client, scene) > _LEAST_BUDGET:
            context = int(_SHRUNK * context)
            client.capabilities = dataclasses.replace(known, context=context)


def _notes(rendered: Prompt) -> Usage:
    """About what is asked and answered after a passage."""
    passage = rendered.room.passage // 2
    return Usage(rendered.tokens + passage + rendered.room.tail, rendered.room.notes * 2 // 3, estimated=True)


def _budget(client: Client, scene: Scene) -> int:
    """Tokens by our estimate that are sure to fit the model's context by the server's count."""
    known = client.capabilities
    wanted = scene.settings.budget or client.server.budget or scene.settings.tokens(known.told)
    budget = min(wanted, known.context or wanted)
    return max(_LEAST_BUDGET, int(budget / known.token_ratio))
