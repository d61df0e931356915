"""The way to a server: what the environment says of proxies and certificates, and the query of its address."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fiction.errors import FictionError, StorytellerError, Trouble
from fiction.llm import sdk
from fiction.llm.capabilities.probe import survey
from fiction.llm.client import Client
from fiction.llm.discovery.model_list import list_models
from fiction.llm.request import Request
from fiction.llm.server import ServerSettings
from support.model_server import PASSAGE, ModelServer

ASK = Request([{"role": "user", "content": "Tell."}], 200, 0.8)
MODELS = {"data": [{"id": "tiny", "owned_by": "ada"}]}
FAR = "http://models.example:8080/v1"
FAR_SECURE = "https://models.example:8443/v1"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing of this machine's own proxies and certificates."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.fixture
def socks() -> Iterator["Socks"]:
    with Socks() as running:
        yield running


class Socks:
    """A SOCKS5 proxy (RFC 1928) that leads everybody to one port of this machine; `asked` are the hosts."""

    def __init__(self) -> None:
        self.leads_to = 0
        self.asked: list[str] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> "Socks":
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                inner, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._lead, args=(inner,), daemon=True).start()

    def _lead(self, inner: socket.socket) -> None:
        with inner:
            inner.recv(2 + inner.recv(2, socket.MSG_PEEK)[1])
            inner.sendall(b"\x05\x00")
            head = inner.recv(5)
            self.asked.append(inner.recv(head[4]).decode())
            inner.recv(2)
            with socket.create_connection(("127.0.0.1", self.leads_to)) as outer:
                inner.sendall(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
                back = threading.Thread(target=_pump, args=(outer, inner))
                back.start()
                _pump(inner, outer)
                back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def dead_port() -> int:
    """A port of this machine where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


async def told(server: ServerSettings) -> str:
    client = Client(server)
    try:
        return (await client.collect(ASK))[0]
    finally:
        await client.close()


async def refusals(server: ServerSettings) -> list[StorytellerError]:
    """What a turn and the list of models say."""
    refused: list[StorytellerError] = []
    for asking in (told(server), list_models(server)):
        with pytest.raises(StorytellerError) as caught:
            await asking
        refused.append(caught.value)
    return refused


# --- the query of an address ---


@pytest.mark.parametrize(
    ("after", "query"),
    [
        ("?api-version=2025-01-01", "api-version=2025-01-01"),
        ("?a=1&a=2&b=", "a=1&a=2&b="),
        ("/chat/completions?k=v", "k=v"),
    ],
)
async def test_the_query_of_an_address_goes_with_every_request(server: ModelServer, after: str, query: str) -> None:
    server.pages[f"/v1/models?{query}"] = MODELS
    address = ServerSettings(server.url + after, "tiny", api_key="sk-verysecret123")
    assert await told(address) == PASSAGE
    await survey(address, seconds=3)
    assert await list_models(address) == ("tiny",)
    assert {path for path in server.paths if "/v1" in path} == {f"/v1/chat/completions?{query}", f"/v1/models?{query}"}
    assert all(path.endswith(f"?{query}") for path in server.paths)


@pytest.mark.parametrize("pasted", ["/models", "/models/", "/chat/completions", "/completions", "#/chat", "/?"])
async def test_what_is_pasted_with_an_address_does_no_harm(server: ModelServer, pasted: str) -> None:
    server.pages["/v1/models"] = MODELS
    address = ServerSettings(server.url + pasted, "tiny")
    assert await told(address) == PASSAGE
    assert await list_models(address) == ("tiny",)


# --- proxies ---


async def test_a_story_is_told_through_a_proxy(environment: pytest.MonkeyPatch, server: ModelServer) -> None:
    environment.setenv("HTTP_PROXY", server.url.removesuffix("/v1"))
    assert await told(ServerSettings(FAR, "tiny")) == PASSAGE
    assert f"{FAR}/chat/completions" in server.paths


@pytest.mark.parametrize("scheme", ["socks", "socks5", "socks5h"])
async def test_a_story_is_told_through_a_socks_proxy(
    environment: pytest.MonkeyPatch, server: ModelServer, socks: Socks, scheme: str
) -> None:
    socks.leads_to = int(server.url.removesuffix("/v1").rpartition(":")[2])
    environment.setenv("ALL_PROXY", f"{scheme}://{socks.address}/")
    assert await told(ServerSettings(FAR, "tiny")) == PASSAGE
    assert set(socks.asked) == {"models.example"}


@pytest.mark.parametrize("named", ["socks4://127.0.0.1:1", "gopher://127.0.0.1:1", "http://", "http://127.0.0.1:99999"])
async def test_a_proxy_that_can_not_be_used_fails_the_turn_by_its_variable(
    environment: pytest.MonkeyPatch, named: str
) -> None:
    environment.setenv("ALL_PROXY", named)
    for error in await refusals(ServerSettings(FAR, "tiny")):
        assert error.trouble is Trouble.UNREACHABLE
        assert error.message.startswith("ALL_PROXY names a proxy ")
        assert "Mend ALL_PROXY, or name this host in NO_PROXY" in error.hint


@pytest.mark.parametrize(
    ("variable", "scheme", "address"),
    [
        ("HTTP_PROXY", "http", FAR),
        ("http_proxy", "http", FAR),
        ("HTTPS_PROXY", "http", FAR_SECURE),
        ("ALL_PROXY", "socks5", FAR),
        ("ALL_PROXY", "https", FAR),
    ],
)
async def test_a_proxy_that_is_dead_is_named_and_not_the_server(
    environment: pytest.MonkeyPatch, variable: str, scheme: str, address: str
) -> None:
    proxy = f"127.0.0.1:{dead_port()}"
    environment.setenv(variable, f"{scheme}://user:hidden@{proxy}")
    for error in await refusals(ServerSettings(address, "tiny")):
        assert f"The proxy {proxy}, which {variable} names, does not answer" in error.message
        assert variable in error.hint
        assert "hidden" not in error.sentence


async def test_a_proxy_that_opens_no_way_is_named(environment: pytest.MonkeyPatch, server: ModelServer) -> None:
    environment.setenv("HTTPS_PROXY", server.url.removesuffix("/v1"))  # it knows no CONNECT
    for error in await refusals(ServerSettings(FAR_SECURE, "tiny")):
        assert "which HTTPS_PROXY names, opens no way to models.example:8443." in error.message


@pytest.mark.parametrize("named", ["socks5://127.0.0.1:1", "socks4://127.0.0.1:1", "nonsense"])
async def test_no_proxy_is_taken_where_none_is_on_the_way(
    environment: pytest.MonkeyPatch, server: ModelServer, named: str
) -> None:
    environment.setenv("ALL_PROXY", named)
    assert await told(ServerSettings(server.url, "tiny")) == PASSAGE
    environment.setenv("NO_PROXY", "models.example")
    for error in await refusals(ServerSettings(FAR, "tiny")):
        assert (
            error.message == "There is no host models.example:8080 to be found." or "No server answers" in error.message
        )


# --- certificates ---


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"])
async def test_a_variable_that_spoils_every_secure_connection_is_named(
    environment: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    environment.setenv(variable, str(tmp_path / "nowhere" / "file"))
    for error in await refusals(ServerSettings(FAR_SECURE, "tiny")):
        assert error.trouble is Trouble.UNREACHABLE
        assert f"{variable} names " in error.message
        assert variable in error.hint


@pytest.mark.parametrize("content", ["", "no certificate", "\x00\x01"])
async def test_a_file_that_holds_no_certificate_is_named(
    environment: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(content)
    environment.setenv("SSL_CERT_FILE", str(file))
    for error in await refusals(ServerSettings(FAR_SECURE, "tiny")):
        assert "SSL_CERT_FILE names no file of certificates" in error.message


async def test_a_server_without_tls_wants_no_certificates(environment: pytest.MonkeyPatch, server: ModelServer) -> None:
    environment.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    environment.setenv("SSLKEYLOGFILE", "/nowhere/keys.log")
    assert await told(ServerSettings(server.url, "tiny")) == PASSAGE


# --- whatever else keeps a client from being made ---


@pytest.mark.parametrize("failure", [ImportError("socksio"), ValueError("what"), OSError("where"), TypeError("how")])
async def test_a_client_that_can_not_be_made_fails_the_turn_like_any_other(
    environment: pytest.MonkeyPatch, server: ModelServer, failure: Exception
) -> None:
    def fails(_: ServerSettings) -> None:
        raise failure

    environment.setattr(sdk, "_connect", fails)
    with pytest.raises(FictionError, match=rf"can't be asked from here \({type(failure).__name__}\)") as caught:
        await told(ServerSettings(server.url, "tiny"))
    assert isinstance(caught.value, StorytellerError)


@pytest.mark.parametrize("key", ["sk-\u2019quoted", "sk-two\nlines", "sk-\x00"])
async def test_a_key_that_can_not_be_sent_fails_the_turn_and_is_not_shown(server: ModelServer, key: str) -> None:
    for error in await refusals(ServerSettings(server.url, "tiny", key)):
        assert key not in error.sentence
