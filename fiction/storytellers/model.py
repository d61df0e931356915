"""The storyteller that asks a model: a passage streamed without constraint, then notes on it in a second call."""

import contextlib
import dataclasses
from collections.abc import AsyncGenerator, Iterator

from fiction.engine.ports import Ahead, Scene, Telling
from fiction.story.events import Notice, ProseDelta, ProseReset, Spent
from fiction.story.reader import ReaderProfile
from fiction.story.turn import Reflection, Usage
from fiction.story.world import World
from fiction.storytellers.llm import sdk, troubles
from fiction.storytellers.llm.asks import Ask, Finish
from fiction.storytellers.llm.capabilities import Capabilities
from fiction.storytellers.llm.client import Client
from fiction.storytellers.llm.declining import declines, is_notes
from fiction.storytellers.llm.openings import noted_by_model, noted_opening, told_opening
from fiction.storytellers.llm.page import Page
from fiction.storytellers.llm.prompt import Prompt, render_turn
from fiction.storytellers.llm.server import ServerSettings
from fiction.storytellers.llm.thinking import Void
from fiction.storytellers.llm.tokens import clip, whole_sentences, words

__all__ = ["Capabilities", "ModelStoryteller", "ServerSettings"]

_SHRUNK = 0.6
"""Of the budget, where a prompt was too long and the server did not say by how much."""
_LEAST_BUDGET = 1200
_LONGEST = 2
"""A passage that ran into its cap is kept up to this many times its length; some servers know no cap."""
_ENOUGH = 0.6
"""Share of the least number of words that makes a passage of what ran into the cap."""
_MIN_CHARS = 12
"""Fewer are no passage in any script."""


class ModelStoryteller:
    """Implements `engine.ports.Storyteller` with any OpenAI-compatible server.

    Keeps nothing of a turn between calls. What it learns about the server (`capabilities`) is a value that the next
    storyteller for the same server may be given.
    """

    def __init__(self, server: ServerSettings, *, capabilities: Capabilities | None = None) -> None:
        self._client = Client(server, capabilities)

    @property
    def name(self) -> str:
        """As it stands in the save."""
        return "model"

    @property
    def about(self) -> str:
        """Which model, where."""
        return f"{self._client.server.model} at {self._client.server.address}"

    @property
    def capabilities(self) -> Capabilities:
        """What has been learned about the server so far."""
        return self._client.capabilities

    @property
    def ahead(self) -> Ahead:
        """How far it works ahead."""
        return Ahead.OFF

    async def prepare(self, scene: Scene) -> None:
        """Nothing yet."""

    @staticmethod
    def warm() -> None:
        """Import what the first turn will need. Takes most of a second: call it in a thread. Never raises."""
        with contextlib.suppress(Exception):
            sdk.warm()

    async def narrate(self, scene: Scene) -> AsyncGenerator[Telling, None]:
        """Tell the passage; a world's own opening is told as it stands, without a call."""
        opening = told_opening(scene)
        if opening:
            yield ProseDelta(opening)
            return
        try:
            async with contextlib.aclosing(self._tell(scene, self._render(scene))) as telling:
                async for event in telling:
                    yield event
        except troubles.TooLong as error:
            self._learn_context(scene, error)
            yield ProseReset()
            async with contextlib.aclosing(self._tell(scene, self._render(scene))) as telling:
                async for event in telling:
                    yield event

    async def reflect(self, scene: Scene, passage: str) -> Reflection:
        """Memory, plans, ledger and the rest for a passage, whoever told it."""
        noted = noted_opening(scene, passage)
        if noted is not None:
            return noted
        from fiction.storytellers.llm.ladder import ask_down
        from fiction.storytellers.llm.reflecting import Answers, questions

        scene, opened = noted_by_model(scene)
        answers, usage = Answers(scene), Usage()
        for small in (self._client.capabilities.small, True):
            asked = questions(scene, passage, self._render(scene, small=small))
            try:
                usage += await ask_down(self._client, asked, answers.take)
                break
            except troubles.TooLong as error:
                self._learn_context(scene, error)
        reflection = answers.reflection(passage, usage)
        return dataclasses.replace(reflection, ledger_ops=(*opened, *reflection.ledger_ops))

    async def imagine(self, premise: str, genre: str, reader: ReaderProfile) -> World:
        """A world for a story about something. What the model leaves out is filled with our own defaults.

        Raises:
            StorytellerError: the model can't be asked just now.
        """
        from fiction.storytellers.llm.imagining import Imagined
        from fiction.storytellers.llm.ladder import ask_down

        imagined = Imagined(premise, genre, reader)
        await ask_down(self._client, [imagined.question()], imagined.take)
        return imagined.world()

    async def close(self) -> None:
        """Let go of connections. Idempotent."""
        await self._client.close()

    async def _tell(self, scene: Scene, rendered: Prompt) -> AsyncGenerator[Telling, None]:
        page = Page(scene.choice)
        ask = Ask(rendered.messages, rendered.room.passage, self._client.server.temperature)
        async with contextlib.aclosing(self._client.stream(ask)) as pieces:
            async for piece in pieces:
                match piece:
                    case str():
                        if shown := page.feed(piece):
                            yield ProseDelta(shown)
                    case Void():
                        page = Page(scene.choice)
                        yield ProseReset()
                    case Finish():
                        if rest := page.close():
                            yield ProseDelta(rest)
                        for event in self._settle(scene, page.text, piece, ask):
                            yield event
                        if not piece.usage.estimated:
                            self._learn_count(piece.usage.prompt, rendered.tokens)
                        yield Spent(piece.usage)

    def _settle(self, scene: Scene, text: str, finish: Finish, ask: Ask) -> Iterator[Telling]:
        """See that what was told is a passage; cut it back to whole sentences where it ran into its cap."""
        server = self._client.server
        if declines(text):
            raise troubles.refused(server)
        if is_notes(text):
            raise troubles.notes_too_soon(server)
        if len(text) < _MIN_CHARS:
            raise troubles.empty(server)
        if not finish.cut:
            return
        whole = whole_sentences(clip(text, _LONGEST * ask.max_tokens))
        if words(whole) < _ENOUGH * scene.reader.passage_length.words[0]:
            raise troubles.cut_off(server)
        if whole != text:
            yield ProseReset()
            yield ProseDelta(whole)
            yield Notice("The passage ran too long; it was ended at a whole sentence.")

    def _render(self, scene: Scene, *, small: bool = False) -> Prompt:
        return render_turn(scene, budget=self._budget(scene), small=small)

    def _budget(self, scene: Scene) -> int:
        """Tokens by our estimate that are sure to fit the model's context by the server's count."""
        known = self._client.capabilities
        budget = min(scene.settings.budget, known.context or scene.settings.budget)
        return max(_LEAST_BUDGET, int(budget / known.token_ratio))

    def _learn_count(self, counted: int, estimated: int) -> None:
        known = self._client.capabilities
        self._client.capabilities = known.after_count(counted=counted, estimated=estimated)

    def _learn_context(self, scene: Scene, error: troubles.TooLong) -> None:
        """Take the size that the server names; else, or where that should have done, ask for less."""
        known = self._client.capabilities
        budget = self._budget(scene)
        if error.context and error.context < budget * known.token_ratio:
            learned = dataclasses.replace(known, context=error.context)
        else:
            learned = dataclasses.replace(known, context=int(_SHRUNK * budget * known.token_ratio))
        self._client.capabilities = learned
