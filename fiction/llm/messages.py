"""Shapes a request's messages for the model's chat template."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fiction.llm.capabilities.capabilities import Capabilities
from fiction.llm.request import Message

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam


def shaped(messages: Sequence[Message], known: Capabilities) -> "list[ChatCompletionMessageParam]":
    """The messages as sent."""
    if not known.system_role:
        messages = _without_system(messages)
    if not known.in_a_row:
        messages = _one_a_role(messages)
    return [_param(message) for message in messages]


def _without_system(messages: Sequence[Message]) -> list[Message]:
    """The messages with the system message merged into the first user message."""
    system = "\n\n".join(message["content"] for message in messages if message["role"] == "system")
    rest = [message for message in messages if message["role"] != "system"]
    if not rest:
        return [{"role": "user", "content": system}]
    first: Message = {"role": "user", "content": f"{system}\n\n{rest[0]['content']}"}
    return [first, *rest[1:]]


def _one_a_role(messages: Sequence[Message]) -> list[Message]:
    """The messages with neighbours of one role merged."""
    found: list[Message] = []
    for message in messages:
        if found and found[-1]["role"] == message["role"]:
            found[-1] = {"role": message["role"], "content": f"{found[-1]['content']}\n\n{message['content']}"}
        else:
            found.append(message)
    return found


def _param(message: Message) -> "ChatCompletionMessageParam":
    content = message["content"]
    match message["role"]:
        case "system":
            return {"role": "system", "content": content}
        case "user":
            return {"role": "user", "content": content}
        case "assistant":
            return {"role": "assistant", "content": content}
