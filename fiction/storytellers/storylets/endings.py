"""Endings: choosing one, its last page, and the epilogue about the reader's deeds."""

from collections.abc import Iterator

from fiction.story.storylets import Body
from fiction.story.world import Ending
from fiction.storytellers.storylets.callbacks import template
from fiction.storytellers.storylets.page_draft import PageDraft
from fiction.storytellers.storylets.word_forms import capital

ANY = "*"
LEAST_LINES, MOST_LINES = 3, 5

PLAIN = Ending("the-end", "The end", bodies=("This is where the story lets you go. What you did in it stays done.",))
"""The ending where neither the world nor the general storylets have one."""


def choose(page: PageDraft, ending: str) -> Ending:
    """The ending of that id; for `*` or an unknown id the fitting one of greatest priority."""
    named = next((e for e in page.deck.endings if e.id == ending), None)
    if named:
        return named
    for endings in (page.deck.endings, page.deck.general_endings):
        if fitting := [e for e in endings if page.holds(e.when)]:
            best = max((e.priority, page.deck.specificity(e.when)) for e in fitting)
            tied = [e for e in fitting if (e.priority, page.deck.specificity(e.when)) == best]
            return page.dice("ending").choice(tied)
    return PLAIN


def tell(page: PageDraft, ending: str) -> None:
    """Write the last page."""
    chosen = choose(page, ending)
    page.ending = chosen.id
    page.title = page.fill(chosen.title)
    page.importance = 10
    bodies = chosen.bodies or next((e.bodies for e in page.deck.general_endings), ()) or PLAIN.bodies
    page.say(page.draw(f"ending {chosen.id}", tuple(map(Body, bodies)), insist=True))
    page.paragraphs.extend(_epilogue(page))
    page.remember(f"The story came to its end: {page.title}.", "note", "this is how it ended")
    page.tale.ended = chosen.id
    page.tale.storylet = ""


def _epilogue(page: PageDraft) -> list[str]:
    """The weightiest lines whose conditions hold, in the order of the pack, in paragraphs of two or three."""
    lines = [line for line in page.deck.world.epilogue if page.holds(line.when)]
    rng = page.dice("epilogue")
    ranked = sorted(lines, key=lambda line: (-line.weight, rng.random()))[:MOST_LINES]
    told = [capital(" ".join(page.fill(line.text).split())) for line in lines if line in ranked]
    told = list(filter(None, told))
    told.extend(_remembered(page, LEAST_LINES - len(told)))
    middle = (len(told) + 1) // 2 if len(told) > LEAST_LINES else len(told)
    return [" ".join(part) for part in (told[:middle], told[middle:]) if part]


def _remembered(page: PageDraft, missing: int) -> Iterator[str]:
    """General lines about deeds that were never called back, for an epilogue that is too short."""
    deeds = sorted(page.tale.recollections.values(), key=lambda r: (-r.importance, r.depth))
    for deed in deeds[: max(missing, 0)]:
        if line := template(page):
            yield capital(page.fill(line, recollection=deed.text))
