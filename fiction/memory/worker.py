"""A daemon thread with a queue: it alone touches what it owns, and it never keeps the program from ending."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from itertools import count
from queue import Empty, PriorityQueue
from threading import Event, Lock, Thread
from typing import TypeVar

Answer = TypeVar("Answer")

_log = logging.getLogger(__name__)
_STOP, _NOW, _LATER, _LAST = -1, 0, 1, 2


class Stopped(Exception):
    """The worker takes no more jobs."""


class Worker:
    """Runs jobs one after the other, what somebody waits for before what can be done later."""

    def __init__(self, name: str) -> None:
        self._queue: PriorityQueue[tuple[int, int, Callable[[], None]]] = PriorityQueue()
        self._numbers = count()
        self._stopping = Event()
        self._ended: Future[None] = Future()
        self._starting = Lock()
        self._thread = Thread(target=self._work, name=name, daemon=True)

    @property
    def stopping(self) -> bool:
        """Whether a long job should leave off."""
        return self._stopping.is_set()

    def post(self, job: Callable[[], None], *, later: bool = False, last: bool = False) -> None:
        """Have a job done that nobody waits for: in turn, when nothing else waits (`later`), or after those too."""

        def run() -> None:
            if not self.stopping:
                _quietly(job)

        self._put(_LAST if last else _LATER if later else _NOW, run)

    def ask(self, job: Callable[[], Answer]) -> "Future[Answer]":
        """Have a job done for another thread. What it raises, BaseException too, comes out as an Exception."""
        future: Future[Answer] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                if self.stopping:
                    raise Stopped
                future.set_result(job())
            except BaseException as error:  # noqa: BLE001 - a panic in Rust is no Exception
                future.set_exception(_as_exception(error))

        if self.stopping:
            future.set_exception(Stopped())
        else:
            self._put(_NOW, run)
        return future

    async def call(self, job: Callable[[], Answer]) -> Answer:
        """Have a job done for a coroutine, which may be cancelled. Raises what the job raises, or Stopped."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()

        asked = self.ask(job)
        asked.add_done_callback(_teller(loop, lambda: _settle(answer, asked)))
        try:
            return await answer
        finally:
            asked.cancel()

    async def idle(self) -> None:
        """Wait until everything that is queued now is done; at once after the end."""
        if not self.stopping:
            done = asyncio.Event()
            tell = _teller(asyncio.get_running_loop(), done.set)
            self._put(_LAST, lambda: tell(None))
            await done.wait()

    def breathe(self) -> None:
        """In the middle of a long job: do what somebody is waiting for."""
        while not self.stopping:
            try:
                entry = self._queue.get_nowait()
            except Empty:
                return
            if entry[0] > _NOW:
                self._queue.put(entry)
                return
            entry[2]()

    def end(self, last: Callable[[], None]) -> None:
        """Begin to end: what is queued is dropped, `last` is done after the job under way. Returns at once."""
        if not self._stopping.is_set():
            self._stopping.set()
            self._put(_STOP, lambda: _quietly(last))

    async def stop(self, last: Callable[[], None], *, patience: float) -> bool:
        """Drop what is queued, do `last`, end. Waits `patience` seconds at most; False if it is still at work."""
        self.end(last)
        ended = asyncio.Event()
        self._ended.add_done_callback(_teller(asyncio.get_running_loop(), ended.set))
        try:
            async with asyncio.timeout(patience):
                await ended.wait()
        except TimeoutError:
            return False
        return True

    def _put(self, rank: int, job: Callable[[], None]) -> None:
        with self._starting:
            if self._thread.ident is None:
                self._thread.start()
        self._queue.put((rank, next(self._numbers), job))

    def _work(self) -> None:
        while True:
            rank, _, job = self._queue.get()
            job()
            if rank == _STOP:
                break
        self._drain()
        self._ended.set_result(None)

    def _drain(self) -> None:
        while True:
            try:
                _, _, job = self._queue.get_nowait()
            except Empty:
                return
            job()


def _teller(loop: asyncio.AbstractEventLoop, tell: Callable[[], None]) -> Callable[[object], None]:
    """What a thread calls to have something told on the loop."""

    def call(_: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell)

    return call


def _quietly(job: Callable[[], None]) -> None:
    try:
        job()
    except BaseException:  # noqa: BLE001 - a panic in Rust is no Exception
        _log.debug("a job of the long-term memory failed", exc_info=True)


def _as_exception(error: BaseException) -> Exception:
    return error if isinstance(error, Exception) else RuntimeError(f"{type(error).__name__}: {error}")


def _settle(answer: "asyncio.Future[Answer]", done: "Future[Answer]") -> None:
    if answer.done() or done.cancelled():
        return
    error = done.exception()
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(done.result())
