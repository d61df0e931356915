"""The sentences of the director, from directions.md: one a line, under the heading they belong to."""

from functools import cache
from pathlib import Path
from string import Template


def directions(heading: str) -> tuple[str, ...]:
    """All sentences under a heading, in their order."""
    return _by_heading()[heading]


def direction(heading: str, **values: str) -> str:
    """The one sentence under a heading, with its `$fields` filled."""
    (sentence,) = directions(heading)
    return Template(sentence).substitute(values)


@cache
def _by_heading() -> dict[str, tuple[str, ...]]:
    text = Path(__file__).with_suffix(".md").read_text(encoding="utf-8")
    sections = (section.splitlines() for section in text.split("## ")[1:])
    return {heading.strip(): tuple(line for line in lines if line) for heading, *lines in sections}
