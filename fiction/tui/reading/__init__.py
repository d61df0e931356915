"""The reading screen and what opens from it."""
