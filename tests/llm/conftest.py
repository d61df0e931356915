"""A scripted chat server, storytellers that talk to it, and servers as the setup meets them."""

from setup.conftest import machine

from support.model_fixtures import address, server, storyteller

__all__ = ["address", "machine", "server", "storyteller"]
