"""A scripted chat server, and storytellers that talk to it."""

from support.model_fixtures import address, server, storyteller

__all__ = ["address", "server", "storyteller"]
