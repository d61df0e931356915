"""Servers as the setup meets them: what they list, how they tell, and an Ollama that downloads."""

import json
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fiction.config import SettingsFile
from fiction.engine.ports import Ahead
from fiction.engine.setup import TrialResult
from fiction.llm.connections import Connections
from fiction.setup.asking import Asked
from fiction.setup.children import Children
from fiction.setup.model_setup import ModelSetup, Trial
from fiction.setup.trial import try_out
from fiction.storytellers.model import ModelStoryteller
from support.model_server import NOTES, PASSAGE

KEY = "sk-very-secret-0123456789"

Answer = Callable[[BaseHTTPRequestHandler], None]


def reply(body: object, status: int = 200, kind: str = "application/json") -> Answer:
    """An answer in one piece."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("content-type", kind)
        handler.send_header("content-length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def listed(*names: str, owner: str = "me") -> Answer:
    """A list of models."""
    return reply({"object": "list", "data": [{"id": name, "object": "model", "owned_by": owner} for name in names]})


def told(passage: str = PASSAGE, notes: str | None = None, *, thinking: bool = False) -> Answer:
    """A model that tells, and takes notes where it is asked to."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = json.loads(handler.body)  # type: ignore[attr-defined]
        wants_notes = '"plans"' in asked["messages"][-1]["content"]
        text = (json.dumps(NOTES) if notes is None else notes) if wants_notes else passage
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.end_headers()
        pieces = [text[at : at + 40] for at in range(0, len(text), 40)]
        for piece in pieces:
            frame(handler, {"content": piece})
        frame(handler, {}, "stop")
        read = sum(len(message["content"]) for message in asked["messages"]) // 4
        usage = {"prompt_tokens": read, "completion_tokens": 120, "total_tokens": read + 120}
        handler.wfile.write(
            f"data: {json.dumps({'object': 'chat.completion.chunk', 'choices': [], 'usage': usage})}\n\n".encode()
        )
        handler.wfile.write(b"data: [DONE]\n\n")

    def frame(handler: BaseHTTPRequestHandler, delta: dict[str, str], finish: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        handler.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        handler.wfile.flush()

    return answer


@dataclass
class Machine:
    """A server on loopback, answering by method and path; what it has no answer for is not found."""

    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Method with path, and what came as authorization."""
    bodies: list[bytes] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@pytest.fixture
def machine() -> Iterator[Machine]:
    server = Machine()

    class Handler(BaseHTTPRequestHandler):
        body = b""

        def do_GET(self) -> None:
            self._answer(f"GET {self.path}")

        def do_POST(self) -> None:
            self.body = self.rfile.read(int(self.headers.get("content-length", 0)))
            server.bodies.append(self.body)
            self._answer(f"POST {self.path}")

        def _answer(self, what: str) -> None:
            server.asked.append((what, self.headers.get("authorization", "")))
            try:
                server.answers.get(what, reply({"error": "not found"}, 404))(self)
            except OSError:
                server.hung_up.set()

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing on stderr."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    server.port = listening.server_port
    serving = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    yield server
    listening.shutdown()
    serving.join()
    listening.server_close()


@pytest.fixture
def kept(home: Path) -> SettingsFile:
    return SettingsFile(home / "config.yaml", {})


@pytest.fixture
def children(home: Path) -> Iterator[Children]:
    running = Children(logs=home / "logs", environment={})
    yield running
    running.close()


def played_through(connections: Connections) -> Trial:
    """Trials as the game makes them."""

    def trial(asked: Asked) -> AsyncGenerator[TrialResult, None]:
        return try_out(
            asked, ModelStoryteller(asked.server, ahead=Ahead.OFF, connections=connections, starting=asked.starting)
        )

    return trial


@pytest.fixture
def arranging(kept: SettingsFile, children: Children, home: Path) -> ModelSetup:
    connections = Connections(home / "servers.json")
    return ModelSetup(kept, children=children, trial=played_through(connections), environment={})
