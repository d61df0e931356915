"""Bringing back something that the reader did long ago: at most once in four turns, each thing once."""

from fiction.storytellers.storylets.page_draft import PageDraft
from fiction.storytellers.storylets.word_forms import capital

OLD_ENOUGH = 6
"""Turns since the deed."""
APART = 4
"""Turns between two callbacks."""


def call_back(page: PageDraft) -> str:
    """A sentence that brings the best remembered deed back; empty where there is none to bring."""
    if page.depth - page.tale.called < APART:
        return ""
    key = _deed(page)
    line = template(page) if key else ""
    if not line:
        return ""
    page.tale.called = page.depth
    recollection = page.tale.recollections.pop(key).text
    return capital(page.fill(line, recollection=recollection))


def _deed(page: PageDraft) -> str:
    """The plan whose telling long-term memory gave back, the best first."""
    at = {r.depth: key for key, r in page.tale.recollections.items() if r.depth <= page.depth - OLD_ENOUGH}
    return next((at[memory.depth] for memory in page.scene.recall.lexical if memory.depth in at), "")


def template(page: PageDraft) -> str:
    """One of the world's sentences that was not used yet; the general ones come after its own."""
    own = len(page.deck.world.callbacks)
    unused = [i for i in range(len(page.deck.callbacks)) if f"callback#{i}" not in page.tale.told]
    first = [i for i in unused if i < own] or unused
    if not first:
        return ""
    index = page.dice("callback").choice(first)
    page.once(f"callback#{index}")
    return page.deck.callbacks[index]
