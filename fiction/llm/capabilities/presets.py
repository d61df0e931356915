"""The servers that are known: what to begin with for each, before anything is learned.

What stands here was measured, or read in the servers' own documents and source; a server that is none of these works
by learning.
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
    """What a server is."""

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
"""What Ollama gives a model on most machines; it says the true number once the model is loaded."""
_LITERT_PORT = 9379
_AT_A_TIME = {ServerKind.OPENAI: 4, ServerKind.OPENROUTER: 4, ServerKind.VLLM: 4}
"""Requests at a time where the server does not say and takes many; of the others one, for some kill the running one."""
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
"""These keep what they have read of a prompt, and reading costs time there and no money."""
_OWNERS = {
    "llamacpp": ServerKind.LLAMA_CPP,
    "vllm": ServerKind.VLLM,
    "koboldcpp": ServerKind.KOBOLDCPP,
    "library": ServerKind.OLLAMA,
    "organization_owner": ServerKind.LM_STUDIO,
    "me": ServerKind.LLAMA_CPP_PYTHON,
}
"""By `owned_by` in the list of models."""


def kind_by_address(server: ServerSettings) -> ServerKind:
    """What a server is, by its address alone."""
    parts = urlsplit(server.base_url)
    host = parts.hostname or ""
    if server.openai:
        return ServerKind.OPENAI
    if host == "openrouter.ai" or host.endswith(".openrouter.ai"):
        return ServerKind.OPENROUTER
    return ServerKind.LITERT_LM if server.loopback and parts.port == _LITERT_PORT else ServerKind.UNKNOWN


def kind_by_owner(owner: str) -> ServerKind:
    """What a server is, by whom it says its models belong to."""
    return _OWNERS.get(owner.lower(), ServerKind.LITERT_LM if "litert" in owner.lower() else ServerKind.UNKNOWN)


def beginning(kind: ServerKind, server: ServerSettings) -> Capabilities:
    """What to begin with."""
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
    """How many requests to make at a time."""
    return server.slots or known.slots or _AT_A_TIME.get(_kind(known), 1)


def warms(known: Capabilities, server: ServerSettings) -> bool:
    """Whether it makes sense to have the server read a prompt before it is needed."""
    return _kind(known) in _WARMED or (_kind(known) is ServerKind.UNKNOWN and server.loopback)


def cuts_silently(known: Capabilities) -> bool:
    """Whether the server drops what does not fit without a word."""
    return _kind(known) in (ServerKind.OLLAMA, ServerKind.KOBOLDCPP)


def loads_late(known: Capabilities) -> bool:
    """Whether the server loads a model only when it is asked, and can tell its context only then."""
    return _kind(known) in (ServerKind.OLLAMA, ServerKind.LM_STUDIO)


def extras(known: Capabilities, ask: Request) -> dict[str, object]:
    """Parameters that only this kind of server knows."""
    match _kind(known):
        case ServerKind.OPENAI:
            return {"prompt_cache_key": _cache_key(ask)}
        case ServerKind.OPENROUTER if ask.response_format is not None:
            return {"provider": {"require_parameters": True}}
        case _:
            return {}


def _cache_key(ask: Request) -> str:
    """The same for all calls of a story, whose first message never changes."""
    first = ask.messages[0]["content"] if ask.messages else ""
    return "fiction-" + hashlib.sha256(first.encode("utf-8", "replace")).hexdigest()[:16]


def _kind(known: Capabilities) -> ServerKind:
    try:
        return ServerKind(known.kind)
    except ValueError:
        return ServerKind.UNKNOWN
