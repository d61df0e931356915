"""A key, planted wherever one may stand, and a server that repeats it: it is looked for wherever it must not be."""

import dataclasses
import io
import json
import logging
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from commands.conftest import SALT
from setup.conftest import Answer, Machine, listed, reply, told

from fiction.cli import main
from fiction.commands import Context
from fiction.commands.reports import trace
from fiction.config import set_value
from fiction.engine.game import NewStory
from fiction.engine.setup import ModelConfig
from fiction.errors import FictionError
from fiction.paths import Home
from fiction.story.reader import StorySettings
from fiction.wiring.game import LocalGame

IN_FILE = "sk-planted-in-the-file-0123456789"
IN_NAMED = "planted.without.a.shape.0123456789"
IN_ENVIRONMENT = "sk-planted-in-the-environment-42"
KEYS = (IN_FILE, IN_NAMED, IN_ENVIRONMENT)


def repeats(status: int) -> Answer:
    """A server that puts the key it was sent into its refusal, in every place there is."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        key = handler.headers.get("authorization", "").removeprefix("Bearer ")
        said = {"error": {"message": f"Incorrect API key provided: {key}", "code": key, "param": key, "type": key}}
        reply(said, status)(handler)

    return answer


def streams_an_error(handler: BaseHTTPRequestHandler) -> None:
    """An error with the key in the middle of the stream."""
    key = handler.headers.get("authorization", "").removeprefix("Bearer ")
    handler.send_response(200)
    handler.send_header("content-type", "text/event-stream")
    handler.end_headers()
    handler.wfile.write(f"data: {json.dumps({'error': {'message': f'{key} is not enough'}})}\n\n".encode())


@pytest.fixture
def planted(home: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A home whose settings and environment hold keys, all for one server."""
    folder = home / "worlds" / "salt-road"
    folder.mkdir(parents=True)
    (folder / "world.yaml").write_text(SALT)
    file = home / "config.yaml"
    for name, value in {
        "memory.chroma": "off",
        "server.base_url": machine.base_url,
        "server.model": "tiny",
        "server.api_key": IN_FILE,
        "servers.other.base_url": machine.base_url,
        "servers.other.model": "other",
        "servers.other.api_key": IN_NAMED,
    }.items():
        set_value(file, name, value)
    monkeypatch.setenv("OPENAI_API_KEY", IN_ENVIRONMENT)
    monkeypatch.setenv("OPENAI_BASE_URL", machine.base_url)
    machine.answers["GET /v1/models"] = listed("tiny")
    return machine


def files_with_a_key(home: Path) -> list[str]:
    """Every file of the home that holds a key, the settings aside."""
    return [
        str(file.relative_to(home))
        for file in home.rglob("*")
        if file.is_file() and file.name != "config.yaml" and any(key.encode() in file.read_bytes() for key in KEYS)
    ]


def run(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """All that a command prints."""
    main([*words, "--verbose"])
    printed = capsys.readouterr()
    return printed.out + printed.err


@pytest.mark.parametrize(
    "habit",
    [repeats(401), repeats(400), repeats(404), repeats(429), repeats(500), streams_an_error, told()],
    ids=["401", "400", "404", "429", "500", "in the stream", "works"],
)
@pytest.mark.parametrize("storyteller", ["model", "model:other"])
def test_no_command_prints_a_key_and_no_file_holds_one(
    planted: Machine,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    habit: Answer,
    storyteller: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    planted.answers["POST /v1/chat/completions"] = habit
    shown = ""
    for words, typed in (
        (
            ("play", "salt-road", "--plain", "--save", "kept", "--storyteller", storyteller),
            "1\nI wait\n/cost\n/retry\n",
        ),
        (("resume", "kept", "--plain"), "/storyteller\n/retry\n"),
        (("saves", "show", "kept"), ""),
        (("saves", "export", "kept", "--out", str(home / "exported.fiction")), ""),
        (("config",), ""),
        (("config", "--json"), ""),
        (("config", "get", "servers.other.api_key"), ""),
        (("config", "set", "theme", "paper"), ""),
    ):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        shown += run(capsys, *words)
    assert "tiny" in shown
    assert [key for key in KEYS if key in shown + caplog.text] == []
    assert files_with_a_key(home) == []
    sent = {key.removeprefix("Bearer ") for path, key in planted.asked if "chat" in path}
    assert sent <= set(KEYS)
    assert sent


@pytest.mark.parametrize("habit", [repeats(401), repeats(500), streams_an_error], ids=["401", "500", "in the stream"])
async def test_no_finding_and_no_traceback_holds_one(planted: Machine, home: Path, habit: Answer) -> None:
    planted.answers["POST /v1/chat/completions"] = habit
    game = LocalGame(Home.at(home), environment={"FICTION_API_KEY": IN_ENVIRONMENT})
    findings = [each async for each in game.setup.try_out(ModelConfig(planted.base_url, "tiny", IN_FILE))]
    planted.answers["GET /v1/models"] = habit
    findings += [each async for each in game.setup.try_out(ModelConfig(planted.base_url, "tiny"))]
    said = repr(findings)
    about = NewStory(premise="a keeper", settings=StorySettings(storyteller="model:other"))
    for failing in (game.setup.models(ModelConfig(planted.base_url, api_key=IN_FILE)), game.start(about)):
        with pytest.raises(FictionError) as caught:
            await failing
        context = Context(home_named=str(home), environment={"FICTION_API_KEY": IN_ENVIRONMENT})
        said += caught.value.sentence + trace(caught.value, context)
    game.close()
    assert [key for key in KEYS if key in said] == []
    assert files_with_a_key(home) == []


def test_no_value_shows_one(planted: Machine, home: Path) -> None:
    game = LocalGame(Home.at(home), environment={"FICTION_API_KEY": IN_ENVIRONMENT})
    shown = repr((game.configuration, game.setup.model_configs(), game.storytellers()))
    shown += repr(ModelConfig(planted.base_url, "tiny", IN_FILE)) + str(dataclasses.asdict(game.storytellers()[0]))
    assert [key for key in KEYS if key in shown] == []


def test_a_doctor_that_meets_a_server_which_repeats_the_key_keeps_it_to_itself(
    planted: Machine, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fiction.llm.discovery.local_servers.PORTS", {planted.port: "?"})
    planted.answers["POST /v1/chat/completions"] = repeats(500)
    shown = run(capsys, "doctor") + run(capsys, "doctor", "--json")
    assert "no  story: " in shown
    assert "server other" in shown
    assert [key for key in KEYS if key in shown] == []
    assert files_with_a_key(home) == []
