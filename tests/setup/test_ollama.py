"""Downloads through Ollama."""

import json
import threading
from contextlib import aclosing
from http.server import BaseHTTPRequestHandler

import pytest
from setup.conftest import Answer, Machine, reply

from fiction.engine.setup import FoundServer, Pulling
from fiction.errors import FictionError
from fiction.setup.ollama import pull

LAYERS = (
    {"status": "pulling manifest"},
    {"status": "pulling aaa", "digest": "aaa", "total": 100},
    {"status": "pulling aaa", "digest": "aaa", "total": 100, "completed": 60},
    {"status": "pulling aaa", "digest": "aaa", "total": 100, "completed": 100},
    {"status": "pulling bbb", "digest": "bbb", "total": 10, "completed": 10},
    {"status": "verifying sha256 digest"},
    {"status": "success"},
)


def lines(*said: object, status: int = 200) -> Answer:
    body = b"".join(each if isinstance(each, bytes) else json.dumps(each).encode() + b"\n" for each in said)
    return reply(body, status, "application/x-ndjson")


def there(machine: Machine) -> FoundServer:
    return FoundServer(machine.base_url, "Ollama")


async def all_of(machine: Machine, model: str = "gemma4:12b") -> list[Pulling]:
    return [each async for each in pull(there(machine), model)]


async def test_progress_is_that_of_all_layers_together(machine: Machine) -> None:
    machine.answers["POST /api/pull"] = lines(*LAYERS)
    seen = await all_of(machine)
    assert [(each.done, each.total) for each in seen] == [
        (0, 0), (0, 100), (60, 100), (100, 100), (110, 110), (110, 110), (110, 110),
    ]  # fmt: skip
    assert seen[-1].status == "success"
    assert json.loads(machine.bodies[0]) == {"model": "gemma4:12b", "stream": True}


async def test_closing_stops_it_and_asking_again_goes_on(machine: Machine) -> None:
    stopped = threading.Event()

    def slowly(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for done in range(10_000):
            line = {"status": "pulling aaa", "digest": "aaa", "total": 10_000, "completed": done}
            try:
                handler.wfile.write(json.dumps(line).encode() + b"\n")
                handler.wfile.flush()
            except OSError:
                stopped.set()
                raise
            stopped.wait(0.005)

    machine.answers["POST /api/pull"] = slowly
    async with aclosing(pull(there(machine), "gemma4:12b")) as download:
        async for each in download:
            if each.done >= 3:
                break
    assert stopped.wait(5)
    again = {"status": "pulling aaa", "digest": "aaa", "total": 10_000, "completed": 10_000}
    machine.answers["POST /api/pull"] = lines(again, {"status": "success"})
    assert (await all_of(machine))[-1].done == 10_000


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lines({"error": "pull model manifest: file does not exist"}), "Ollama knows no model named gemma4:12b."),
        (lines({"error": "pull model manifest: file does not exist"}, status=500), "knows no model"),
        (lines(*LAYERS[:3], {"error": "write /x/sha256-aaa-partial: no space left on device"}), "The disk is full"),
        (lines({"error": "dial tcp: lookup registry: no such host"}), "could not reach the place"),
        (lines({"error": "pull model manifest: 412: requires a newer version of Ollama"}), "wants a newer Ollama"),
        (lines({"error": "boom\x1b[2J"}), "Ollama could not fetch gemma4:12b: boom."),
        (lines(*LAYERS[:3]), "The download of gemma4:12b broke off."),
        (lines(b"<html>\n"), "broke off"),
        (lines(b"x" * 300_000), "broke off"),
        (reply({}, 404), "is no Ollama"),
        (reply(b"", 503), "status 503"),
    ],
)
async def test_what_goes_wrong_is_one_sentence(machine: Machine, answer: Answer, said: str) -> None:
    machine.answers["POST /api/pull"] = answer
    with pytest.raises(FictionError) as caught:
        await all_of(machine)
    assert said in caught.value.message
    assert "\n" not in caught.value.sentence
    assert "\x1b" not in caught.value.sentence


async def test_where_no_ollama_runs_it_says_so() -> None:
    with pytest.raises(FictionError, match="Ollama does not answer"):
        async for _ in pull(FoundServer("http://127.0.0.1:9/v1", "Ollama"), "x"):
            raise AssertionError
