"""The long-term memory: an index of the save for two searches, BM25 and vectors; it can be rebuilt at any time."""

import logging
from contextlib import suppress

logging.getLogger(__name__).addHandler(logging.NullHandler())  # without it, Python prints warnings over the screen


def warm() -> None:
    """Import the libraries for recall (about a second or two); call in a daemon thread. Never raises."""
    from fiction.memory.chroma_import import ChromaMissing, import_chroma

    with suppress(ChromaMissing):
        import_chroma()
