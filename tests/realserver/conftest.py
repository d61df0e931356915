"""A real llama.cpp server with a model that has learned nothing, started for the tests that ask for it."""

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

PARALLEL = 2
BINARY, MODEL = os.environ.get("FICTION_REAL_SERVER", ""), os.environ.get("FICTION_REAL_MODEL", "")
SMALL_MODEL = os.environ.get("FICTION_SMALL_MODEL", "")
"""A small model that has learned English; empty where nobody asked for the tests with it."""


def serve(context: int, *, model: str = "", slots: int = PARALLEL) -> Iterator[str]:
    """A running server with so much context for each of its slots; its base URL."""
    assert BINARY, "FICTION_REAL_SERVER names no llama-server: run bench/real_server.sh"
    model = model or MODEL or str(Path(BINARY).parent.parent / "tiny-bigram.gguf")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    size = str(context * slots)
    command = [
        BINARY,
        "-m",
        model,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "-c",
        size,
        "-np",
        str(slots),
        "-t",
        "1",  # more threads than free cores make it many times slower
        "--jinja",
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until_healthy(f"http://127.0.0.1:{port}/health", server)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait(10)


def until_healthy(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server did not come up")


@pytest.fixture(scope="module")
def roomy() -> Iterator[str]:
    yield from serve(16384)


@pytest.fixture(scope="module")
def cramped() -> Iterator[str]:
    yield from serve(2048)
