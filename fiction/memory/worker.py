"""A daemon thread with a queue of jobs: it alone uses its objects, and it never delays the program's exit."""

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
    """The worker accepts no more jobs."""


class Worker:
    """Runs jobs one at a time, urgent ones first."""

    def __init__(self, name: str) -> None:
        self._queue: PriorityQueue[tuple[int, int, Callable[[], None]]] = PriorityQueue()
        self._numbers = count()
        self._stopping = Event()
        self._ended: Future[None] = Future()
        self._starting = Lock()
        self._thread = Thread(target=self._work, name=name, daemon=True)

    @property
    def stopping(self) -> bool:
        """Whether a long job should break off."""
        return self._stopping.is_set()

    def post(self, job: Callable[[], None], *, later: bool = False, last: bool = False) -> None:
        """Queue a job without a result: in order, after urgent jobs (`later`), or after all jobs (`last`)."""

        def run() -> None:
            if not self.stopping:
                _quietly(job)

        self._put(_LAST if last else _LATER if later else _NOW, run)

    def ask(self, job: Callable[[], Answer]) -> "Future[Answer]":
        """Queue a job for another thread. Its errors, BaseException too, come out of the future as an Exception."""
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
        """Run a job for a coroutine, which may be cancelled. Raises the job's error, or Stopped."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()

        asked = self.ask(job)
        asked.add_done_callback(_notifier(loop, lambda: _settle(answer, asked)))
        try:
            return await answer
        finally:
            asked.cancel()

    async def idle(self) -> None:
        """Wait until all jobs queued now are done; returns at once after the end."""
        if not self.stopping:
            done = asyncio.Event()
            tell = _notifier(asyncio.get_running_loop(), done.set)
            self._put(_LAST, lambda: tell(None))
            await done.wait()

    def breathe(self) -> None:
        """Run the urgent jobs; for the middle of a long job."""
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
        """Begin to stop: queued jobs are dropped, `last` runs after the current job. Returns at once."""
        if not self._stopping.is_set():
            self._stopping.set()
            self._put(_STOP, lambda: _quietly(last))

    async def stop(self, last: Callable[[], None], *, patience: float) -> bool:
        """Drop queued jobs, run `last`, stop. Waits at most `patience` seconds; False if the thread is still busy."""
        self.end(last)
        ended = asyncio.Event()
        self._ended.add_done_callback(_notifier(asyncio.get_running_loop(), ended.set))
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


def _notifier(loop: asyncio.AbstractEventLoop, tell: Callable[[], None]) -> Callable[[object], None]:
    """A callback for other threads that runs `tell` on the loop."""

    def call(_: object) -> None:
        with suppress(RuntimeError):  # the loop is closed
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
