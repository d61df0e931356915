"""Callbacks: sentences about a deed of the reader's from long ago; at most one in four turns, each deed once."""

from fiction.storytellers.storylets.page_draft import PageDraft
from fiction.storytellers.storylets.word_forms import capital

OLD_ENOUGH = 6
"""Turns since the deed."""
APART = 4
"""Turns between two callbacks."""


def call_back(page: PageDraft) -> str:
    """A sentence about the best remembered deed; empty where there is none."""
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
    """The key of the best recalled plan that can be called back; or empty."""
    at = {r.depth: key for key, r in page.tale.recollections.items() if r.depth <= page.depth - OLD_ENOUGH}
    return next((at[memory.depth] for memory in page.scene.recall.lexical if memory.depth in at), "")


def template(page: PageDraft) -> str:
    """A callback sentence that was not used yet; the world's own come before general ones."""
    own = len(page.deck.world.callbacks)
    unused = [i for i in range(len(page.deck.callbacks)) if f"callback#{i}" not in page.tale.told]
    first = [i for i in unused if i < own] or unused
    if not first:
        return ""
    index = page.dice("callback").choice(first)
    page.once(f"callback#{index}")
    return page.deck.callbacks[index]
