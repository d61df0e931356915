"""A chat server on loopback whose habits a test scripts: how each request is answered, byte by byte if need be."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NotRequired, TypedDict

PASSAGE = (
    "The ferryman lets the rope run through his hands until the boat lies still. You hold out the coin and he turns it "
    "over, once, as if the other side might say something else. 'Too much,' he says, 'for a crossing.' Behind him the "
    "lantern on the far bank goes out, comes back, and goes out again. He has seen it as well. He does not look round. "
    "'There is nobody over there tonight,' he says, and puts the coin into your palm and closes your fingers on it. "
    "The water has come up two steps since you began to talk. Somebody on the far side calls a name, not yours."
)
LABELS = ["Take the oar and cross alone", "Ask Imre whose name that was", "Cover the lantern and listen"]
"""Of the plans in the notes."""
NOTES: dict[str, object] = {
    "plans": [
        {"label": LABELS[0], "stake": "the boat", "approach": "bold", "brief": "You push off."},
        {"label": LABELS[1], "stake": "his trust", "approach": "curious", "brief": "You ask."},
        {"label": LABELS[2], "stake": "time", "approach": "careful", "brief": "You listen."},
    ],
    "rationale": {
        "dropped": [{"what": "The rain stopped.", "why": "it no longer matters"}],
        "added": [{"what": "Somebody called a name.", "why": "it wants an answer"}],
    },
    "memory": "You stand at the landing with Imre. He gave the coin back. Somebody on the far bank called a name.",
    "ledger": {
        "facts": [{"subject": "Imre", "relation": "gave back", "object": "the coin", "status": "new"}],
        "threads": [{"id": "the-far-bank", "status": "open", "setup": "Who calls from there?", "payoff": "They meet."}],
        "cast": [{"name": "Imre", "who": "the ferryman", "where": "the landing", "stance": "wary"}],
    },
    "importance": 6,
    "title": "The landing",
    "ending": False,
}


class Message(TypedDict):
    """One message of a request."""

    role: str
    content: str


class Schema(TypedDict, total=False):
    """A JSON schema, as far as tests look into it."""

    properties: dict[str, "Schema"]
    minItems: int


class JsonSchema(TypedDict):
    """What a reply is held to."""

    name: str
    schema: Schema


class Format(TypedDict):
    """The form that a reply is asked for in."""

    type: str
    json_schema: NotRequired[JsonSchema]


class Request(TypedDict, total=False):
    """The body of a request for a reply."""

    model: str
    messages: list[Message]
    stream: bool
    stream_options: dict[str, bool]
    response_format: Format
    max_tokens: int
    max_completion_tokens: int
    temperature: float
    top_p: float
    min_p: float
    seed: int
    reasoning_effort: str
    reasoning: dict[str, object]
    thinking: dict[str, object]
    chat_template_kwargs: dict[str, object]


class Wire:
    """One request, and the ways to answer it."""

    def __init__(self, server: "ModelServer", handler: BaseHTTPRequestHandler, body: Request) -> None:
        self.server = server
        self.handler = handler
        self.body = body
        self.number = len(server.requests)
        """Of the request, from 1."""

    @property
    def asks_for_notes(self) -> bool:
        return "The passage stands." in self.body["messages"][-1]["content"]

    @property
    def format(self) -> str:
        """The response format that was asked for; empty for none."""
        asked = self.body.get("response_format")
        return asked["type"] if asked else ""

    @property
    def reply(self) -> str:
        """What a good model would say."""
        return self.server.says(self)

    @property
    def cap(self) -> int:
        """Tokens that the reply may have."""
        return int(self.body.get("max_tokens") or self.body.get("max_completion_tokens") or 10_000)

    @property
    def size(self) -> int:
        """Tokens of the prompt, by a tokeniser that makes one of four characters."""
        return sum(len(message["content"]) for message in self.body["messages"]) // 4

    def head(self, status: int, kind: str, **headers: str) -> None:
        self.handler.send_response(status)
        self.handler.send_header("Content-Type", kind)
        self.handler.send_header("Connection", "close")
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()
        self.handler.close_connection = True

    def write(self, data: bytes) -> None:
        self.handler.wfile.write(data)
        self.handler.wfile.flush()

    def json(self, status: int, body: object, **headers: str) -> None:
        self.head(status, "application/json", **headers)
        self.write(json.dumps(body).encode())

    def refuse(self, message: str, *, status: int = 400, param: str = "") -> None:
        self.json(status, {"error": {"message": message, "param": param, "type": "invalid_request_error"}})

    def event(self, payload: object) -> None:
        self.write(f"data: {payload if isinstance(payload, str) else json.dumps(payload)}\n\n".encode())

    def delta(self, finish: str | None = None, **delta: object) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        self.event({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})

    def stream(
        self, text: str, *, finish: str | None = "stop", usage: bool = True, size: int = 17, counted: int = 900
    ) -> None:
        """A whole reply the way servers send it."""
        self.head(200, "text/event-stream")
        self.delta(role="assistant", content="")
        for start in range(0, len(text), size):
            self.delta(content=text[start : start + size])
        if finish is not None:
            self.delta(finish)
            if usage:
                tokens = {"prompt_tokens": counted, "completion_tokens": 120, "total_tokens": counted + 120}
                self.event({"object": "chat.completion.chunk", "choices": [], "usage": tokens})
            self.event("[DONE]")


Habit = Callable[[Wire], None]


def always_the_same(wire: Wire) -> str:
    return json.dumps(NOTES) if wire.asks_for_notes else PASSAGE


def a_story(wire: Wire) -> str:
    """Another passage and other plans each time."""
    n = wire.number
    if not wire.asks_for_notes:
        return f"On stair {n} the water is cold. {PASSAGE}"
    ways = (("bold", f"Climb stair {n} to the loft"), ("warm", f"Greet Mirel over cup {n}"))
    plans = [*ways, ("curious", f"Read notice {n}")]
    told = [{"label": label, "approach": way, "stake": "an hour", "brief": "You do it."} for way, label in plans]
    return json.dumps({**NOTES, "plans": told})


def good(wire: Wire) -> None:
    wire.stream(wire.reply)


class ModelServer:
    """The server. `habit` answers every request; `script` answers the first ones, one each; `pages` are what it tells
    about itself, by path.
    """

    def __init__(self) -> None:
        self.habit: Habit = good
        self.says: Callable[[Wire], str] = always_the_same
        self.script: list[Habit] = []
        self.pages: dict[str, object] = {}
        self.redirects: dict[str, tuple[int, str]] = {}
        """Pages that have moved, by path: status and new address."""
        self.looked_at: list[tuple[str, dict[str, str]]] = []
        """Paths and headers of what was asked about the server itself."""
        self.requests: list[Request] = []
        self.headers: list[dict[str, str]] = []
        """Of each of the requests, by names in lower case."""
        self.paths: list[str] = []
        """Of every request, with their queries."""
        self.hung_up = threading.Event()
        """A client went away in the middle of a reply."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                outer.paths.append(self.path)
                outer.looked_at.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                if self.path in outer.redirects:
                    status, location = outer.redirects[self.path]
                    self.send_response(status)
                    self.send_header("Location", location)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                found = outer.pages.get(self.path)
                body = json.dumps({"error": "Not Found"} if found is None else found).encode()
                self.send_response(404 if found is None else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                with suppress(OSError):
                    self.end_headers()
                    self.wfile.write(body)

            def do_POST(self) -> None:
                outer.paths.append(self.path)
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append(body)
                outer.headers.append({name.lower(): value for name, value in self.headers.items()})
                habit = outer.script.pop(0) if outer.script else outer.habit
                try:
                    habit(Wire(outer, self, body))
                except OSError:
                    outer.hung_up.set()

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @contextmanager
    def running(self) -> Iterator["ModelServer"]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


def until_hung_up(wire: Wire, seconds: float = 5.0) -> None:
    """Say nothing until the client goes away."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        wire.write(b": still here\n\n")
        time.sleep(0.02)
