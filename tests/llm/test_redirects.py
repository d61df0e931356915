"""Servers that send elsewhere: what is followed, and which address is named where nothing is."""

import socket
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from fiction.errors import StorytellerError, Trouble
from fiction.llm.client import Client
from fiction.llm.connections import Connections
from fiction.llm.discovery.model_list import list_models
from fiction.llm.redirects import MAX_HOPS, moved
from fiction.llm.request import Request
from fiction.llm.server import ServerSettings
from support.model_server import PASSAGE, ModelServer, Wire, good

ASK = Request([{"role": "system", "content": "Rules."}, {"role": "user", "content": "Tell."}], 200, 0.8)
KEY = "sk-verysecret123"
TO_GET = (301, 302, 303)
SAME_METHOD = (307, 308)


@pytest.fixture
async def client(server: ModelServer) -> AsyncIterator[Client]:
    made = Connections().client(ServerSettings(server.url, "tiny", KEY, stall_timeout=0.4))
    yield made
    await made.close()


@pytest.fixture
def other() -> Iterator[ModelServer]:
    """A server of another origin: the same host, another port."""
    with ModelServer().running() as running:
        yield running


@pytest.fixture
def dead() -> str:
    """The address of a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"http://127.0.0.1:{listening.getsockname()[1]}/v1"


def sends_to(location: str | None, status: int, *, then: Callable[[Wire], None] = good) -> Callable[[Wire], None]:
    """Sends requests at `/v1` elsewhere, and answers all others."""

    def answer(wire: Wire) -> None:
        if not wire.handler.path.startswith("/v1/"):
            then(wire)
        else:
            wire.head(status, "text/plain", **({} if location is None else {"Location": location}))

    return answer


async def trouble_of(client: Client) -> StorytellerError:
    with pytest.raises(StorytellerError) as caught:
        await client.collect(ASK)
    return caught.value


def asked(server: ModelServer) -> tuple[int, list[str]]:
    """How many prompts it was sent, and the chat paths it was asked for with GET."""
    return len(server.requests), [path for path, _ in server.looked_at if "chat" in path or "elsewhere" in path]


@pytest.mark.parametrize("status", TO_GET)
async def test_a_redirect_that_makes_a_get_is_named_and_not_followed(
    client: Client, server: ModelServer, status: int
) -> None:
    server.habit = sends_to("/elsewhere/chat/completions", status)
    error = await trouble_of(client)
    there = server.url.replace("/v1", "/elsewhere")
    assert error.message == f"{client.server.address} answers that it has moved to {there}."
    assert f"Set the address to {there} if you trust it" in error.hint
    assert error.trouble is Trouble.SERVER
    assert asked(server) == (1, [])


@pytest.mark.parametrize("status", [*TO_GET, *SAME_METHOD])
async def test_a_new_address_where_nobody_answers_is_the_one_that_is_named(
    client: Client, server: ModelServer, dead: str, status: int
) -> None:
    server.habit = sends_to(f"{dead}/chat/completions", status)
    assert f"has moved to {dead}." in (await trouble_of(client)).message
    assert asked(server) == (1, [])


@pytest.mark.parametrize("status", [*TO_GET, *SAME_METHOD])
@pytest.mark.parametrize("host", ["nowhere.invalid", "nowhere.invalid:8080", "[::ffff:192.0.2.1]:1"])
async def test_a_new_host_that_is_not_known_is_named(
    client: Client, server: ModelServer, host: str, status: int
) -> None:
    server.habit = sends_to(f"http://{host}/api/v1/chat/completions", status)
    assert f"has moved to http://{host}/api/v1." in (await trouble_of(client)).message
    assert asked(server) == (1, [])


@pytest.mark.parametrize("status", [*TO_GET, *SAME_METHOD])
async def test_no_prompt_and_no_key_goes_to_another_origin(
    client: Client, server: ModelServer, other: ModelServer, status: int
) -> None:
    server.habit = sends_to(f"{other.url}/chat/completions", status)
    assert f"has moved to {other.url}." in (await trouble_of(client)).message
    assert other.paths == []


@pytest.mark.parametrize("status", SAME_METHOD)
async def test_https_on_the_same_host_is_another_origin_and_is_named(
    client: Client, server: ModelServer, status: int
) -> None:
    secure = server.url.replace("http:", "https:")
    server.habit = sends_to(f"{secure}/chat/completions", status)
    assert f"has moved to {secure}." in (await trouble_of(client)).message
    assert asked(server) == (1, [])


@pytest.mark.parametrize("status", SAME_METHOD)
@pytest.mark.parametrize("absolute", [False, True])
async def test_a_redirect_within_the_origin_is_followed_with_prompt_and_key(
    client: Client, server: ModelServer, status: int, *, absolute: bool
) -> None:
    origin = server.url.removesuffix("/v1") if absolute else ""
    server.habit = sends_to(f"{origin}/elsewhere/chat/completions", status)
    assert (await client.collect(ASK))[0] == PASSAGE
    first, second = server.requests
    assert first["messages"] == second["messages"]
    assert server.headers[-1]["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("status", SAME_METHOD)
async def test_a_loop_of_redirects_is_left_after_few(client: Client, server: ModelServer, status: int) -> None:
    server.habit = sends_to("/v1/chat/completions", status)
    assert "without end" in (await trouble_of(client)).message
    assert asked(server) == (MAX_HOPS + 1, [])


async def test_a_redirect_within_the_origin_may_end_in_one_to_another(client: Client, server: ModelServer) -> None:
    server.habit = sends_to(
        "/elsewhere/chat/completions",
        307,
        then=lambda wire: wire.head(302, "text/plain", Location="http://nowhere.invalid/v1/chat/completions"),
    )
    assert "has moved to http://nowhere.invalid/v1." in (await trouble_of(client)).message


@pytest.mark.parametrize("status", [*TO_GET, *SAME_METHOD, 300, 304])
@pytest.mark.parametrize(
    "location", [None, "", "http://", "http:///v1", "ftp://x/v1", "javascript:alert(1)", "http://[x"]
)
async def test_a_redirect_to_no_address_is_said_to_name_none(
    client: Client, server: ModelServer, status: int, location: str | None
) -> None:
    server.habit = sends_to(location, status)
    error = await trouble_of(client)
    assert (
        error.message
        == f"{client.server.address} answers that it has moved (status {status}), but names no new address."
    )
    assert asked(server) == (1, [])


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("https://ada:secret@h/v1/chat/completions?key=secret#secret", "https://h/v1?…."),
        ("https://h/login?next=secret", "https://h/login?…."),
        ("//h/v1/chat/completions", "http://h/v1."),
        ("../../chat/completions", "http://old:1."),
        (f"https://h/{'x' * 500}", "https://h/xxx"),
    ],
)
def test_what_is_said_of_a_new_address_is_short_and_holds_no_secret(location: str, said: str) -> None:
    server = ServerSettings("http://old:1/v1", "tiny")
    error = moved(server, 302, "http://old:1/v1/chat/completions", location)
    assert f"old:1 answers that it has moved to {said}" in error.message
    assert "secret" not in error.sentence
    assert len(error.message) < 260


def test_only_an_address_of_the_same_kind_is_proposed() -> None:
    server = ServerSettings("http://old:1/v1", "tiny")
    error = moved(server, 302, "http://old:1/v1/chat/completions", "https://h/login")
    assert "Set the address" not in error.hint
    assert "trying again is of no use" in error.hint


@pytest.mark.parametrize("status", [*TO_GET, *SAME_METHOD])
async def test_a_list_of_models_that_has_moved_is_said_to_have_moved(
    server: ModelServer, other: ModelServer, status: int
) -> None:
    server.redirects["/v1/models"] = (status, f"{other.url}/models")
    with pytest.raises(StorytellerError) as caught:
        await list_models(ServerSettings(server.url, "tiny", KEY))
    assert f"has moved to {other.url}." in caught.value.message
    assert other.paths == []
