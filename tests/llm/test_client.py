"""The client: what it learns before the first call, what it pays, when it warms, and what it never does."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from email.utils import formatdate
from pathlib import Path

import pytest

import support.server_habits as habits
from fiction.engine.budget import Costs
from fiction.errors import StorytellerError, Trouble
from fiction.llm import sdk
from fiction.llm.capabilities.capabilities import Capabilities
from fiction.llm.capabilities.presets import ServerKind, extras, kind_by_address, warms
from fiction.llm.capabilities.probe import survey
from fiction.llm.client import Client
from fiction.llm.connections import Connections
from fiction.llm.request import Request
from fiction.llm.server import Sampling, ServerSettings
from fiction.story.money import Price
from fiction.story.turn import Usage
from support.model_server import PASSAGE, ModelServer, Wire, good

ASK = Request([{"role": "system", "content": "Rules. " * 60}, {"role": "user", "content": "Tell."}], 200, 0.8)
KEY = "sk-verysecret123"


class Book:
    """A budget that only writes down."""

    def __init__(self) -> None:
        self.paid: list[Usage] = []
        self.bills: list[int | None] = []

    def permit(self, expected: Usage, *, model: str, base_url: str) -> None:
        raise AssertionError("whoever asks for a turn asks for its price")

    def learn(self, price: Price | None, *, model: str, base_url: str) -> None:
        """Prices are of no interest here."""

    def pay(self, usage: Usage, *, model: str, base_url: str, billed: int | None = None) -> Usage:
        self.paid.append(usage)
        self.bills.append(billed)
        return Usage(usage.prompt, usage.completion, usage.cached, usage.estimated, cost=usage.total)

    def forecast(self, usage: Usage, *, model: str, base_url: str) -> Usage:
        return usage

    def allow(self) -> None: ...

    def costs(self) -> Costs:
        return Costs()


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
async def client(server: ModelServer, book: Book) -> AsyncIterator[Client]:
    made = Connections().client(ServerSettings(server.url, "tiny", KEY, stall_timeout=0.4), budget=book)
    yield made
    await made.close()


async def trouble_of(client: Client) -> StorytellerError:
    with pytest.raises(StorytellerError) as caught:
        await client.collect(ASK)
    return caught.value


# --- paying ---


async def test_a_reply_is_paid_and_comes_with_its_price(client: Client, book: Book) -> None:
    text, finish = await client.collect(ASK)
    assert text == PASSAGE
    assert book.paid == [Usage(900, 120)]
    assert finish.usage.cost == 1020


@pytest.mark.parametrize(
    ("usage", "bill"),
    [
        ({"prompt_tokens": 900, "completion_tokens": 120, "cost": 0.05}, 50_000),
        ({"cost": "0.05"}, 50_000),
        ({"prompt_tokens": 900, "completion_tokens": 120, "cost": 0}, 0),
        ({"cost": 0.01, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.2}}, 210_000),
        ({"cost": 0, "is_byok": True, "cost_details": None}, None),
        ({"prompt_tokens": 900, "completion_tokens": 120}, None),
        ({"cost": -0.05}, None),
        ({"cost": float("nan")}, None),
        ({"cost": float("inf")}, None),
        ({"cost": 1e300}, None),
        ({"cost": "much"}, None),
        ({"cost": True}, None),
    ],
)
async def test_the_servers_own_bill_is_read_and_what_is_none_is_not_taken_for_nothing(
    usage: dict[str, object], bill: int | None, server: ModelServer, client: Client, book: Book
) -> None:
    def billing(wire: Wire) -> None:
        wire.stream(PASSAGE, usage=False, finish=None)
        wire.delta("stop")
        wire.event({"object": "chat.completion.chunk", "choices": [], "usage": usage})

    server.habit = billing
    text, _ = await client.collect(ASK)
    assert text == PASSAGE
    assert book.bills == [bill]


async def test_a_later_bill_that_is_smaller_does_not_lower_the_meter(
    server: ModelServer, client: Client, book: Book
) -> None:
    def billing(wire: Wire) -> None:
        wire.stream(PASSAGE, finish=None)
        wire.delta("stop")
        for cost in (0.05, 0.0):
            wire.event({"object": "chat.completion.chunk", "choices": [], "usage": {"cost": cost}})

    server.habit = billing
    await client.collect(ASK)
    assert book.bills == [50_000]


async def test_a_reply_that_breaks_is_paid_as_an_estimate(server: ModelServer, client: Client, book: Book) -> None:
    server.habit = lambda wire: wire.stream(PASSAGE, finish=None)
    await trouble_of(client)
    assert [usage.estimated for usage in book.paid] == [True]
    assert book.paid[0].prompt == ASK.estimated
    assert book.paid[0].completion == pytest.approx(len(PASSAGE) / 4, abs=2)


async def test_a_reply_that_is_left_is_paid_as_an_estimate(client: Client, book: Book) -> None:
    stream = client.stream(ASK)
    await anext(stream)
    await stream.aclose()
    assert [usage.estimated for usage in book.paid] == [True]


async def test_a_wait_for_the_first_word_that_is_cancelled_is_paid_as_an_estimate(
    server: ModelServer, client: Client, book: Book
) -> None:
    came = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(wire: Wire) -> None:
        loop.call_soon_threadsafe(came.set)
        time.sleep(0.5)

    server.habit = slow
    asking = asyncio.create_task(client.collect(ASK))
    await came.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert [(usage.prompt, usage.completion) for usage in book.paid] == [(ASK.estimated, 0)]


async def test_a_refusal_costs_nothing(server: ModelServer, client: Client, book: Book) -> None:
    server.habit = lambda wire: wire.refuse("no such thing", status=404)
    await trouble_of(client)
    assert not book.paid


async def test_a_reply_lost_in_thought_is_paid_as_well(server: ModelServer, client: Client, book: Book) -> None:
    server.script = [lambda wire: wire.stream("<think>Long and longer", finish="length")]
    _, finish = await client.collect(ASK)
    assert len(book.paid) == 2
    assert finish.usage.prompt == sum(usage.prompt for usage in book.paid)


def thinks_only(wire: Wire) -> None:
    wire.head(200, "text/event-stream")
    wire.delta(reasoning_content="The reader wants stairs.")
    wire.delta("stop")
    wire.event("[DONE]")


@pytest.mark.parametrize(
    "habit",
    [
        thinks_only,
        lambda wire: wire.stream("<think>The reader wants stairs.</think>"),
        lambda wire: wire.stream("<think>The reader wants stairs", finish="length"),
    ],
    ids=["field", "tags", "cap"],
)
async def test_a_server_that_sends_only_thoughts_is_asked_three_times_at_most(
    server: ModelServer, client: Client, book: Book, habit: Callable[[Wire], None]
) -> None:
    server.habit = habit
    asked: list[int] = []
    for _ in range(4):
        before = len(server.requests)
        error = await trouble_of(client)
        assert "wrote only thoughts, and no story" in error.message
        assert error.trouble is Trouble.EMPTY
        asked.append(len(server.requests) - before)
    assert asked == [3, 1, 1, 1]
    assert len(book.paid) == 6


@pytest.mark.parametrize("way", ["effort", "template", "router", "typed"])
async def test_every_way_to_switch_thinking_off_is_found_within_one_call(
    server: ModelServer, client: Client, way: str
) -> None:
    server.habit = habits.mute(way)
    assert (await client.collect(ASK))[0].startswith(PASSAGE[:40])
    assert len(server.requests) <= 3
    assert (await client.collect(ASK))[0].startswith(PASSAGE[:40])
    assert len(server.requests) <= 4


# --- making ready ---


async def test_a_touch_is_the_same_request_for_one_token(server: ModelServer, client: Client, book: Book) -> None:
    await client.collect(ASK)
    await client.touch(ASK)
    first, second = server.requests
    assert second == {**first, "max_tokens": 1}
    assert len(book.paid) == 2


@pytest.mark.parametrize("fault", [lambda wire: wire.refuse("no", status=500), lambda wire: wire.stream("", finish="")])
async def test_a_touch_that_fails_is_not_felt(
    server: ModelServer, client: Client, fault: Callable[[Wire], None]
) -> None:
    before = client.capabilities
    server.habit = fault
    await client.touch(ASK)
    server.habit = good
    assert client.capabilities.rung is before.rung
    assert (await client.collect(ASK))[0] == PASSAGE


@pytest.mark.parametrize(
    ("url", "kind", "ready"),
    [
        ("http://127.0.0.1:8080/v1", ServerKind.UNKNOWN, True),
        ("http://127.0.0.1:9379/v1", ServerKind.LITERT_LM, False),
        ("http://192.168.1.7:11434/v1", ServerKind.OLLAMA, True),
        ("https://api.openai.com/v1", ServerKind.OPENAI, False),
        ("https://openrouter.ai/api/v1", ServerKind.OPENROUTER, False),
        ("https://example.org/v1", ServerKind.UNKNOWN, False),
    ],
)
def test_only_servers_that_read_for_nothing_are_warmed(url: str, kind: ServerKind, ready: bool) -> None:
    assert warms(Capabilities(kind=kind.value), ServerSettings(url, "tiny")) is ready


def test_servers_are_known_by_their_address() -> None:
    known = {url: kind_by_address(ServerSettings(url, "m")) for url in ("https://api.openai.com", "http://x:8080")}
    assert list(known.values()) == [ServerKind.OPENAI, ServerKind.UNKNOWN]
    assert kind_by_address(ServerSettings("https://openai.com.evil.example/v1", "m")) is ServerKind.UNKNOWN


def test_openai_gets_one_key_to_its_cache_for_a_story() -> None:
    openai = Capabilities(kind="OpenAI")
    assert extras(openai, ASK) == extras(openai, Request([*ASK.messages, {"role": "user", "content": "On."}], 9, 0.1))
    schema = Request(ASK.messages, 9, 0.1, {"type": "json_schema"})
    assert extras(Capabilities(kind="OpenRouter"), schema) == {"provider": {"require_parameters": True}}
    assert extras(Capabilities(kind="OpenRouter"), ASK) == {}


async def test_a_router_that_finds_nobody_is_asked_without_the_demand(server: ModelServer) -> None:
    habits.openrouter(server)

    def habit(wire: Wire) -> None:
        if "provider" in wire.body:
            wire.refuse("No endpoints found that can handle the requested parameters.", status=404)
        else:
            good(wire)

    server.habit = habit
    client = Client(ServerSettings(server.url, "tiny"))
    assert (await client.collect(Request(ASK.messages, 200, 0.8, {"type": "json_object"})))[0] == PASSAGE
    assert "provider" in client.capabilities.refused
    await client.close()


async def test_a_passage_is_drawn_as_the_settings_say(server: ModelServer, client: Client) -> None:
    await client.collect(Request(ASK.messages, 200, 0.2, sampling=Sampling(None, top_p=0.9, min_p=0.05)))
    sent = server.requests[0]
    assert (sent["top_p"], sent["min_p"]) == (0.9, 0.05)
    assert "temperature" not in sent
    assert "top_k" not in sent


# --- starting ---


async def test_a_server_of_the_game_is_started_once_before_anything_is_asked(server: ModelServer) -> None:
    starts: list[int] = []

    async def starting() -> None:
        starts.append(len(server.requests) + len(server.looked_at))

    client = Connections().client(ServerSettings(server.url, "tiny"), starting=starting)
    await client.acquaint()
    await client.collect(ASK)
    await client.collect(ASK)
    assert starts == [0]
    await client.close()


async def test_a_start_that_fails_is_said_and_tried_again_the_next_time(server: ModelServer) -> None:
    starts: list[int] = []

    async def starting() -> None:
        starts.append(1)
        if len(starts) == 1:
            raise StorytellerError("It has no weights.", trouble=Trouble.UNREACHABLE)

    client = Connections().client(ServerSettings(server.url, "tiny"), starting=starting)
    await client.acquaint()
    assert (await trouble_of(client)).message == "It has no weights."
    assert len(starts) == 1
    assert (await client.collect(ASK))[0] == PASSAGE
    await client.close()


# --- asking a server about itself ---


async def test_a_server_that_says_nothing_is_waited_for_half_a_second_at_most(server: ModelServer) -> None:
    def hang(*_: object) -> object:
        time.sleep(1.5)
        return None

    server.pages = type("Slow", (dict,), {"get": hang})()
    sdk.warm()
    client = Client(ServerSettings(server.url, "tiny"))
    started = time.monotonic()
    await client.acquaint()
    assert time.monotonic() - started < 1.0
    assert (await client.collect(ASK))[0] == PASSAGE
    await client.close()


async def test_a_list_without_end_is_not_read(server: ModelServer) -> None:
    server.pages = {"/v1/models": {"data": [{"id": "tiny", "max_model_len": 4096, "about": "x" * 5_000_000}]}}
    assert (await survey(ServerSettings(server.url, "tiny"), seconds=3)).context == 0


async def test_nobody_at_the_address_tells_nothing() -> None:
    assert not (await survey(ServerSettings("http://127.0.0.1:9/v1", "tiny"), seconds=1)).answered


async def test_a_server_is_asked_about_itself_once(server: ModelServer, client: Client) -> None:
    habits.llama_cpp(server)
    for _ in range(4):
        await client.acquaint()
    assert [path for path, _ in server.looked_at] == ["/v1/models", "/props"]


async def test_a_server_nobody_knows_is_not_asked_again_what_it_did_not_understand(
    server: ModelServer, tmp_path: Path
) -> None:
    for _ in range(2):
        connections = Connections(tmp_path / "known.json")
        for model in ("tiny", "tiny:8b"):
            client = connections.client(ServerSettings(server.url, model))
            await client.collect(ASK)
            await client.close()
    paths = [path for path, _ in server.looked_at]
    assert paths.count("/props") == 1
    assert paths.count("/v1/models") == 4


# --- waits ---


async def test_a_wait_until_a_date_is_counted_in_seconds(server: ModelServer, client: Client) -> None:
    when = formatdate(time.time() + 30, usegmt=True)
    server.habit = lambda wire: wire.json(429, {"error": {"message": "slow down"}}, Retry_After=when)
    error = await trouble_of(client)
    assert error.trouble is Trouble.BUSY
    assert error.wait == pytest.approx(30, abs=3)


async def test_a_server_that_still_loads_its_model_is_worth_a_wait(server: ModelServer, client: Client) -> None:
    server.habit = lambda wire: wire.json(503, {"error": {"message": "Loading model", "type": "unavailable_error"}})
    error = await trouble_of(client)
    assert (error.trouble, error.wait) == (Trouble.BUSY, 5.0)
    assert "still loading tiny" in error.message


async def test_too_many_tokens_a_minute_are_no_prompt_that_does_not_fit(server: ModelServer, client: Client) -> None:
    said = "Rate limit reached: too many tokens per minute"
    server.habit = lambda wire: wire.json(429, {"error": {"message": said}}, Retry_After="7")
    error = await trouble_of(client)
    assert (error.trouble, error.wait) == (Trouble.BUSY, 7.0)
