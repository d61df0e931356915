"""Output of the commands, sanitised, and questions on the terminal."""

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
    """Print to stderr; a closed stderr is ignored."""
    try:
        print(clean(text), file=sys.stderr, flush=True)
    except (OSError, ValueError):
        return


def on_terminal() -> bool:
    """Whether stdin is a terminal."""
    return bool(sys.stdin) and sys.stdin.isatty()


def ask(question: str) -> bool:
    """Ask a yes/no question; without a terminal the answer is no."""
    if not on_terminal():
        return False
    print(f"{clean(question)} [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def fall_silent() -> None:
    """Redirect a closed stdout to the null device, so that buffered output raises no error at exit."""
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
