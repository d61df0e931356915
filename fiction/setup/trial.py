"""A short real turn: the storyteller itself tells a small scene and takes its notes, and what it did is said."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from fiction.engine.ports import Storyteller
from fiction.engine.setup import TrialResult
from fiction.errors import FictionError, StorytellerError, Trouble
from fiction.llm.capabilities.capabilities import Capabilities, OutputMode
from fiction.llm.capabilities.context import AS_OF, Source, context_of
from fiction.llm.discovery.model_list import list_models
from fiction.llm.server import ServerSettings
from fiction.setup import catalogue
from fiction.setup.asking import Asked
from fiction.setup.scene import trial_scene
from fiction.story.events import ProseDelta, ProseReset, Spent
from fiction.story.reader import TIERS, USUAL_TIER, StorySettings
from fiction.story.scene import Scene
from fiction.story.turn import Usage
from fiction.text.tokens import estimate

_PATIENCE_SECONDS = 3.0
_SLOW = 4.0
"""Tokens a second under which a passage takes a minute and more."""
_NO_STORY = frozenset({Trouble.UNREACHABLE, Trouble.KEY})
"""What ends a trial before a story is asked for."""


class TriedStoryteller(Storyteller, Protocol):
    """A storyteller of a server, which knows what it learns about that server."""

    @property
    def capabilities(self) -> Capabilities:
        """What has been learned so far."""
        ...


async def try_out(asked: Asked, storyteller: TriedStoryteller) -> AsyncGenerator[TrialResult, None]:
    """Say what is found as it is found; ends after the first finding that shows that no story can be told.

    Args:
        asked: the server, and how it is brought up.
        storyteller: asks that server; closed at the end.
    """
    try:
        async with aclosing(_findings(asked, storyteller)) as findings:
            async for finding in findings:
                yield finding
    finally:
        await storyteller.close()


async def _findings(asked: Asked, storyteller: TriedStoryteller) -> AsyncGenerator[TrialResult, None]:
    if asked.starting is not None:
        async with aclosing(_start(asked.starting, asked.log)) as findings:
            async for finding in findings:
                yield finding
                if not finding.ok:
                    return
    listed, fatal = await _models(asked.server)
    yield listed
    if fatal:
        return
    async with aclosing(_turn(storyteller, asked.server)) as findings:
        async for finding in findings:
            yield finding


async def _turn(storyteller: TriedStoryteller, server: ServerSettings) -> AsyncGenerator[TrialResult, None]:
    scene = trial_scene()
    try:
        told = await _tell(storyteller, scene)
    except FictionError as error:
        yield TrialResult("story", ok=False, said=error.sentence)
        return
    yield told.streamed()
    yield told.speed()
    yield await _notes(storyteller, scene, told.text)
    yield _context(storyteller.capabilities, server)
    yield _thinking(storyteller.capabilities)


async def _start(starting: Callable[[], Awaitable[None]], log: str) -> AsyncGenerator[TrialResult, None]:
    """Bring it up; where that takes long, say so meanwhile."""
    began = time.monotonic()
    coming = asyncio.ensure_future(starting())
    try:
        done, _ = await asyncio.wait((coming,), timeout=_PATIENCE_SECONDS)
        if not done:
            said = (
                f"It is starting; the first time it fetches its model, which may take long. What it says is in {log}."
            )
            yield TrialResult("program", ok=True, said=said)
        await coming
    except FictionError as error:
        yield TrialResult("program", ok=False, said=error.sentence)
        return
    finally:
        coming.cancel()
    yield TrialResult("program", ok=True, said=f"It runs, {time.monotonic() - began:.1f} s after it was started.")


async def _models(server: ServerSettings) -> tuple[TrialResult, bool]:
    """What it lists, and whether it is of no use to ask it for a story."""
    try:
        names = await list_models(server, recommended=catalogue.recommended_at(server.base_url))
    except StorytellerError as error:
        return TrialResult("models", ok=False, said=error.sentence), error.trouble in _NO_STORY
    known = server.model in names or f"{server.model}:latest" in names
    few = ", ".join(names[:5]) or "none"
    count = f"{len(names)} model{'' if len(names) == 1 else 's'}"
    among = f"{server.model} among them" if known else f"but not {server.model}; it has {few}"
    return TrialResult("models", ok=known, said=f"{server.address} lists {count}, {among}."), False


@dataclass(frozen=True, slots=True)
class _Told:
    """How the passage came."""

    text: str
    pieces: int
    first: float
    """Seconds to the first word."""
    whole: float
    """Seconds to the last one."""
    usage: Usage

    def streamed(self) -> TrialResult:
        """Whether it streams, and how long the first word takes."""
        streams = "streams" if self.pieces > 1 else "does not stream"
        said = f"It {streams}: first words after {self.first:.1f} s, a passage after {self.whole:.1f} s."
        return TrialResult("story", ok=True, said=said)

    def speed(self) -> TrialResult:
        """How fast it writes."""
        tokens = self.usage.completion or estimate(self.text)
        took = self.whole - self.first if self.pieces > 1 else self.whole
        rate = tokens / max(took, 0.001)
        about = "about " if self.usage.estimated else ""
        slow = "; a turn takes minutes" if rate < _SLOW else ""
        return TrialResult(
            "speed", ok=True, said=f"It writes {about}{rate:,.{0 if rate >= 10 else 1}f} tokens a second{slow}."
        )


async def _tell(storyteller: TriedStoryteller, scene: Scene) -> _Told:
    began = time.monotonic()
    first, pieces, text, usage = 0.0, 0, "", Usage()
    async with aclosing(storyteller.narrate(scene)) as telling:
        async for event in telling:
            match event:
                case ProseDelta():
                    first = first or time.monotonic() - began
                    pieces += 1
                    text += event.text
                case ProseReset():
                    text = ""
                case Spent():
                    usage += event.usage
                case _:
                    pass
    return _Told(text, pieces, first, time.monotonic() - began, usage)


async def _notes(storyteller: TriedStoryteller, scene: Scene, passage: str) -> TrialResult:
    """Whether memory and plans come, and how they had to be asked for."""
    try:
        reflection = await storyteller.reflect(scene, passage)
    except FictionError as error:
        return TrialResult("notes", ok=False, said=error.sentence)
    if reflection.plain:
        said = "It takes no notes that can be read: memory stands still, and plans are general ones."
        return TrialResult("notes", ok=False, said=said)
    match storyteller.capabilities.rung:
        case OutputMode.JSON_SCHEMA | OutputMode.OBJECT_WITH_SCHEMA:
            said = "It keeps to a JSON schema, so memory and plans come out whole."
        case OutputMode.JSON_OBJECT:
            said = "It keeps to JSON without a schema; memory and plans are read leniently."
        case OutputMode.TEXT:
            said = "It does not keep to a JSON schema; memory and plans are read leniently."
    return TrialResult("notes", ok=True, said=said)


def _context(known: Capabilities, server: ServerSettings) -> TrialResult:
    """Which tier a turn takes, and why."""
    size = context_of(known, server)
    turn = server.budget or StorySettings().tokens(size.tokens)
    match size.source:
        case Source.TOLD:
            said = f"It takes {size.tokens:,} tokens"
        case Source.LEARNED:
            said = f"It refused a longer prompt, so {size.tokens:,} tokens are counted on"
        case Source.SERVICE:
            said = f"It takes {size.tokens:,} tokens by its makers' word ({AS_OF})"
        case Source.ASSUMED:
            said = f"It does not say how many tokens it takes; {size.tokens:,} are counted on until it refuses them"
    uses = f"a turn uses at most {turn:,}" + (", as server.budget says" if server.budget else "")
    if size.tokens >= USUAL_TIER or server.budget or size.source is Source.ASSUMED:
        return TrialResult("context", ok=True, said=f"{said}; {uses}.")
    more = f"for a story that remembers more, {_more_context(known, server)}"
    return TrialResult("context", ok=size.tokens >= TIERS[0], said=f"{said}; {uses}; {more}.")


def _more_context(known: Capabilities, server: ServerSettings) -> str:
    match known.kind:
        case "Ollama":
            return f"start Ollama with OLLAMA_CONTEXT_LENGTH={USUAL_TIER}"
        case "llama.cpp":
            return f"start llama-server with -c {USUAL_TIER}, times the number of its slots"
        case "LM Studio":
            return f"load {server.model} there with a context length of {USUAL_TIER}"
        case "KoboldCpp":
            return f"start it with --contextsize {USUAL_TIER}"
        case "vLLM":
            return f"start it with --max-model-len {USUAL_TIER}"
        case _:
            return "give it a longer context, if it can be told to"


def _thinking(known: Capabilities) -> TrialResult:
    if known.thinking:
        said = "It thinks before it tells, and can't be kept from it: turns take longer, and the thinking is paid for."
        return TrialResult("thinking", ok=False, said=said)
    return TrialResult("thinking", ok=True, said="It tells at once, without thinking first.")
