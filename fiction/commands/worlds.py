"""`fiction worlds`: lists, checks, installs and removes worlds."""

import argparse
import dataclasses
from pathlib import Path

from fiction.commands import Context, add_json, add_shared
from fiction.commands.console import ask, say, say_json
from fiction.errors import FictionError, Problem
from fiction.story.world import World


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands for worlds."""
    add_json(parser)
    parser.set_defaults(action="list")
    actions = parser.add_subparsers(metavar="ACTION", dest="action_named")

    def action(name: str, purpose: str, *, json: bool = False) -> argparse.ArgumentParser:
        made = add_shared(actions.add_parser(name, help=purpose), json=json)
        made.set_defaults(action=name)
        return made

    action("list", "all of them", json=True)
    action("show", "one world's page", json=True).add_argument("world", metavar="WORLD")
    check = action("check", "every mistake and doubt in a pack, with its place", json=True)
    check.add_argument("packs", metavar="WORLD|PATH", nargs="*", help="without any, all worlds there are")
    check.add_argument("--strict", action="store_true", help="fail on doubts too")
    install = action("install", "take in a world from a folder, a YAML file, a zip or a link to a zip")
    install.add_argument("source", metavar="SOURCE")
    install.add_argument("--replace", action="store_true", help="in the place of the one that is there")
    remove = action("remove", "delete an installed world; stories begun in it keep it")
    remove.add_argument("world", metavar="WORLD")
    remove.add_argument("--yes", action="store_true", help="without being asked")
    action("schema", "the JSON Schema of a pack, for editors")


def run(options: argparse.Namespace, context: Context) -> int:
    """Run the subcommand."""
    match options.action:
        case "show":
            _show(context.game.world(options.world), as_json=options.as_json)
        case "check":
            return _check(options.packs, context, as_json=options.as_json, strict=options.strict)
        case "install":
            _install(options.source, context, replace=options.replace)
        case "remove":
            _remove(options.world, context, sure=options.yes)
        case "schema":
            from fiction.packs.loader import json_schema

            say_json(json_schema())
        case _:
            _list(context, as_json=options.as_json)
    return 0


def _list(context: Context, *, as_json: bool) -> None:
    cards = context.game.worlds()
    if as_json:
        say_json([dataclasses.asdict(card) for card in cards])
    elif not cards:
        say("There are no worlds. Install one with `fiction worlds install FOLDER`.")
    width = max((len(card.id) for card in cards), default=0)
    for card in () if as_json else cards:
        say(f"{card.id:<{width}}  " + (card.trouble if card.trouble else f"{card.title}. {card.summary}"))


def _show(world: World, *, as_json: bool) -> None:
    openings = [{"id": each.id, "title": each.title, "summary": each.summary} for each in world.openings]
    shown: dict[str, object] = {
        "id": world.id,
        "title": world.title,
        "version": world.version,
        "authors": list(world.authors),
        "license": world.license,
        "language": world.language,
        "genre": list(world.genre),
        "rating": world.safety.rating,
        "content_warnings": list(world.safety.content_warnings),
        "homepage": world.homepage,
        "summary": world.summary,
        "protagonist": world.protagonist.replace("{you}", "you"),
        "openings": openings,
        "endings": len(world.endings),
        "storylets": len(world.storylets),
    }
    if as_json:
        say_json(shown)
        return
    if world.cover:
        say(world.cover.rstrip("\n"))
        say()
    for key, value in shown.items():
        if value and key != "openings":
            said = ", ".join(map(str, value)) if isinstance(value, list) else value
            say(f"{key.replace('_', ' ')}: {said}")
    for opening in openings:
        say(f"opening {opening['id']}: {opening['title']}. {opening['summary']}".rstrip())


def _check(packs: list[str], context: Context, *, as_json: bool, strict: bool) -> int:
    library = context.game.world_library
    wanted = packs or [card.id for card in context.game.worlds()]
    mistakes: list[Problem] = []
    doubts: list[Problem] = []
    for pack in wanted:
        path = Path(pack)
        found = library.problems(path if path.exists() else library.path(pack))
        mistakes += found[0]
        doubts += found[1]
        if not as_json:
            _print_problems(pack, *found)
    if as_json:
        kinds = (("error", mistakes), ("warning", doubts))
        say_json([{"severity": kind, **dataclasses.asdict(problem)} for kind, found in kinds for problem in found])
    return 1 if mistakes or (strict and doubts) else 0


def _print_problems(pack: str, mistakes: tuple[Problem, ...], doubts: tuple[Problem, ...]) -> None:
    for problem in mistakes:
        say(str(problem))
    for problem in doubts:
        say(f"{problem}  (warning)")
    if not mistakes:
        say(f"{pack}: can be played" + (f"; {len(doubts)} warnings" if doubts else ""))


def _install(source: str, context: Context, *, replace: bool) -> None:
    from fiction.commands.download import fetched
    from fiction.paths import ensure_writable

    ensure_writable(context.home.worlds)
    with fetched(source) as path:
        card = context.game.world_library.install(path, replace=replace)
    say(f"{card.title} {card.version} is installed. Play it with `fiction play {card.id}`.")


def _remove(world: str, context: Context, *, sure: bool) -> None:
    path = context.game.world_library.path(world)
    if context.home.is_checkout:
        raise FictionError(f"{path} belongs to this checkout.", hint="Delete it by hand if you mean it.")
    if not sure and not ask(f"Delete the world {world}?"):
        raise FictionError("Nothing was deleted.", hint="Say --yes to delete it without being asked.")
    context.game.world_library.remove(world)
    say(f"{world} is removed. Stories that were begun in it keep it.")
