"""A world's cover: ASCII art that fits a small terminal."""

from typing import Final

MAX_COLUMNS: Final = 60
MAX_LINES: Final = 16


def read_cover(text: str) -> str:
    """The cover, stripped of blank lines around it and blanks at line ends.

    Raises:
        ValueError: it is too large or not ASCII; the message completes a sentence that begins with the file's name.
    """
    lines = [line.rstrip(" \r") for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    if not all(" " <= char <= "~" for line in lines for char in line):
        raise ValueError("should be ASCII art: letters, digits and signs of a plain keyboard, no tabs")
    if (width := max(map(len, lines), default=0)) > MAX_COLUMNS:
        raise ValueError(f"is {width} columns wide; the limit is {MAX_COLUMNS}")
    if len(lines) > MAX_LINES:
        raise ValueError(f"is {len(lines)} lines high; the limit is {MAX_LINES}")
    return "\n".join(lines)
