"""Addresses as people give them, and whether they are on this machine."""

import pytest

from fiction.config.keys import origin
from fiction.engine.setup import ModelConfig
from fiction.errors import SettingsError
from fiction.llm.server import ServerSettings
from fiction.spending.prices import costs_nothing
from fiction.text.addresses import Address, host_of, on_this_machine, parse, shown, without_secrets
from fiction.tui.models import wording

HERE = [
    "localhost", "LOCALHOST", "localhost.", "127.0.0.1", "127.0.0.1.", "127.8.9.10", "0.0.0.0", "::1", "[::1]",
    "0:0:0:0:0:0:0:1", "::", "::ffff:127.0.0.1", "::ffff:7f00:1", "::1%lo",
]  # fmt: skip
ELSEWHERE = [
    "", "localhost.example", "127.0.0.1.example.org", "127.evil.example", "127.", "x.localhost", "192.168.0.7",
    "10.0.0.1", "::2", "::ffff:10.0.0.1", "fe80::1", "128.0.0.1", "example.org", "ollama", "1270.0.0.1", "127.0.0.1@x",
]  # fmt: skip


@pytest.mark.parametrize("host", HERE)
def test_every_way_to_name_this_machine_is_known(host: str) -> None:
    assert on_this_machine(host)


@pytest.mark.parametrize("host", ELSEWHERE)
def test_a_host_that_only_looks_like_this_machine_is_not(host: str) -> None:
    assert not on_this_machine(host)


@pytest.mark.parametrize("host", [host for host in (*HERE, *ELSEWHERE) if host and "[" not in host and "@" not in host])
def test_all_parts_of_the_game_agree_on_what_is_this_machine(host: str) -> None:
    url = f"http://[{host}]:8080/v1" if ":" in host else f"http://{host}:8080/v1"
    here = on_this_machine(host)
    assert ServerSettings(url, "tiny").loopback is here
    assert wording.on_this_machine(ModelConfig(base_url=url)) is here
    assert not here or costs_nothing(host_of(url).rstrip("."))


@pytest.mark.parametrize("host", ["localhost.", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "127.0.0.2"])
def test_a_key_for_one_name_of_this_machine_is_for_no_other(host: str) -> None:
    assert origin(f"http://{host}:8080/v1") != origin("http://127.0.0.1:8080/v1")


@pytest.mark.parametrize(
    ("given", "base_url", "query"),
    [
        ("http://h:8080", "http://h:8080", ""),
        ("  http://h:8080/v1/ ", "http://h:8080/v1", ""),
        ("http://h:8080//v1//", "http://h:8080/v1", ""),
        ("http://h:8080/v1/models", "http://h:8080/v1", ""),
        ("http://h:8080/v1/models/", "http://h:8080/v1", ""),
        ("http://h:8080/v1/chat/completions", "http://h:8080/v1", ""),
        ("http://h:8080/v1/chat/completions/?a=b", "http://h:8080/v1", "a=b"),
        ("http://h:8080/v1/completions", "http://h:8080/v1", ""),
        ("http://h:8080/v1/embeddings", "http://h:8080/v1", ""),
        ("http://h:11434/api/chat", "http://h:11434", ""),
        ("http://h:11434/api/tags", "http://h:11434", ""),
        ("http://h:8080/#/chat/3", "http://h:8080", ""),
        ("http://h:8080/v1?a=b#c", "http://h:8080/v1", "a=b"),
        ("https://h/openai/deployments/d?api-version=1", "https://h/openai/deployments/d", "api-version=1"),
        ("https://h/deployments/d/chat/completions?api-version=1", "https://h/deployments/d", "api-version=1"),
        ("https://h/models", "https://h/models", ""),
        ("https://h/models/chat/completions?api-version=1", "https://h/models", "api-version=1"),
        ("https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1", ""),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1", ""),
    ],
)  # fmt: skip
def test_an_address_comes_apart_rightly(given: str, base_url: str, query: str) -> None:
    assert parse(given) == Address(base_url, query)


@pytest.mark.parametrize(
    "given",
    ["", "h:8080", "ftp://h", "http://", "http://h:99999", "http://[::1", "http://h:0", "http://a b/v1", "http://h\\v1",
     "http://h/v1?a=\x1b", '"http://h/v1"', "http://h:x"],
)  # fmt: skip
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(given)
    with pytest.raises(SettingsError):
        ServerSettings(given, "tiny")


def test_what_is_shown_of_an_address_has_no_secret_in_it() -> None:
    address = "http://user:secret@[::1]:8080/v1?key=secret#secret"
    assert shown(address) == "[::1]:8080"
    assert without_secrets(address) == "http://[::1]:8080/v1?…"
    server = ServerSettings("http://h/v1?key=hidden", "tiny")
    assert "hidden" not in repr(server) + server.profile + server.address + server.origin
    assert server.query == "key=hidden"


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("http://h:8080/v1", "http://h:8080/v1"),
        (" https://ada:secret@h/v1 ", "https://h/v1"),
        ("https://secret@h", "https://h"),
        ("https://ada:sec@ret@h:1/v1", "https://h:1/v1"),
        ("https://h/v1?api-version=1&key=secret", "https://h/v1?…"),
        ("https://h/v1#secret", "https://h/v1"),
        ("http://[::1/secret", ""),
        ("secret", ""),
        ("", ""),
    ],
)
def test_what_may_be_shown_of_an_address_has_its_path_and_no_secret(address: str, plain: str) -> None:
    assert without_secrets(address) == plain
