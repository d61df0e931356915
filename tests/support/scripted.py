"""A deterministic storyteller and a small memory: real implementations of the ports, made for tests."""

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from fiction.engine.ports import Ahead, Archive
from fiction.errors import StorytellerError
from fiction.story.events import ProseDelta, Spent
from fiction.story.ledger import AddFact, LedgerOp
from fiction.story.memory import Cue, Embedding, Memory, MemoryChange, Rationale, Recall, Recalled
from fiction.story.plan import Approach, Choice, ChoiceKind, Plan
from fiction.story.scene import Scene, Telling
from fiction.story.turn import Reflection, Usage

BRAVE, KIND, CURIOUS = Approach.BOLD, Approach.WARM, Approach.CURIOUS


def plans_at(depth: int) -> tuple[Plan, ...]:
    return (
        Plan(f"Climb stair {depth}", "the stair may break", BRAVE, key=f"{depth}/climb"),
        Plan(f"Greet neighbour {depth}", "they may answer", KIND, key=f"{depth}/greet"),
        Plan(f"Read notice {depth}", "it may concern you", CURIOUS, key=f"{depth}/read"),
    )


@dataclass
class Scripted:
    """Tells `Passage N: <choice>`; fails, waits or ends where the script says so."""

    name: str = "offline"
    about: str = "a script"
    fail_narrate: dict[int, StorytellerError] = field(default_factory=dict)
    """By depth: this error instead of a passage, once."""
    fail_after: dict[int, StorytellerError] = field(default_factory=dict)
    """By depth: this error after the first words, once."""
    fail_reflect: dict[int, StorytellerError] = field(default_factory=dict)
    ends_at: int = 0
    ops: dict[int, tuple[LedgerOp, ...]] = field(default_factory=dict)
    hold: asyncio.Event | None = None
    """Narration waits for it after the first words."""
    holds: dict[str, asyncio.Event] = field(default_factory=dict)
    """By the choice's text: this narration waits after the first words."""
    letting_go: asyncio.Event | None = None
    """A narration that is cancelled waits for it before it lets go."""
    spends: Usage = Usage()
    """What each passage costs, and each reflection."""
    log: list[str] = field(default_factory=list)
    """What was asked of it and when it let go, in order."""
    scenes: list[Scene] = field(default_factory=list)
    """Every scene it was asked to narrate."""
    closed: bool = False
    ahead: Ahead = Ahead.OFF
    prepared: list[Scene] = field(default_factory=list)

    async def prepare(self, scene: Scene) -> None:
        self.log.append(f"prepare {scene.depth}")
        self.prepared.append(scene)

    async def narrate(self, scene: Scene) -> AsyncGenerator[Telling, None]:
        asked = f"{scene.depth}: {scene.choice.text or scene.choice.kind}"
        self.log.append(f"tell {asked}")
        try:
            async for event in self._tell(scene):
                yield event
            self.log.append(f"told {asked}")
        except (asyncio.CancelledError, GeneratorExit):
            if self.letting_go is not None:
                await self.letting_go.wait()
            self.log.append(f"let go of {asked}")
            raise

    async def _tell(self, scene: Scene) -> AsyncGenerator[Telling, None]:
        self.scenes.append(scene)
        if (error := self.fail_narrate.pop(scene.depth, None)) is not None:
            raise error
        yield ProseDelta(f"Passage {scene.depth}")
        if (error := self.fail_after.pop(scene.depth, None)) is not None:
            raise error
        if self.hold is not None:
            await self.hold.wait()
        if (held := self.holds.get(scene.choice.text)) is not None:
            await held.wait()
        yield ProseDelta(f": {scene.choice.text or scene.choice.kind}.")
        if scene.choice.hint:
            yield ProseDelta(f" ({scene.choice.hint})")
        if self.spends != Usage():
            yield Spent(self.spends)

    async def reflect(self, scene: Scene, passage: str) -> Reflection:
        self.log.append(f"reflect {scene.depth}")
        if (error := self.fail_reflect.pop(scene.depth, None)) is not None:
            raise error
        ends = scene.depth == self.ends_at
        return Reflection(
            memory=f"Depth {scene.depth}: {passage}",
            plans=() if ends else plans_at(scene.depth),
            rationale=Rationale(added=(MemoryChange(f"depth {scene.depth}", "it is new"),)),
            ledger_ops=self.ops.get(scene.depth, (AddFact("you", "did", f"thing {scene.depth}"),)),
            title=f"Scene {scene.depth // 3}",
            state=f"state {scene.depth}",
            ending="the-end" if ends else "",
            usage=self.spends,
        )

    async def close(self) -> None:
        self.closed = True


@dataclass
class ListMemory:
    """Recalls every memory of the path that shares a word with the cue."""

    memories: dict[int, Memory] = field(default_factory=dict)
    cues: list[Cue] = field(default_factory=list)
    closed: bool = False

    async def open(self, archive: Archive) -> None:
        self.memories = {memory.turn: memory for memory in archive.memories()}
        archive.close()

    async def embed(self, text: str) -> Embedding | None:
        return Embedding("letters-1", len(text).to_bytes(2, "little"))

    async def remember(self, memory: Memory, embedding: Embedding | None) -> None:
        self.memories[memory.turn] = memory

    async def recall(self, cue: Cue, overrides: tuple[Memory, ...] = ()) -> Recall:
        self.cues.append(cue)
        changed = {memory.turn: memory for memory in overrides}
        words = set(cue.text.lower().split())
        found = []
        for told in self.memories.values():
            memory = changed.get(told.turn, told)
            if memory.forgotten or memory.depth >= cue.before or not cue.lineage.holds(memory.segment, memory.depth):
                continue
            if memory.pinned or words & set(re.findall(r"\w+", memory.text.lower())):
                found.append(Recalled(memory.turn, memory.depth, memory.text, 1.0, pinned=memory.pinned))
        return Recall(tuple(found[: cue.limit]), tuple(found))

    async def ready(self, timeout: float | None = None) -> bool:
        return True

    async def close(self) -> None:
        self.closed = True


def begin() -> Choice:
    return Choice(ChoiceKind.BEGIN)
