"""Servers on this machine, and which of their models come first."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from setup.conftest import Machine, listed, reply

from fiction.engine.setup import FoundServer
from fiction.llm.discovery import local_servers
from fiction.llm.discovery.local_servers import PORTS, find_servers
from fiction.llm.discovery.model_ranking import likeliest_first
from fiction.setup.catalogue import providers, recommended


async def test_a_server_is_found_by_its_models_whose_names_are_cleaned(machine: Machine) -> None:
    machine.answers["GET /v1/models"] = listed("tiny\x1b[2J", owner="llamacpp")
    assert await find_servers({machine.port: "?"}) == (FoundServer(machine.base_url, "llama.cpp", ("tiny",)),)


@pytest.mark.parametrize(
    ("path", "answer", "kind"),
    [
        ("/api/version", {"version": "0.30.3"}, "Ollama"),
        ("/api/extra/version", {"result": "KoboldCpp", "version": "1.99"}, "KoboldCpp"),
        ("/api/v0/models", {"data": []}, "LM Studio"),
        ("/props", {"default_generation_settings": {}, "total_slots": 1}, "llama.cpp"),
        ("/nothing", {}, "a guess"),
    ],
)
async def test_what_else_it_answers_says_what_it_is(machine: Machine, path: str, answer: object, kind: str) -> None:
    machine.answers |= {"GET /v1/models": listed("m", owner="somebody"), f"GET {path}": reply(answer)}
    (found,) = await find_servers({machine.port: "a guess"})
    assert found.kind == kind


async def test_an_ollama_without_models_is_found_all_the_same(machine: Machine) -> None:
    machine.answers |= {"GET /v1/models": reply({"object": "list", "data": None})}
    machine.answers |= {"GET /api/version": reply({"version": "0.30.3"})}
    assert await find_servers({machine.port: "?"}) == (FoundServer(machine.base_url, "Ollama", ()),)


@pytest.mark.parametrize("body", [b"", b"hello", b"[]", b'{"data": 7}', b'{"data": [1]}', b"{}", b"{" * 100_000])
async def test_whatever_else_answers_is_none(machine: Machine, body: bytes) -> None:
    machine.answers["GET /v1/models"] = reply(body)
    assert await find_servers({machine.port: "?"}) == ()


async def test_a_port_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_servers, "REPLY_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert await asyncio.wait_for(find_servers({port: "?"}), 2.0) == ()


async def test_where_nobody_answers_all_ports_together_take_no_time() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        began = time.monotonic()
        assert await find_servers(dict.fromkeys([held.getsockname()[1]] * len(PORTS), "?")) == ()
        assert time.monotonic() - began < 0.5


def test_models_that_tell_come_first_and_those_that_can_not_are_left_out() -> None:
    names = ["nomic-embed-text", "qwen3-coder:30b", "llama3.2:1b", "gemma4:e4b-it-qat", "bge-reranker-v2", "whisper-1"]
    assert likeliest_first(names) == ("gemma4:e4b-it-qat", "llama3.2:1b", "qwen3-coder:30b")
    assert likeliest_first(["nomic-embed-text", "", " "]) == ("nomic-embed-text",)
    assert likeliest_first(["a", "b", "a"], recommended=["b"]) == ("b", "a")


def test_the_lists_that_come_with_the_program_can_be_read() -> None:
    assert all(each.title and each.note and each.size > 0 and each.memory > each.size for each in recommended())
    assert all(each.ollama or each.llama or each.litert for each in recommended())
    assert [each.name for each in providers()] == ["OpenAI", "OpenRouter"]
    assert all(each.base_url.startswith("https://") and each.models and each.keys_at for each in providers())


# --- both loopbacks, and OLLAMA_HOST ---


@pytest.fixture
def on_ipv6(machine: Machine) -> Iterator[int]:
    """A port where a server listens on `[::1]` alone."""

    class Six(ThreadingHTTPServer):
        address_family = socket.AF_INET6

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            machine.asked.append((f"GET {self.path}", self.headers["host"]))
            machine.answers.get(f"GET {self.path}", reply({}, 404))(self)

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing on stderr."""

    try:
        listening = Six(("::1", 0), Handler)
    except OSError:
        pytest.skip("this machine has no IPv6")
    serving = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    yield listening.server_port
    listening.shutdown()
    serving.join()
    listening.server_close()


async def test_a_server_that_listens_on_the_ipv6_loopback_alone_is_found(machine: Machine, on_ipv6: int) -> None:
    machine.answers["GET /v1/models"] = listed("tiny", owner="llamacpp")
    assert await find_servers({on_ipv6: "?"}) == (FoundServer(f"http://[::1]:{on_ipv6}/v1", "llama.cpp", ("tiny",)),)
    assert {host for _, host in machine.asked} == {f"[::1]:{on_ipv6}"}


async def test_one_server_on_both_loopbacks_is_one(machine: Machine) -> None:
    machine.answers["GET /v1/models"] = listed("tiny", owner="llamacpp")
    assert len(await find_servers({machine.port: "?"})) == 1


@pytest.mark.parametrize(
    "said", ["127.0.0.1:{}", ":{}", "0.0.0.0:{}", "localhost:{}", "http://127.0.0.1:{}/", "[::]:{}"]
)
async def test_ollama_is_found_where_its_own_variable_says(machine: Machine, said: str) -> None:
    machine.answers["GET /v1/models"] = listed("tiny", owner="somebody")
    found = await find_servers({}, environment={"OLLAMA_HOST": said.format(machine.port)})
    assert [(server.base_url.rpartition(":")[2], server.kind) for server in found] == [(f"{machine.port}/v1", "Ollama")]


@pytest.mark.parametrize("said", ["[::1]:{}", "http://[::1]:{}", ":{}", "localhost:{}"])
async def test_ollama_is_found_on_ipv6_where_its_own_variable_says(machine: Machine, on_ipv6: int, said: str) -> None:
    machine.answers["GET /v1/models"] = listed("tiny", owner="library")
    found = await find_servers({}, environment={"OLLAMA_HOST": said.format(on_ipv6)})
    assert [server.base_url for server in found] == [f"http://[::1]:{on_ipv6}/v1"]


async def test_ollama_behind_a_path_is_found(machine: Machine) -> None:
    machine.answers["GET /models/v1/models"] = listed("tiny", owner="library")
    found = await find_servers({}, environment={"OLLAMA_HOST": f"http://127.0.0.1:{machine.port}/models"})
    assert [server.base_url for server in found] == [f"http://127.0.0.1:{machine.port}/models/v1"]


async def test_a_port_that_ollama_is_moved_to_is_listed_once(machine: Machine) -> None:
    machine.answers["GET /v1/models"] = listed("tiny", owner="somebody")
    for said in (f":{machine.port}", f"127.0.0.1:{machine.port}"):
        found = await find_servers({machine.port: "llama.cpp"}, environment={"OLLAMA_HOST": said})
        assert [server.kind for server in found] == ["Ollama"]


@pytest.mark.parametrize(
    "said", ["models.example", "https://models.example", "a b", "\x00", "x" * 300, "[::", "http://"]
)
async def test_a_variable_that_names_nobody_does_no_harm(machine: Machine, said: str) -> None:
    machine.answers["GET /v1/models"] = listed("tiny", owner="llamacpp")
    found = await asyncio.wait_for(find_servers({machine.port: "?"}, environment={"OLLAMA_HOST": said}), 3.0)
    assert FoundServer(machine.base_url, "llama.cpp", ("tiny",)) in found


async def test_koboldcpp_that_plays_ollama_is_known_for_what_it_is(machine: Machine) -> None:
    machine.answers |= {
        "GET /v1/models": listed("m", owner="somebody"),
        "GET /api/version": reply({"version": "0.7.0"}),
        "GET /api/extra/version": reply({"result": "KoboldCpp", "version": "1.99"}),
    }
    (found,) = await find_servers({machine.port: "?"})
    assert found.kind == "KoboldCpp"
