"""`fiction doctor`, and the servers that it finds."""

import asyncio
import json
import socket
from pathlib import Path

import pytest
from commands.conftest import Fiction, Server

from fiction.commands import servers
from fiction.commands.servers import FoundServer, find_servers

KEY = "sk-very-secret-0123456789"


@pytest.fixture(autouse=True)
def no_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs on this machine is none of the tests' business."""
    monkeypatch.setattr(servers, "PORTS", {})


def test_all_is_well_without_any_model(fiction: Fiction, world: str) -> None:
    shown = fiction("doctor")
    assert shown.code == 0
    assert "No model server runs on this machine; none is needed." in shown.out
    assert shown.lines[-1] == "You can play: `fiction`."
    findings = json.loads(fiction("doctor", "--json").out)
    assert findings["playable"] is True
    assert {"versions", "home", "worlds", "saves", "memory", "settings"} <= {
        each["what"] for each in findings["findings"]
    }


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc here")
def test_a_home_that_can_not_be_written_is_what_is_missing(fiction: Fiction) -> None:
    shown = fiction("doctor", "--home", "/proc/fiction")
    assert shown.code == 1
    assert "/proc/fiction can't be written to" in shown.out


def test_a_configured_server_is_tried(
    fiction: Fiction, world: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FICTION_BASE_URL", server.base_url)
    monkeypatch.setenv("FICTION_MODEL", "tiny")
    monkeypatch.setenv("FICTION_API_KEY", KEY)
    server.status, server.body = 401, b'{"error": {"message": "bad key sk-very-secret-0123456789"}}'
    shown = fiction("doctor")
    assert shown.code == 0
    assert "The key is set." in shown.out
    assert "no  story: " in shown.out
    assert KEY not in shown.out + shown.err


def test_a_server_that_works_is_said_to(
    fiction: Fiction, world: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FICTION_BASE_URL", server.base_url)
    monkeypatch.setenv("FICTION_MODEL", "tiny")
    server.listed = b'{"object": "list", "data": [{"id": "tiny", "object": "model", "created": 1, "owned_by": "me"}]}'
    server.streams('{"colour":', ' "green"}')
    shown = fiction("doctor")
    assert "lists 1 models, tiny among them." in shown.out
    assert "ok  story: It streams: first words after " in shown.out
    assert "It keeps to a JSON schema" in shown.out
    server.streams("The lamp is out.")
    assert "It does not keep to a JSON schema" in fiction("doctor").out


async def test_a_server_on_this_machine_is_found_by_its_models(server: Server) -> None:
    server.body = json.dumps({"data": [{"id": "tiny\x1b[2J", "owned_by": "llamacpp"}]}).encode()
    assert await find_servers({server.port: "?"}) == (FoundServer(server.base_url, "llama.cpp", ("tiny",)),)


@pytest.mark.parametrize("body", [b"", b"hello", b"[]", b'{"data": 7}', b'{"data": [1]}', b"{" * 100_000])
async def test_whatever_else_answers_is_none(server: Server, body: bytes) -> None:
    server.body = body
    assert await find_servers({server.port: "?"}) == ()


async def test_a_port_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "REPLY_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert await asyncio.wait_for(find_servers({port: "?"}), 2.0) == ()
