"""Known kinds of servers, and the defaults of each before anything is learned.

Measured, or read in the servers' documents and source; any other server works by learning.
"""

import dataclasses
import hashlib
from enum import StrEnum
from urllib.parse import urlsplit

from fiction.llm.capabilities.capabilities import Capabilities, OutputMode
from fiction.llm.capabilities.reasoning_off import ReasoningOff
from fiction.llm.request import Request
from fiction.llm.server import ServerSettings


class ServerKind(StrEnum):
    """Kinds of servers."""

    OPENAI = "OpenAI"
    OPENROUTER = "OpenRouter"
    OLLAMA = "Ollama"
    LLAMA_CPP = "llama.cpp"
    LM_STUDIO = "LM Studio"
    VLLM = "vLLM"
    KOBOLDCPP = "KoboldCpp"
    LLAMA_CPP_PYTHON = "llama-cpp-python"
    LITERT_LM = "litert-lm"
    UNKNOWN = ""


OLLAMA_CONTEXT = 4096
"""Ollama's default context on most machines; it tells the true one once the model is loaded."""
_LITERT_PORT = 9379
_AT_A_TIME = {ServerKind.OPENAI: 4, ServerKind.OPENROUTER: 4, ServerKind.VLLM: 4}
"""Concurrent requests where the server does not tell; others get one, since some kill the running stream."""
_WARMED = frozenset(
    {
        ServerKind.OLLAMA,
        ServerKind.LLAMA_CPP,
        ServerKind.LM_STUDIO,
        ServerKind.VLLM,
        ServerKind.KOBOLDCPP,
        ServerKind.LLAMA_CPP_PYTHON,
    },
)
"""Kinds that cache a prompt they have read, and read it for time but no money."""
_OWNERS = {
    "llamacpp": ServerKind.LLAMA_CPP,
    "vllm": ServerKind.VLLM,
    "koboldcpp": ServerKind.KOBOLDCPP,
    "library": ServerKind.OLLAMA,
    "organization_owner": ServerKind.LM_STUDIO,
    "me": ServerKind.LLAMA_CPP_PYTHON,
}
"""Kinds by `owned_by` in the list of models."""


def kind_by_address(server: ServerSettings) -> ServerKind:
    """A server's kind by its address alone."""
    parts = urlsplit(server.base_url)
    host = parts.hostname or ""
    if server.openai:
        return ServerKind.OPENAI
    if host == "openrouter.ai" or host.endswith(".openrouter.ai"):
        return ServerKind.OPENROUTER
    return ServerKind.LITERT_LM if server.loopback and parts.port == _LITERT_PORT else ServerKind.UNKNOWN


def kind_by_owner(owner: str) -> ServerKind:
    """A server's kind by the owner in its list of models."""
    return _OWNERS.get(owner.lower(), ServerKind.LITERT_LM if "litert" in owner.lower() else ServerKind.UNKNOWN)


def beginning(kind: ServerKind, server: ServerSettings) -> Capabilities:
    """The defaults of a kind."""
    begun = dataclasses.replace(Capabilities.of(server), kind=kind.value)
    match kind:
        case ServerKind.OPENROUTER:
            return dataclasses.replace(begun, quiet=ReasoningOff.ROUTER)
        case ServerKind.OLLAMA:
            return dataclasses.replace(begun, context=begun.context or OLLAMA_CONTEXT)
        case ServerKind.LLAMA_CPP | ServerKind.VLLM | ServerKind.KOBOLDCPP:
            return dataclasses.replace(begun, quiet=ReasoningOff.TEMPLATE)
        case ServerKind.LLAMA_CPP_PYTHON:
            return dataclasses.replace(begun, quiet=ReasoningOff.LEFT, rung=OutputMode.OBJECT_WITH_SCHEMA, counts=False)
        case ServerKind.LITERT_LM:
            return dataclasses.replace(begun, rung=OutputMode.TEXT)
        case ServerKind.OPENAI | ServerKind.LM_STUDIO | ServerKind.UNKNOWN:
            return begun


def at_a_time(known: Capabilities, server: ServerSettings) -> int:
    """The number of concurrent requests."""
    return server.slots or known.slots or _AT_A_TIME.get(_kind(known), 1)


def warms(known: Capabilities, server: ServerSettings) -> bool:
    """Whether to warm the server's prompt cache before a prompt is needed."""
    return _kind(known) in _WARMED or (_kind(known) is ServerKind.UNKNOWN and server.loopback)


def cuts_silently(known: Capabilities) -> bool:
    """Whether the server silently cuts a prompt that does not fit."""
    return _kind(known) in (ServerKind.OLLAMA, ServerKind.KOBOLDCPP)


def loads_late(known: Capabilities) -> bool:
    """Whether the server loads a model on its first call, and tells its context only then."""
    return _kind(known) in (ServerKind.OLLAMA, ServerKind.LM_STUDIO)


def extras(known: Capabilities, ask: Request) -> dict[str, object]:
    """Parameters for this kind of server alone."""
    match _kind(known):
        case ServerKind.OPENAI:
            return {"prompt_cache_key": _cache_key(ask)}
        case ServerKind.OPENROUTER if ask.response_format is not None:
            return {"provider": {"require_parameters": True}}
        case _:
            return {}


def _cache_key(ask: Request) -> str:
    """A key shared by all calls of a story, whose first message never changes."""
    first = ask.messages[0]["content"] if ask.messages else ""
    return "fiction-" + hashlib.sha256(first.encode("utf-8", "replace")).hexdigest()[:16]


def _kind(known: Capabilities) -> ServerKind:
    try:
        return ServerKind(known.kind)
    except ValueError:
        return ServerKind.UNKNOWN
