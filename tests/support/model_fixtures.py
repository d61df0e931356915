"""A scripted chat server, and storytellers that talk to it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from fiction.storytellers.model import ModelStoryteller, ServerSettings
from support.model_server import ModelServer

KEY = "sk-verysecret123"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer().running() as running:
        yield running


@pytest.fixture
async def storyteller(server: ModelServer) -> AsyncIterator[ModelStoryteller]:
    teller = ModelStoryteller(ServerSettings(server.url, "tiny", KEY, stall_timeout=0.3))
    yield teller
    await teller.close()


@pytest.fixture
def address(server: ModelServer) -> str:
    return server.url.removeprefix("http://").removesuffix("/v1")
