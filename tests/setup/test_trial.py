"""A short real turn against servers of every kind, and what is said of it."""

import asyncio
import json
from contextlib import aclosing
from http.server import BaseHTTPRequestHandler

import pytest
from setup.conftest import KEY, Answer, Machine, listed, played_through, reply, told

from fiction.config import ServerPart
from fiction.engine.setup import ModelConfig, TrialResult
from fiction.errors import StorytellerError, Trouble
from fiction.llm.connections import Connections
from fiction.llm.discovery.model_list import list_models
from fiction.llm.server import ServerSettings
from fiction.setup import trial
from fiction.setup.asking import Asked, wanted
from fiction.setup.children import Children
from fiction.setup.model_setup import ModelSetup

OLLAMA_SMALL = {"models": [{"name": "tiny:latest", "model": "tiny:latest", "context_length": 2048}]}


async def tried(arranging: ModelSetup, config: ModelConfig) -> dict[str, TrialResult]:
    return {each.what: each async for each in arranging.try_out(config)}


def works(machine: Machine) -> ModelConfig:
    machine.answers |= {"GET /v1/models": listed("tiny"), "POST /v1/chat/completions": told()}
    return ModelConfig(machine.base_url, "tiny", KEY)


async def test_a_server_that_does_all_is_said_to(arranging: ModelSetup, machine: Machine) -> None:
    found = await tried(arranging, works(machine))
    assert list(found) == ["models", "story", "speed", "notes", "context", "thinking"]
    assert all(each.ok for each in found.values())
    assert found["models"].said.endswith("lists 1 model, tiny among them.")
    assert found["story"].said.startswith("It streams: first words after ")
    assert "tokens a second" in found["speed"].said
    assert "JSON schema" in found["notes"].said


async def test_the_storyteller_itself_is_asked_for_a_turn(arranging: ModelSetup, machine: Machine) -> None:
    await tried(arranging, works(machine))
    story, notes = (json.loads(body)["messages"] for body in machine.bodies[:2])
    assert "Go down to the landing with a lantern" in story[-1]["content"]
    assert story[0] == notes[0]
    assert '"plans"' in notes[-1]["content"]
    assert {key for path, key in machine.asked if "chat" in path} == {f"Bearer {KEY}"}


@pytest.mark.parametrize(
    ("status", "what", "said"),
    [(401, "models", "refuses the key"), (403, "models", "refuses the key")],
)
async def test_it_ends_with_the_first_finding_that_is_fatal(
    arranging: ModelSetup, machine: Machine, status: int, what: str, said: str
) -> None:
    machine.answers["GET /v1/models"] = reply({"error": {"message": f"bad {KEY}"}}, status)
    found = await tried(arranging, ModelConfig(machine.base_url, "tiny", KEY))
    assert list(found) == [what]
    assert not found[what].ok
    assert said in found[what].said
    assert KEY not in found[what].said


async def test_nobody_there_is_fatal_and_an_address_that_makes_no_sense_too(arranging: ModelSetup) -> None:
    (only,) = (await tried(arranging, ModelConfig("http://127.0.0.1:9/v1", "tiny"))).values()
    assert "No server answers at 127.0.0.1:9." in only.said
    (only,) = (await tried(arranging, ModelConfig("ftp://x", "tiny"))).values()
    assert (only.what, only.ok) == ("settings", False)
    (only,) = (await tried(arranging, ModelConfig("http://127.0.0.1:9/v1", ""))).values()
    assert (only.what, only.ok) == ("settings", False)


async def test_a_model_that_is_not_listed_may_tell_all_the_same(arranging: ModelSetup, machine: Machine) -> None:
    config = works(machine)
    found = await tried(arranging, ModelConfig(config.base_url, "other"))
    assert not found["models"].ok
    assert "but not other; it has tiny" in found["models"].said
    assert found["story"].ok


async def test_a_server_that_can_not_tell_says_why(arranging: ModelSetup, machine: Machine) -> None:
    config = works(machine)
    machine.answers["POST /v1/chat/completions"] = reply({"error": {"message": "boom"}}, 500)
    found = await tried(arranging, config)
    assert list(found) == ["models", "story"]
    assert "status 500" in found["story"].said


async def test_notes_that_can_not_be_read_are_no_end_of_it(arranging: ModelSetup, machine: Machine) -> None:
    config = works(machine)
    machine.answers["POST /v1/chat/completions"] = told(notes="The lamp is out.")
    found = await tried(arranging, config)
    assert not found["notes"].ok
    assert "plans are general ones" in found["notes"].said
    assert found["thinking"].ok


async def test_a_small_context_comes_with_what_to_do_about_it(arranging: ModelSetup, machine: Machine) -> None:
    config = works(machine)
    machine.answers |= {
        "GET /v1/models": listed("tiny:latest", owner="library"),
        "GET /api/version": reply({"version": "0.30.3"}),
        "GET /api/ps": reply(OLLAMA_SMALL),
    }
    found = await tried(arranging, ModelConfig(config.base_url, "tiny:latest"))
    assert not found["context"].ok
    assert "It takes 2,048 tokens; a turn uses at most 2,048; for a story that remembers more" in found["context"].said
    assert "OLLAMA_CONTEXT_LENGTH" in found["context"].said


async def test_leaving_in_the_middle_leaves_no_request_behind(arranging: ModelSetup, machine: Machine) -> None:
    async with aclosing(arranging.try_out(works(machine))) as findings:
        async for _ in findings:
            break
    assert machine.paths == ["GET /v1/models"]


async def test_a_program_that_takes_long_to_come_up_is_said_to_be_coming(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "_PATIENCE_SECONDS", 0.02)
    works(machine)
    asked = Asked(ServerSettings(machine.base_url, "tiny"), lambda: asyncio.sleep(0.1), "/home/logs/x.log")
    found = [each async for each in played_through(Connections())(asked)]
    assert [each.what for each in found[:3]] == ["program", "program", "models"]
    assert "/home/logs/x.log" in found[0].said
    assert found[1].said.startswith("It runs, 0.1 s after")


async def test_a_trial_ends_the_program_of_the_one_before(
    arranging: ModelSetup, children: Children, machine: Machine
) -> None:
    before = ModelConfig(run="llama-server", model="a.gguf")
    (found,) = [each async for each in arranging.try_out(before)]
    assert (found.what, found.ok) == ("program", False)
    same = wanted(ServerPart(run="llama-server", model="a.gguf"))
    first = children.child(same)
    assert [each async for each in arranging.try_out(works(machine))]
    assert children.child(same) is not first


class TestListing:
    async def test_what_tells_well_comes_first(self, machine: Machine) -> None:
        machine.answers["GET /v1/models"] = listed("text-embedding-3", "base-7b", "gemma4:e4b-it-qat\x1b[2J")
        server = ServerSettings(machine.base_url, "any", KEY)
        assert await list_models(server) == ("gemma4:e4b-it-qat", "base-7b")
        assert machine.asked == [("GET /v1/models", f"Bearer {KEY}")]

    async def test_no_key_follows_a_redirect(self, machine: Machine) -> None:
        def elsewhere(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(302)
            handler.send_header("location", f"http://localhost:{machine.port}/stolen")
            handler.end_headers()

        machine.answers["GET /v1/models"] = elsewhere
        with pytest.raises(StorytellerError, match="has moved to http://localhost"):
            await list_models(ServerSettings(machine.base_url, "any", KEY))
        assert machine.paths == ["GET /v1/models"]

    @pytest.mark.parametrize(
        ("answer", "trouble", "said"),
        [
            (reply({}, 404), Trouble.MODEL, "lists no models"),
            (reply(b"<html>", kind="text/html"), Trouble.SERVER, "lists no models"),
            (reply({"data": [1, 2]}), Trouble.SERVER, "lists no models"),
            (reply({}, 500), Trouble.SERVER, "status 500"),
            (reply(b"[" * 100_000), Trouble.SERVER, "lists no models"),
        ],
    )
    async def test_what_is_no_list_is_one_sentence(
        self, machine: Machine, answer: Answer, trouble: Trouble, said: str
    ) -> None:
        machine.answers["GET /v1/models"] = answer
        with pytest.raises(StorytellerError) as caught:
            await list_models(ServerSettings(machine.base_url, "any", KEY))
        assert caught.value.trouble is trouble
        assert said in caught.value.message
