"""Limits on a file's size and structure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits for one kind of file. The defaults are for packs: whole worlds, from strangers."""

    max_bytes: int = 4_000_000
    max_depth: int = 16
    """The most nested lists and mappings."""
    max_values: int = 100_000
    max_scalar: int = 40_000
    """Characters of one text."""
    max_key: int = 200
    tabs: bool = False
    """Whether tabs are allowed as in YAML; then only PyYAML's own parser reads the file."""
    word_keys: bool = False
    """Whether to refuse keys that could be read as a number or null."""
    decimal: bool = False
    """Whether only decimal numbers count as numbers: writers of YAML 1.1 leave the texts `0o17` and `1e3` unquoted."""
    untyped: bool = False
    """Whether every scalar stays text (the failsafe schema, YAML 1.2.2 section 10.1)."""


PACK = Limits()
