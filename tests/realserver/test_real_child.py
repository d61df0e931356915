"""A real llama-server as a child of the game."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from realserver.conftest import BINARY, MODEL

from fiction.config import SettingsFile
from fiction.engine.setup import ModelConfig
from fiction.paths import Home
from fiction.setup.children import Children
from fiction.setup.runners import ChildSpec
from fiction.wiring.game import LocalGame

pytestmark = pytest.mark.realserver


@pytest.fixture
def model() -> str:
    assert BINARY, "FICTION_REAL_SERVER names no llama-server: run bench/real_server.sh"
    return MODEL or str(Path(BINARY).parent.parent / "tiny-bigram.gguf")


@pytest.fixture
def environment(model: str) -> dict[str, str]:
    return {**os.environ, "PATH": f"{Path(BINARY).parent}:{os.environ['PATH']}"}


def running(port: int) -> bool:
    listed = subprocess.run(["ps", "-ww", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return any(f"--port {port} " in line and "llama-server" in line for line in listed.splitlines())


async def test_it_comes_up_and_goes(tmp_path: Path, model: str, environment: dict[str, str]) -> None:
    children = Children(logs=tmp_path, environment=environment)
    child = children.child(ChildSpec("llama-server", model))
    await child.up()
    assert "listening on" in child.log.read_text()
    assert running(child.port)
    children.close()
    assert "cleaning up" in child.log.read_text()
    assert not running(child.port)


async def test_a_trial_of_it_finds_all_that_a_story_wants(home: Path, model: str, environment: dict[str, str]) -> None:
    game = LocalGame(Home.at(home), environment=environment)
    try:
        found = {each.what: each async for each in game.setup.try_out(ModelConfig(run="llama-server", model=model))}
    finally:
        game.close()
    assert list(found) == ["program", "models", "story", "speed", "notes", "context", "thinking"]
    assert found["story"].ok
    assert "4,096 tokens" in found["context"].said


@pytest.mark.skipif(shutil.which("ps") is None, reason="no ps here")
def test_nothing_is_left_of_it_when_the_game_is_killed(home: Path, model: str, environment: dict[str, str]) -> None:
    SettingsFile(home / "config.yaml", {}).change({("server", "run"): "llama-server", ("server", "model"): model})
    world = next(iter(LocalGame(Home.at(home), environment={}).worlds())).id
    argv = [sys.executable, "-m", "fiction", "play", world, "--plain", "--storyteller", "model"]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    ) as game:
        assert game.stdin is not None
        game.stdin.write(b"1\n")
        game.stdin.flush()
        log = home / "logs" / f"llama-server-{Path(model).stem}.log"
        deadline = time.monotonic() + 60
        while not (log.exists() and "listening on" in log.read_text()) and time.monotonic() < deadline:
            time.sleep(0.1)
        port = int(log.read_text().split("listening on http://127.0.0.1:")[1].split()[0])
        assert running(port)
        game.kill()
    deadline = time.monotonic() + 5
    while running(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not running(port)
