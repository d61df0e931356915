"""`fiction doctor`, and the servers that it finds."""

import json
from pathlib import Path

import pytest
from commands.conftest import Fiction, Server

from fiction.llm.discovery import local_servers
from support.model_server import NOTES

KEY = "sk-very-secret-0123456789"


@pytest.fixture(autouse=True)
def no_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs on this machine is none of the tests' business."""
    monkeypatch.setattr(local_servers, "PORTS", {})


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
    assert f"no  models: {server.base_url.split('/')[2]} refuses the key." in shown.out
    assert "story" not in shown.out.split("models: ")[1]
    assert KEY not in shown.out + shown.err


def test_a_server_that_works_is_said_to(
    fiction: Fiction, world: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FICTION_BASE_URL", server.base_url)
    monkeypatch.setenv("FICTION_MODEL", "tiny")
    server.listed = b'{"object": "list", "data": [{"id": "tiny", "object": "model", "created": 1, "owned_by": "me"}]}'
    server.streams("The boat comes on. ", "It is Oda, and she does not wave. ", json.dumps(NOTES))
    shown = fiction("doctor")
    assert "lists 1 model, tiny among them." in shown.out
    assert "ok  story: It streams: first words after " in shown.out
    assert "It keeps to a JSON schema" in shown.out
    server.streams("The lamp is out.")
    shown = fiction("doctor")
    assert "no  notes: It takes no notes that can be read" in shown.out


def test_every_server_of_the_settings_is_named_and_the_one_that_tells_is_tried(
    fiction: Fiction, world: str, server: Server
) -> None:
    server.listed = b'{"object": "list", "data": [{"id": "two", "object": "model", "created": 1, "owned_by": "me"}]}'
    server.streams("The boat comes on. ", "It is Oda, and she does not wave. ", json.dumps(NOTES))
    for name, value in (("base_url", server.base_url), ("model", "two"), ("api_key", KEY)):
        fiction("config", "set", f"servers.home.{name}", value)
    fiction("config", "set", "servers.empty.slots", "2")
    fiction("config", "set", "storyteller", "model:home")
    shown = fiction("doctor")
    assert f"ok  server home: two at {server.base_url}. The key is set." in shown.lines
    assert "no  server empty: It names no model. No key is set." in shown.lines
    assert "two among them." in shown.out
    assert "ok  story: It streams" in shown.out
    assert KEY not in shown.out
    assert set(server.keys or ()) == {f"Bearer {KEY}"}


def test_programs_that_can_run_a_model_are_shown(
    fiction: Fiction, world: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "ok  programs: Neither llama-server nor litert-lm is on the PATH; none is needed." in fiction("doctor").lines
    (tmp_path / "litert-lm").write_text("#!/bin/sh\n")
    (tmp_path / "litert-lm").chmod(0o755)
    assert f"litert-lm ({tmp_path / 'litert-lm'}) can run a model" in fiction("doctor").out


def test_a_program_of_the_settings_that_fails_is_one_finding(
    fiction: Fiction, world: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "llama-server").write_text("#!/bin/sh\necho 'error: no such file: x.gguf'\nexit 1\n")
    (tmp_path / "llama-server").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    fiction("config", "set", "server.run", "llama-server")
    fiction("config", "set", "server.model", "x.gguf")
    shown = fiction("doctor")
    assert shown.code == 0
    assert "no  program: llama-server ended at once: error: no such file: x.gguf." in shown.out


def test_what_was_spent_today_is_shown(fiction: Fiction, world: str, home: Path, server: Server) -> None:
    assert "ok  spending: Nothing was asked of a server today." in fiction("doctor").lines
    fiction("config", "set", "spending.day_cap", "0.5")
    fiction("config", "set", "server.base_url", server.base_url)
    fiction("config", "set", "server.model", "tiny")
    server.streams("The boat comes on, and it is Oda.", json.dumps(NOTES))
    fiction("doctor")
    (said,) = [line for line in fiction("doctor").lines if "spending: " in line]
    assert "tokens in and" in said
    assert said.endswith("The cap of a day is $0.50.")
    (home / "prices.yaml").write_text("prices: 7\n")
    assert "prices.yaml" in fiction("doctor").out


def test_a_server_found_by_ollama_host_is_shown_without_user_and_password(
    fiction: Fiction, world: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.listed = (
        b'{"object": "list", "data": [{"id": "tiny", "object": "model", "created": 1, "owned_by": "library"}]}'
    )
    monkeypatch.setenv("OLLAMA_HOST", server.base_url.removesuffix("/v1").replace("//", f"//ada:{KEY}@"))
    shown = fiction("doctor")
    assert f"at {server.base_url} with tiny." in shown.out
    assert KEY not in shown.out + shown.err
