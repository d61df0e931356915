"""The page being written: one turn's scene and state, and the text, memories and changes of its telling."""

import random
from collections import ChainMap
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

from fiction.story.conditions import Situation, Value
from fiction.story.ledger import AddFact, LedgerOp, OpenThread, PutCast, SupersedeFact, ThreadStatus, TouchThread
from fiction.story.plan import Plan
from fiction.story.scene import Scene
from fiction.story.storylets import Body, Effect, Storylet, StoryletPlan
from fiction.story.world import Character
from fiction.storytellers.storylets.chance import dice
from fiction.storytellers.storylets.deck import Deck
from fiction.storytellers.storylets.slots import Names, fill
from fiction.storytellers.storylets.tale import Note, Tale
from fiction.storytellers.storylets.word_forms import paragraphs, stem, tokens

REST = 40
"""Turns before a text may be told again where nothing else is left."""


@dataclass(slots=True)
class PageDraft:
    """One turn in the making."""

    scene: Scene
    deck: Deck
    tale: Tale
    paragraphs: list[str] = field(default_factory=list)
    additions: list[tuple[Note, str]] = field(default_factory=list)
    """Sentences for the short-term memory, with their reasons."""
    ops: list[LedgerOp] = field(default_factory=list)
    plans: tuple[Plan, ...] = ()
    title: str = ""
    importance: int = 4
    ending: str = ""
    _here: dict[str, Value] = field(init=False)
    _situation: Situation = field(init=False)

    @property
    def depth(self) -> int:
        """Depth of the turn."""
        return self.scene.depth

    def dice(self, salt: str) -> random.Random:
        """A generator for one purpose, the same whenever this turn is told again."""
        return dice(self.scene.settings.seed, self.depth, self.tale.path, salt)

    # --- conditions ---

    def __post_init__(self) -> None:
        """Make the situation for conditions, a live view of the state."""
        direction, tale = self.scene.direction, self.tale
        self._here = {
            "act": direction.act,
            "turn": self.depth,
            "tension": round(direction.tension),
            "place": tale.place,
            "opening": tale.opening,
        }
        closed = {t.id for t in self.scene.ledger.threads if t.status is ThreadStatus.PAID}
        self._situation = Situation(
            ChainMap(self._here, cast(dict[str, Value], tale.qualities)),
            {
                "seen": tale.told.__contains__,
                "did": tale.done.__contains__,
                "met": tale.met.__contains__,
                "paid": lambda thread: thread in tale.paid or thread in closed,
                "open": self.is_open,
            },
        )

    def holds(self, when: str) -> bool:
        """Whether a condition holds now."""
        return not when or self.deck.holds(when, self._situation)

    def is_open(self, thread: str) -> bool:
        """Whether a thread is set up and not yet paid."""
        if thread in self.tale.paid:
            return False
        return thread in self.tale.opened or any(t.id == thread for t in self.scene.ledger.open_threads)

    # --- text ---

    def fill(self, text: str, **more: str) -> str:
        """The text with its slots filled for the running scene."""
        roles = {role: self.deck.characters[who] for role, who in self.tale.cast.items() if who in self.deck.characters}
        place = self.deck.places.get(self.tale.place)
        return fill(text, Names(self.scene.reader.name, place.name if place else "", roles, more))

    def say(self, text: str, **more: str) -> None:
        """Add text to the page, paragraph by paragraph."""
        self.paragraphs.extend(paragraphs(self.fill(text, **more)))

    def fresh(self, key: str, bodies: tuple[Body, ...]) -> list[int]:
        """Indexes of the variants that may be told: their condition holds and they were not told, or long ago."""
        told = self.tale.told.get(key, [])
        depths = [told[i] if i < len(told) else 0 for i in range(len(bodies))]
        holding = [
            i for i, body in enumerate(bodies) if (not depths[i] or self._rested(depths[i])) and self.holds(body.when)
        ]
        return [i for i in holding if not depths[i]] or holding

    def _rested(self, told: int) -> bool:
        return self.depth - told >= REST

    def tired(self, key: str) -> bool:
        """Whether a plan was taken too lately to be told again."""
        return key in self.tale.done and not self._rested(self.tale.done[key])

    def draw(self, key: str, bodies: tuple[Body, ...], *, insist: bool = False) -> str:
        """A fresh variant of the greatest specificity, marked as told; empty where none is fresh.

        With `insist` then the one told longest ago.
        """
        choices = self.fresh(key, bodies)
        told = self.tale.told.setdefault(key, []) if choices or insist else []
        told.extend([0] * (len(bodies) - len(told)) if choices or insist else [])
        if not choices and insist:
            choices = [i for i, body in enumerate(bodies) if self.holds(body.when)]
        if not choices:
            return ""
        oldest = min(told[i] for i in choices)
        best = max(self.deck.specificity(bodies[i].when) for i in choices if told[i] == oldest)
        tied = [i for i in choices if told[i] == oldest and self.deck.specificity(bodies[i].when) == best]
        index = self.dice(f"draw {key}").choice(tied)
        told[index] = self.depth
        return bodies[index].text

    def once(self, key: str) -> bool:
        """Whether a key is new in this story; it is marked as told."""
        if key in self.tale.told:
            return False
        self.tale.told[key] = [self.depth]
        return True

    # --- what the telling changes ---

    def remember(self, text: str, kind: str, why: str, threads: Iterable[str] = ()) -> None:
        """Add a sentence to the short-term memory."""
        for line in paragraphs(self.fill(text)):
            note = Note(line, self.depth, kind, self.tale.scene, self.tale.title, tuple(threads))
            self.additions.append((note, why))

    def affect(self, effects: Iterable[Effect]) -> None:
        """Change qualities, within their bounds."""
        bounds = {quality.id: quality for quality in self.deck.world.qualities}
        for effect in effects:
            old = self.tale.qualities.get(effect.quality, 0)
            new = effect.amount if effect.sets else old + effect.amount
            quality = bounds.get(effect.quality)
            self.tale.qualities[effect.quality] = min(max(new, quality.minimum), quality.maximum) if quality else new

    def open_threads(self, threads: Iterable[str]) -> None:
        """Open threads that the pack declares."""
        for thread in threads:
            seed = self.deck.threads.get(thread)
            if seed is None or self.is_open(thread) or thread in self.tale.paid:
                continue
            self.tale.opened.append(thread)
            self.ops.append(OpenThread(thread, self.fill(seed.setup), self.fill(seed.payoff)))
            self.remember(seed.setup, "thread", "this is open now, and wants an answer", (thread,))

    def touch_threads(self, plan: StoryletPlan) -> None:
        """Advance and pay the threads of a plan."""
        for thread in plan.advances:
            if self.is_open(thread):
                self.ops.append(TouchThread(thread, ThreadStatus.ADVANCED))
        for thread in plan.pays:
            if self.is_open(thread):
                self.ops.append(TouchThread(thread, ThreadStatus.PAID))
                self.tale.paid.append(thread)
                self.tale.opened = [t for t in self.tale.opened if t != thread]

    def establish(self, facts: Iterable[tuple[str, str, str]]) -> None:
        """Put facts in the ledger, in place of former ones of the same subject and relation."""
        standing = {(f.subject, f.relation): f.object for f in self.scene.ledger.facts}
        for fact in facts:
            subject, relation, thing = map(self.fill, fact)
            known = standing.get((subject, relation))
            if known != thing:
                self.ops.append((AddFact if known is None else SupersedeFact)(subject, relation, thing))

    def go(self, place: str) -> None:
        """Bring the reader to a place of the world."""
        if place in self.deck.places and place != self.tale.place:
            self.tale.place, self.tale.moved = place, self.depth
            self._here["place"] = place

    def meet(self, cast: dict[str, str]) -> None:
        """Set the cast of the running scene."""
        self.tale.cast = cast
        place = self.deck.places.get(self.tale.place)
        for who in cast.values():
            someone = self.deck.characters[who]
            self.tale.met[who] = self.depth
            self.ops.append(PutCast(capitalised(someone), someone.role, place.name if place else ""))

    # --- the reader's lines ---

    def forbidden(self, scene: Storylet | StoryletPlan) -> bool:
        """Whether telling this would cross one of the reader's lines."""
        lines = [set(map(stem, tokens(line))) for line in self.scene.reader.lines]
        return any(line and line <= self.deck.words(scene) for line in lines)


def capitalised(someone: Character) -> str:
    """A character's name with a capital, as in a list."""
    return someone.name[:1].upper() + someone.name[1:]
