"""Whatever world is handed in and whatever the reader does, the built-in storyteller tells on."""

import json
import random
from collections.abc import Callable
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from fiction.story.memory import SHORT_TERM_SENTENCES, SHORT_TERM_WORDS, Recall, Recalled
from fiction.story.plan import Approach, Choice, ChoiceKind
from fiction.story.reader import ReaderProfile
from fiction.story.scene import Direction
from fiction.story.storylets import Body, Echo, Effect, Quality, Role, Storylet, StoryletKind, StoryletPlan
from fiction.story.turn import Turn
from fiction.story.world import Character, Ending, EpilogueLine, Lore, Opening, Place, ThreadSeed, World
from support.offline_world import GENERAL, Walk

IDS = ("a", "b", "c", "d")
REFS = (*IDS, "nowhere", "")
WHEN = (
    "",
    "",
    "q >= 1",
    "not seen('a')",
    "did('a/x')",
    "met('b') or open('a')",
    "((",
    "paid('a') and act > 1",
    "turn * 2 > 9",
)
TEXT = (
    "",
    "{role} waits, and {role.they} waits on.",
    "It rains.\n\n\nIt rains on {place}.",
    "{you} {nobody} {",
    "“{other.them}?” it says.",
)
T = TypeVar("T")
MOVES = (0, 1, 2, None, "", "I take the lamp", "Why?", "\x07{you}", "the sky falls", "\n\n“")


class Maker:
    """Makes odd but valid worlds from a seed; drawing every field with Hypothesis would take minutes."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.pick = self.rng.choice

    def some(self, make: Callable[[], T], most: int) -> tuple[T, ...]:
        return tuple(make() for _ in range(self.rng.randint(0, most)))

    def refs(self) -> tuple[str, ...]:
        return self.some(lambda: self.pick(REFS), 2)

    def bodies(self) -> tuple[Body, ...]:
        return self.some(lambda: Body(self.pick(TEXT), self.pick(WHEN)), 3)

    def effects(self) -> tuple[Effect, ...]:
        return self.some(lambda: Effect(self.pick("qr"), self.rng.randint(-9, 9), self.pick((True, False))), 2)

    def plan(self, name: str) -> StoryletPlan:
        return StoryletPlan(
            name,
            self.pick(("Take the lamp", "Pay {role}", "Sing", "")),
            approach=self.pick(list(Approach)),
            when=self.pick(WHEN),
            outcome=self.bodies(),
            effects=self.effects(),
            memory=self.pick(TEXT),
            recollection=self.pick(("", "the lamp {role} took")),
            facts=self.some(lambda: ("{role}", "holds", "{place}"), 1),
            opens=self.refs(),
            advances=self.refs(),
            pays=self.refs(),
            goto=self.pick(REFS),
            ending=self.pick(("", "", "", "a", "*", "nowhere")),
            place=self.pick(REFS),
        )

    def plans(self) -> tuple[StoryletPlan, ...]:
        return tuple(self.plan(name) for name in "xyzw"[: self.rng.randint(0, 4)])

    def storylet(self, name: str) -> Storylet:
        return Storylet(
            name,
            self.pick(("", "A title")),
            self.pick(list(StoryletKind)),
            acts=self.pick(((), (1,), (2, 3))),
            when=self.pick(WHEN),
            weight=self.rng.randint(0, 20),
            once=self.pick((True, False)),
            cooldown=self.rng.randint(0, 9),
            tension=self.rng.randint(0, 10),
            place=self.pick(REFS),
            only_by_goto=self.rng.random() < 0.2,
            roles=self.some(lambda: Role(self.pick(("role", "other")), self.refs()), 2),
            bodies=self.bodies(),
            echoes=self.some(lambda: Echo(self.pick(WHEN), self.pick(TEXT)), 2),
            plans=self.plans(),
            note=self.pick(TEXT),
            effects=self.effects(),
            opens=self.refs(),
        )

    def opening(self, name: str) -> Opening:
        return Opening(
            name,
            "An opening",
            self.pick(TEXT),
            place=self.pick(REFS),
            memory=self.pick(TEXT),
            plans=self.plans(),
            effects=self.effects(),
            threads=self.refs(),
        )

    def names(self, most: int = 4) -> str:
        return "abcd"[: self.rng.randint(0, most)]

    def world(self) -> World:
        return World(
            "w",
            "1",
            "W",
            "S",
            "A setting that is long enough to be told.",
            characters=tuple(
                Character(n, self.pick(("Imre", "The Oda", "{x}")), place=self.pick(REFS)) for n in self.names()
            ),
            places=tuple(Place(n, self.pick(("The Quay", "there")), exits=self.refs()) for n in self.names()),
            lore=tuple(Lore(n, (), self.pick(TEXT)) for n in self.names(2)),
            threads=tuple(ThreadSeed(n, "It is open.") for n in self.names()),
            openings=tuple(self.opening(n) for n in ("a", "o")[: self.rng.randint(0, 2)]),
            endings=tuple(
                Ending(n, "The End", self.pick(WHEN), bodies=tuple(b.text for b in self.bodies())) for n in self.names()
            ),
            epilogue=self.some(lambda: EpilogueLine(self.pick(WHEN), self.pick(TEXT)), 6),
            qualities=(Quality("q"),),
            storylets=tuple(self.storylet(n) for n in self.names()),
            attempts=self.pick(((), ((Approach.BOLD, ("You {act}.",)),))),
            callbacks=self.pick(((), ("{recollection} again.",))),
        )


SEEDS = st.integers(0, 2**32)
PLAYED = st.lists(st.sampled_from(MOVES), min_size=1, max_size=12)


def choice(turn: Turn, move: int | str | None) -> Choice:
    if move is None or (isinstance(move, int) and not turn.plans):
        return Choice(ChoiceKind.CONTINUE)
    if isinstance(move, str):
        return (
            Choice(ChoiceKind.EDITED, move, turn.plans[0])
            if turn.plans and not move
            else Choice(ChoiceKind.WRITTEN, move)
        )
    plan = turn.plans[move]
    return Choice(ChoiceKind.OFFERED, plan.label, plan)


@settings(max_examples=40, deadline=None)
@given(
    seed=SEEDS,
    general=st.sampled_from([None, GENERAL]),
    moves=PLAYED,
    length=st.sampled_from([0, 4, 20]),
    lines=st.sampled_from([(), ("rains",), ("",)]),
)
def test_any_world_is_told_whole(
    seed: int, general: World | None, moves: list[int | str | None], length: int, lines: tuple[str, ...]
) -> None:
    walk = Walk(world=Maker(seed).world(), general=general, turns=length, reader=ReaderProfile(lines=lines))
    turn = walk.begin()
    for move in moves:
        walk.recall = Recall(lexical=tuple(Recalled(t.id, t.depth, "") for t in walk.turns))
        turn = walk.play(choice(turn, move))
        assert turn.passage.strip() == turn.passage != ""
        assert not set("{}\x00") & set(turn.passage + turn.memory)
        assert "\n\n\n" not in turn.passage
        assert len(turn.plans) == (0 if turn.ending else 3)
        assert all(plan.label for plan in turn.plans)
        assert len(turn.memory.split()) <= SHORT_TERM_WORDS
        assert len(json.loads(turn.state)["notes"]) <= SHORT_TERM_SENTENCES


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, moves=PLAYED)
def test_any_world_is_told_the_same_again(seed: int, moves: list[int | str | None]) -> None:
    world = Maker(seed).world()
    stories = []
    for _ in range(2):
        walk = Walk(world=world, seed=seed)
        turn = walk.begin()
        for move in moves:
            turn = walk.play(choice(turn, move))
        stories.append([(t.passage, t.memory, t.plans, t.state) for t in walk.turns])
    assert stories[0] == stories[1]


@given(seed=SEEDS, moves=PLAYED)
@settings(max_examples=15, deadline=None)
def test_a_story_that_must_end_ends_within_a_few_turns(seed: int, moves: list[int | str | None]) -> None:
    walk = Walk(world=Maker(seed).world())
    turn = walk.begin()
    for move in moves:
        if turn.ending:
            return
        turn = walk.play(choice(turn, move))
    walk.direct = Direction(act=3, progress=1.2, toward_ending=True, must_end=True)
    for _ in range(8):
        if turn.ending:
            return
        turn = walk.play(choice(turn, 0))
    assert turn.ending
