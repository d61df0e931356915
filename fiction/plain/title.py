"""The plain library: go on with the last story, or choose a world by its number and begin."""

import dataclasses
from random import randrange

from fiction.engine.game import Game, NewStory
from fiction.engine.session import Session
from fiction.errors import NotFound
from fiction.plain.line_printer import LinePrinter
from fiction.plain.lines import Lines
from fiction.story.cards import SaveCard, WorldCard
from fiction.story.reader import StorySettings
from fiction.text.sanitise import clean_line


async def library(game: Game, lines: Lines, page: LinePrinter) -> Session | None:
    """Ask what to play. Returns the session to play, or None where the input ended first.

    Raises:
        FictionError: there is nothing to play, or it can't be opened.
    """
    saves = [save for save in game.saves() if not save.trouble]
    if saves:
        _offer_last(saves[0], page)
        answer = await _answer(lines, page, allowed=("", "c", "n"), again="Type c, n or Enter.")
        if answer is None:
            return None
        if answer != "n":
            return await game.resume(saves[0].name)
    world = await _choose_world(game, lines, page)
    if world is None:
        return None
    reader = game.reader()
    page.say("What is your name?" + (f" Enter keeps {reader.name}." if reader.name else " Enter leaves it open."))
    page.prompt("> ")
    name = await lines.next()
    if name is None:
        return None
    reader = dataclasses.replace(reader, name=clean_line(name, limit=80) or reader.name)
    best = next((card.name for card in game.storytellers() if card.available), "offline")
    return await game.start(
        NewStory(world=world.id, reader=reader, settings=StorySettings(seed=randrange(1, 2**31), storyteller=best))
    )


def _offer_last(save: SaveCard, page: LinePrinter) -> None:
    scene = f", {clean_line(save.scene)}" if save.scene else ""
    page.say(f"Your last story is {clean_line(save.title or save.name)}, at turn {save.turns}{scene}.")
    page.say("Type c or press Enter to go on with it, or n for a new story.")


async def _choose_world(game: Game, lines: Lines, page: LinePrinter) -> WorldCard | None:
    cards = game.worlds()
    worlds = [card for card in cards if not card.trouble]
    if not worlds:
        raise NotFound("There are no worlds to play.", hint="Install one with `fiction worlds install FOLDER`.")
    page.say("Worlds:")
    for number, card in enumerate(worlds, start=1):
        page.say(f"{number}. {_described(card)}")
    for card in cards:
        if card.trouble:
            page.say(f"Can't be played: {clean_line(card.title or card.id)}. {clean_line(card.trouble)}")
    page.say("Type the number of a world. Enter takes the first.")
    numbers = tuple(str(number) for number in range(1, len(worlds) + 1))
    answer = await _answer(lines, page, allowed=("", *numbers), again=f"Type a number from 1 to {len(worlds)}.")
    return None if answer is None else worlds[int(answer or 1) - 1]


async def _answer(lines: Lines, page: LinePrinter, *, allowed: tuple[str, ...], again: str) -> str | None:
    """One of the allowed answers; None at the end of the input."""
    while True:
        page.prompt("> ")
        line = await lines.next()
        if line is None or line.strip().lower() in allowed:
            return None if line is None else line.strip().lower()
        page.say(again)


def _described(card: WorldCard) -> str:
    warnings = f"; {', '.join(card.content_warnings)}" if card.content_warnings else ""
    return f"{clean_line(card.title)}. {clean_line(card.summary, limit=400)} (for {card.rating}{clean_line(warnings)})"
