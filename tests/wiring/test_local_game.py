"""The parts, put together."""

import asyncio
import builtins
import dataclasses
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from commands.conftest import SALT

from fiction.engine.game import Game, NewStory
from fiction.engine.making import Making
from fiction.engine.ports import Ahead
from fiction.engine.session import Session
from fiction.engine.setup import ModelConfig
from fiction.errors import FictionError, NotFound, SettingsError
from fiction.packs.premise import premise_pack
from fiction.paths import Home
from fiction.story.events import Event, Notice, Remembered, TurnSaved
from fiction.story.reader import ReaderProfile, StorySettings
from fiction.wiring.game import NOT_WAITED_FOR, LocalGame
from support.model_server import ModelServer, Wire

STORY = NewStory(world="salt-road", settings=StorySettings(seed=3))


@pytest.fixture
def game(home: Path) -> LocalGame:
    folder = home / "worlds" / "salt-road"
    folder.mkdir(parents=True)
    (folder / "world.yaml").write_text(SALT)
    (home / "config.yaml").write_text("memory: {chroma: false}\npassage_length: short\n")
    return LocalGame(Home.at(home), environment={})


def with_model(home: Path) -> LocalGame:
    environment = {"FICTION_MODEL": "tiny", "FICTION_BASE_URL": "http://127.0.0.1:9/v1"}
    return LocalGame(Home.at(home), environment=environment)


async def begun(session: Session) -> list[Event]:
    return [event async for event in session.proceed()]


def test_a_local_game_is_a_game(game: LocalGame) -> None:
    port: Game = game
    assert "salt-road" in [card.id for card in port.worlds()]
    assert port.saves() == ()
    assert port.world("salt-road").title == "The Salt Road"


def test_the_default_storyteller_comes_first_and_one_that_is_missing_says_why(game: LocalGame, home: Path) -> None:
    offline, model = game.storytellers()
    assert (offline.name, offline.available) == ("offline", True)
    assert (model.name, model.available) == ("model", False)
    assert model.why_not
    assert [card.name for card in with_model(home).storytellers()] == ["model", "offline"]


def test_the_reader_is_kept_and_the_set_length_is_for_those_who_do_not_say(game: LocalGame) -> None:
    assert str(game.reader().passage_length) == "short"
    ada = ReaderProfile(name="Ada", likes=("the sea",))
    game.keep_reader(ada)
    assert game.reader() == ada


async def test_a_story_is_started_left_and_taken_up(game: LocalGame) -> None:
    session = await game.start(dataclasses.replace(STORY, name="kept"))
    events = await begun(session)
    assert isinstance(events[-1], TurnSaved)
    assert session.turn is not None
    passage = session.turn.passage
    await session.close()
    again = await game.resume("kept")
    assert again.turn is not None
    assert again.turn.passage == passage
    assert again.world.title == "The Salt Road"
    await again.close()
    assert [card.world_title for card in game.saves()] == ["The Salt Road"]
    game.rename("kept", "Salt")
    assert game.saves()[0].title == "Salt"
    game.delete("kept")
    assert game.saves() == ()


async def test_a_resumed_story_keeps_the_world_it_began_in(game: LocalGame, home: Path) -> None:
    await (await game.start(STORY)).close()
    (home / "worlds" / "salt-road" / "world.yaml").write_text(SALT.replace("The Salt Road", "Another Road"))
    session = await game.resume()
    assert session.world.title == "The Salt Road"
    await session.close()


async def test_a_story_of_a_model_is_told_by_the_built_in_storyteller_while_there_is_none(
    game: LocalGame, home: Path
) -> None:
    modelled = with_model(home)
    settings = StorySettings(storyteller="model")
    await (await modelled.start(dataclasses.replace(STORY, settings=settings))).close()
    session = await game.resume()
    events = await begun(session)
    assert [event.text for event in events if isinstance(event, Notice)] == [
        "No model is set up. The built-in storyteller goes on meanwhile."
    ]
    assert session.turn is not None
    assert session.turn.storyteller == "offline"
    assert session.story.settings.storyteller == "model"
    more = [event async for event in session.play(session.offered(1))]
    assert not [event for event in more if isinstance(event, Notice)]
    await session.close()


async def test_every_server_of_the_settings_can_tell(game: LocalGame, home: Path) -> None:
    text = (home / "config.yaml").read_text()
    (home / "config.yaml").write_text(
        f"{text}servers: {{home: {{model: two, run: llama-server}}, far: {{model: three}}}}\n"
    )
    game = with_model(home)
    cards = {card.name: card.about for card in game.storytellers()}
    assert cards == {
        "model": "tiny at 127.0.0.1:9",
        "offline": cards["offline"],
        "model:home": "two in a llama-server of the game's own",
        "model:far": "three at api.openai.com",
    }
    session = await game.start(dataclasses.replace(STORY, settings=StorySettings(storyteller="model:far")))
    assert session.storytellers == ("offline", "model", "model:home", "model:far")
    assert (session.storyteller.name, session.storyteller.about) == ("model:far", "three at api.openai.com")
    far = session.storyteller.ahead
    session.use("model")
    assert (far, session.storyteller.ahead) == (Ahead.RECALL, Ahead.WARM)
    await session.close()
    game.close()


async def test_a_story_of_a_server_that_is_gone_is_told_by_the_built_in_storyteller(
    game: LocalGame, home: Path
) -> None:
    game.setup.keep(ModelConfig("http://127.0.0.1:9/v1", "tiny", name="home"))
    await (await game.start(dataclasses.replace(STORY, settings=StorySettings(storyteller="model:home")))).close()
    game.setup.forget("home")
    session = await game.resume()
    events = await begun(session)
    assert [event.text for event in events if isinstance(event, Notice)] == [
        "The settings name no server 'home' with a model. The built-in storyteller goes on meanwhile."
    ]
    await session.close()


async def test_a_model_that_is_kept_in_mid_story_can_take_over(game: LocalGame) -> None:
    session = await game.start(STORY)
    await begun(session)
    assert session.storytellers == ("offline",)
    game.setup.keep(ModelConfig("http://127.0.0.1:9/v1", "tiny"))
    session.use("model")
    assert session.storyteller.about == "tiny at 127.0.0.1:9"
    game.setup.keep(ModelConfig("http://127.0.0.1:9/v1", "other"))
    assert session.storyteller.about == "other at 127.0.0.1:9"
    await session.close()


async def test_how_a_server_is_asked_is_as_the_settings_say(game: LocalGame, home: Path) -> None:
    text = (home / "config.yaml").read_text()
    (home / "config.yaml").write_text(
        f"{text}server: {{model: a, base_url: 'https://a.example/v1', speculate: best, budget: 9000, top_p: 0.9}}\n"
        "servers: {b: {model: b, base_url: 'https://b.example/v1'}}\nnotes: b\nspending: {story_cap: 0.5, day_cap: 2}\n"
    )
    game = LocalGame(Home.at(home), environment={})
    session = await game.start(dataclasses.replace(STORY, settings=StorySettings(storyteller="model")))
    assert session.storyteller.about == "a at a.example, with notes by b"
    assert session.storyteller.ahead is Ahead.BEST
    assert session.story.settings.budget == 0, "it is the server's, so that it can be changed in mid-story"
    assert (session.costs.story_cap, session.costs.day_cap) == (500_000, 2_000_000)
    session.use("model:b")
    assert session.storyteller.about == "b at b.example"
    await session.close()


async def test_what_the_settings_name_by_mistake_begins_no_story(game: LocalGame, home: Path) -> None:
    with pytest.raises(SettingsError, match="no server 'nobody' with a model"):
        await game.start(dataclasses.replace(STORY, settings=StorySettings(storyteller="model:nobody")))
    assert not list((home / "saves").glob("*.fiction"))


def test_looking_at_a_home_makes_nothing_in_it(game: LocalGame, home: Path) -> None:
    before = sorted(home.rglob("*"))
    assert game.setup.model_configs() == ()
    assert game.spent.today.total == 0
    game.storytellers()
    game.close()
    assert sorted(home.rglob("*")) == before


async def test_nothing_is_left_behind_by_a_story_that_can_not_begin(game: LocalGame, home: Path) -> None:
    wrong = (
        (SettingsError, dataclasses.replace(STORY, settings=StorySettings(storyteller="model"))),
        (NotFound, dataclasses.replace(STORY, settings=StorySettings(opening="nowhere"))),
        (NotFound, NewStory(world="nowhere")),
        (FictionError, NewStory()),
    )
    for kind, story in wrong:
        with pytest.raises(kind):
            await game.start(story)
    assert not list((home / "saves").glob("*.fiction"))


async def test_without_the_library_of_the_memory_a_story_is_told_all_the_same(
    game: LocalGame, monkeypatch: pytest.MonkeyPatch
) -> None:
    importing: Callable[..., object] = builtins.__import__

    def broken(name: str, *arguments: object, **options: object) -> object:
        if name in ("numpy", "fiction.memory.recall"):
            raise ImportError("numpy is not for this machine")
        return importing(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", broken)
    game.warm()
    session = await game.start(STORY)
    await begun(session)
    events = [event async for event in session.play(session.offered(1))]
    assert isinstance(events[-1], TurnSaved)
    notices = [event.recall.notice for event in events if isinstance(event, Remembered)]
    assert notices == ["The long-term memory could not be started (ImportError)."]
    await session.close()


def test_two_sessions_do_not_share_a_storyteller(game: LocalGame) -> None:
    async def both() -> None:
        first, second = await game.start(STORY), await game.start(STORY)
        await begun(first)
        await first.close()
        assert isinstance((await begun(second))[-1], TurnSaved)
        await second.close()

    asyncio.run(both())


@pytest.mark.parametrize("premise", ["a fog.", 'I: am {you} \x1b[2J "quoted" # not a comment\n\ntwo', "雨" * 300])
async def test_any_sentence_makes_a_world(game: LocalGame, premise: str) -> None:
    session = await game.start(NewStory(premise=premise, genre="quiet"))
    assert isinstance((await begun(session))[-1], TurnSaved)
    await session.close()


async def test_a_story_says_so_where_the_model_made_no_world_of_a_sentence(game: LocalGame, home: Path) -> None:
    with ModelServer().running() as server:
        server.habit = lambda wire: wire.stream("I'd love to! What should it be about?")
        environment = {"FICTION_MODEL": "tiny", "FICTION_BASE_URL": server.url}
        story = NewStory(premise="a bell", settings=StorySettings(storyteller="model"))
        session = await LocalGame(Home.at(home), environment=environment).start(story)
        first = await anext(session.proceed())
        await session.close()
    assert isinstance(first, Notice)
    assert "from your sentence" in first.text


async def test_who_does_not_wait_for_a_world_begins_with_the_sentence_at_once(home: Path) -> None:
    def slowly(wire: Wire) -> None:
        wire.head(200, "text/event-stream")
        with suppress(OSError):
            for _ in range(2000):
                wire.delta(content='"title": "Salt", ')
                time.sleep(0.01)

    with ModelServer().running() as server:
        server.habit = slowly
        game = LocalGame(Home.at(home), environment={"FICTION_BASE_URL": server.url, "FICTION_MODEL": "tiny"})
        making = Making()
        story = NewStory(premise="a bell under the ice", settings=StorySettings(storyteller="model"))
        starting = asyncio.create_task(game.start(story, making=making))
        while not making.parts:
            await asyncio.sleep(0.01)
        making.begin_without()
        session = await asyncio.wait_for(starting, 2)
        first = await anext(session.proceed())
        assert first == Notice(NOT_WAITED_FOR)
        await session.close()
    assert [save.title for save in game.saves()] == ["A bell under the ice"]
    game.close()


def test_a_premise_without_words_makes_none() -> None:
    with pytest.raises(FictionError, match="neither a world nor a premise"):
        premise_pack(" \x1b[2J ")
