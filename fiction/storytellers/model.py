"""The model storyteller: a passage streamed as free text, then notes on it in a second call."""

import contextlib
import dataclasses
from collections.abc import AsyncGenerator, Awaitable, Callable
from importlib import import_module

from fiction.engine.budget import Budget
from fiction.engine.ports import Ahead
from fiction.errors import StorytellerError
from fiction.llm import failures, sdk
from fiction.llm.capabilities.capabilities import Capabilities
from fiction.llm.capabilities.context import context_of
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
"""Factor of one step down in context, after a prompt that was too long."""
_SMALLER = 0.75
"""Greatest size of the next prompt, as a share of one that was too long."""
_LEAST_BUDGET = 1200
_IMAGINED = Usage(650, 2800, estimated=True)
"""An estimate for making a world out of a sentence."""


class ModelStoryteller:
    """Implements `engine.ports.Storyteller` with any OpenAI-compatible server, or with two: one tells, one takes notes.

    Keeps nothing of a turn between calls. The connections, which all storytellers of a game share, keep what is learned
    about a server.
    """

    def __init__(
        self,
        server: ServerSettings,
        *,
        notes: ServerSettings | None = None,
        name: str = "model",
        ahead: Ahead | None = None,
        connections: Connections | None = None,
        budget: Budget | None = None,
        starting: Callable[[], Awaitable[None]] | None = None,
        capabilities: Capabilities | None = None,
    ) -> None:
        """A storyteller.

        Args:
            server: the server for passages.
            notes: the server for memory and plans; None for the same one.
            name: its name in the save.
            ahead: how far it works ahead; None takes WARM for a server on this machine. OFF, and None for any other,
                is RECALL: the memories for the plans are looked up, and the server is asked nothing.
            connections: shared by the storytellers of a game.
            budget: permits and logs every call.
            starting: awaited before the first call, where the server must be started.
            capabilities: used instead of the stored capabilities of the server.
        """
        connections = connections or Connections()
        self._narrator = connections.client(server, budget=budget, starting=starting, capabilities=capabilities)
        other = notes is not None and notes != server
        self._notetaker = (
            connections.client(notes, budget=budget, starting=starting) if notes and other else self._narrator
        )
        self._budget = budget
        self._name = name
        ahead = ahead or (Ahead.WARM if server.loopback else Ahead.OFF)
        self._ahead = ahead if ahead.asks else Ahead.RECALL

    @property
    def name(self) -> str:
        """Its name in the save."""
        return self._name

    @property
    def about(self) -> str:
        """The model and its server, for the reader."""
        told = f"{self._narrator.server.model} at {self._narrator.server.address}"
        return told if self._notetaker is self._narrator else f"{told}, with notes by {self._notetaker.server.model}"

    @property
    def ahead(self) -> Ahead:
        """How far it works ahead."""
        return self._ahead

    @property
    def model(self) -> str:
        """Name of the model for passages, on its server."""
        return self._narrator.server.model

    @property
    def base_url(self) -> str:
        """Address of the server for passages."""
        return self._narrator.server.base_url

    @property
    def capabilities(self) -> Capabilities:
        """The capabilities of the server for passages, as learned so far."""
        return self._narrator.capabilities

    @staticmethod
    def warm() -> None:
        """Import the modules of the first turn. Takes most of a second: call it in a thread. Never raises."""
        with contextlib.suppress(Exception):
            sdk.warm()
            import_module("fiction.storytellers.replies.reflection")
            import_module("fiction.storytellers.replies.imagined_world")

    async def prepare(self, scene: Scene) -> None:
        """Have the server read all of the next prompt but the plan, so that its first word comes sooner."""
        if not self._ahead.asks:
            return
        await self._narrator.acquaint()
        rendered = self._render(self._narrator, scene)
        with contextlib.suppress(StorytellerError):
            self._permit_call(self._narrator, Usage(rendered.tokens, 1, estimated=True))
            await self._narrator.touch(Request(rendered.messages, 1, self._narrator.server.temperature))

    async def narrate(self, scene: Scene) -> AsyncGenerator[Telling, None]:
        """Tell the passage; a world's own opening is told as it stands, without a call."""
        opening = told_opening(scene)
        if opening:
            yield ProseDelta(opening)
            return
        scene = begun(scene)
        await self._narrator.acquaint()
        await self._ask_price_of_notes()
        rendered = self._render(self._narrator, scene)
        self._permit(rendered)
        try:
            async with contextlib.aclosing(self._tell(scene, rendered)) as telling:
                async for event in telling:
                    yield event
        except failures.TooLong as error:
            self._learn_context(self._narrator, scene, error, sent=rendered.tokens)
            yield ProseReset()
            async with contextlib.aclosing(self._tell(scene, self._render(self._narrator, scene))) as telling:
                async for event in telling:
                    yield event

    async def reflect(self, scene: Scene, passage: str) -> Reflection:
        """Memory, plans, ledger and the rest for a passage, whoever told it.

        The budget is asked again: an opening is told without a call, and a passage may be from before a restart.
        """
        noted = noted_opening(scene, passage)
        if noted is not None:
            return noted
        from fiction.llm.structured_output import ask_down
        from fiction.storytellers.replies.reflection import Answers, questions

        client = self._notetaker
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
        """A world for a story about a premise, and whether the model said enough for one.

        Parts that it leaves out have defaults. The listener hears the reply as it is written.

        Raises:
            StorytellerError: the model can't be asked now, or a cap would be crossed.
        """
        from fiction.llm.structured_output import ask_down
        from fiction.storytellers.replies.imagined_world import Imagined

        await self._narrator.acquaint()
        self._permit_call(self._narrator, _IMAGINED)
        imagined = Imagined(premise, genre, reader)
        question = dataclasses.replace(imagined.question(), listener=listener)
        await ask_down(self._narrator, [question], imagined.take)
        return imagined.world(), imagined.enough

    async def close(self) -> None:
        """Let go of connections. Idempotent."""
        await self._narrator.close()
        await self._notetaker.close()

    async def _tell(self, scene: Scene, rendered: Prompt) -> AsyncGenerator[Telling, None]:
        passage = PassageRequest(self._narrator, scene, rendered)
        async with contextlib.aclosing(passage.tell()) as telling:
            async for event in telling:
                yield event
        if not passage.usage.estimated:
            known = self._narrator.capabilities
            counted = known.after_count(counted=passage.usage.prompt, estimated=rendered.tokens)
            if counted != known:
                self._narrator.capabilities = counted

    async def _ask_price_of_notes(self) -> None:
        """Have another service for the notes name its price before a turn is permitted."""
        if self._notetaker is not self._narrator and not self._notetaker.server.loopback:
            await self._notetaker.acquaint()

    def _permit(self, rendered: Prompt) -> None:
        """Ask the budget for the whole turn. Raises StorytellerError."""
        passage = rendered.room.passage // 2
        self._permit_call(self._narrator, Usage(rendered.tokens, passage, estimated=True))
        notes = _notes(rendered)
        both = notes if self._notetaker is not self._narrator else notes + Usage(rendered.tokens, passage)
        self._permit_call(self._notetaker, both)

    def _permit_call(self, client: Client, expected: Usage) -> None:
        if self._budget is not None:
            self._budget.permit(expected, model=client.server.model, base_url=client.server.base_url)

    def _render(self, client: Client, scene: Scene, *, small: bool = False) -> Prompt:
        return render_turn(scene, budget=_budget(client, scene), small=small)

    def _learn_context(self, client: Client, scene: Scene, error: failures.TooLong, *, sent: int) -> None:
        """Take the context that the server names, and shrink it until the next prompt is smaller than the refused one.

        The server's own count of the refused prompt, where it gave one, is already learned by the client.
        """
        known = client.capabilities
        budget = _budget(client, scene) * known.token_ratio
        context = int(min(error.context or budget, budget))
        client.capabilities = dataclasses.replace(known, context=context)
        while self._render(client, scene).tokens > _SMALLER * sent and _budget(client, scene) > _LEAST_BUDGET:
            context = int(_SHRUNK * context)
            client.capabilities = dataclasses.replace(known, context=context)


def _notes(rendered: Prompt) -> Usage:
    """An estimate for the notes on a passage."""
    passage = rendered.room.passage // 2
    return Usage(rendered.tokens + passage + rendered.room.tail, rendered.room.notes * 2 // 3, estimated=True)


def _budget(client: Client, scene: Scene) -> int:
    """Estimated tokens that are sure to fit the model's context as the server counts."""
    known = client.capabilities
    asked = scene.settings.budget or client.server.budget
    if asked:
        budget = min(asked, known.context or asked)
    else:
        budget = scene.settings.tokens(context_of(known, client.server).tokens)
    return max(_LEAST_BUDGET, int(budget / known.token_ratio))
