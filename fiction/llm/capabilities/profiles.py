"""Saves servers' capabilities in one small JSON file, from one game to the next.

The file holds addresses without user, password and query, names of models, and capabilities; never a key. It is a
cache: a broken, foreign, too large or unwritable file counts as none.
"""

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from fiction.llm.capabilities.capabilities import Capabilities, capabilities_from
from fiction.text.nesting import too_deep

MAX_PROFILES = 64
"""The last used are kept."""
_MAX_BYTES = 256_000
_FORMAT = 1


class Profiles:
    """The file of profiles; None keeps them in memory alone."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._known: dict[str, Capabilities] = {}

    def get(self, name: str) -> Capabilities | None:
        """The capabilities saved under a server's `profile`."""
        if name not in self._known and (kept := self._read().get(name)) is not None:
            found = capabilities_from(kept)
            if found is not None:
                self._known[name] = found
        return self._known.get(name)

    def put(self, name: str, capabilities: Capabilities) -> None:
        """Save. Never raises."""
        if self._known.get(name) == capabilities:
            return
        self._known[name] = capabilities
        kept = self._read()  # another game may have learned meanwhile
        kept.pop(name, None)
        kept[name] = capabilities.as_json()
        with contextlib.suppress(OSError):
            self._write(dict(list(kept.items())[-MAX_PROFILES:]))

    def _read(self) -> dict[str, Mapping[str, object]]:
        if self._file is None:
            return {}
        try:
            with self._file.open("rb") as opened:
                text = opened.read(_MAX_BYTES + 1)
            found = json.loads(text) if len(text) <= _MAX_BYTES else None
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(found, dict) or found.get("format") != _FORMAT or not isinstance(found.get("servers"), dict):
            return {}
        return {name: kept for name, kept in found["servers"].items() if isinstance(kept, dict) and not too_deep(kept)}

    def _write(self, kept: Mapping[str, Mapping[str, object]]) -> None:
        """Write atomically, readable by the owner alone."""
        if self._file is None:
            return
        file = Path(os.path.realpath(self._file))
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as opened:
                json.dump({"format": _FORMAT, "servers": kept}, opened, indent=1, ensure_ascii=True)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
