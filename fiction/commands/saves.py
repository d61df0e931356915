"""`fiction saves`: lists, shares and repairs saves."""

import argparse
import dataclasses
from contextlib import closing
from pathlib import Path

from fiction.commands import Context, add_json, add_shared
from fiction.commands.console import ask, say, say_json
from fiction.errors import FictionError
from fiction.story.cards import SaveCard
from fiction.text.sanitise import clean_line
from fiction.text.times import local_time


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands for saves."""
    add_json(parser)
    parser.set_defaults(action="list")
    actions = parser.add_subparsers(metavar="ACTION", dest="action_named")

    def action(name: str, purpose: str, *, json: bool = False, save: str = "SAVE") -> argparse.ArgumentParser:
        made = add_shared(actions.add_parser(name, help=purpose), json=json)
        made.set_defaults(action=name)
        if save:
            made.add_argument("save", metavar=save)
        return made

    action("list", "all of them, the newest first", json=True, save="")
    action("show", "one story: where it stands", json=True)
    check = action("check", "whether a save is whole; without a name, all of them", json=True, save="")
    check.add_argument("save", metavar="SAVE", nargs="?", default="")
    export = action("export", "write a story to a file for others")
    export.add_argument("file", metavar="FILE", type=Path)
    export.add_argument("--force", action="store_true", help="also over a file that is there")
    take = action("import", "take in a story that somebody exported", save="")
    take.add_argument("file", metavar="FILE", type=Path)
    action("repair", "bring back every whole turn of a damaged save, into a new one")
    rename = action("rename", "give a story another title")
    rename.add_argument("title", metavar="TITLE")
    delete = action("delete", "delete a story for good")
    delete.add_argument("--yes", action="store_true", help="without being asked")


def run(options: argparse.Namespace, context: Context) -> int:
    """Run the subcommand."""
    library = context.game.save_library
    match options.action:
        case "show":
            _show(options.save, context, as_json=options.as_json)
        case "check":
            return _check(options.save, context, as_json=options.as_json)
        case "export":
            _export(options.save, options.file, context, force=options.force)
        case "import":
            if not options.file.is_file():
                raise FictionError(f"There is no file {options.file}.")
            say(f"Taken in as {library.import_story(options.file)}.")
        case "repair":
            name, turns = library.repair(options.save)
            said = f"{turns} turns are brought back" if turns else "No turn, only the story's beginning is brought back"
            say(f"{said}, as {name}. The save {options.save} is left as it was.")
        case "rename":
            library.rename(options.save, clean_line(options.title))
            say(f"{options.save} is called {clean_line(options.title)} now.")
        case "delete":
            _delete(options.save, context, sure=options.yes)
        case _:
            _list(context, as_json=options.as_json)
    return 0


def _list(context: Context, *, as_json: bool) -> None:
    cards = context.game.saves()
    if as_json:
        say_json([dataclasses.asdict(card) for card in cards])
    elif not cards:
        say("There are no stories yet. Start one with `fiction play WORLD`.")
    width = max((len(card.name) for card in cards), default=0)
    for card in () if as_json else cards:
        say(f"{card.name:<{width}}  {card.trouble or _summary(card)}")


def _summary(card: SaveCard) -> str:
    updated = local_time(card.updated)
    when = f"{updated:%Y-%m-%d %H:%M}" if updated else ""
    parts = [card.title, f"turn {card.turns}", card.scene, "ended" if card.ended else "", when]
    return ", ".join(part for part in parts if part)


def _show(name: str, context: Context, *, as_json: bool) -> None:
    whole = context.game.save_library.find(name)
    card = next(card for card in context.game.saves() if card.name == whole)
    if card.trouble:
        raise FictionError(card.trouble)
    with closing(context.game.save_library.open(whole, read_only=True)) as save:
        story, head = save.story, save.head()
        bookmarks = [{"name": mark.name, "turn": save.turn(mark.turn).depth} for mark in save.bookmarks()]
    settings = story.settings
    shown: dict[str, object] = {
        **dataclasses.asdict(card),
        "world_version": story.world_version,
        "reader": story.reader.name,
        "length": settings.turns or "endless",
        "seed": settings.seed,
        "bookmarks": bookmarks,
        "memory": head.memory if head else "",
    }
    if as_json:
        say_json(shown)
        return
    for key, value in shown.items():
        if key not in ("trouble", "updated", "bookmarks") and value not in ("", False):
            say(f"{key.replace('_', ' ')}: {value}")
    for mark in bookmarks:
        say(f"bookmark: {mark['name']}, turn {mark['turn']}")


def _export(name: str, file: Path, context: Context, *, force: bool) -> None:
    if not file.absolute().parent.is_dir():
        raise FictionError(f"There is no folder {file.parent}.", hint="Make it first.")
    if file.exists() and not force:
        raise FictionError(f"{file} is there already.", hint="Say --force to write over it.")
    context.game.save_library.export_story(name, file)
    say(f"Written to {file}.")


def _check(name: str, context: Context, *, as_json: bool) -> int:
    library = context.game.save_library
    names = [library.find(name)] if name else [card.name for card in context.game.saves()]
    found: dict[str, list[str]] = {}
    for each in names:
        try:
            found[each] = library.check(each)
        except FictionError as error:
            found[each] = [error.sentence]
    if as_json:
        say_json(found)
    else:
        for each, problems in found.items():
            say(f"{each}: whole" if not problems else "\n".join(f"{each}: {problem}" for problem in problems))
    return 1 if any(found.values()) else 0


def _delete(name: str, context: Context, *, sure: bool) -> None:
    whole = context.game.save_library.find(name)
    if whole != name:
        raise FictionError(f"{clean_line(name)} is short for {whole}.", hint="Give the whole name to delete a story.")
    if not sure and not ask(f"Delete the story {whole} for good?"):
        raise FictionError("Nothing was deleted.", hint="Say --yes to delete it without being asked.")
    context.game.delete(whole)
    say(f"{whole} is deleted.")
