"""Casting the roles of a storylet: people already met and at hand first, nobody in two roles."""

import random

from fiction.story.storylets import Role, Storylet
from fiction.story.world import Character
from fiction.storytellers.storylets.deck import ABSENT
from fiction.storytellers.storylets.page_draft import PageDraft

FEW = 4
"""Acquaintances below which a new face is as welcome as a known one."""


def cast(page: PageDraft, storylet: Storylet, kept: dict[str, str]) -> dict[str, str] | None:
    """Role to character id, with the scene's earlier bindings kept; None where a role finds nobody."""
    rng = page.dice(f"cast {storylet.id}")
    place = storylet.place or page.tale.place
    open_roles = [role for role in storylet.roles if role.name not in kept]
    ranked = {role.name: _ranked(page, role, place, rng) for role in open_roles}
    order = sorted(ranked, key=lambda name: len(ranked[name]))
    bound = _bind(order, ranked, frozenset(kept.values()))
    return None if bound is None else kept | bound


def _bind(order: list[str], ranked: dict[str, list[str]], taken: frozenset[str]) -> dict[str, str] | None:
    """The first assignment that has no person twice; scarce roles are filled first."""
    if not order:
        return {}
    for who in ranked[order[0]]:
        if who in taken:
            continue
        rest = _bind(order[1:], ranked, taken | {who})
        if rest is not None:
            return {order[0]: who} | rest
    return None


def _ranked(page: PageDraft, role: Role, place: str, rng: random.Random) -> list[str]:
    """Candidates for a role, the best first."""
    able = [someone for someone in page.deck.characters.values() if _may(someone, role)]
    anybody = not role.who and not role.tags
    scores = {someone.id: _fit(page, someone, place, anybody=anybody) + 3 * rng.random() for someone in able}
    return sorted(scores, key=lambda who: -scores[who])[:6]


def _may(someone: Character, role: Role) -> bool:
    if role.who:
        return someone.id in role.who
    if role.tags:
        return set(role.tags) <= set(someone.tags)
    return ABSENT.isdisjoint((*someone.tags, someone.role.lower()))


def _fit(page: PageDraft, someone: Character, place: str, *, anybody: bool) -> float:
    """How well a character suits: known people come back, but not always the same where anybody would do."""
    met = page.tale.met.get(someone.id)
    score = 0.0
    if someone.place:
        score += 2.0 if someone.place == place else -0.5
    if met is None:
        return score
    few = anybody and len(page.tale.met) < FEW
    score += 0.5 if few else 2.5
    return score - 4.0 / (page.depth - met) if anybody and page.depth > met else score
