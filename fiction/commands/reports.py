"""Reports of unexpected failures: a traceback without local variables and secrets, in the folder of logs."""

import os
import platform
import re
import traceback
from datetime import UTC, datetime
from pathlib import Path

from fiction import __version__
from fiction.commands import Context
from fiction.errors import FictionError
from fiction.text.sanitise import clean, clean_line

_KEY = re.compile(r"\b(?:sk|pk|or|hf|gsk|xai)[-_][A-Za-z0-9_\-]{8,}|(?i:bearer|api[-_]?key)[\s=:\"']+[^\s\"']{6,}")


def sentence(error: Exception, context: Context) -> str:
    """The sentence for an error that ended a command; an unexpected one is also written to a report."""
    if isinstance(error, FictionError):
        return clean_line(error.sentence, limit=2_000)
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return clean_line(f"{place}{error.strerror or type(error).__name__}.", limit=2_000)
    where = write_report(error, context)
    ending = f"the report is in {where}." if where else "run the command again with --verbose for a report."
    return f"Something in fiction itself went wrong ({type(error).__name__}); every turn is saved; {ending}"


def trace(error: BaseException, context: Context) -> str:
    """The error's traceback, redacted."""
    lines = "".join(traceback.format_exception(error))
    return redact(lines, context).rstrip()


def redact(text: str, context: Context) -> str:
    """The text without known secrets and without anything that looks like one."""
    for secret in secrets_of(context):
        text = text.replace(secret, "[secret]")
    return clean(_KEY.sub("[secret]", text))


def write_report(error: BaseException, context: Context) -> Path | None:
    """Write the report. Returns its path, or None if it can't be written."""
    try:
        folder = context.home.logs
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = folder / f"failure-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}.txt"
        head = f"fiction {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n"
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as log:
            log.write(head + trace(error, context) + "\n")
        return file
    except Exception:  # noqa: BLE001 - a report that fails must not hide what it reports
        return None


def secrets_of(context: Context) -> tuple[str, ...]:
    """Keys from the environment and the settings, longest first; with broken settings, from the environment only."""
    found = {value.strip() for name, value in context.environment.items() if name.endswith("_API_KEY")}
    try:
        found |= set(context.game.configuration.secrets)
    except Exception:  # noqa: BLE001 - see above
        found |= set()
    return tuple(sorted((secret for secret in found if secret), key=len, reverse=True))
