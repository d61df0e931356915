"""Servers of models on this machine: who answers at the ports where they usually are."""

import asyncio
from collections.abc import Mapping

from fiction.engine.setup import FoundServer
from fiction.llm.discovery.http_get import get
from fiction.llm.discovery.model_ranking import likeliest_first
from fiction.text.sanitise import clean_line

PORTS = {
    11434: "Ollama",
    1234: "LM Studio",
    8080: "llama.cpp",
    5001: "KoboldCpp",
    8000: "vLLM",
    1337: "Jan",
    5000: "TabbyAPI",
    9379: "LiteRT-LM",
    12434: "Docker Model Runner",
}
"""Where each of them listens unless told otherwise."""

REPLY_SECONDS = 1.0
_SIGN_SECONDS = 0.3
_MOST_MODELS = 500
_MOST_NAME = 200
_OWNERS = {"llamacpp": "llama.cpp", "vllm": "vLLM", "koboldcpp": "KoboldCpp", "library": "Ollama"}
_SIGNS = {
    "/api/version": ("version", "Ollama"),
    "/api/extra/version": ("result", "KoboldCpp"),
    "/api/v0/models": ("data", "LM Studio"),
    "/props": ("default_generation_settings", "llama.cpp"),
}
"""What only one kind of server answers: a key of its reply. Asked where the list of models does not tell."""


async def find_servers(ports: Mapping[int, str] | None = None) -> tuple[FoundServer, ...]:
    """Ask every port of this machine at once; takes about a tenth of a second, one and a half at the most."""
    asked = PORTS if ports is None else ports
    answers = await asyncio.gather(*(_ask(port, guess) for port, guess in asked.items()))
    return tuple(found for found in answers if found is not None)


def model_names(listed: object) -> tuple[str, ...] | None:
    """The names in a reply to `GET /v1/models`, as they came; None where it is no such list."""
    models = _models(listed)
    return tuple(name for name, _ in models) if models is not None else None


async def _ask(port: int, guess: str) -> FoundServer | None:
    listed, signs = await asyncio.gather(_get(port, "/v1/models", REPLY_SECONDS), _signs(port))
    models = _models(listed)
    if models is None:
        return None
    owner = next((_OWNERS[owner] for _, owner in models if owner in _OWNERS), "")
    names = (clean_line(name, limit=_MOST_NAME) for name, _ in models)
    return FoundServer(f"http://127.0.0.1:{port}/v1", owner or signs or guess, likeliest_first(names))


async def _signs(port: int) -> str:
    """The kind of server that answers as only this kind does; empty where none is known."""
    replies = await asyncio.gather(*(_get(port, path, _SIGN_SECONDS) for path in _SIGNS))
    for reply, (key, kind) in zip(replies, _SIGNS.values(), strict=True):
        if isinstance(reply, dict) and key in reply:
            return kind
    return ""


def _models(listed: object) -> list[tuple[str, str]] | None:
    """Name and owner of each; an Ollama without models lists null."""
    if not isinstance(listed, dict) or "data" not in listed:
        return None
    data = listed["data"] or []
    if not isinstance(data, list) or not all(isinstance(model, dict) and "id" in model for model in data):
        return None
    return [(str(model["id"]), str(model.get("owned_by", ""))) for model in data[:_MOST_MODELS]]


async def _get(port: int, path: str, seconds: float) -> object:
    """What a port says to a GET with status 200; None for anything else."""
    reply = await get(port, path, seconds=seconds)
    return reply.body if reply and reply.status == 200 else None
