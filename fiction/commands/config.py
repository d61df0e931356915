"""`fiction config`: shows the settings with their sources, and changes them."""

import argparse
import getpass
import sys

from fiction.commands import Context, add_json, add_shared
from fiction.commands.console import say, say_json


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands for settings."""
    add_json(parser)
    parser.set_defaults(action="show")
    actions = parser.add_subparsers(metavar="ACTION", dest="action_named")
    add_shared(actions.add_parser("show", help="all settings, and where each comes from"), json=True).set_defaults(
        action="show"
    )
    get = add_shared(actions.add_parser("get", help="one setting"), json=True)
    get.add_argument("setting", metavar="SETTING")
    get.set_defaults(action="get")
    set_ = add_shared(actions.add_parser("set", help="change a setting in the file; an empty value takes it out"))
    set_.add_argument("setting", metavar="SETTING")
    set_.add_argument("value", metavar="VALUE", nargs="?", help="without it, it is read from the input and not shown")
    set_.set_defaults(action="set")
    add_shared(actions.add_parser("path", help="where the file is")).set_defaults(action="path")


def run(options: argparse.Namespace, context: Context) -> int:
    """Show or change settings."""
    match options.action:
        case "path":
            say(str(context.home.config))
        case "get":
            _get(options.setting, context, as_json=options.as_json)
        case "set":
            _set(options.setting, options.value, context)
        case _:
            _show(context, as_json=options.as_json)
    return 0


def _show(context: Context, *, as_json: bool) -> None:
    from fiction.config import meaning, names, value_of

    configuration = context.game.configuration
    shown = {name: value_of(configuration.settings, name) for name in names(configuration.settings)}
    if as_json:
        say_json({"file": str(context.home.config), "settings": shown, "from": dict(configuration.sources)})
        return
    for name, value in shown.items():
        source = configuration.sources.get(name)
        say(f"{name} = {value or '(empty)'}" + (f"   from {source}" if source else ""))
        say(f"    {meaning(name)}")
    if configuration.withheld:
        say(configuration.withheld)


def _get(name: str, context: Context, *, as_json: bool) -> None:
    from fiction.config import value_of

    value = value_of(context.game.configuration.settings, name)
    if as_json:
        say_json({name: value})
    else:
        say(value)


def _set(name: str, value: str | None, context: Context) -> None:
    from fiction.config import is_secret, load, place_of, set_value, value_of
    from fiction.errors import SettingsError

    place_of(name)
    if value is None:
        value = getpass.getpass(f"{name}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    also = set_value(context.home.config, name, value)
    configuration = load(context.home.config, context.environment)
    try:
        now = value_of(configuration.settings, name)
    except SettingsError:  # with its last setting the server is removed too
        now = ""
    say(f"{name} = {now or '(empty)'}")
    source = configuration.sources.get(name, "")
    if value and source not in ("", str(context.home.config)):
        say(f"{source} in the environment is stronger than the file.")
    for sentence in also:
        say(sentence)
    if is_secret(name) and configuration.withheld:
        say(configuration.withheld)
