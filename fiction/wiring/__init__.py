"""The composition root: the only place where the parts of the game are put together."""
