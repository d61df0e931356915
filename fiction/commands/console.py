"""What the commands print, and to whom. Everything passes the sanitiser."""

import json
import os
import sys
from collections.abc import Mapping, Sequence

from fiction.text.sanitise import clean


def say(text: str = "") -> None:
    """Print one or more lines to stdout."""
    print(clean(text))


def say_json(value: object) -> None:
    """Print a value as JSON, for programs; its texts are cleaned too."""
    print(json.dumps(_cleaned(value), ensure_ascii=False, indent=2))


def complain(text: str) -> None:
    """Print to stderr; where nobody listens there, nothing happens."""
    try:
        print(clean(text), file=sys.stderr, flush=True)
    except (OSError, ValueError):
        return


def on_terminal() -> bool:
    """Whether somebody sits at the input."""
    return bool(sys.stdin) and sys.stdin.isatty()


def ask(question: str) -> bool:
    """Ask for a yes on the terminal; no terminal, no yes."""
    if not on_terminal():
        return False
    print(f"{clean(question)} [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def fall_silent() -> None:
    """Nobody reads stdout any more: let what is still buffered go nowhere, without a complaint at exit."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        return


def _cleaned(value: object) -> object:
    match value:
        case str():
            return clean(value)
        case Mapping():
            return {str(key): _cleaned(inner) for key, inner in value.items()}
        case Sequence() if not isinstance(value, bytes):
            return [_cleaned(inner) for inner in value]
        case _:
            return value
