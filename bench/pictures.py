"""The README's pictures: plays some turns of the bundled world and takes screenshots. `python -m bench.pictures`

The picture of a trial wants a real server: FICTION_REAL_SERVER, FICTION_REAL_MODEL, as `bench/real_server.sh --build`
prints them; without these it stays as it is.
"""

import asyncio
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fiction.engine.game import NewStory
from fiction.paths import Home
from fiction.story.reader import ReaderProfile, StorySettings
from fiction.tui.app import FictionApp
from fiction.wiring.game import LocalGame

DOCS = Path(__file__).parent.parent / "docs"
WORLD = "a-river-in-two-minds"


def keep(app: FictionApp, name: str) -> None:
    """One picture, without the fonts that it would load from elsewhere."""
    svg = re.sub(r"@font-face \{.*?\}", "", app.export_screenshot(title="fiction"), flags=re.DOTALL)
    (DOCS / f"{name}.svg").write_text(svg.replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas"), encoding="utf-8")


async def take() -> None:
    with tempfile.TemporaryDirectory() as folder:
        game = LocalGame(Home.at(Path(folder)), environment={})
        story = NewStory(world=WORLD, reader=ReaderProfile(name="Ana"), settings=StorySettings(seed=7))
        session = await game.start(story)
        for number in (0, 1, 2, 3):
            events = session.play(session.offered(number)) if number else session.proceed()
            async for _ in events:
                pass
        app = FictionApp(lambda: game, start=session, animations="none")
        async with app.run_test(size=(132, 38)) as pilot:
            await pilot.pause(1.5)
            await pilot.press("1")
            await pilot.pause(2.5)
            await pilot.press("home")
            await pilot.pause(0.5)
            keep(app, "reading")
            await pilot.press("m")
            await pilot.pause(1)
            keep(app, "memory")


@contextmanager
def real_server(port: int) -> Iterator[None]:
    """A llama.cpp server with the tiny model, where discovery looks for one."""
    binary, model = os.environ["FICTION_REAL_SERVER"], os.environ["FICTION_REAL_MODEL"]
    where = ["--host", "127.0.0.1", "--port", str(port), "--alias", "tiny-bigram"]
    command = [binary, "-m", model, *where, "-c", "32768", "-np", "2", "-t", "1", "--jinja"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            yield
        finally:
            server.terminate()


async def take_trial() -> None:
    with tempfile.TemporaryDirectory() as folder, real_server(8080):
        game = LocalGame(Home.at(Path(folder)), environment={})
        app = FictionApp(lambda: game, animations="none")
        async with app.run_test(size=(100, 24)) as pilot:
            await pilot.pause(2)
            await pilot.press("m")
            await pilot.pause(12)
            keep(app, "trial")
        game.close()


if __name__ == "__main__":
    asyncio.run(take())
    if "FICTION_REAL_SERVER" in os.environ:
        asyncio.run(take_trial())
