"""How much a file may hold."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one kind of file. The defaults are for packs, which come from strangers and hold whole worlds."""

    max_bytes: int = 4_000_000
    max_depth: int = 16
    """How many lists and mappings may stand in one another."""
    max_values: int = 100_000
    max_scalar: int = 40_000
    """Characters of one text."""
    max_key: int = 200
    tabs: bool = False
    """Whether tabs may stand where YAML lets them; then only PyYAML's own parser reads the file."""
    word_keys: bool = False
    """Whether a key that could be read as a number or as nothing is refused."""
    decimal: bool = False
    """Whether only decimal numbers are numbers: programs that wrote YAML 1.1 left `0o17` and `1e3` without quotes."""
    untyped: bool = False
    """Whether every scalar stays the text that was written (the failsafe schema, YAML 1.2.2 section 10.1)."""


PACK = Limits()
