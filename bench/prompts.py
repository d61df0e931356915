"""How large are the prompts that a server receives, early and late in one story? Turns 5, 50 and 500, part by part.

A story of 500 turns is played through the real game (wiring, session, save, memory), told by a server on loopback whose
passages, memories, plans and notes are of realistic and varied length. What is counted is what the server received:
the system message, the material and the tail of the user's message, the passage, what asks for the notes, the notes.
Tokens are by the game's own estimate. `--show` prints the prompts themselves; `--quick` plays 60 turns, of which a
slope says nothing.

Bars (docs/design.md section 11), of the prompt: Theil-Sen slope under 0.2 % per 100 turns, max/median under 1.25;
a whole turn with its replies, whose length is by chance here, fits 4,096 tokens.

`uv run python -m bench.prompts [--quick] [--show]`
"""

import asyncio
import contextlib
import json
import random
import re
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NotRequired, TypedDict

from bench import stories
from bench.recall import NAMES, PLACES, THINGS, sentence
from fiction.engine.game import NewStory
from fiction.engine.session import Session
from fiction.paths import Home
from fiction.story.events import TurnSaved
from fiction.story.plan import Choice
from fiction.story.reader import ENDLESS, ReaderProfile, StorySettings
from fiction.text.tokens import estimate
from fiction.wiring.game import LocalGame

WORLD = "a-river-in-two-minds"
MEMORY_DISK = Path("/dev/shm")
SHOWN = (5, 50, 500)
TURNS = 500
BUDGET = 4096
MAX_SLOPE, MAX_RATIO = 0.2, 1.25
_PIECE = 1_000
"""Characters of a reply that are sent at once."""
_A_MESSAGE = 4
"""Tokens that a chat template puts around a message."""
_PARTS = re.compile(r"\A(?P<material>\[(\w+)\].*)\n\n(?P<tail>[^\n]+\n\n\[\2\].*)\Z", re.DOTALL)
"""The user's message: fenced material, what the director wants; then what is asked in one paragraph, and the plan."""


class Message(TypedDict):
    """One message of a request."""

    content: str


class Request(TypedDict):
    """What is looked at in a request for a reply."""

    messages: list[Message]
    max_tokens: NotRequired[int]
    max_completion_tokens: NotRequired[int]


@dataclass(frozen=True, slots=True)
class Sent:
    """A request, as the server received it, and its reply."""

    messages: tuple[str, ...]
    reply: str

    @property
    def tokens(self) -> int:
        return sum(estimate(message) + _A_MESSAGE for message in self.messages)


@dataclass(frozen=True, slots=True)
class Told:
    """One turn: the call for the passage, and the last call for the notes on it."""

    passage: Sent
    notes: Sent

    @property
    def parts(self) -> dict[str, str]:
        system, user = self.passage.messages
        split = _PARTS.match(user)
        return {
            "system": system,
            "material": split["material"] if split else user,
            "tail": split["tail"] if split else "",
            "passage": self.passage.reply,
            "asks for notes": self.notes.messages[-1],
            "notes": self.notes.reply,
        }

    @property
    def prompt(self) -> int:
        """Tokens of what is sent for the passage."""
        return self.passage.tokens

    @property
    def whole(self) -> int:
        """Tokens of the whole turn, replies included: the second call holds the first."""
        return self.notes.tokens + estimate(self.notes.reply)


class Server:
    """An OpenAI-compatible server that says what a model might, another length each time."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                self.send_error(404)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with contextlib.suppress(OSError):  # the game needs the reply no more
                    outer.answer(self, body)

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def __enter__(self) -> "Server":
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def answer(self, handler: BaseHTTPRequestHandler, body: Request) -> None:
        messages = tuple(message["content"] for message in body["messages"])
        if 1 in (body.get("max_tokens"), body.get("max_completion_tokens")):
            return self._stream(handler, "The", "length", messages)  # sent ahead, so that it is read
        with self._lock:
            reply = notes(len(self.sent)) if '"plans"' in messages[-1] else passage(len(self.sent))
            self.sent.append(Sent(messages, reply))
        return self._stream(handler, reply, "stop", messages)

    def _stream(self, handler: BaseHTTPRequestHandler, text: str, finish: str, messages: tuple[str, ...]) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        usage = {"prompt_tokens": Sent(messages, "").tokens, "completion_tokens": estimate(text)}
        chunks: list[dict[str, object]] = [
            {"choices": [{"index": 0, "delta": {"content": text[start : start + _PIECE]}, "finish_reason": None}]}
            for start in range(0, len(text), _PIECE)
        ]
        chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
        chunks.append({"choices": [], "usage": {**usage, "total_tokens": sum(usage.values())}})
        lines = [json.dumps({"id": "1", "object": "chat.completion.chunk", **chunk}) for chunk in chunks]
        handler.wfile.write("".join(f"data: {line}\n\n" for line in [*lines, "[DONE]"]).encode())


def prose(dice: random.Random, words: int) -> str:
    """Sentences of which hardly two are alike, until there are so many words."""
    said: list[str] = []
    while sum(len(line.split()) for line in said) < words:
        said.append(sentence(dice))
    return " ".join(said)


def passage(number: int) -> str:
    """A passage of 60 to 200 words."""
    dice = random.Random(number)
    return prose(dice, dice.randint(60, 200))


def notes(number: int) -> str:
    """Notes on it: a memory of 60 to 320 words, plans, a ledger that fills."""
    dice = random.Random(number * 7)
    told = stories.reflection(number)
    memory = prose(dice, dice.randint(60, 320))
    names = dice.sample(NAMES, dice.randint(0, 2))
    facts = [
        {"subject": name, "relation": "has", "object": f"{dice.choice(THINGS)} ({number})", "status": "new"}
        for name in dice.sample(NAMES, dice.randint(0, 3))
    ]
    thread = {
        "id": f"matter-{number}",
        "status": "open",
        "setup": f"Who left {dice.choice(THINGS)} at {dice.choice(PLACES)}?",
        "payoff": "Somebody owns up.",
    }
    return json.dumps(
        {
            "plans": [
                {"label": plan.label, "stake": plan.stake, "approach": plan.approach.value, "brief": prose(dice, 30)}
                for plan in told.plans
            ],
            "rationale": {
                "dropped": [{"what": "The gate is shut.", "why": "It is open now."}],
                "added": [{"what": f"Mile {number} was passed.", "why": "It counts."}],
            },
            "memory": memory,
            "ledger": {
                "facts": facts,
                "threads": [thread] if dice.random() < 0.2 else [],
                "cast": [{"name": n, "who": "of the road", "where": dice.choice(PLACES)} for n in names],
            },
            "importance": dice.randint(1, 10),
            "title": f"Mile {number}" if dice.random() < 0.1 else "",
            "ending": False,
        }
    )


def choice(session: Session, number: int) -> Choice:
    """What the reader does next: mostly a plan as it stands, sometimes their own words, short or long."""
    dice = random.Random(-number)
    act = f"You ask about {dice.choice(THINGS)}. " * dice.randint(1, 12)
    if number % 7 == 0:
        return session.written(act)
    if number % 11 == 0:
        return session.edited(2, f"{session.plans[1].label}, and {act}")
    return session.offered(number % 3 + 1)


async def play(turns: int, server: Server, home: Path) -> list[Told]:
    """Every turn that the server was asked for, the first one after the world's own opening."""
    game = LocalGame(Home.at(home), environment={"FICTION_BASE_URL": server.url, "FICTION_MODEL": "scripted"})
    settings = StorySettings(turns=ENDLESS, storyteller="model")
    reader = ReaderProfile(name="Ada", likes=("slow dread", "kind strangers"), lines=("harm to animals",))
    session = await game.start(NewStory(world=WORLD, reader=reader, settings=settings))
    told: list[Told] = []
    events = session.proceed()
    for number in range(1, turns + 1):
        before = len(server.sent)
        last = [event async for event in events][-1]
        assert isinstance(last, TurnSaved), last
        if calls := server.sent[before:]:
            told.append(Told(calls[0], calls[-1]))
        events = session.play(choice(session, number))
    await events.aclose()
    await session.close()
    return told


def slope(values: list[int]) -> float:
    """Theil-Sen: the median of the slopes between all pairs, in percent of the median for 100 turns."""
    slopes = [(b - a) / (j - i) for i, a in enumerate(values) for j, b in enumerate(values[i + 1 :], start=i + 1)]
    return 100 * 100 * statistics.median(slopes) / statistics.median(values)


def ratio(values: list[int]) -> float:
    return max(values) / statistics.median(values)


def main(turns: int, *, show: bool) -> int:
    started = time.perf_counter()
    in_memory = MEMORY_DISK if MEMORY_DISK.is_dir() else None  # what a disk takes is not what is measured
    with Server() as server, tempfile.TemporaryDirectory(dir=in_memory) as home:
        told = asyncio.run(play(turns, server, Path(home)))
    opening = turns - len(told)
    shown = [number for number in SHOWN if opening < number <= turns]
    print(f"{turns} turns in {time.perf_counter() - started:.0f} s")
    print(f"{'turn':>5} {'':14} {'tokens':>7} {'characters':>11}")
    for number in shown:
        turn = told[number - opening - 1]
        for part, text in turn.parts.items():
            print(f"{number:>5} {part:14} {estimate(text):7} {len(text):11}")
        print(f"{number:>5} {'prompt':14} {turn.prompt:7}\n{number:>5} {'whole turn':14} {turn.whole:7}\n")
        if show:
            print("\n\n".join((*turn.passage.messages, *turn.notes.messages[-1:])), end="\n\n")
    prompts, wholes = [turn.prompt for turn in told], [turn.whole for turn in told]
    for name, values in (("prompt", prompts), ("whole turn", wholes)):
        print(
            f"{name:10}: {min(values)} to {max(values)} tokens, median {statistics.median(values):.0f};"
            f" max/median {ratio(values):.2f}; Theil-Sen {slope(values):+.2f} % per 100 turns"
        )
    print(f"bars for the prompt: max/median {MAX_RATIO}, Theil-Sen {MAX_SLOPE}; for a whole turn: {BUDGET} tokens")
    flat = ratio(prompts) < MAX_RATIO and (turns < TURNS or abs(slope(prompts)) < MAX_SLOPE)
    return 0 if flat and max(wholes) <= BUDGET else 1


if __name__ == "__main__":
    sys.exit(main(60 if "--quick" in sys.argv else TURNS, show="--show" in sys.argv))
