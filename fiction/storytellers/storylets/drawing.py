"""Drawing the next storylet: the one that must follow, a hinge or climax that is due, else the best fit."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from fiction.story.reader import ENDLESS
from fiction.story.storylets import Storylet, StoryletKind
from fiction.storytellers.storylets.casting import cast
from fiction.storytellers.storylets.chance import gumbel
from fiction.storytellers.storylets.page_draft import PageDraft

LAST_TURNS = 4
"""Turns before the end of the story's length from which on a climax may come."""
HIGH_TENSION = 7


@dataclass(frozen=True, slots=True)
class Drawn:
    """A storylet with its cast."""

    storylet: Storylet
    cast: dict[str, str]
    follows: bool = False
    """It goes on with the running scene."""


def follow(page: PageDraft, goto: str) -> Drawn | None:
    """The storylet that a plan leads to, in the same scene; None where it can't be told."""
    storylet = page.deck.scenes.get(goto)
    if storylet is None or not _tellable(page, storylet):
        return None
    bound = cast(page, storylet, page.tale.cast)
    return None if bound is None else Drawn(storylet, bound, follows=True)


def draw(page: PageDraft) -> Drawn | None:
    """The next storylet of a new scene; None where nothing is left to tell."""
    deck, direction = page.deck, page.scene.direction
    if page.tale.ended:
        return _best(page, deck.general)
    if climax_due(page) and (climax := _best(page, _of_kind(page, StoryletKind.CLIMAX))):
        return climax
    if direction.act not in page.tale.hinged:
        hinge = _best(page, _of_kind(page, StoryletKind.HINGE))
        if hinge:
            return hinge
    own = [s for s in deck.own if s.kind in (StoryletKind.SCENE, StoryletKind.QUIET)]
    if _spare_own(page, own) and (filler := _best(page, deck.general)):
        return filler
    return _best(page, own) or _best(page, deck.general)


def climax_due(page: PageDraft) -> bool:
    """Whether the story should come to its climax now."""
    direction, turns = page.scene.direction, page.scene.settings.turns
    if not (direction.toward_ending or direction.must_end):
        return False
    return direction.must_end or turns == ENDLESS or turns - page.depth <= LAST_TURNS


def time_is_up(page: PageDraft) -> bool:
    """Whether the story's length is over and no climax can come any more: it ends here."""
    direction, turns = page.scene.direction, page.scene.settings.turns
    over = direction.must_end or (direction.toward_ending and turns != ENDLESS and page.depth >= turns)
    return over and not page.tale.ended


def _of_kind(page: PageDraft, kind: StoryletKind) -> list[Storylet]:
    return [storylet for storylet in page.deck.own if storylet.kind is kind]


def _spare_own(page: PageDraft, own: list[Storylet]) -> bool:
    """Whether a general storylet should come now, to make the world's own last until the end.

    Never two in a row, and not while a thread is due.
    """
    left = page.scene.settings.turns - page.depth
    if page.scene.settings.turns == ENDLESS or page.scene.direction.due_thread or page.depth - page.tale.filled < 2:
        return False
    act = page.scene.direction.act
    rest = sum(
        1 for s in own if not s.only_by_goto and s.id not in page.tale.told and (not s.acts or max(s.acts) >= act)
    )
    return page.dice("spare").random() < 1 - 1.6 * rest / left if left > 0 else False


def _best(page: PageDraft, storylets: Iterable[Storylet]) -> Drawn | None:
    """The best fit that can be cast."""
    eligible = [storylet for storylet in storylets if _eligible(page, storylet)]
    rng = page.dice("next")
    scores = [_score(page, storylet) + gumbel(rng) for storylet in eligible]
    for index in sorted(range(len(eligible)), key=lambda i: -scores[i]):
        bound = cast(page, eligible[index], {})
        if bound is not None:
            return Drawn(eligible[index], bound)
    return None


def _eligible(page: PageDraft, storylet: Storylet) -> bool:
    if (
        storylet.only_by_goto
        or not storylet.weight
        or (storylet.acts and page.scene.direction.act not in storylet.acts)
    ):
        return False
    last = max(page.tale.told.get(storylet.id, [0]), default=0)
    if last and (storylet.id == page.tale.storylet or page.depth - last < storylet.cooldown):
        return False
    return _tellable(page, storylet)


def _tellable(page: PageDraft, storylet: Storylet) -> bool:
    """Whether a storylet may be told now: its condition holds, a text is fresh, no line is crossed."""
    if storylet.once and storylet.id in page.tale.told:
        return False
    if not page.holds(storylet.when) or page.forbidden(storylet):
        return False
    return bool(page.fresh(storylet.id, storylet.bodies))


def _score(page: PageDraft, storylet: Storylet) -> float:
    """How well a storylet fits this turn; chance moves it by about one."""
    direction, tale = page.scene.direction, page.tale
    score = 1.2 * min(page.deck.specificity(storylet.when), 4) + math.log(max(storylet.weight, 1) / 10)
    score -= 0.35 * abs(storylet.tension - direction.tension)
    score += _thread_fit(page, storylet) + _leaning(page, storylet)
    if storylet.kind is StoryletKind.QUIET:
        score += 3.0 if tale.tension >= HIGH_TENSION else -0.5
    if direction.stalled:
        score += 0.3 * storylet.tension
    if storylet.place:
        place = page.deck.places.get(tale.place)
        score += 0.8 if storylet.place == tale.place else 0.4 if place and storylet.place in place.exits else 0.0
    last = max(tale.told.get(storylet.id, [0]), default=0)
    return score + (1.5 if not last else -8.0 / (page.depth - last))


def _thread_fit(page: PageDraft, storylet: Storylet) -> float:
    """How well a storylet serves the threads: the due one most; towards the end it should close, not open."""
    direction = page.scene.direction
    touched = {t for plan in storylet.plans if page.holds(plan.when) for t in (*plan.advances, *plan.pays)}
    pays = {t for plan in storylet.plans for t in plan.pays}
    score = 5.0 if direction.due_thread and direction.due_thread in touched else 0.0
    score += 0.7 * any(page.is_open(thread) for thread in touched)
    if direction.toward_ending:
        score += 2.5 * any(page.is_open(thread) for thread in pays)
        score -= 4.0 * any(not page.is_open(t) and t not in page.tale.paid for t in storylet.opens)
    return score


def _leaning(page: PageDraft, storylet: Storylet) -> float:
    """How well a storylet's plans suit the reader's leanings."""
    leanings = dict(page.scene.reader.leanings)
    if not leanings or not storylet.plans:
        return 0.0
    fits = [math.log(min(max(leanings.get(plan.approach, 1.0), 0.25), 4.0)) for plan in storylet.plans]
    return sum(fits) / len(fits)
