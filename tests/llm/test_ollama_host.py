"""Where OLLAMA_HOST says that Ollama is."""

import pytest

from fiction.llm.discovery.ollama_host import OllamaHost, ollama_host


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("box", OllamaHost("http", "box", 11434)),
        ("box:1234", OllamaHost("http", "box", 1234)),
        (":1234", OllamaHost("http", "", 1234)),
        (":", OllamaHost("http", "", 11434)),
        ("0.0.0.0", OllamaHost("http", "0.0.0.0", 11434)),
        ("0.0.0.0:1234", OllamaHost("http", "0.0.0.0", 1234)),
        ("::1", OllamaHost("http", "::1", 11434)),
        ("[::1]", OllamaHost("http", "::1", 11434)),
        ("[::1]:1234", OllamaHost("http", "::1", 1234)),
        ("[::]:1234", OllamaHost("http", "::", 1234)),
        ("http://box", OllamaHost("http", "box", 80)),
        ("https://box", OllamaHost("https", "box", 443)),
        ("HTTPS://box:8443/", OllamaHost("https", "box", 8443)),
        ("https://box/ollama/", OllamaHost("https", "box", 443, "/ollama")),
        ("http://[::1]:1234/a/b", OllamaHost("http", "::1", 1234, "/a/b")),
        ("ollama.com", OllamaHost("https", "ollama.com", 443)),
        (" 'box:1234' ", OllamaHost("http", "box", 1234)),
        ('"box"', OllamaHost("http", "box", 11434)),
        ("box:99999", OllamaHost("http", "box", 11434)),
        ("box:what", OllamaHost("http", "box", 11434)),
        ("https://box:-1", OllamaHost("https", "box", 443)),
    ],
)
def test_all_forms_that_ollama_takes_are_understood(said: str, meant: OllamaHost) -> None:
    assert ollama_host({"OLLAMA_HOST": said}) == meant


@pytest.mark.parametrize("environment", [{}, {"OLLAMA_HOST": ""}, {"OLLAMA_HOST": " '' "}])
def test_where_nothing_is_said_nothing_is_meant(environment: dict[str, str]) -> None:
    assert ollama_host(environment) is None
