"""The report of a crash, without local variables and without secrets."""

import platform
import re
import traceback
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

_SECRET = re.compile(
    r"(?i)\b(?:sk|pk|rk|hf|gsk|xai|ghp|key)[-_][\w-]{8,}"
    r"|(?<=bearer )\S+"
    r"|(?<=api_key=)\S+|(?<=api-key: )\S+|(?<=token=)\S+"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without the secrets, anything like a key or password, and the path of the home folder."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "[secret]")
    return _SECRET.sub("[secret]", text).replace(str(Path.home()), "~")


def report(error: BaseException, secrets: Iterable[str] = ()) -> str:
    """The report for maintainers: versions and the traceback, no values."""
    where = f"fiction {_version()}, Python {platform.python_version()}, {platform.system()}"
    return redact(f"{where}\n\n{''.join(traceback.format_exception(error))}", secrets)


def _version() -> str:
    try:
        return metadata.version("fiction")
    except metadata.PackageNotFoundError:
        return "?"


def write_report(error: BaseException, path: Path | None, secrets: Iterable[str] = ()) -> bool:
    """Write the report; False if it can't be written."""
    if path is None:
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(report(error, secrets), encoding="utf-8", errors="replace")
    except OSError:
        return False
    return True
