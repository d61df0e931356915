"""`fiction doctor`, and the servers that it finds."""

import json
from pathlib import Path

import pytest
from commands.conftest import Fiction, Server
from storytellers.model_server import NOTES

from fiction.setup import discovery

KEY = "sk-very-secret-0123456789"


@pytest.fixture(autouse=True)
def no_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs on this machine is none of the tests' business."""
    monkeypatch.setattr(discovery, "PORTS", {})


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
    shown = fiction("doctor").out
    assert "no  notes: It takes no notes that can be read" in shown
