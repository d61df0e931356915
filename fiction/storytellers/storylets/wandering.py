"""Places, people and lore of the world for its general storylets."""

from fiction.story.storylets import Storylet
from fiction.story.world import Lore
from fiction.storytellers.storylets.deck import ARRIVING, HEARSAY
from fiction.storytellers.storylets.page_draft import PageDraft, capitalised

STAY = 4
"""Turns that general storylets stay at a place."""
LORE_EVERY = 4
"""About one in so many general storylets has a piece of lore."""


def wander(page: PageDraft, storylet: Storylet) -> None:
    """Bring the reader to another place before a general storylet, if it is time to move on."""
    if storylet.place or page.depth - page.tale.moved < STAY or not page.deck.places:
        return
    here = page.deck.places.get(page.tale.place)
    exits = [place for place in (here.exits if here else ()) if place in page.deck.places]
    choices = exits or [place for place in page.deck.places if place != page.tale.place]
    if not choices:
        return
    page.go(page.dice("wander").choice(sorted(choices)))
    way = page.deck.services.get(ARRIVING)
    arrival = page.draw(ARRIVING, way.bodies, insist=True) if way else ""
    place = page.deck.places[page.tale.place]
    description = place.description if page.once(f"place {place.id}") else ""
    page.say(f"{arrival} {description}".strip())


def introduce(page: PageDraft, before: frozenset[str]) -> None:
    """Introduce the first of the scene who was not met `before`, in the text and in the memory."""
    for who in page.tale.cast.values():
        someone = page.deck.characters[who]
        role = someone.role.strip().rstrip(".")
        if who in before or not role or who not in page.deck.named or not page.once(f"person {who}"):
            continue
        part = role if role.startswith(("your ", "a ", "an ")) else f"the {role.removeprefix('the ')}"
        name = capitalised(someone)
        sayings = (f"{name} is {part} here.", f"They all know {name} here: {part}.", f"This is {name}, {part}.")
        page.paragraphs.append(page.dice(f"introduce {who}").choice(sayings))
        page.remember(f"You met {name}, {part}.", "deed", "you may meet again")
        return


def overhear(page: PageDraft) -> None:
    """Now and then tell a piece of the world's lore, each once a story."""
    lead = page.deck.services.get(HEARSAY)
    rng = page.dice("hearsay")
    if lead is None or rng.random() * LORE_EVERY > 1:
        return
    fresh = [lore for lore in page.deck.world.lore if _tellable(page, lore)]
    if fresh:
        lore = rng.choice(fresh)
        page.once(f"lore {lore.id}")
        page.say(f"{page.draw(HEARSAY, lead.bodies, insist=True)} {lore.text}")


def _tellable(page: PageDraft, lore: Lore) -> bool:
    return not lore.secret and f"lore {lore.id}" not in page.tale.told and len(lore.text.split()) <= 60
