"""Widgets for the screens; each has its own styles."""
