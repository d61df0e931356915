"""The thread that does the work."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from threading import Event

import pytest

from fiction.memory.worker import Stopped, Worker


def held_by(gate: Event) -> Callable[[], None]:
    """Work that takes until the gate is opened."""

    def work() -> None:
        gate.wait(5)

    return work


async def test_what_somebody_waits_for_comes_before_what_can_be_done_later() -> None:
    worker, gate, done = Worker("test"), Event(), list[str]()
    worker.post(held_by(gate))
    worker.post(lambda: done.append("later"), later=True)
    answer = asyncio.ensure_future(worker.call(lambda: done.append("now")))
    await asyncio.sleep(0)
    gate.set()
    await answer
    await worker.idle()
    assert done == ["now", "later"]
    assert await worker.stop(lambda: done.append("last"), patience=2)
    assert done[-1] == "last"


async def test_an_error_comes_back_and_the_worker_goes_on() -> None:
    class Panic(BaseException):
        """What compiled code raises."""

    def fail() -> None:
        raise Panic("no")

    worker = Worker("test")
    worker.post(fail)
    with pytest.raises(RuntimeError, match="Panic: no"):
        await worker.call(fail)
    assert await worker.call(lambda: 7) == 7
    await worker.stop(lambda: None, patience=2)


async def test_a_cancelled_wait_harms_nobody() -> None:
    worker, gate = Worker("test"), Event()
    worker.post(held_by(gate))
    waiting = asyncio.ensure_future(worker.call(lambda: 1))
    await asyncio.sleep(0)
    waiting.cancel()
    gate.set()
    assert await worker.call(lambda: 2) == 2
    assert waiting.cancelled()
    await worker.stop(lambda: None, patience=2)


async def test_the_end_waits_no_longer_than_its_patience() -> None:
    worker, gate = Worker("test"), Event()
    worker.post(held_by(gate))
    waiting = asyncio.ensure_future(worker.call(lambda: 1))
    await asyncio.sleep(0.01)
    start = time.monotonic()
    assert not await worker.stop(lambda: None, patience=0.05)
    assert time.monotonic() - start < 1
    gate.set()
    with pytest.raises(Stopped):
        await waiting
    assert await worker.stop(lambda: None, patience=2)
    with pytest.raises(Stopped):
        await worker.call(lambda: 3)


async def test_a_long_job_can_let_others_in() -> None:
    worker, inside, asked = Worker("test"), Event(), Event()
    order: list[str] = []

    def long() -> None:
        inside.set()
        asked.wait(5)
        worker.breathe()
        order.append("long")

    worker.post(long, later=True)
    await asyncio.to_thread(inside.wait, 5)
    answer = asyncio.ensure_future(worker.call(lambda: order.append("short")))
    await asyncio.sleep(0)
    asked.set()
    await answer
    await worker.idle()
    assert order == ["short", "long"]
    await worker.stop(lambda: None, patience=2)


def test_a_thread_that_is_stuck_does_not_keep_the_program_from_ending() -> None:
    code = "import time; from fiction.memory.worker import Worker; w = Worker('x'); w.post(lambda: time.sleep(60))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=20, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def held(gate: Event) -> None:
    """Keeps the worker at work until the gate opens."""
    gate.wait(5)


async def test_whatever_is_queued_at_the_end_is_dropped_and_whoever_waits_is_told() -> None:
    worker, gate, done = Worker("test"), Event(), list[str]()
    worker.post(lambda: held(gate))
    worker.post(lambda: done.append("posted"))
    worker.post(lambda: done.append("later"), later=True)
    worker.post(lambda: done.append("last of all"), last=True)
    waiting = asyncio.ensure_future(worker.call(lambda: done.append("asked")))
    await asyncio.sleep(0)
    before = worker.stopping
    stopping = asyncio.ensure_future(worker.stop(lambda: done.append("end"), patience=5))
    await asyncio.sleep(0)
    assert (before, worker.stopping) == (False, True)
    gate.set()
    assert await stopping
    with pytest.raises(Stopped):
        await waiting
    assert done == ["end"]
    assert await worker.stop(lambda: done.append("once more"), patience=5)
    worker.post(lambda: done.append("too late"))
    await worker.idle()
    assert done == ["end"]


async def test_jobs_come_in_turn_then_later_ones_then_the_last() -> None:
    worker, gate, done = Worker("test"), Event(), list[int]()
    worker.post(lambda: held(gate))
    worker.post(lambda: done.append(5), last=True)
    worker.post(lambda: done.append(3), later=True)
    worker.post(lambda: done.append(1))
    worker.post(lambda: done.append(4), later=True)
    worker.post(lambda: done.append(2))
    gate.set()
    await worker.idle()
    assert done == [1, 2, 3, 4, 5]
    await worker.stop(lambda: None, patience=5)


async def test_in_a_breath_what_can_wait_is_left_where_it_was() -> None:
    worker, gate, done = Worker("test"), Event(), list[str]()

    def long() -> None:
        gate.wait(5)
        worker.breathe()
        done.append("long")
        worker.breathe()

    worker.post(long)
    worker.post(lambda: done.append("later"), later=True)
    worker.post(lambda: done.append("now"))
    worker.post(lambda: done.append("now too"))
    gate.set()
    await worker.idle()
    assert done == ["now", "now too", "long", "later"]
    await worker.stop(lambda: None, patience=5)


async def test_an_exception_comes_back_as_it_is_and_the_last_job_may_fail() -> None:
    def fail() -> None:
        raise KeyError("x")

    worker = Worker("test")
    with pytest.raises(KeyError):
        await worker.call(fail)
    assert await worker.stop(fail, patience=5)


async def test_a_worker_that_never_worked_ends_at_once() -> None:
    worker, done = Worker("test"), list[int]()
    assert not worker.stopping
    assert await worker.stop(lambda: done.append(1), patience=5)
    assert done == [1]
    assert worker._thread.daemon
