"""One turn of RecurrentGPT (arXiv 2305.13304): recall, narrate, reflect, check, commit; as a stream of events.

The order of commits is the promise: the choice is on disk before anything is told, the passage is on disk as soon as
it is whole, memory and plans follow in one transaction, and only then is the long-term index touched.
"""

import asyncio
import dataclasses
from collections.abc import AsyncGenerator
from contextlib import aclosing

from fiction.engine import checks
from fiction.engine.ledger import apply
from fiction.engine.ports import LongTermMemory, SaveStore, Storyteller
from fiction.errors import FictionError, StorytellerError, Trouble
from fiction.story.events import (
    Event,
    MemoryUpdated,
    Notice,
    PlansOffered,
    ProseDelta,
    ProseReset,
    Spent,
    StoryEnded,
    TurnFailed,
    TurnSaved,
)
from fiction.story.memory import Embedding, Memory
from fiction.story.plan import Approach, Choice, Plan
from fiction.story.scene import Scene
from fiction.story.turn import Draft, Reflection, Turn, Usage

SNAPSHOT_EVERY = 32
"""Turns between two snapshots of the ledger, and the most that a fold reads."""

PLAIN_PLANS = (
    Plan("Look closer at what is before you", "what you have missed so far", Approach.CURIOUS),
    Plan("Speak to whoever is nearest", "an answer, and what it costs", Approach.WARM),
    Plan("Leave here and take the next step", "what stays behind", Approach.BOLD),
)
"""General plans for when a storyteller could make none of its own; faces mark them as such."""


async def narrate(scene: Scene, storyteller: Storyteller) -> AsyncGenerator[Event | Draft, None]:
    """Stream a passage; the Draft to save comes last.

    Raises:
        StorytellerError: it could not be told; nothing is lost.
    """
    pieces: list[str] = []
    usage = Usage()
    async with aclosing(storyteller.narrate(scene)) as telling:
        async for event in telling:
            match event:
                case ProseDelta(text=text):
                    pieces.append(text)
                case ProseReset():
                    pieces.clear()
                case Spent(usage=spent):
                    usage += spent
                case Notice():
                    pass
            yield event
    passage = "".join(pieces).strip()
    if not passage:
        raise StorytellerError(
            "The storyteller sent an empty page.", trouble=Trouble.EMPTY, hint="Retry, or put it in other words."
        )
    parent = scene.parent
    yield Draft(
        choice=scene.choice,
        passage=passage,
        recall=scene.recall,
        storyteller=storyteller.name,
        title=parent.title if parent else "",
        state=scene.state,
        usage=usage,
        findings=checks.passage_findings(passage, scene.choice, scene.recent[-8:]),
    )


async def reflect(
    scene: Scene, told: Turn, storyteller: Storyteller, store: SaveStore, memory: LongTermMemory
) -> AsyncGenerator[Event | Turn, None]:
    """Make a told turn complete: memory, reasons, plans, ledger. The passage is safe whatever happens.

    The complete Turn comes first, as soon as it is saved; the last event is TurnSaved, or TurnFailed where the save
    can't be written or a cap stands in the way.
    """
    embedding = asyncio.ensure_future(memory.embed(told.passage))
    try:
        reflection = await _reflection(scene, told, storyteller)
        vector = await embedding
    except StorytellerError as error:
        embedding.cancel()
        yield failure(error, told.choice)
        return
    except BaseException:
        embedding.cancel()
        raise
    try:
        turn = _commit(scene, told, reflection, vector, store)
    except FictionError as error:
        yield TurnFailed(error.message, error.hint, None, told.choice)
        return
    yield turn
    if reflection.usage != Usage():
        yield Spent(reflection.usage)
    if reflection.notice:
        yield Notice(reflection.notice)
    await memory.remember(as_memory(turn), vector)
    yield MemoryUpdated(turn.memory, turn.rationale)
    yield StoryEnded(turn.ending, turn.title) if turn.ending else PlansOffered(turn.plans, turn.plain)
    yield TurnSaved(turn)


def as_memory(turn: Turn) -> Memory:
    """The memory of a turn, as it was told."""
    return Memory(turn.id, turn.segment, turn.depth, turn.passage, title=turn.title, importance=turn.importance)


def failure(error: FictionError, choice: Choice) -> TurnFailed:
    """An error as the event that ends a turn."""
    if isinstance(error, StorytellerError):
        return TurnFailed(error.message, error.hint, error.trouble, choice, error.wait)
    return TurnFailed(error.message, error.hint, None, choice)


async def _reflection(scene: Scene, told: Turn, storyteller: Storyteller) -> Reflection:
    try:
        reflection = await storyteller.reflect(scene, told.passage)
    except StorytellerError as error:
        if error.trouble is Trouble.CAPPED:  # the reader is asked first; the passage is saved
            raise
        notice = f"The memory could not be brought up to date. {error.message} The plans below are general ones."
        reflection = Reflection(memory=scene.memory, plans=PLAIN_PLANS, plain=True, notice=notice)
    return dataclasses.replace(
        reflection,
        memory=reflection.memory.strip() or scene.memory,
        state=reflection.state or scene.state,
        title=reflection.title or told.title,
    )


def _commit(scene: Scene, told: Turn, reflection: Reflection, vector: Embedding | None, store: SaveStore) -> Turn:
    ledger = apply(scene.ledger, reflection.ledger_ops, turn=told.id, depth=told.depth)
    findings = (
        *told.findings,
        *(() if reflection.ending or reflection.plain else checks.plan_findings(reflection.plans, scene.recent[-3:])),
        *checks.contradiction_findings(ledger),
    )
    snapshot = ledger if told.depth % SNAPSHOT_EVERY == 0 else None
    whole = dataclasses.replace(reflection, usage=told.usage + reflection.usage)
    return store.complete(told.id, whole, findings=findings, embedding=vector, ledger=snapshot)
