"""The contract of `engine.game.Game`, for what every face is given."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commands.conftest import SALT

from fiction.engine.game import Game, NewStory
from fiction.errors import FictionError, NotFound
from fiction.paths import Home
from fiction.story.reader import ReaderProfile
from fiction.wiring.game import LocalGame
from support.tui_game import Shelf

STORY = NewStory(world="salt-road")


def local(home: Path) -> Game:
    (home / "worlds" / "salt-road").mkdir(parents=True)
    (home / "worlds" / "salt-road" / "world.yaml").write_text(SALT)
    (home / "config.yaml").write_text("memory: {chroma: false}\n")
    return LocalGame(Home.at(home), environment={})


GAMES: dict[str, Callable[[Path], Game]] = {"of a home": local, "the tests' own": Shelf}


@pytest.fixture(params=GAMES)
def game(request: pytest.FixtureRequest, home: Path) -> Iterator[Game]:
    yield GAMES[str(request.param)](home)


def test_every_world_it_lists_can_be_had_whole(game: Game) -> None:
    ids = [card.id for card in game.worlds()]
    assert "salt-road" in ids
    assert len(set(ids)) == len(ids)
    assert [game.world(world).id for world in ids] == ids


@pytest.mark.parametrize("world", ["", "nowhere", "../salt-road", "\x1b[2J"])
def test_a_world_that_is_not_there_is_not_found(game: Game, world: str) -> None:
    with pytest.raises(NotFound) as caught:
        game.world(world)
    assert "\x1b" not in caught.value.sentence


async def test_a_story_begun_is_listed_and_resumed_as_the_newest(game: Game) -> None:
    assert game.saves() == ()
    session = await game.start(STORY)
    await session.close()
    (card,) = game.saves()
    assert (card.world_id, card.turns, card.ended, card.trouble) == ("salt-road", 0, False, "")
    for name in ("", card.name):
        session = await game.resume(name)
        assert session.story.world_id == "salt-road"
        await session.close()


async def test_two_stories_of_one_world_have_names_of_their_own(game: Game) -> None:
    for _ in range(2):
        await (await game.start(STORY)).close()
    assert len({card.name for card in game.saves()}) == 2


async def test_what_it_is_asked_of_no_save_is_not_found(game: Game) -> None:
    with pytest.raises(NotFound):
        await game.resume()
    with pytest.raises(NotFound):
        await game.resume("nothing")
    with pytest.raises(NotFound):
        game.rename("nothing", "Something")
    with pytest.raises(NotFound):
        game.delete("nothing")


async def test_a_world_that_is_not_there_begins_no_story(game: Game) -> None:
    with pytest.raises(FictionError):
        await game.start(dataclasses.replace(STORY, world="nowhere"))
    assert game.saves() == ()


async def test_a_save_gets_another_title_and_is_deleted_for_good(game: Game) -> None:
    await (await game.start(STORY)).close()
    (card,) = game.saves()
    game.rename(card.name, "The Bell")
    assert [each.title for each in game.saves()] == ["The Bell"]
    game.delete(card.name)
    assert game.saves() == ()


def test_somebody_tells_and_who_can_not_says_why(game: Game) -> None:
    cards = game.storytellers()
    assert cards[0].available
    assert all(card.about and (card.available or card.why_not) for card in cards)


def test_a_profile_that_is_kept_is_read_again(game: Game) -> None:
    assert game.reader() == ReaderProfile()
    ada = ReaderProfile(name="Ada", lines=("spiders",))
    game.keep_reader(ada)
    assert game.reader() == ada


def test_warming_raises_nothing(game: Game) -> None:
    game.warm()
    game.warm()
