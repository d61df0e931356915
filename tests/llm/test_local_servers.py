"""Servers on this machine, and which of their models come first."""

import asyncio
import socket
import time

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
