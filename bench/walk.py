"""Walks world packs with the built-in storyteller and measures the stories; exits 1 where a gate fails.

    python -m bench.walk worlds/salt-road worlds/a-river-in-two-minds --seeds 10 --turns 20 60

Every pack is played by five simulated readers (the first plan, any plan, the boldest, the least usual, their own words)
for each seed and each length. `general` stands for the shared storylets cast in a bare world without storylets.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import mean

from bench import walk_metrics as metrics
from fiction.engine.director import direct
from fiction.engine.ledger import apply
from fiction.packs.loader import load_world
from fiction.story.ledger import Ledger
from fiction.story.memory import Recall, Recalled, TurnId
from fiction.story.plan import Approach, Choice, ChoiceKind
from fiction.story.reader import ReaderProfile, StorySettings
from fiction.story.scene import Scene
from fiction.story.turn import Stage, Turn
from fiction.story.world import World
from fiction.storytellers.offline import OfflineStoryteller
from fiction.storytellers.storylets.tale import load

ROOT = Path(__file__).parent.parent
GENERAL = ROOT / "fiction" / "storytellers" / "general.yaml"
NEVER_WITHIN = 40

ACTS = (
    "I climb up to where I can see everything",
    "Where is everybody going?",
    "I sit down and wait for someone to speak first",
    "I tell them the truth about why I came",
    "“Let me through,” I say",
    "I take the lamp and look behind the door.",
    "the roof falls in on all of them",
    "I'm going to hide my things under the floor",
    "whistling, I walk away",
    "I give my coat to whoever is coldest",
)

Policy = Callable[[Sequence[Turn], random.Random], Choice]


def _offer(turn: Turn, number: int) -> Choice:
    plan = turn.plans[number]
    return Choice(ChoiceKind.OFFERED, plan.label, plan)


def first(turns: Sequence[Turn], rng: random.Random) -> Choice:
    """Always the first plan."""
    return _offer(turns[-1], 0)


def anything(turns: Sequence[Turn], rng: random.Random) -> Choice:
    """Any plan."""
    return _offer(turns[-1], rng.randrange(len(turns[-1].plans)))


def bold(turns: Sequence[Turn], rng: random.Random) -> Choice:
    """The bold plan where there is one."""
    spirits = [plan.approach for plan in turns[-1].plans]
    return _offer(turns[-1], spirits.index(Approach.BOLD) if Approach.BOLD in spirits else 0)


def unusual(turns: Sequence[Turn], rng: random.Random) -> Choice:
    """The plan whose spirit was taken least so far."""
    taken = Counter(turn.choice.plan.approach for turn in turns if turn.choice.plan)
    counts = [taken[plan.approach] for plan in turns[-1].plans]
    return _offer(turns[-1], counts.index(min(counts)))


def written(turns: Sequence[Turn], rng: random.Random) -> Choice:
    """Own words half of the time, now and then nothing at all."""
    dice = rng.random()
    if dice < 0.5:
        return Choice(ChoiceKind.WRITTEN, rng.choice(ACTS))
    return Choice(ChoiceKind.CONTINUE) if dice < 0.6 else anything(turns, rng)


POLICIES: dict[str, Policy] = {"first": first, "random": anything, "bold": bold, "unusual": unusual, "written": written}


@dataclass
class Reader:
    """One play-through without a save: the turns, the ledger, a plain recall."""

    world: World
    teller: OfflineStoryteller
    settings: StorySettings
    turns: list[Turn] = field(default_factory=list)
    ledger: Ledger = Ledger()
    seconds: list[float] = field(default_factory=list)

    def scene(self, choice: Choice) -> Scene:
        """What the engine would hand to the storyteller."""
        depth = len(self.turns) + 1
        recent = tuple(self.turns[-6:])
        direction = direct(self.world, self.settings, self.ledger, recent, depth)
        memory = recent[-1].memory if recent else ""
        return Scene(
            self.world, ReaderProfile(), self.settings, choice, depth, recent[-2:], memory, self.recall(choice),
            self.ledger, direction,
        )  # fmt: skip

    def recall(self, choice: Choice) -> Recall:
        """The four old passages that share most words with the choice."""
        asked = {word for word in metrics.words(choice.query) if len(word) > 3}
        scored = [(len(asked & set(metrics.words(turn.passage))), turn) for turn in self.turns[-80:-2]]
        best = sorted((s for s in scored if s[0]), key=lambda s: -s[0])[:4]
        return Recall(lexical=tuple(Recalled(turn.id, turn.depth, "", float(score)) for score, turn in best))

    def play(self, choice: Choice) -> Turn:
        """Make a turn."""
        scene = self.scene(choice)
        start = time.process_time()
        step = self.teller.step(scene)
        self.seconds.append(time.process_time() - start)
        told = step.reflection
        turn = Turn(
            TurnId(scene.depth), None, scene.depth, 1, choice, Stage.COMPLETE, step.passage, told.memory,
            told.rationale, told.plans, told.ledger_ops, importance=told.importance, title=told.title, state=told.state,
            ending=told.ending,
        )  # fmt: skip
        self.turns.append(turn)
        self.ledger = apply(self.ledger, told.ledger_ops, turn=turn.id, depth=turn.depth)
        return turn


@dataclass
class Story:
    """A whole play-through and how it was played."""

    policy: str
    length: int
    turns: list[Turn]
    seconds: list[float]

    @property
    def ending(self) -> str:
        """How it ended, or an empty string."""
        return self.turns[-1].ending


def walk(world: World, general: World, *, policy: str, seed: int, length: int) -> Story:
    """Play one story: to its ending, or as long again; endless ones for 120 turns."""
    reader = Reader(world, OfflineStoryteller(general), StorySettings(turns=length, seed=seed))
    rng = random.Random(f"{policy} {seed}")
    turn = reader.play(Choice(ChoiceKind.BEGIN))
    while not turn.ending and turn.plans and len(reader.turns) < (2 * length or 120):
        turn = reader.play(POLICIES[policy](reader.turns, rng))
    return Story(policy, length, reader.turns, reader.seconds)


@dataclass(frozen=True)
class Row:
    """A measured value with its gate."""

    name: str
    value: str
    good: bool = True
    gate: str = ""


def report(world: World, stories: Sequence[Story]) -> Iterator[Row]:
    """Everything measured over one pack's stories of one length; how much is new is no gate where there is no end."""
    length = stories[0].length
    lengths = [len(story.turns) for story in stories]
    endless = length == 0
    yield Row(
        "turns",
        f"{min(lengths)}..{max(lengths)}",
        endless or max(lengths) <= 1.2 * length + 2,
        "" if endless else "<= 1.2 x length",
    )
    endings = Counter(story.ending or "none" for story in stories)
    shown = ", ".join(f"{name} {count}" for name, count in endings.most_common())
    yield Row("endings", shown, endless or "none" not in endings, "" if endless else "every story ends")
    dead = sum(len(turn.plans) != 3 and not turn.ending for story in stories for turn in story.turns)
    yield Row("turns without three plans", str(dead), dead == 0, "0")
    twice = sum(metrics.told_twice(story.turns, within=NEVER_WITHIN) for story in stories)
    yield Row(f"told twice within {NEVER_WITHIN} turns", str(twice), twice == 0, "0")
    planned = [story for story in stories if story.policy != "written"]
    repeated = mean(metrics.repeated_sentences(story.turns) for story in planned)
    yield Row("repeated sentences", f"{repeated:.3f}", endless or repeated < 0.10, "" if endless else "< 0.10")
    overlap = mean(metrics.overlap(story.turns) for story in planned)
    yield Row("4-word runs told before", f"{overlap:.3f}", endless or overlap < 0.10, "" if endless else "< 0.10")
    novelty = mean(metrics.plan_novelty(story.turns, world) for story in stories)
    yield Row("new plans among those offered", f"{novelty:.2f}", endless or novelty > 0.5, "" if endless else "> 0.50")
    yield from craft(stories)


def craft(stories: Sequence[Story]) -> Iterator[Row]:
    """What is measured of the text itself, and what it cost."""
    count = sum(len(story.turns) for story in stories)
    acts = sum(metrics.violations(turn) for story in stories for turn in story.turns)
    yield Row("agency violations per 100 turns", f"{100 * acts / count:.1f}", acts / count <= 0.03, "<= 3")
    faults = [fault for story in stories for turn in story.turns for fault in metrics.faults(turn)]
    yield Row("faults of the text", str(len(faults)) + "".join(f"\n      {f}" for f in faults[:5]), not faults, "0")
    apart = mean(metrics.difference([s.turns for s in stories if s.policy == policy]) for policy in POLICIES)
    yield Row("difference of two stories", f"{apart:.2f}", apart > 0.25, "> 0.25")
    yield Row("words a passage", f"{mean(len(t.passage.split()) for s in stories for t in s.turns):.0f}")
    seconds = sorted(second for story in stories for second in story.seconds)
    yield Row(
        "ms a turn, p50 and p95",
        f"{1000 * seconds[len(seconds) // 2]:.2f} {1000 * seconds[int(len(seconds) * 0.95)]:.2f}",
    )
    yield Row("state, bytes", str(max(len(turn.state) for story in stories for turn in story.turns)))


def never_told(world: World, stories: Sequence[Story]) -> tuple[list[str], list[str]]:
    """Storylets and endings of the pack that no story came to."""
    told: set[str] = set()
    for story in stories:
        tale = load(story.turns[-1].state)
        told.update(tale.told if tale else ())
        told.add(f"ending {story.ending}")
    storylets = [storylet.id for storylet in world.storylets if storylet.id not in told]
    return storylets, [ending.id for ending in world.endings if f"ending {ending.id}" not in told]


def _show(row: Row) -> bool:
    mark = "" if row.good else "   FAILS"
    print(f"    {row.name:<34} {row.value}{f'   ({row.gate})' if row.gate else ''}{mark}")
    return row.good


def measure(name: str, world: World, general: World, *, seeds: int, lengths: Sequence[int]) -> bool:
    """Walk one pack and print its table; whether all gates hold."""
    print(f"{name}: {len(world.storylets)} storylets, {len(world.endings)} endings")
    good = True
    everything: list[Story] = []
    for length in lengths:
        stories = [walk(world, general, policy=p, seed=s, length=length) for p in POLICIES for s in range(seeds)]
        print(f"  {length or 'endless'} turns, {len(stories)} stories")
        good = sum(not _show(row) for row in report(world, stories)) == 0 and good
        everything.extend(stories)
    storylets, endings = never_told(world, everything)
    few = len(storylets) <= 0.1 * len(world.storylets)
    good = _show(Row("storylets never told", ", ".join(storylets) or "none", few, "<= 10 %")) and good
    few = len(endings) <= 0.2 * len(world.endings)
    return _show(Row("endings never reached", ", ".join(endings) or "none", few, "<= 20 %")) and good


def _world(path: Path) -> World:
    file = path / "world.yaml" if path.is_dir() else path
    return load_world(file.read_bytes(), name=str(file))


def main() -> int:
    """The program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worlds", nargs="*", help="packs (files or folders), or `general`; all bundled ones by default")
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--turns", type=int, nargs="+", default=[20, 60], help="lengths of the contract; 0 is endless")
    options = parser.parse_args()
    general = load_world(GENERAL.read_bytes(), name=GENERAL.name)
    names = options.worlds or ["general", *(str(path.parent) for path in sorted(ROOT.glob("worlds/*/world.yaml")))]
    good = True
    for name in names:
        world = _world(Path(name)) if name != "general" else _bare(general)
        good = measure(name, world, general, seeds=options.seeds, lengths=options.turns) and good
    return 0 if good else 1


def _bare(general: World) -> World:
    """A world with nothing in it, so that only general storylets are told."""
    return replace(general, storylets=(), endings=(), callbacks=(), attempts=(), threads=())


if __name__ == "__main__":
    sys.exit(main())
