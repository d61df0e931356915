"""Themes: three of the game's own, and the terminal's colours."""

from textual.theme import Theme

PAPER = Theme(
    name="paper",
    primary="#7a4b2b",
    secondary="#5d6b57",
    accent="#9c3d2a",
    foreground="#2b2622",
    background="#f7f3ea",
    surface="#efe9dc",
    panel="#e6decd",
    success="#4d6b3c",
    warning="#8a5a00",
    error="#9b2c2c",
    dark=False,
    variables={
        "block-cursor-background": "#e6d9c2",
        "block-cursor-foreground": "#2b2622",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#efe7d6",
        "block-cursor-blurred-foreground": "#2b2622",
        "input-selection-background": "#7a4b2b 25%",
        "border": "#7a4b2b",
        "border-blurred": "#cfc3ad",
        "scrollbar": "#d9cfba",
        "scrollbar-background": "#f7f3ea",
    },
)

NIGHT = Theme(
    name="night",
    primary="#8fb0d9",
    secondary="#a5b89c",
    accent="#e0b070",
    foreground="#d6d3cb",
    background="#14171c",
    surface="#1b1f26",
    panel="#242a33",
    success="#9cc58a",
    warning="#e3bd6e",
    error="#e58a85",
    dark=True,
    variables={
        "block-cursor-background": "#2b3442",
        "block-cursor-foreground": "#f1eee6",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#20262f",
        "block-cursor-blurred-foreground": "#d6d3cb",
        "input-selection-background": "#8fb0d9 30%",
        "border": "#8fb0d9",
        "border-blurred": "#333b47",
        "scrollbar": "#333b47",
        "scrollbar-background": "#14171c",
    },
)

SEPIA = Theme(
    name="sepia",
    primary="#d9a566",
    secondary="#b6a583",
    accent="#e7c07b",
    foreground="#e4d5bb",
    background="#241c15",
    surface="#2d241b",
    panel="#382d22",
    success="#b3bd7a",
    warning="#e8b65a",
    error="#e39078",
    dark=True,
    variables={
        "block-cursor-background": "#46382a",
        "block-cursor-foreground": "#f7ead2",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#33291f",
        "block-cursor-blurred-foreground": "#e4d5bb",
        "input-selection-background": "#d9a566 30%",
        "border": "#d9a566",
        "border-blurred": "#4a3c2d",
        "scrollbar": "#4a3c2d",
        "scrollbar-background": "#241c15",
    },
)

OURS = (NIGHT, PAPER, SEPIA)
ROUND = ("night", "paper", "sepia", "ansi-dark", "ansi-light")
"""The themes for Ctrl+T, in order; the last two use the terminal's colours."""


def after(theme: str) -> str:
    """The next theme in `ROUND`."""
    return ROUND[(ROUND.index(theme) + 1) % len(ROUND)] if theme in ROUND else ROUND[0]
