"""The ways to keep a model from thinking before it replies; every server knows another one."""

import re
from enum import StrEnum


class ReasoningOff(StrEnum):
    """A way."""

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
    """Not at all: the model thinks, or never did."""


WAYS = (ReasoningOff.EFFORT, ReasoningOff.TEMPLATE, ReasoningOff.OBJECTS)
"""In the order in which they are tried on a server that nobody knows."""
SWITCHED_OFF = "none"
LEAST = "low"
"""What is asked for where none is not to be had."""
_EFFORTS = ("minimal", "low")
"""Next best to none, the least first."""
_ABOUT_A_VALUE = re.compile(r"\bvalue|\bnone\b|mandatory|cannot be disabled|can't be disabled|must be one of")
_MEANT = re.compile(r"reasoning[_ .]?effort|\breasoning\b|\bthink|chat_template_kwargs")


def parameters(way: ReasoningOff, effort: str) -> dict[str, object]:
    """What a request says."""
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
    """Whether a refusal, in small letters, is about thinking."""
    return _MEANT.search(said) is not None


def lesser_effort(effort: str, said: str) -> str:
    """The effort to ask for after a refusal, in small letters, of this one; empty where there is none left.

    The values that the refusal lists go first; a refusal of the parameter itself lists none.
    """
    left = _EFFORTS[_EFFORTS.index(effort) + 1 :] if effort in _EFFORTS else _EFFORTS
    for value in left:
        if re.search(rf"\b{value}\b", said):
            return value
    return LEAST if effort == SWITCHED_OFF and _ABOUT_A_VALUE.search(said) else ""


def refused_names(way: ReasoningOff) -> frozenset[str]:
    """The parameters that a refusal of the way is about."""
    return frozenset(parameters(way, SWITCHED_OFF))


def next_way(tried: frozenset[str]) -> ReasoningOff:
    """The first way that was not tried yet."""
    return next((way for way in WAYS if way.value not in tried), ReasoningOff.LEFT)
