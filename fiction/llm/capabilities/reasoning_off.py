"""Ways to switch a model's thinking off; every server knows another one."""

import re
from enum import StrEnum


class ReasoningOff(StrEnum):
    """A way to switch thinking off."""

    EFFORT = "effort"
    """`reasoning_effort`, as OpenAI and Ollama take it."""
    TEMPLATE = "template"
    """`chat_template_kwargs`, as llama.cpp and vLLM hand it to the model's template."""
    ROUTER = "router"
    """`reasoning`, as OpenRouter takes it."""
    TYPED = "typed"
    """`thinking`, as DeepSeek, GLM and Kimi take it."""
    OBJECTS = "objects"
    """`reasoning` and `thinking` at once, on unknown servers: each way that fails costs a whole reply."""
    LEFT = "left"
    """No way: the model thinks, or never did."""


WAYS = (ReasoningOff.EFFORT, ReasoningOff.TEMPLATE, ReasoningOff.OBJECTS)
"""Ways in the order of trying on an unknown server."""
SWITCHED_OFF = "none"
LEAST = "low"
"""The effort where `none` is not supported."""
_EFFORTS = ("minimal", "low")
"""Efforts next to `none`, the least first."""
_ABOUT_A_VALUE = re.compile(r"\bvalue|\bnone\b|mandatory|cannot be disabled|can't be disabled|must be one of")
_MEANT = re.compile(r"reasoning[_ .]?effort|\breasoning\b|\bthink|chat_template_kwargs")


def parameters(way: ReasoningOff, effort: str) -> dict[str, object]:
    """The request parameters of a way."""
    match way:
        case ReasoningOff.EFFORT:
            return {"reasoning_effort": effort}
        case ReasoningOff.TEMPLATE:
            return {"chat_template_kwargs": {"enable_thinking": False}}
        case ReasoningOff.ROUTER:
            return {"reasoning": {"effort": effort}}
        case ReasoningOff.TYPED:
            return {"thinking": {"type": "disabled"}}
        case ReasoningOff.OBJECTS:
            return parameters(ReasoningOff.ROUTER, SWITCHED_OFF) | parameters(ReasoningOff.TYPED, SWITCHED_OFF)
        case ReasoningOff.LEFT:
            return {}


def is_meant(said: str) -> bool:
    """Whether a refusal, in lower case, is about thinking."""
    return _MEANT.search(said) is not None


def lesser_effort(effort: str, said: str) -> str:
    """The next effort after a refusal, in lower case, of this one; empty where none is left.

    Values that the refusal lists go first; a refusal of the parameter itself lists none.
    """
    left = _EFFORTS[_EFFORTS.index(effort) + 1 :] if effort in _EFFORTS else _EFFORTS
    for value in left:
        if re.search(rf"\b{value}\b", said):
            return value
    return LEAST if effort == SWITCHED_OFF and _ABOUT_A_VALUE.search(said) else ""


def refused_names(way: ReasoningOff) -> frozenset[str]:
    """The parameters of a refused way."""
    return frozenset(parameters(way, SWITCHED_OFF))


def next_way(tried: frozenset[str]) -> ReasoningOff:
    """The first untried way."""
    return next((way for way in WAYS if way.value not in tried), ReasoningOff.LEFT)
