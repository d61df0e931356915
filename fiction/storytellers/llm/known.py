"""The servers that are known: what to begin with for each, before anything is learned.

What stands here was measured, or read in the servers' own documents and source; a server that is none of these works
by learning.
"""

import dataclasses
import hashlib
from enum import StrEnum
from urllib.parse import urlsplit

from fiction.storytellers.llm.asks import Ask
from fiction.storytellers.llm.capabilities import Capabilities, Rung
from fiction.storytellers.llm.quiet import Quiet
from fiction.storytellers.llm.server import ServerSettings


class Kind(StrEnum):
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
_AT_A_TIME = {Kind.OPENAI: 4, Kind.OPENROUTER: 4, Kind.VLLM: 4}
"""Requests at a time where the server does not say and takes many; of the others one, for some kill the running one."""
_WARMED = frozenset(
    {Kind.OLLAMA, Kind.LLAMA_CPP, Kind.LM_STUDIO, Kind.VLLM, Kind.KOBOLDCPP, Kind.LLAMA_CPP_PYTHON},
)
"""These keep what they have read of a prompt, and reading costs time there and no money."""
_OWNERS = {
    "llamacpp": Kind.LLAMA_CPP,
    "vllm": Kind.VLLM,
    "koboldcpp": Kind.KOBOLDCPP,
    "library": Kind.OLLAMA,
    "organization_owner": Kind.LM_STUDIO,
    "me": Kind.LLAMA_CPP_PYTHON,
}
"""By `owned_by` in the list of models."""


def kind_by_address(server: ServerSettings) -> Kind:
    """What a server is, by its address alone."""
    parts = urlsplit(server.base_url)
    host = parts.hostname or ""
    if server.openai:
        return Kind.OPENAI
    if host == "openrouter.ai" or host.endswith(".openrouter.ai"):
        return Kind.OPENROUTER
    return Kind.LITERT_LM if server.loopback and parts.port == _LITERT_PORT else Kind.UNKNOWN


def kind_by_owner(owner: str) -> Kind:
    """What a server is, by whom it says its models belong to."""
    return _OWNERS.get(owner.lower(), Kind.LITERT_LM if "litert" in owner.lower() else Kind.UNKNOWN)


def beginning(kind: Kind, server: ServerSettings) -> Capabilities:
    """What to begin with."""
    begun = dataclasses.replace(Capabilities.of(server), kind=kind.value)
    match kind:
        case Kind.OPENROUTER:
            return dataclasses.replace(begun, quiet=Quiet.ROUTER)
        case Kind.OLLAMA:
            return dataclasses.replace(begun, context=begun.context or OLLAMA_CONTEXT)
        case Kind.LLAMA_CPP | Kind.VLLM | Kind.KOBOLDCPP:
            return dataclasses.replace(begun, quiet=Quiet.TEMPLATE)
        case Kind.LLAMA_CPP_PYTHON:
            return dataclasses.replace(begun, quiet=Quiet.LEFT, rung=Rung.OBJECT_WITH_SCHEMA, counts=False)
        case Kind.LITERT_LM:
            return dataclasses.replace(begun, rung=Rung.TEXT)
        case Kind.OPENAI | Kind.LM_STUDIO | Kind.UNKNOWN:
            return begun


def at_a_time(known: Capabilities, server: ServerSettings) -> int:
    """How many requests to make at a time."""
    return server.slots or known.slots or _AT_A_TIME.get(_kind(known), 1)


def warms(known: Capabilities, server: ServerSettings) -> bool:
    """Whether it makes sense to have the server read a prompt before it is needed."""
    return _kind(known) in _WARMED or (_kind(known) is Kind.UNKNOWN and server.loopback)


def cuts_silently(known: Capabilities) -> bool:
    """Whether the server drops what does not fit without a word."""
    return _kind(known) in (Kind.OLLAMA, Kind.KOBOLDCPP)


def loads_late(known: Capabilities) -> bool:
    """Whether the server loads a model only when it is asked, and can tell its context only then."""
    return _kind(known) in (Kind.OLLAMA, Kind.LM_STUDIO)


def extras(known: Capabilities, ask: Ask) -> dict[str, object]:
    """Parameters that only this kind of server knows."""
    match _kind(known):
        case Kind.OPENAI:
            return {"prompt_cache_key": _cache_key(ask)}
        case Kind.OPENROUTER if ask.response_format is not None:
            return {"provider": {"require_parameters": True}}
        case _:
            return {}


def _cache_key(ask: Ask) -> str:
    """The same for all calls of a story, whose first message never changes."""
    first = ask.messages[0]["content"] if ask.messages else ""
    return "fiction-" + hashlib.sha256(first.encode("utf-8", "replace")).hexdigest()[:16]


def _kind(known: Capabilities) -> Kind:
    try:
        return Kind(known.kind)
    except ValueError:
        return Kind.UNKNOWN
