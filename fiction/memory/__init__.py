"""The long-term memory: an index over the save in two arms, BM25 and vectors, that can be built again at any time."""

import logging
from contextlib import suppress

logging.getLogger(__name__).addHandler(logging.NullHandler())  # without it, Python prints warnings over the screen


def warm() -> None:
    """Import what recall will need (about a second or two); for a daemon thread. Never raises."""
    from fiction.memory.chroma_import import ChromaMissing, import_chroma

    with suppress(ChromaMissing):
        import_chroma()
