"""`fiction worlds`."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from commands.conftest import SALT, Fiction, Server


def test_the_list_names_every_world_and_what_is_wrong_with_it(fiction: Fiction, world: str, home: Path) -> None:
    (home / "worlds" / "broken").mkdir()
    (home / "worlds" / "broken" / "world.yaml").write_text("schema: [\n")
    lines = fiction("worlds").lines
    assert any(line.startswith("salt-road") and "The Salt Road." in line for line in lines)
    assert any(line.startswith("broken") for line in lines)
    cards = {card["id"]: card for card in json.loads(fiction("worlds", "list", "--json").out)}
    assert cards["salt-road"]["source"] == "installed"
    assert cards["broken"]["trouble"]


def test_a_world_is_shown_with_its_openings_and_warnings(fiction: Fiction, world: str) -> None:
    lines = fiction("worlds", "show", world).lines
    assert "title: The Salt Road" in lines
    assert "content warnings: death" in lines
    assert "opening arrival: Arrival." in lines
    assert json.loads(fiction("worlds", "show", world, "--json").out)["openings"][1]["id"] == "departure"


def test_check_prints_every_mistake_with_its_place(fiction: Fiction, tmp_path: Path) -> None:
    pack = tmp_path / "world.yaml"
    pack.write_text(SALT.replace("version: 1.0.0", "version: one").replace("place: quay, text", "place: quai, text"))
    shown = fiction("worlds", "check", str(pack))
    assert shown.code == 1
    assert [line.split(":")[:2] for line in shown.lines if ":3:" in line] == [[str(pack), "3"]]
    assert sum("quai" in line for line in shown.lines) == 2
    found = json.loads(fiction("worlds", "check", str(pack), "--json").out)
    assert {"severity", "file", "line", "column", "message", "hint"} == set(found[0])
    assert len([each for each in found if each["severity"] == "error"]) == len(shown.lines)


def test_doubts_fail_only_where_one_is_strict(fiction: Fiction, tmp_path: Path) -> None:
    pack = tmp_path / "another-name.yaml"
    pack.write_text(SALT)
    shown = fiction("worlds", "check", str(pack))
    assert shown.code == 0
    assert "(warning)" in shown.out
    assert fiction("worlds", "check", "--strict", str(pack)).code == 1


def test_check_without_a_name_checks_all_worlds(fiction: Fiction, world: str) -> None:
    assert "salt-road: can be played" in fiction("worlds", "check").out


def test_nothing_is_found_where_there_is_nothing(fiction: Fiction) -> None:
    assert "There is no world 'nowhere'." in fiction("worlds", "check", "nowhere").sentence


@pytest.mark.parametrize("kind", ["file", "folder", "zip"])
def test_a_world_is_installed_and_removed(fiction: Fiction, tmp_path: Path, home: Path, kind: str) -> None:
    source = tmp_path / {"file": "salt-road.yaml", "folder": "salt-road", "zip": "salt-road.zip"}[kind]
    if kind == "zip":
        source.write_bytes(_zipped())
    else:
        if kind == "folder":
            source.mkdir()
        (source / "world.yaml" if kind == "folder" else source).write_text(SALT)
    assert fiction("worlds", "install", str(source)).lines == [
        "The Salt Road 1.0.0 is installed. Play it with `fiction play salt-road`."
    ]
    assert "already" in fiction("worlds", "install", str(source)).sentence
    assert fiction("worlds", "install", "--replace", str(source)).code == 0
    assert fiction("worlds", "remove", "salt-road").sentence == (
        "Nothing was deleted. Say --yes to delete it without being asked."
    )
    assert fiction("worlds", "remove", "salt-road", "--yes").code == 0
    assert not (home / "worlds" / "salt-road").exists()


def test_a_world_is_installed_from_a_link(fiction: Fiction, server: Server) -> None:
    server.body = _zipped()
    assert fiction("worlds", "install", f"{server.base_url}/salt-road.zip").code == 0
    server.status = 404
    assert "answers 404" in fiction("worlds", "install", f"{server.base_url}/other.zip").sentence


def test_links_are_followed_over_https_only(fiction: Fiction) -> None:
    assert "https only" in fiction("worlds", "install", "http://example.org/a.zip").sentence
    assert "could not be reached" in fiction("worlds", "install", "https://example.invalid/a.zip").sentence


@pytest.mark.parametrize(
    "link", ["http://127.0.0.1.example.org/a.zip", "http://127.evil.example/a", "http://[::1", "https://h:99999/a"]
)
def test_a_link_that_only_looks_like_this_machine_is_none_of_it(fiction: Fiction, link: str) -> None:
    assert fiction("worlds", "install", link).sentence.startswith(("Worlds are fetched over https only.", "That is no"))


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("HTTPS_PROXY", "http://user:hidden@127.0.0.1:1", "the proxy 127.0.0.1:1, which HTTPS_PROXY names"),
        ("ALL_PROXY", "socks5://127.0.0.1:1", "ALL_PROXY names a SOCKS proxy"),
        ("https_proxy", "socks4://127.0.0.1:1", "https_proxy names a proxy of the kind 'socks4'"),
        ("SSLKEYLOGFILE", "/nonexistent/keys.log", "SSLKEYLOGFILE names nothing that can be used"),
        ("SSL_CERT_FILE", "/nonexistent/ca.pem", "SSL_CERT_FILE names nothing that can be used"),
    ],
)
def test_a_link_that_the_environment_keeps_out_of_reach_is_said_so(
    fiction: Fiction, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    shown = fiction("worlds", "install", "https://example.invalid/a.zip").sentence
    assert said in shown
    assert "hidden" not in shown


def test_no_proxy_is_asked_for_a_link_to_this_machine(
    fiction: Fiction, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.body = _zipped()
    assert fiction("worlds", "install", f"{server.base_url}/salt-road.zip").code == 0


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc here")
def test_nothing_is_installed_where_nothing_can_be_written(fiction: Fiction, tmp_path: Path) -> None:
    (tmp_path / "salt-road.yaml").write_text(SALT)
    shown = fiction("worlds", "install", str(tmp_path / "salt-road.yaml"), "--home", "/proc/fiction")
    assert "can be written" in shown.sentence


def test_the_schema_is_json_schema(fiction: Fiction) -> None:
    assert "$schema" in json.loads(fiction("worlds", "schema").out)


def _zipped() -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as pack:
        pack.writestr("salt-road/world.yaml", SALT)
    return raw.getvalue()


def test_the_worlds_of_a_checkout_are_not_removed(
    fiction: Fiction, world: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fiction.paths.bundled_worlds", lambda: home / "worlds")
    assert "belongs to this checkout" in fiction("worlds", "remove", world, "--yes").sentence
    assert (home / "worlds" / world / "world.yaml").is_file()


def test_a_link_to_something_else_is_called_by_its_own_name(fiction: Fiction, server: Server) -> None:
    server.body = b"<html>"
    said = fiction("worlds", "install", f"{server.base_url}/pack.zip").sentence
    assert said.startswith(f"{server.base_url}/pack.zip can't be used")
