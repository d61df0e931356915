"""Servers of models that are children of the game: started when first needed, ended with it, never orphaned."""

import asyncio
import atexit
import contextlib
import hashlib
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Mapping
from pathlib import Path

from fiction.errors import FictionError, StorytellerError, Trouble
from fiction.llm.discovery.http_get import get
from fiction.paths import ensure_writable
from fiction.setup import keeper
from fiction.setup.runners import ChildSpec, commands, runners
from fiction.text.sanitise import clean_line

_POLL_SECONDS = 0.1
_REPLY_SECONDS = 2.0
_END_SECONDS = 6.0
"""A keeper gives its program a second and a half to end by itself."""
_PORTS = range(61_000, 65_500)
"""Above those that Linux gives to connections."""
_TAIL = 8_192
_FILE_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_MARKED = re.compile(r"\A[\d.]+ E +")
_OFFLINE = "The built-in storyteller can tell this turn."


class Child:
    """One server. Not running before `up`."""

    def __init__(self, wanted: ChildSpec, *, logs: Path, environment: Mapping[str, str]) -> None:
        self.wanted = wanted
        self.log = logs / f"{wanted.run}-{_FILE_NAME.sub('-', wanted.called)[:60]}.log"
        self._environment = environment
        self._keeper: subprocess.Popen[bytes] | None = None
        self._began = 0.0
        self._claim: socket.socket | None = _claim(wanted)
        self.port: int = self._claim.getsockname()[1]

    @property
    def base_url(self) -> str:
        """Address of the server, running or not."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def running(self) -> bool:
        """It was started, and has not ended."""
        return self._keeper is not None and self._keeper.poll() is None

    async def up(self) -> None:
        """Start it if it is not running, and wait until it answers; that may be long where it fetches its model.

        Cancelling stops the waiting, not the server.

        Raises:
            StorytellerError: it can't be started, or ended by itself.
        """
        if not self.running:
            await self._start()
        while self.running:
            if await self._answers():
                return
            await asyncio.sleep(_POLL_SECONDS)
        raise self._ended()

    def end(self) -> None:
        """Have it ended, without waiting for that. Idempotent."""
        self._let_go_of_port()
        if self._keeper is not None and self._keeper.stdin is not None:
            with contextlib.suppress(OSError):
                self._keeper.stdin.close()

    def close(self) -> None:
        """End it, and wait for its end. Idempotent."""
        self.end()
        kept, self._keeper = self._keeper, None
        if kept is None:
            return
        try:
            kept.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            kept.kill()
            kept.wait()

    async def _start(self) -> None:
        path = next((each.path for each in runners(self._environment) if each.name == self.wanted.run), "")
        if not path:
            raise _trouble(f"There is no {self.wanted.run} on the PATH.", "Install it, or choose who tells anew.")
        environment = _without_keys(self._environment)
        run = await asyncio.to_thread(commands, self.wanted, path, self.port, environment)
        if self.running:  # somebody else was quicker
            return
        self.close()
        self._keeper = self._kept(run, environment)
        self._began = time.monotonic()

    def _kept(self, run: list[list[str]], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
        """A keeper that runs the commands."""
        try:
            ensure_writable(self.log.parent)
            return subprocess.Popen(  # noqa: S603 - our own file
                [sys.executable, "-I", keeper.__file__, str(self.log), json.dumps(run)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,  # Ctrl-C in the terminal is for the game alone
            )
        except FictionError as error:
            raise _trouble(error.message, error.hint) from None
        except OSError as error:
            raise _trouble(f"{self.wanted.run} could not be started: {error.strerror}.", _OFFLINE) from None

    async def _answers(self) -> bool:
        health = await get(self.port, "/health", seconds=_REPLY_SECONDS)
        if health is None or health.status in (200, 503):
            return health is not None and health.status == 200
        listed = await get(self.port, "/v1/models", seconds=_REPLY_SECONDS)
        return listed is not None and listed.status == 200

    def _ended(self) -> StorytellerError:
        seconds = time.monotonic() - self._began
        when = "at once" if seconds < 5 else f"after {seconds:.0f} s"
        said = self._last_words()
        because = f": {said.rstrip('.')}." if said else "."
        return _trouble(f"{self.wanted.run} ended {when}{because}", f"All that it said is in {self.log}.")

    def _last_words(self) -> str:
        """The error line of its log."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, self.log.stat().st_size - _TAIL))
                return error_line(file.read().decode("utf-8", "replace"))
        except OSError:
            return ""

    def _let_go_of_port(self) -> None:
        claim, self._claim = self._claim, None
        if claim is not None:
            claim.close()


def error_line(log: str) -> str:
    """The first line that llama.cpp marks as an error, without its mark; else the last line; empty for an empty log."""
    said = [line for each in log.splitlines() if (line := each.strip())]
    marked = [line for line in said if _MARKED.match(line)]
    return clean_line(_MARKED.sub("", (marked[:1] or said[-1:] or [""])[0]), limit=200)


class Children:
    """All child servers of one game."""

    def __init__(self, *, logs: Path, environment: Mapping[str, str]) -> None:
        self._logs = logs
        self._environment = environment
        self._children: dict[ChildSpec, Child] = {}
        self._ending: list[Child] = []

    def child(self, wanted: ChildSpec) -> Child:
        """The child for a model, the same each time; not started yet."""
        if wanted not in self._children:
            if not self._children and not self._ending:
                atexit.register(self.close)
            self._children[wanted] = Child(wanted, logs=self._logs, environment=self._environment)
        return self._children[wanted]

    def only(self, wanted: Collection[ChildSpec]) -> None:
        """End children that nobody wants any more: each holds a whole model in memory."""
        for unwanted in [each for each in self._children if each not in wanted]:
            child = self._children.pop(unwanted)
            child.end()
            self._ending.append(child)

    def close(self) -> None:
        """End them all, and wait for that. Idempotent."""
        children = (*self._children.values(), *self._ending)
        self._children, self._ending = {}, []
        for child in children:
            child.close()
        atexit.unregister(self.close)


def _claim(wanted: ChildSpec) -> socket.socket:
    """A free port, held until the server takes it: the same each time if it can be had, for what is learned of an
    address is remembered.
    """
    digest = hashlib.sha256(f"{wanted.run} {wanted.model}".encode()).digest()
    for port in (_PORTS[int.from_bytes(digest[:4]) % len(_PORTS)], 0):
        claim = socket.socket()
        try:
            claim.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        return claim
    raise _trouble("No port is free on this machine.", _OFFLINE)


def _without_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without API keys."""
    return {name: value for name, value in environment.items() if not name.upper().endswith("_API_KEY")}


def _trouble(message: str, hint: str) -> StorytellerError:
    return StorytellerError(message, trouble=Trouble.UNREACHABLE, hint=hint)
