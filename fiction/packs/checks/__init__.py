"""Checks of a pack beyond its schema: references, expressions and slots in its texts."""
