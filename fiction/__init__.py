"""Personalised interactive fiction in the terminal, after RecurrentGPT (arXiv 2305.13304)."""

__version__ = "0.1.0"
