"""How much of each prompt a real llama-server takes from its cache, by its own counts, while nothing is made ready.

    FICTION_REAL_SERVER=... uv run python -m bench.prompt_cache [--model FILE.gguf] [--turns 30] [--context 16384]

`bench/real_server.sh --build` says where server and model are. The story is told in the bundled world.
"""

import argparse
import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from fiction.engine.ports import Ahead
from fiction.engine.session import Session
from fiction.memory.recall import StoryMemory
from fiction.packs.loader import load_world
from fiction.saves.library import SaveLibrary
from fiction.story.events import Spent, TurnFailed
from fiction.story.reader import ReaderProfile, StoryRecord, StorySettings
from fiction.story.turn import Usage
from fiction.storytellers.model import ModelStoryteller, ServerSettings

ROOT = Path(__file__).resolve().parent.parent
WORLD = ROOT / "worlds" / "a-river-in-two-minds" / "world.yaml"
FROM = 5
"""Turn from which on the shares count."""
PASSAGE_BAR, NOTES_BAR = 0.85, 0.95


def started(binary: str, model: str, context: int, port: int) -> "subprocess.Popen[bytes]":
    """A server with one slot, ready to be asked."""
    size = ("-c", str(context), "-np", "1", "-t", "2")
    command = [binary, "-m", model, "--host", "127.0.0.1", "--port", str(port), *size, "--jinja"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1):
                return server
        except OSError:
            time.sleep(0.1)
    server.kill()
    raise SystemExit("the server did not come up")


async def told(url: str, turns: int, folder: Path) -> list[tuple[Usage, Usage]]:
    """What the passage and the notes of each turn took."""
    world = load_world(WORLD.read_text(encoding="utf-8"))
    settings = StorySettings(storyteller="model", turns=turns + 10)
    text = WORLD.read_text(encoding="utf-8")
    record = StoryRecord("c" * 32, "Measured", world.id, world.version, text, ReaderProfile("Ada"), settings)
    storyteller = ModelStoryteller(ServerSettings(url, "measured", stall_timeout=600), ahead=Ahead.OFF)
    memory = StoryMemory(cache=folder / "cache", chroma=False)
    store = SaveLibrary(folder).create(record)
    session = Session(store=store, world=world, memory=memory, storytellers={"model": storyteller})
    rows = []
    for number in range(turns):
        spent: list[Usage] = []
        events = session.play(session.offered(number % 3 + 1)) if number else session.proceed()
        async for event in events:
            match event:
                case Spent(usage=usage):
                    spent.append(usage)
                case TurnFailed(message=message):
                    print(f"turn {number + 1}: {message}", file=sys.stderr)
                case _:
                    pass
        if len(spent) >= 2:
            rows.append((spent[0], spent[-1]))
            print(line(number + 1, spent[0], spent[-1]), flush=True)
    await session.close()
    return rows


def line(turn: int, passage: Usage, notes: Usage) -> str:
    """One row of the table."""
    cells = [f"{turn:>4}"]
    for usage in (passage, notes):
        cells.append(f"{usage.prompt:>7}{usage.cached:>7}{share(usage):>6.0%}{usage.completion:>6}")
    return "  ".join(cells)


def share(usage: Usage) -> float:
    """Of a prompt's tokens, those from the cache."""
    return usage.cached / usage.prompt if usage.prompt else 0.0


def main() -> int:
    """Print the table and the medians; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=os.environ.get("FICTION_REAL_MODEL", ""))
    parser.add_argument("--turns", type=int, default=30)
    parser.add_argument("--context", type=int, default=16_384)
    asked = parser.parse_args()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = started(os.environ["FICTION_REAL_SERVER"], asked.model, asked.context, port)
    print("turn   passage: sent cached share written   notes: the same")
    try:
        with tempfile.TemporaryDirectory() as folder:
            rows = asyncio.run(told(f"http://127.0.0.1:{port}/v1", asked.turns, Path(folder)))
    finally:
        server.terminate()
        server.wait(10)
    late = rows[FROM - 1 :]
    passage, notes = (statistics.median(share(row[at]) for row in late) for at in (0, 1))
    bars = f"bars {PASSAGE_BAR:.0%} and {NOTES_BAR:.0%}"
    print(f"median from turn {FROM} on: passage {passage:.1%}, notes {notes:.1%} ({bars})")
    return 0 if passage >= PASSAGE_BAR and notes >= NOTES_BAR else 1


if __name__ == "__main__":
    sys.exit(main())
