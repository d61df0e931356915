"""Servers that are children of the game: up when they are needed, and gone with it, whatever it dies of."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiction.errors import StorytellerError
from fiction.setup import keeper
from fiction.setup.children import Child, Children, error_line
from fiction.setup.keeper import Log
from fiction.setup.runners import ChildSpec, commands, runners
from support.growth import grows_linearly

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups are those of POSIX")

SERVER = """\
#!{python}
import http.server, json, os, subprocess, sys, time
port = int(sys.argv[sys.argv.index("--port") + 1])
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "started"), "a") as file:
    file.write(json.dumps({{"pid": os.getpid(), "argv": sys.argv[1:], "environment": dict(os.environ)}}) + "\\n")
{before}
began = time.monotonic()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ready = time.monotonic() - began > {loading}
        known = self.path in {paths}
        self.send_response(404 if not known else 200 if ready else 503)
        self.end_headers()
        self.wfile.write(b'{{"status": "ok", "data": []}}')
    def log_message(self, *_):
        print("asked", self.path, flush=True)
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""
GRANDCHILD = (
    'grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])\n'
    'open(os.path.join(here, "grandchild"), "w").write(str(grandchild.pid))'
)
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)"

Program = Callable[..., dict[str, str]]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Put a program on a PATH of its own; the environment that finds it."""

    def put(
        name: str = "llama-server", *, before: str = "", loading: float = 0.0, source: str = "", paths: str = ""
    ) -> dict[str, str]:
        text = source or SERVER.format(
            python=sys.executable, before=before, loading=loading, paths=paths or '("/health", "/v1/models")'
        )
        file = tmp_path / name
        file.write_text(text)
        file.chmod(0o755)
        return {"PATH": str(tmp_path)}

    return put


def started(folder: Path) -> list[dict[str, object]]:
    import json

    return [json.loads(line) for line in (folder / "started").read_text().splitlines()]


def alive(pid: int) -> bool:
    """Whether the process runs; one that nobody has reaped yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until_gone(pid: int, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Children]]:
    made: list[Children] = []

    def children(environment: dict[str, str]) -> Children:
        made.append(Children(logs=tmp_path / "logs", environment=environment))
        return made[-1]

    yield children
    for each in made:
        each.close()


WANTED = ChildSpec("llama-server", "somebody/some-model-GGUF:Q4_K_M")


async def test_it_is_started_when_it_is_needed_and_ended_with_the_game(
    program: Program, make: Callable[..., Children], tmp_path: Path
) -> None:
    children = make(program(loading=0.3))
    child = children.child(WANTED)
    assert not (tmp_path / "started").exists()
    await child.up()
    await child.up()
    (run,) = started(tmp_path)
    assert child.base_url == f"http://127.0.0.1:{child.port}/v1"
    assert run["argv"] == [
        "-hf", WANTED.model, "--alias", "some-model-GGUF:Q4_K_M", "--host", "127.0.0.1", "--port", str(child.port),
        "-c", "8192", "-np", "2", "--jinja",
    ]  # fmt: skip
    assert children.child(WANTED) is child
    pid = run["pid"]
    assert isinstance(pid, int)
    assert alive(pid)
    children.close()
    assert not alive(pid)
    assert not child.running


async def test_two_who_wait_for_it_start_one(program: Program, make: Callable[..., Children], tmp_path: Path) -> None:
    child = make(program(loading=0.2)).child(WANTED)
    await asyncio.gather(child.up(), child.up())
    assert len(started(tmp_path)) == 1


async def test_who_stops_waiting_leaves_it_running(
    program: Program, make: Callable[..., Children], tmp_path: Path
) -> None:
    child = make(program(loading=0.6)).child(WANTED)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(child.up(), 0.3)
    assert child.running
    await child.up()
    assert len(started(tmp_path)) == 1


async def test_a_program_without_health_is_asked_for_its_models(
    program: Program, make: Callable[..., Children]
) -> None:
    environment = program("litert-lm", paths='("/v1/models",)', before="'list' in sys.argv and sys.exit()")
    await make(environment).child(ChildSpec("litert-lm", "gemma4-e2b")).up()


async def test_what_it_starts_itself_ends_too_even_if_it_is_deaf_to_asking(
    program: Program, make: Callable[..., Children], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    children = make(program(before=GRANDCHILD))
    await children.child(WANTED).up()
    grandchild = int((tmp_path / "grandchild").read_text())
    children.close()
    assert until_gone(grandchild)


async def test_one_that_is_deaf_is_killed(program: Program, make: Callable[..., Children], tmp_path: Path) -> None:
    children = make(program(before=DEAF))
    await children.child(WANTED).up()
    pid = started(tmp_path)[0]["pid"]
    children.close()
    assert isinstance(pid, int)
    assert until_gone(pid, 0.5)


GAME = """\
import asyncio, os, signal, sys, time
for each in (signal.SIGHUP, signal.SIGINT):  # tests that run in the background are deaf to these
    signal.signal(each, signal.SIG_DFL)
from pathlib import Path
from fiction.setup.children import Children
from fiction.setup.runners import ChildSpec
folder = Path(sys.argv[1])
children = Children(logs=folder / "logs", environment={"PATH": str(folder)})
asyncio.run(children.child(ChildSpec("llama-server", "a/b")).up())
print("up", flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc here")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_nothing_is_left_however_the_game_dies(program: Program, tmp_path: Path, how: signal.Signals) -> None:
    program(before=GRANDCHILD)
    with subprocess.Popen(
        [sys.executable, "-c", GAME, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as game:
        assert game.stdout is not None
        assert game.stdout.readline() == b"up\n"
        game.send_signal(how)
        game.wait(20)
    pid, grandchild = started(tmp_path)[0]["pid"], int((tmp_path / "grandchild").read_text())
    assert isinstance(pid, int)
    assert until_gone(pid)
    assert until_gone(grandchild)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ends children with their parents")
async def test_nothing_is_left_where_the_keeper_itself_is_killed(
    program: Program, make: Callable[..., Children], tmp_path: Path
) -> None:
    child = make(program()).child(WANTED)
    await child.up()
    pid = started(tmp_path)[0]["pid"]
    assert isinstance(pid, int)
    parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(parent, signal.SIGKILL)
    assert until_gone(pid)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            "#!/bin/sh\necho loading\necho 'error: no such file: x.gguf' >&2\nexit 3\n",
            "at once: error: no such file: x.gguf.",
        ),
        ("#!/bin/sh\nexit 0\n", "llama-server ended at once."),
        (
            "#!/bin/sh\necho '0.00.012.096 E gguf: failed to open x'\necho '0.00.013.000 E srv: exiting'\nexit 1\n",
            "at once: gguf: failed to open x.",
        ),
        ("#!/bin/sh\nprintf 'a\\033[2Jb'\nkill -9 $$\n", "at once: ab."),
        ("not a program", "ended at once"),
    ],
    ids=["said", "silent", "marked", "hostile", "no program"],
)
async def test_one_that_ends_at_once_is_one_sentence_with_its_last_words(
    program: Program, make: Callable[..., Children], source: str, said: str
) -> None:
    child = make(program(source=source)).child(WANTED)
    with pytest.raises(StorytellerError) as caught:
        await child.up()
    assert said in caught.value.message
    assert str(child.log) in caught.value.hint


async def test_one_that_died_is_started_anew(program: Program, make: Callable[..., Children], tmp_path: Path) -> None:
    child = make(program()).child(WANTED)
    await child.up()
    pid = started(tmp_path)[0]["pid"]
    assert isinstance(pid, int)
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while child.running and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    await child.up()
    assert len(started(tmp_path)) == 2


async def test_a_program_that_is_not_there_is_said_to_be_missing(make: Callable[..., Children], tmp_path: Path) -> None:
    with pytest.raises(StorytellerError, match="no llama-server on the PATH"):
        await make({"PATH": str(tmp_path)}).child(WANTED).up()


async def test_a_child_is_told_no_keys(program: Program, make: Callable[..., Children], tmp_path: Path) -> None:
    environment = {**program(), "OPENAI_API_KEY": "sk-secret", "FICTION_API_KEY": "sk-other", "HF_TOKEN": "kept"}
    await make(environment).child(WANTED).up()
    told = started(tmp_path)[0]["environment"]
    assert isinstance(told, dict)
    assert told["HF_TOKEN"] == "kept"
    assert not [name for name in told if name.endswith("_API_KEY")]


def test_two_games_never_take_the_same_port(tmp_path: Path) -> None:
    wanted = ChildSpec("llama-server", "a model of no other test")
    first, second = (Child(wanted, logs=tmp_path, environment={}) for _ in range(2))
    assert first.port != second.port
    first.close()
    second.close()
    third = Child(wanted, logs=tmp_path, environment={})
    assert third.port == first.port
    third.close()


def test_weights_in_a_file_are_told_from_those_in_a_repository(tmp_path: Path) -> None:
    file = tmp_path / "tiny model.gguf"
    (run,) = commands(ChildSpec("llama-server", str(file), context=16_384, slots=1), "ll", 7, {})
    assert run[1:5] == ["-m", str(file), "--alias", "tiny model"]
    assert run[-5:] == ["-c", "16384", "-np", "1", "--jinja"]


@pytest.mark.parametrize(("there", "fetches"), [("gemma-4-E2B-it 2.4 GB", False), ("other 1 GB", True)])
def test_litert_fetches_what_it_has_not(program: Program, tmp_path: Path, there: str, fetches: bool) -> None:
    environment = program("litert-lm", source=f"#!/bin/sh\necho 'ID SIZE'\necho '{there}'\n")
    (runner,) = runners(environment)
    wanted = ChildSpec("litert-lm", "litert-community/gemma-4-E2B-it-litert-lm")
    *fetch, serve = commands(wanted, runner.path, 7, environment)
    assert serve == [runner.path, "serve", "--host", "127.0.0.1", "--port", "7"]
    expected = [
        runner.path,
        "import",
        "--from-huggingface-repo",
        wanted.model,
        "gemma-4-E2B-it.litertlm",
        "gemma-4-E2B-it",
    ]
    assert fetch == ([expected] if fetches else [])


def test_a_log_never_grows_beyond_its_bound_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    log = Log(path)
    for number in range(40):
        log.write(f"{number}".encode() * 20_000)
    log.close()
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["x.log", "x.old.log"]
    assert all(file.stat().st_size <= keeper.MOST_LOG and file.stat().st_mode & 0o077 == 0 for file in files)


async def test_one_that_nobody_wants_any_more_is_ended(
    program: Program, make: Callable[..., Children], tmp_path: Path
) -> None:
    children = make(program())
    other = ChildSpec("llama-server", "a/b")
    await asyncio.gather(children.child(WANTED).up(), children.child(other).up())
    children.only({other})
    pids = {str(each["argv"]): each["pid"] for each in started(tmp_path)}
    gone, stays = (next(pid for argv, pid in pids.items() if model in argv) for model in (WANTED.model, "'a/b'"))
    assert isinstance(gone, int)
    assert isinstance(stays, int)
    assert until_gone(gone)
    assert alive(stays)
    await children.child(WANTED).up()
    assert len(started(tmp_path)) == 3


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("0.01 I loading\n 0.02 E gguf: broken \n0.03 E srv: exiting\n\n", "gguf: broken"),
        ("loading\nkilled E 1.0 E here\n", "killed E 1.0 E here"),
        ("\n \n", ""),
    ],
)
def test_the_error_line_is_the_first_that_is_marked_or_the_last(log: str, said: str) -> None:
    assert error_line(log) == said


@pytest.mark.parametrize("unit", [".", "1", "1.1 E", ". E\n", "\n", " "])
def test_the_error_line_is_found_in_linear_time(unit: str) -> None:
    assert grows_linearly(error_line, unit)
