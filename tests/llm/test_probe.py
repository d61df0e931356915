"""What servers tell about themselves, and that none of it is taken on trust."""

import json
from collections.abc import Callable

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import support.server_habits as habits
from fiction.llm.capabilities import probe as surveys
from fiction.llm.capabilities.capabilities import Capabilities, OutputMode, capabilities_from
from fiction.llm.capabilities.handshake import acquainted
from fiction.llm.capabilities.presets import ServerKind, beginning
from fiction.llm.capabilities.probe import ProbeResult, survey
from fiction.llm.capabilities.reasoning_off import ReasoningOff
from fiction.llm.server import ServerSettings
from fiction.story.money import Price
from support.model_server import ModelServer

KEY = "sk-verysecret123"
Answer = Callable[[httpx2.Request], httpx2.Response]


def answering(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> list[httpx2.Request]:
    """Have every address answered so; the requests that come."""
    seen: list[httpx2.Request] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return answer(request)

    def client(server: ServerSettings) -> httpx2.AsyncClient:
        headers = {"Authorization": f"Bearer {server.api_key}"}
        return httpx2.AsyncClient(transport=httpx2.MockTransport(handle), headers=headers)

    monkeypatch.setattr(surveys, "_client", client)
    return seen


SERVERS: dict[str, Callable[[ModelServer], None]] = {
    "llama.cpp": habits.llama_cpp,
    "Ollama": habits.ollama,
    "LM Studio": habits.lm_studio,
    "KoboldCpp": habits.koboldcpp,
}


@pytest.mark.parametrize("kind", SERVERS)
async def test_a_server_that_does_not_say_whose_its_models_are_is_known_by_what_it_answers(
    server: ModelServer, kind: str
) -> None:
    SERVERS[kind](server)
    server.pages["/v1/models"] = {"data": [{"id": "tiny", "owned_by": "ada"}]}
    told = await survey(ServerSettings(server.url, "tiny"), seconds=3)
    assert told.kind.value == kind
    assert told.answered


async def test_koboldcpp_plays_ollama_and_is_known_all_the_same(server: ModelServer) -> None:
    habits.ollama(server)
    kobold = ModelServer()
    habits.koboldcpp(kobold)
    server.pages = {**server.pages, **kobold.pages, "/v1/models": {"data": []}}
    kobold._server.server_close()
    assert (await survey(ServerSettings(server.url, "tiny"), seconds=3)).kind is ServerKind.KOBOLDCPP


async def test_openrouter_tells_what_all_who_run_a_model_have(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = [
        {"context_length": 65536, "supported_parameters": ["temperature", "response_format"]},
        {"context_length": 32768, "supported_parameters": ["temperature", "structured_outputs"]},
    ]
    seen = answering(monkeypatch, lambda _: httpx2.Response(200, json={"data": {"endpoints": hosts}}))
    server = ServerSettings("https://openrouter.ai/api/v1", "vendor/tiny:free", KEY)
    told = await survey(server, seconds=3)
    assert [str(request.url) for request in seen] == [
        "https://openrouter.ai/api/v1/models/vendor/tiny:free/endpoints",
    ]
    known = acquainted(Capabilities.of(server), server, told)
    assert (known.kind, known.context, known.rung) == ("OpenRouter", 32768, OutputMode.JSON_SCHEMA)


async def test_what_a_list_of_parameters_says_is_believed_of_a_model_nobody_asked_yet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hosts = [{"context_length": 8192, "supported_parameters": ["temperature", "max_tokens"]}]
    answering(monkeypatch, lambda _: httpx2.Response(200, json={"data": {"endpoints": hosts}}))
    server = ServerSettings("https://openrouter.ai/api/v1", "vendor/tiny", KEY)
    known = acquainted(beginning(ServerKind.OPENROUTER, server), server, await survey(server, seconds=3))
    assert known.rung is OutputMode.TEXT
    assert known.quiet is ReasoningOff.LEFT


def _pricing(prompt: object, completion: object, **more: object) -> dict[str, object]:
    return {"context_length": 8192, "pricing": {"prompt": prompt, "completion": completion, **more}}


@pytest.mark.parametrize(
    ("hosts", "price"),
    [
        ([_pricing("0.00003", "0.00006")], Price(30_000_000, 30_000_000, 60_000_000)),
        (
            [_pricing("0.000001", "0.000002", input_cache_read="0.0000001", request="0.005")],
            Price(10**6, 10**5, 2 * 10**6, 5_000),
        ),
        ([_pricing("0.000001", "0.000002"), _pricing("0.000003", "0.000001")], Price(3 * 10**6, 3 * 10**6, 2 * 10**6)),
        ([_pricing("0", "0")], Price(0, 0, 0)),
        ([_pricing("-1", "-1")], None),
        ([_pricing("0", "0"), _pricing("-1", "-1")], None),
        ([_pricing("NaN", "0")], None),
        ([_pricing("0", 1e300)], None),
        ([_pricing("0", "0", request="-1")], None),
        ([{"context_length": 8192, "pricing": "free"}], None),
        ([{"context_length": 8192}], None),
    ],
)
async def test_openrouter_tells_the_price_of_the_dearest_host_or_none(
    hosts: list[dict[str, object]], price: Price | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.dumps({"data": {"endpoints": hosts}})
    answering(monkeypatch, lambda _: httpx2.Response(200, text=body))
    server = ServerSettings("https://openrouter.ai/api/v1", "vendor/tiny", KEY)
    known = acquainted(beginning(ServerKind.OPENROUTER, server), server, await survey(server, seconds=3))
    assert known.price == price
    assert bool(known.price_as_of) is ("pricing" in hosts[0])
    assert capabilities_from(json.loads(json.dumps(known.as_json()))) == known


async def test_the_price_of_another_model_on_a_list_is_not_taken(server: ModelServer) -> None:
    server.pages = {"/v1/models": {"data": [{"id": "other", **_pricing("0.1", "0.1")}]}}
    assert (await survey(ServerSettings(server.url, "tiny"), seconds=3)).price_as_of == ""
    server.pages = {"/v1/models": {"data": [{"id": "tiny", **_pricing("0.1", "0.1")}]}}
    assert (await survey(ServerSettings(server.url, "tiny"), seconds=3)).price == Price(10**11, 10**11, 10**11)


@pytest.mark.parametrize(
    "price", [-1, "5", None, [], {"prompt": 1}, {"prompt": -1, "cached": 0, "completion": 0, "request": 0}]
)
def test_a_price_that_a_broken_cache_holds_is_unknown(price: object) -> None:
    found = capabilities_from({"context": 4096, "price": price})
    assert found is not None
    assert (found.context, found.price) == (4096, None)


async def test_openai_is_not_asked_for_what_it_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = answering(monkeypatch, lambda _: httpx2.Response(500))
    told = await survey(ServerSettings("https://api.openai.com/v1", "gpt-6-luna", KEY), seconds=3)
    assert (told.kind, told.answered, seen) == (ServerKind.OPENAI, True, [])


async def test_no_key_follows_a_redirect(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = {"location": "https://elsewhere.example/v1/models"}
    seen = answering(monkeypatch, lambda _: httpx2.Response(302, headers=elsewhere))
    told = await survey(ServerSettings("https://example.org/v1", "tiny", KEY), seconds=3)
    assert told == ProbeResult(answered=True)
    assert {request.url.host for request in seen} == {"example.org"}


async def test_a_server_that_is_only_loading_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, lambda _: httpx2.Response(503, json={"error": {"message": "Loading model"}}))
    assert not (await survey(ServerSettings("http://127.0.0.1:1/v1", "tiny"), seconds=3)).answered


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["data", "id", "models", "meta", "n_ctx", "owned_by", "result"]), inner)
    ),
    max_leaves=8,
)


@given(JSON)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_a_server_answers_nothing_breaks(monkeypatch: pytest.MonkeyPatch, body: object) -> None:
    answering(monkeypatch, lambda _: httpx2.Response(200, json=body))
    server = ServerSettings("http://127.0.0.1:1/v1", "tiny")
    told = await survey(server, seconds=3)
    assert told.answered
    known = acquainted(Capabilities.of(server), server, told)
    assert known.context >= 0
