"""The model storyteller as the engine meets it: openings, imagined worlds, cancelling, importing."""

import asyncio
import contextlib
import json
import subprocess
import sys
import time

import pytest

from fiction.errors import SettingsError, StorytellerError
from fiction.llm.capabilities.capabilities import Capabilities, OutputMode
from fiction.story.ledger import OpenThread
from fiction.story.plan import Approach, Choice, ChoiceKind
from fiction.story.reader import ReaderProfile, StorySettings
from fiction.story.scene import Scene
from fiction.story.storylets import StoryletPlan
from fiction.story.world import Opening, Place, ThreadSeed, World
from fiction.storytellers.model import ModelStoryteller, ServerSettings
from support.model_scenes import WORLD, scene, tell
from support.model_server import PASSAGE, ModelServer, Wire, good, until_hung_up

BEGIN = Choice(ChoiceKind.BEGIN)


def opening_world(*plans: StoryletPlan) -> World:
    opening = Opening(
        "quay",
        "The quay",
        "You stand at {place}, {you}. The boats are in.\n\nSomebody has let the lamp go out.",
        place="quay",
        memory="You have come to light the lamp at {place}.",
        plans=plans,
        threads=("lamp",),
    )
    return World(
        "w",
        "1",
        "The Lamp",
        "A lamp.",
        "A harbour town. The lamp is out. Nobody says why.",
        places=(Place("quay", "the quay"),),
        openings=(opening,),
        threads=(ThreadSeed("lamp", "Who let the lamp go out?", "It is lit."), ThreadSeed("other", "Another.")),
    )


def three_plans() -> tuple[StoryletPlan, ...]:
    return tuple(
        StoryletPlan(name, f"{name.title()} the lamp", approach=Approach.BOLD) for name in ("light", "ask", "leave")
    )


def beginning(world: World) -> Scene:
    return scene(BEGIN, world=world, depth=1, recent=(), memory="")


async def test_an_opening_is_told_as_it_stands_without_a_call(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    of = beginning(opening_world(*three_plans()))
    told = await tell(storyteller, of)
    assert told.text.startswith("You stand at the quay, Ada. The boats are in.\n\nSomebody")
    noted = await storyteller.reflect(of, told.text)
    assert server.requests == []
    assert noted.memory == "You have come to light the lamp at the quay."
    assert [plan.key for plan in noted.plans] == ["quay/light", "quay/ask", "quay/leave"]
    assert len({plan.approach for plan in noted.plans}) == 3
    assert noted.ledger_ops == (OpenThread("lamp", "Who let the lamp go out?", "It is lit."),)
    assert noted.title == "The quay"


async def test_an_opening_without_plans_is_noted_down_by_the_model(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    of = beginning(opening_world())
    told = await tell(storyteller, of)
    assert server.requests == []
    noted = await storyteller.reflect(of, told.text)
    assert len(server.requests) == 1
    assert noted.plans[0].label == "Take the oar and cross alone"
    assert OpenThread("lamp", "Who let the lamp go out?", "It is lit.") in noted.ledger_ops


async def test_a_world_without_an_opening_is_begun_by_the_model(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    assert (await tell(storyteller, beginning(WORLD))).text == PASSAGE
    assert len(server.requests) == 1


# --- imagining ---

IMAGINED = {
    "title": "The Dumb\x1b[31m Foundry",
    "summary": "They cast bells that nobody may ring.",
    "setting": "Hallow Quay lies at the mouth of the Wend. It lives by casting bells. No bell may be rung here.",
    "protagonist": "You are the new tuner.",
    "genre": "Gothic",
    "style": {"tense": "past", "tone": ["damp"], "avoid": [], "sample": "The lamp goes up for six."},
    "characters": [
        {"name": "Marta Quill", "role": "owner", "goals": "deliver the bell", "secret": "None.", "pronouns": "she/her"},
        {"name": "Marta Quill"},
        {"name": ""},
        "Tobin Reck",
    ],
    "places": [{"name": "the slip", "description": "A mast with flags."}],
    "outline": [f"Step {n}." for n in range(20)],
    "threads": [{"setup": "Who sent for you?", "payoff": "You learn it."}],
    "endings": [{"title": "Ballast", "condition": "The bell is sunk."}],
}


async def test_a_wish_becomes_a_world(server: ModelServer, storyteller: ModelStoryteller) -> None:
    server.habit = lambda wire: wire.stream("Here it is:\n" + json.dumps(IMAGINED))
    world, enough = await storyteller.imagine("bells", "mystery", ReaderProfile(language="de"))
    assert enough
    assert (world.id, world.title, world.language) == ("the-dumb-foundry", "The Dumb Foundry", "de")
    assert world.genre == ("mystery", "gothic")
    assert world.style.tense == "past"
    assert [character.name for character in world.characters] == ["Marta Quill", "Tobin Reck"]
    assert world.characters[0].they == "she"
    assert world.characters[0].goals == ("deliver the bell",)
    assert len(world.outline) == 9
    assert world.threads[0].id == "who-sent-for-you"
    assert "in German" in server.requests[0]["messages"][0]["content"]


async def test_a_model_that_can_not_imagine_leaves_a_world_that_can_be_played(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    server.habit = lambda wire: wire.stream("I would love to.")
    world, enough = await storyteller.imagine("a drowned bell", "", ReaderProfile())
    assert not enough
    assert world.title == "a drowned bell"
    assert world.setting
    assert len(world.outline) >= 6
    assert len(server.requests) <= 4
    server.habit = good
    assert (await tell(storyteller, beginning(world))).text == PASSAGE


async def test_a_world_has_an_id_in_every_script(server: ModelServer, storyteller: ModelStoryteller) -> None:
    server.habit = lambda wire: wire.stream(json.dumps({**IMAGINED, "title": "钟", "characters": [{"name": "马塔"}]}))
    world, _ = await storyteller.imagine("钟", "", ReaderProfile(language="zh"))
    assert world.id.isascii()
    assert world.characters[0].id.isascii()


# --- the engine's side ---


async def test_cancelling_hangs_up_at_once(server: ModelServer, storyteller: ModelStoryteller) -> None:
    began = asyncio.Event()

    def habit(wire: Wire) -> None:
        wire.head(200, "text/event-stream")
        wire.delta(content="You turn the coin over. ")
        until_hung_up(wire)

    async def read() -> None:
        async with contextlib.aclosing(storyteller.narrate(scene())) as telling:
            async for _ in telling:
                began.set()

    server.habit = habit
    server.hung_up.clear()
    patient = ModelStoryteller(ServerSettings(server.url, "tiny"))
    storyteller = patient
    task = asyncio.create_task(read())
    await began.wait()
    started = time.perf_counter()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.perf_counter() - started < 0.5
    assert await asyncio.to_thread(server.hung_up.wait, 3)
    server.habit = good
    assert (await tell(patient)).text == PASSAGE
    await patient.close()


async def test_waiting_for_the_first_word_can_be_cancelled(server: ModelServer, storyteller: ModelStoryteller) -> None:
    def habit(wire: Wire) -> None:
        wire.head(200, "text/event-stream")
        until_hung_up(wire)

    server.habit = habit
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await storyteller.reflect(scene(), PASSAGE)
    assert await asyncio.to_thread(server.hung_up.wait, 3)


async def test_leaving_in_mid_passage_hangs_up(server: ModelServer, storyteller: ModelStoryteller) -> None:
    def habit(wire: Wire) -> None:
        wire.head(200, "text/event-stream")
        while True:
            wire.delta(content="You turn. ")
            time.sleep(0.005)

    server.habit = habit
    telling = storyteller.narrate(scene())
    await anext(telling)
    await telling.aclose()
    assert await asyncio.to_thread(server.hung_up.wait, 3)


async def test_what_was_learned_can_be_handed_on(server: ModelServer, storyteller: ModelStoryteller) -> None:
    known = Capabilities(rung=OutputMode.TEXT, refused=frozenset({"temperature"}))
    other = ModelStoryteller(ServerSettings(server.url, "tiny"), capabilities=known)
    await other.reflect(scene(), PASSAGE)
    assert "response_format" not in server.requests[0]
    assert "temperature" not in server.requests[0]
    await other.close()
    await other.close()


async def test_a_server_that_counts_more_tokens_than_we_do_gets_smaller_prompts(
    server: ModelServer, storyteller: ModelStoryteller
) -> None:
    def habit(wire: Wire) -> None:
        wire.head(200, "text/event-stream")
        wire.delta(content=PASSAGE)
        wire.delta("stop")
        characters = sum(len(message["content"]) for message in wire.body["messages"])
        wire.event({"choices": [], "usage": {"prompt_tokens": characters // 3, "completion_tokens": 100}})

    from support.model_scenes import full_scene

    server.habit = habit
    for _ in range(3):
        await tell(storyteller, full_scene())
    sizes = [sum(len(m["content"]) for m in request["messages"]) for request in server.requests]
    assert sizes[1] < 0.95 * sizes[0]
    assert sizes[2] == sizes[1]
    assert server.requests[1]["max_tokens"] > server.requests[0]["max_tokens"]
    assert sizes[1] / 3 + server.requests[1]["max_tokens"] < 8192
    assert 1.2 < storyteller.capabilities.token_ratio < 1.6


def test_who_tells_is_said_without_the_key() -> None:
    storyteller = ModelStoryteller(ServerSettings("https://user:pass@models.example:8443/v1", "gemma", "sk-abc123456"))
    assert (storyteller.name, storyteller.about) == ("model", "gemma at models.example:8443")


@pytest.mark.parametrize("url", ["", "localhost:8080", "ftp://x/v1", "http://", "http://[::1", "http://x:99999999"])
def test_an_address_that_is_none_is_a_settings_error(url: str) -> None:
    with pytest.raises(SettingsError):
        ServerSettings(url, "m")


def test_a_model_must_be_named() -> None:
    with pytest.raises(SettingsError):
        ServerSettings("http://x/v1", "  ")


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1"),
        ("http://127.0.0.1:8080/v1/", "http://127.0.0.1:8080/v1"),
        ("https://x.example/api/v1/chat/completions", "https://x.example/api/v1"),
    ],
)
def test_addresses_are_taken_as_people_give_them(given: str, used: str) -> None:
    assert ServerSettings(given, "m").base_url == used


def test_openai_is_asked_with_its_own_parameter() -> None:
    storyteller = ModelStoryteller(ServerSettings("https://api.openai.com/v1", "gpt", "sk-1"))
    assert storyteller.capabilities.token_cap.value == "max_completion_tokens"


def test_the_storyteller_is_imported_without_the_sdk() -> None:
    code = (
        "import sys, fiction.storytellers.model; "
        "sys.exit(sum(name in sys.modules for name in ('openai', 'pydantic', 'httpx2')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_importing_the_sdk_holds_up_neither_loop_nor_exit(server: ModelServer) -> None:
    code = f"""
import asyncio, time
from fiction.storytellers.model import ModelStoryteller, ServerSettings
from fiction.llm import sdk
async def main():
    server = ServerSettings({server.url!r}, "m")
    gaps, task = [], asyncio.create_task(sdk.connected(server))
    while not task.done():
        started = time.perf_counter()
        await asyncio.sleep(0.001)
        gaps.append(time.perf_counter() - started)
    await (await task).close()
    print(len(gaps))
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert int(done.stdout) > 20


def test_a_failed_import_is_an_error_not_a_hang() -> None:
    code = """
import asyncio, sys
sys.modules["openai"] = None
from fiction.errors import StorytellerError
from fiction.llm import sdk
from fiction.storytellers.model import ServerSettings
async def main():
    try:
        await sdk.connected(ServerSettings("http://127.0.0.1:9", "m"))
    except StorytellerError as error:
        print(error.message)
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "127.0.0.1:9 can't be asked from here (ModuleNotFoundError)."


async def test_settings_of_a_story_reach_the_request(server: ModelServer) -> None:
    storyteller = ModelStoryteller(ServerSettings(server.url, "tiny", temperature=0.3))
    await tell(storyteller, scene(settings=StorySettings(budget=8192)))
    assert server.requests[0]["temperature"] == 0.3
    assert server.requests[0]["model"] == "tiny"
    await storyteller.close()
    with contextlib.suppress(StorytellerError):
        await tell(storyteller)
    await storyteller.close()


async def test_more_is_sent_where_the_reader_or_the_server_says_that_there_is_room(server: ModelServer) -> None:
    from support.model_scenes import full_scene

    sent = []
    for budget, context in ((4096, 0), (0, 0), (16_384, 0), (0, 32_768)):
        storyteller = ModelStoryteller(ServerSettings(server.url, "tiny", budget=budget, context=context))
        await tell(storyteller, full_scene())
        await storyteller.close()
        sent.append(sum(len(message["content"]) for message in server.requests[-1]["messages"]))
    small, assumed, asked, told = sent
    assert small < assumed < asked == told
