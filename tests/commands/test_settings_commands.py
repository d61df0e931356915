"""`fiction config` and `fiction profile`."""

import json
import stat
import sys
from pathlib import Path

import pytest
from commands.conftest import Fiction

from fiction.commands import profile

KEY = "sk-very-secret-0123456789"


def test_a_setting_is_set_got_and_shown_with_its_source(
    fiction: Fiction, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fiction("config", "set", "theme", "paper").lines == ["theme = paper"]
    assert fiction("config", "get", "theme").lines == ["paper"]
    monkeypatch.setenv("FICTION_MODEL", "gemma")
    shown = fiction("config").lines
    assert f"theme = paper   from {home / 'config.yaml'}" in shown
    assert "server.model = gemma   from FICTION_MODEL" in shown
    assert json.loads(fiction("config", "get", "server.model", "--json").out) == {"server.model": "gemma"}
    assert "stronger than the file" in fiction("config", "set", "server.model", "other").out


def test_a_key_is_read_from_the_input_and_never_shown(fiction: Fiction, home: Path) -> None:
    assert fiction("config", "set", "server.api_key", typed=f"{KEY}\n").lines == ["server.api_key = set"]
    file = home / "config.yaml"
    assert KEY in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for words in (["config"], ["config", "--json"], ["config", "get", "server.api_key"], ["doctor"]):
        shown = fiction(*words)
        assert KEY not in shown.out + shown.err


@pytest.mark.parametrize("setting", ["server.base_url", "servers.azure.base_url"])
def test_the_query_of_an_address_is_kept_and_never_shown(fiction: Fiction, home: Path, setting: str) -> None:
    address = f"http://127.0.0.1:9/deployments/tiny?api-version=1&key={KEY}"
    plain = "http://127.0.0.1:9/deployments/tiny?…"
    assert fiction("config", "set", setting, address).lines[0] == f"{setting} = {plain}"
    fiction("config", "set", setting.replace("base_url", "model"), "tiny")
    assert address in (home / "config.yaml").read_text()
    for words in (["config"], ["config", "--json"], ["config", "get", setting], ["doctor"], ["doctor", "--json"]):
        shown = fiction(*words)
        assert KEY not in shown.out + shown.err
        assert plain in shown.out or json.dumps(plain)[1:-1] in shown.out


@pytest.mark.parametrize("where", ["FICTION_BASE_URL", "OPENAI_BASE_URL", "config.yaml", "set"])
def test_user_and_password_of_an_address_are_never_shown(
    fiction: Fiction, home: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    address = f"http://ada:{KEY}@127.0.0.1:9/v1"
    shown = []
    if where == "set":
        shown.append(fiction("config", "set", "server.base_url", address))
    elif where == "config.yaml":
        (home / where).write_text(f"server:\n  base_url: {address}\n")
    else:
        monkeypatch.setenv(where, address)
    shown += [fiction(*words) for words in (["config"], ["config", "--json"], ["doctor"], ["doctor", "--json"])]
    assert "holds no user or password" in "".join(each.out + each.err for each in shown)
    assert KEY not in "".join(each.out + each.err for each in shown)


def test_a_key_that_is_not_for_the_address_is_said_to_be_held_back(
    fiction: Fiction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("FICTION_BASE_URL", "http://127.0.0.1:9/v1")
    assert "The key in OPENAI_API_KEY was not set for 127.0.0.1, so it is not sent there." in fiction("config").lines
    assert fiction("config", "get", "server.api_key").lines == ["not set"]


def test_servers_have_names_of_ones_own_and_their_keys_are_never_shown(fiction: Fiction, home: Path) -> None:
    assert fiction("config", "set", "servers.home.model", "gemma").lines == ["servers.home.model = gemma"]
    assert fiction("config", "set", "servers.home.api_key", typed=f"{KEY}\n").lines == ["servers.home.api_key = set"]
    shown = fiction("config").lines
    assert f"servers.home.model = gemma   from {home / 'config.yaml'}" in shown
    assert f"servers.home.api_key = set   from {home / 'config.yaml'}" in shown
    assert json.loads(fiction("config", "--json").out)["settings"]["servers.home.api_key"] == "set"
    assert "They name: home." in fiction("config", "get", "servers.other.model").sentence
    assert KEY not in "".join(shown)
    fiction("config", "set", "servers.home.api_key", "")
    assert fiction("config", "set", "servers.home.model", "").lines == ["servers.home.model = (empty)"]


def test_writing_ahead_on_another_machine_is_said_to_cost(fiction: Fiction) -> None:
    first, said = fiction("config", "set", "server.speculate", "all").lines
    assert first == "server.speculate = all"
    assert "about 1.8 times as much" in said
    fiction("config", "set", "server.base_url", "http://127.0.0.1:8080/v1")
    assert len(fiction("config", "set", "server.speculate", "best").lines) == 1


@pytest.mark.parametrize(("name", "value"), [("nothing", "x"), ("animations", "wild"), ("server.budget", "10")])
def test_what_makes_no_sense_is_one_sentence(fiction: Fiction, home: Path, name: str, value: str) -> None:
    assert name in fiction("config", "set", name, value).sentence
    assert not (home / "config.yaml").exists()


def test_the_profile_is_shown(fiction: Fiction, home: Path) -> None:
    (home / "reader.yaml").write_text("name: Ada\nlines: [spiders]\n")
    assert "name: Ada" in fiction("profile").lines
    assert json.loads(fiction("profile", "show", "--json").out)["profile"]["lines"] == ["spiders"]


def test_the_profile_is_edited_in_the_readers_editor(
    fiction: Fiction, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor.py"
    editor.write_text("import sys; open(sys.argv[1], 'a').write('name: Ada\\n')")
    monkeypatch.setenv("EDITOR", f"{sys.executable} {editor}")
    assert "no editor" in fiction("profile", "edit").sentence
    monkeypatch.setattr(profile, "on_terminal", lambda: True)
    assert fiction("profile", "edit").lines == ["The profile is in order."]
    assert "name: Ada" in fiction("profile").lines
    editor.write_text("import sys; open(sys.argv[1], 'w').write('nmae: Ada\\n')")
    assert "reader.yaml:1: `nmae` is no part of a profile." in fiction("profile", "edit").sentence


def test_the_profile_is_not_reset_without_asking(fiction: Fiction, home: Path) -> None:
    assert fiction("profile", "reset").lines == ["There is no profile; nothing is changed."]
    (home / "reader.yaml").write_text("name: Ada\n")
    assert fiction("profile", "reset").sentence.startswith("Nothing was deleted.")
    assert fiction("profile", "reset", "--yes").code == 0
    assert not (home / "reader.yaml").exists()
