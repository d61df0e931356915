"""`fiction profile`: shows and edits the reader's profile, a file of their own."""

import argparse
import os
import shlex
import subprocess

from fiction.commands import Context, add_json, add_shared
from fiction.commands.console import ask, on_terminal, say, say_json
from fiction.errors import FictionError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands for the profile."""
    add_json(parser)
    parser.set_defaults(action="show")
    actions = parser.add_subparsers(metavar="ACTION", dest="action_named")
    add_shared(actions.add_parser("show", help="what it says"), json=True).set_defaults(action="show")
    add_shared(actions.add_parser("edit", help="open it in your editor")).set_defaults(action="edit")
    reset = add_shared(actions.add_parser("reset", help="be nobody in particular again"))
    reset.add_argument("--yes", action="store_true", help="without being asked")
    reset.set_defaults(action="reset")


def run(options: argparse.Namespace, context: Context) -> int:
    """Show or change the profile."""
    match options.action:
        case "edit":
            _edit(context)
        case "reset":
            _reset(context, sure=options.yes)
        case _:
            _show(context, as_json=options.as_json)
    return 0


def _show(context: Context, *, as_json: bool) -> None:
    from fiction.config.handwritten import dump
    from fiction.config.profile import values

    said = values(context.game.reader())
    if as_json:
        say_json({"file": str(context.home.reader), "profile": said})
        return
    say(f"# {context.home.reader}" + ("" if context.home.reader.exists() else " (not there yet)"))
    say(dump(said).rstrip())


def _edit(context: Context) -> None:
    from fiction.config.profile import TEMPLATE
    from fiction.paths import write_private

    file = context.home.reader
    editor = context.environment.get("VISUAL") or context.environment.get("EDITOR") or _usual_editor()
    if not editor or not on_terminal():
        raise FictionError("There is no editor to open here.", hint=f"The profile is the file {file}.")
    if not file.exists():
        write_private(file, TEMPLATE)
    words = [*shlex.split(editor), str(file)]
    try:
        done = subprocess.run(words, check=False)  # noqa: S603 - the reader's own editor, without a shell
    except OSError as error:
        raise FictionError(f"{words[0]} could not be started: {error.strerror}.", hint="Set EDITOR.") from None
    if done.returncode:
        raise FictionError(f"{words[0]} ended with {done.returncode}.", hint="The profile is as it left it.")
    context.game.reader()
    say("The profile is in order.")


def _reset(context: Context, *, sure: bool) -> None:
    file = context.home.reader
    if not file.exists():
        say("There is no profile; nothing is changed.")
        return
    if not sure and not ask(f"Delete {file}?"):
        raise FictionError("Nothing was deleted.", hint="Say --yes to delete the profile without being asked.")
    file.unlink()
    say("The profile is deleted.")


def _usual_editor() -> str:
    return "notepad" if os.name == "nt" else "vi"
