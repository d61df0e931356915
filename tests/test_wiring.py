"""The parts, put together."""

import asyncio
import builtins
import dataclasses
from pathlib import Path

import pytest
from commands.conftest import SALT

from fiction.engine.game import Game, NewStory
from fiction.engine.session import Session
from fiction.errors import FictionError, NotFound, SettingsError
from fiction.paths import Home
from fiction.premise import premise_pack
from fiction.story.events import Event, Notice, Remembered, TurnSaved
from fiction.story.reader import ReaderProfile, StorySettings
from fiction.wiring import House

STORY = NewStory(world="salt-road", settings=StorySettings(seed=3))


@pytest.fixture
def house(home: Path) -> House:
    folder = home / "worlds" / "salt-road"
    folder.mkdir(parents=True)
    (folder / "world.yaml").write_text(SALT)
    (home / "config.yaml").write_text("memory: {chroma: false}\npassage_length: short\n")
    return House(Home.at(home), environment={})


def with_model(home: Path) -> House:
    environment = {"FICTION_MODEL": "tiny", "FICTION_BASE_URL": "http://127.0.0.1:9/v1"}
    return House(Home.at(home), environment=environment)


async def begun(session: Session) -> list[Event]:
    return [event async for event in session.proceed()]


def test_a_house_is_a_game(house: House) -> None:
    game: Game = house
    assert "salt-road" in [card.id for card in game.worlds()]
    assert game.saves() == ()
    assert game.world("salt-road").title == "The Salt Road"


def test_the_default_storyteller_comes_first_and_one_that_is_missing_says_why(house: House, home: Path) -> None:
    offline, model = house.storytellers()
    assert (offline.name, offline.available) == ("offline", True)
    assert (model.name, model.available) == ("model", False)
    assert model.why_not
    assert [card.name for card in with_model(home).storytellers()] == ["model", "offline"]


def test_the_reader_is_kept_and_the_set_length_is_for_those_who_do_not_say(house: House) -> None:
    assert str(house.reader().passage_length) == "short"
    ada = ReaderProfile(name="Ada", likes=("the sea",))
    house.keep_reader(ada)
    assert house.reader() == ada


async def test_a_story_is_started_left_and_taken_up(house: House) -> None:
    session = await house.start(dataclasses.replace(STORY, name="kept"))
    events = await begun(session)
    assert isinstance(events[-1], TurnSaved)
    assert session.turn is not None
    passage = session.turn.passage
    await session.close()
    again = await house.resume("kept")
    assert again.turn is not None
    assert again.turn.passage == passage
    assert again.world.title == "The Salt Road"
    await again.close()
    assert [card.world_title for card in house.saves()] == ["The Salt Road"]
    house.rename("kept", "Salt")
    assert house.saves()[0].title == "Salt"
    house.delete("kept")
    assert house.saves() == ()


async def test_a_resumed_story_keeps_the_world_it_began_in(house: House, home: Path) -> None:
    await (await house.start(STORY)).close()
    (home / "worlds" / "salt-road" / "world.yaml").write_text(SALT.replace("The Salt Road", "Another Road"))
    session = await house.resume()
    assert session.world.title == "The Salt Road"
    await session.close()


async def test_a_story_of_a_model_is_told_by_the_built_in_storyteller_while_there_is_none(
    house: House, home: Path
) -> None:
    modelled = with_model(home)
    settings = StorySettings(storyteller="model")
    await (await modelled.start(dataclasses.replace(STORY, settings=settings))).close()
    session = await house.resume()
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


async def test_nothing_is_left_behind_by_a_story_that_can_not_begin(house: House, home: Path) -> None:
    wrong = (
        (SettingsError, dataclasses.replace(STORY, settings=StorySettings(storyteller="model"))),
        (NotFound, dataclasses.replace(STORY, settings=StorySettings(opening="nowhere"))),
        (NotFound, NewStory(world="nowhere")),
        (FictionError, NewStory()),
    )
    for kind, story in wrong:
        with pytest.raises(kind):
            await house.start(story)
    assert not list((home / "saves").glob("*.fiction"))


async def test_without_the_library_of_the_memory_a_story_is_told_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    importing = builtins.__import__

    def broken(name: str, *arguments: object, **options: object) -> object:
        if name.startswith("fiction.memory"):
            raise ImportError("numpy is not for this machine")
        return importing(name, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", broken)
    house.warm()
    session = await house.start(STORY)
    await begun(session)
    events = [event async for event in session.play(session.offered(1))]
    assert isinstance(events[-1], TurnSaved)
    notices = [event.recall.notice for event in events if isinstance(event, Remembered)]
    assert notices == ["The long-term memory could not be started (ImportError)."]
    await session.close()


def test_two_sessions_do_not_share_a_storyteller(house: House) -> None:
    async def both() -> None:
        first, second = await house.start(STORY), await house.start(STORY)
        await begun(first)
        await first.close()
        assert isinstance((await begun(second))[-1], TurnSaved)
        await second.close()

    asyncio.run(both())


@pytest.mark.parametrize("premise", ["a fog.", 'I: am {you} \x1b[2J "quoted" # not a comment\n\ntwo', "雨" * 300])
async def test_any_sentence_makes_a_world(house: House, premise: str) -> None:
    session = await house.start(NewStory(premise=premise, genre="quiet"))
    assert isinstance((await begun(session))[-1], TurnSaved)
    await session.close()


def test_a_premise_without_words_makes_none() -> None:
    with pytest.raises(FictionError, match="neither a world nor a premise"):
        premise_pack(" \x1b[2J ")
