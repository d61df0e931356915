"""Programs that run a model as a child of the game, and how each wants to be called."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fiction.engine.setup import Runner

NAMES = ("llama-server", "litert-lm")
_SLOTS = 2
_CONTEXT = 4096
"""Tokens for each of them: a whole turn."""
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_LIST_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """A model to run, and with how much room."""

    run: str
    """Name of the program."""
    model: str
    """A file of weights, a repository of them, or what the program itself calls them."""
    context: int = 0
    """Tokens that one request wants; 0 for a turn's."""
    slots: int = 0
    """Requests at a time; 0 for two, so that a passage can be written ahead."""

    @property
    def called(self) -> str:
        """The model's name on that server."""
        last = self.model.rstrip("/").rpartition("/")[2]
        return last.removesuffix(".gguf").removesuffix("-litert-lm") or self.run


def runners(environment: Mapping[str, str]) -> tuple[Runner, ...]:
    """Runners on PATH."""
    found = ((name, shutil.which(name, path=environment.get("PATH", ""))) for name in NAMES)
    return tuple(Runner(name, path) for name, path in found if path)


def commands(wanted: ChildSpec, path: str, port: int, environment: Mapping[str, str]) -> list[list[str]]:
    """Command lines to run in order; the last one serves. Takes a second for litert-lm: call it in a thread."""
    if wanted.run == "litert-lm":
        fetch = [_import(wanted, path)] if _is_to_be_imported(wanted, path, environment) else []
        return [*fetch, [path, "serve", "--host", "127.0.0.1", "--port", str(port)]]
    slots = wanted.slots or _SLOTS
    weights = Path(wanted.model).expanduser()
    what = ["-m", str(weights)] if weights.suffix == ".gguf" or weights.exists() else ["-hf", wanted.model]
    size = ["-c", str(slots * max(wanted.context, _CONTEXT)), "-np", str(slots)]
    return [[path, *what, "--alias", wanted.called, "--host", "127.0.0.1", "--port", str(port), *size, "--jinja"]]


def _import(wanted: ChildSpec, path: str) -> list[str]:
    """As https://ai.google.dev/edge/litert-lm/cli/model_management has it; the file is named for the repository."""
    file = f"{wanted.called}.litertlm"
    return [path, "import", "--from-huggingface-repo", wanted.model, file, wanted.called]


def _is_to_be_imported(wanted: ChildSpec, path: str, environment: Mapping[str, str]) -> bool:
    if not _REPOSITORY.fullmatch(wanted.model):
        return False
    try:
        listed = subprocess.run(  # noqa: S603 - a program that the reader named, without a shell
            [path, "list"], capture_output=True, text=True, timeout=_LIST_SECONDS, check=False, env=dict(environment)
        )
    except (OSError, subprocess.SubprocessError):
        return True
    return wanted.called not in (line.split()[0] for line in listed.stdout.splitlines() if line.split())
