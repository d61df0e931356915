"""The commands as they are typed: in this process for speed, or as a process of their own."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fiction.cli import main

SALT = """\
schema: 1
id: salt-road
version: 1.0.0
title: The Salt Road
summary: A ferryman, a debt and a drowned chapel.
authors: [A. Nobody]
safety: {rating: teen, content_warnings: [death]}
setting: A grey harbour where salt is money and the road inland closes with every tide.
characters:
- {id: imre, name: Imre, role: ferryman, pronouns: he/him, place: quay}
places:
- {id: quay, name: the quay}
openings:
- {id: arrival, title: Arrival, place: quay, text: You lower the lantern into the well.}
- {id: departure, title: Departure, place: quay, text: The ferry is already moving.}
callbacks: []
"""
"""A world without storylets of its own."""


@dataclass(frozen=True)
class Result:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def sentence(self) -> str:
        """The one sentence of a failure."""
        assert self.code == 1, self
        assert self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.out + self.err
        return self.err.strip()


Fiction = Callable[..., Result]


@pytest.fixture
def fiction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Fiction:
    """Run a command in this process; `typed` is its input."""

    def run(*words: str, typed: str = "") -> Result:
        file = tmp_path / "typed"
        file.write_text(typed, encoding="utf-8")
        with file.open(encoding="utf-8") as stdin, monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", stdin)
            code = main(words)
        printed = capsys.readouterr()
        return Result(code, printed.out, printed.err)

    return run


@pytest.fixture
def process() -> Fiction:
    """Run a command as a process of its own."""

    def run(*words: str, typed: str = "", **options: object) -> Result:
        argv = [sys.executable, "-m", "fiction", *words]
        done = subprocess.run(argv, input=typed, capture_output=True, text=True, check=False, env=dict(os.environ))
        return Result(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def world(home: Path) -> str:
    """An installed world; recall goes without Chroma, which takes a second to load."""
    folder = home / "worlds" / "salt-road"
    folder.mkdir(parents=True)
    (folder / "world.yaml").write_text(SALT)
    (home / "config.yaml").write_text("memory: {chroma: false}\n")
    return "salt-road"


@dataclass
class Server:
    """A server of models that answers everything in one way."""

    base_url: str
    status: int = 200
    body: bytes = b"{}"
    """The answer to a question; a list of models is `listed`, if there is one."""
    kind: str = "application/json"
    listed: bytes = b""
    keys: list[str] | None = None

    @property
    def port(self) -> int:
        return int(self.base_url.rsplit(":", 1)[1].split("/")[0])

    def streams(self, *pieces: str) -> None:
        """From now on, answer with these pieces of a reply."""
        chunks: list[dict[str, object]] = [
            {"delta": {"content": piece}, "index": 0, "finish_reason": None} for piece in pieces
        ]
        chunks.append({"delta": {}, "index": 0, "finish_reason": "stop"})
        frame = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "tiny"}
        lines = [f"data: {json.dumps({**frame, 'choices': [chunk]})}\n\n" for chunk in chunks]
        self.body, self.kind = "".join([*lines, "data: [DONE]\n\n"]).encode(), "text/event-stream"


@pytest.fixture
def server() -> Iterator[Server]:
    """On loopback; `status` and `body` are what it answers to anything."""
    answers = Server("", keys=[])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(answers.listed or answers.body, "application/json")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self._answer(answers.body, answers.kind)

        def _answer(self, body: bytes, kind: str) -> None:
            assert answers.keys is not None
            answers.keys.append(self.headers.get("authorization", ""))
            self.send_response(answers.status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing on stderr."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    answers.base_url = f"http://127.0.0.1:{listening.server_port}/v1"
    serving = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    yield answers
    listening.shutdown()
    serving.join()
    listening.server_close()
