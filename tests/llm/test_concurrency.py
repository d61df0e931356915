"""One request at a time, or as many as there are slots: nobody is left waiting, whatever the others do."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncGenerator, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiction.llm.client import Client
from fiction.llm.concurrency import RequestGate, Slot
from fiction.llm.connections import Connections
from fiction.llm.request import Request
from fiction.llm.server import ServerSettings
from support.model_server import PASSAGE, ModelServer, Wire

STEPS = st.lists(
    st.one_of(
        st.just(("enter", 0)),
        st.tuples(st.just("close"), st.integers(0, 9)),
        st.tuples(st.just("cancel"), st.integers(0, 9)),
        st.tuples(st.just("forget"), st.integers(0, 9)),
        st.tuples(st.just("slots"), st.integers(1, 4)),
    ),
    max_size=40,
)


@pytest.fixture(scope="module", autouse=True)
def _few_objects() -> Iterator[None]:
    """Collecting garbage looks at what these tests make, and not at every module that is loaded."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@given(STEPS)
@settings(max_examples=40, deadline=None)
def test_no_more_than_the_slots_are_taken_and_all_who_wait_come_through(steps: list[tuple[str, int]]) -> None:
    asyncio.run(_played(steps))


async def _played(steps: list[tuple[str, int]]) -> None:
    gate, waits = RequestGate(), list[asyncio.Task[Slot]]()
    most = 1
    for step, number in steps:
        held = [wait for wait in waits if wait.done() and not wait.cancelled()]
        some = waits[number % len(waits)] if waits else None
        match step:
            case "enter":
                waits.append(asyncio.create_task(gate.enter()))
            case "close" if held:
                held[number % len(held)].result().close()
            case "cancel" if some:
                some.cancel()
            case "forget" if some:
                waits.remove(some)
            case "slots":
                gate.slots = number
                most = max(most, number)
            case _:
                """There is nothing to close, cancel or forget."""
        del some, held
        for _ in range(3):
            await asyncio.sleep(0)
        assert 0 <= gate.taken <= most
    gate.slots = max(gate.slots, 1)
    for wait in waits:
        wait.cancel()
        if wait.done() and not wait.cancelled():
            wait.result().close()
    await asyncio.gather(*waits, return_exceptions=True)
    for wait in waits:
        if not wait.cancelled():
            wait.result().close()
    waits.clear()
    gc.collect()
    last = await asyncio.wait_for(gate.enter(), 1)
    assert gate.taken == 1
    last.close()
    last.close()
    assert gate.taken == 0


async def test_who_came_first_goes_first() -> None:
    gate, order = RequestGate(), list[int]()

    async def ask(number: int) -> None:
        with await gate.enter():
            order.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*(ask(number) for number in range(20)))
    assert order == list(range(20))


def test_a_slot_of_a_loop_that_is_gone_comes_back() -> None:
    gate = RequestGate()

    async def leave() -> None:
        holding = asyncio.create_task(gate.enter())
        waiting = asyncio.create_task(gate.enter())
        await asyncio.sleep(0)
        del holding, waiting

    async def enter() -> None:
        with await asyncio.wait_for(gate.enter(), 1):
            pass

    asyncio.run(leave())
    gc.collect()
    asyncio.run(enter())
    assert gate.taken == 0


ASK = Request([{"role": "user", "content": "Tell."}], 200, 0.8)


class Counting:
    """How many streams run at once."""

    def __init__(self) -> None:
        self.running = self.most = 0

    def __call__(self, wire: Wire) -> None:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            wire.stream(PASSAGE, size=200)
        finally:
            self.running -= 1


async def first_of(client: Client) -> AsyncGenerator[object, None]:
    """A stream of which the first piece has come."""
    stream = client.stream(ASK)
    await anext(stream)
    return stream


async def test_the_models_of_one_server_share_its_gate(server: ModelServer) -> None:
    counting = Counting()
    server.habit = counting
    connections = Connections()
    clients = [connections.client(ServerSettings(server.url, name)) for name in ("tiny", "small", "tiny")]
    await asyncio.gather(*(client.collect(ASK) for client in clients * 3))
    assert counting.most == 1
    for client in clients:
        await client.close()


async def test_as_many_requests_as_the_settings_say_go_at_once(server: ModelServer) -> None:
    client = Connections().client(ServerSettings(server.url, "tiny", slots=2))
    streams = [await asyncio.wait_for(first_of(client), 5) for _ in range(2)]
    third = asyncio.create_task(client.collect(ASK))
    await asyncio.sleep(0.05)
    assert not third.done()
    await streams[0].aclose()
    assert (await asyncio.wait_for(third, 5))[0] == PASSAGE
    await streams[1].aclose()
    await client.close()


@pytest.mark.parametrize("how", ["closed", "cancelled", "forgotten"])
async def test_a_stream_that_is_left_frees_the_server(server: ModelServer, how: str) -> None:
    client = Connections().client(ServerSettings(server.url, "tiny"))
    if how == "cancelled":
        came = asyncio.Event()

        async def read() -> None:
            async for _ in client.stream(ASK):
                came.set()
                await asyncio.sleep(30)

        reading = asyncio.create_task(read())
        await came.wait()
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    else:
        stream = await first_of(client)
        if how == "closed":
            await stream.aclose()
        del stream
        gc.collect()
    assert (await asyncio.wait_for(client.collect(ASK), 5))[0] == PASSAGE
    await client.close()


async def test_many_who_come_and_go_leave_the_gate_open(server: ModelServer) -> None:
    connections = Connections()
    client = connections.client(ServerSettings(server.url, "tiny"))

    async def impatient(number: int) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(client.collect(ASK), 0.004 * (number % 5) + 0.001)

    await asyncio.gather(*(impatient(number) for number in range(60)))
    assert (await asyncio.wait_for(client.collect(ASK), 10))[0] == PASSAGE
    await client.close()
