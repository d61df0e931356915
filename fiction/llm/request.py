"""A call to a model, and what comes back of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

from fiction.llm.server import Sampling
from fiction.story.turn import Usage
from fiction.text.tokens import estimate

TOKENS_A_MESSAGE = 4
"""What a chat template puts around each message."""


class Message(TypedDict):
    """One message of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Request:
    """A call."""

    messages: Sequence[Message]
    max_tokens: int
    """What the reply should keep to."""
    temperature: float
    response_format: dict[str, object] | None = None
    sampling: Sampling | None = None
    """Of a passage; goes before `temperature`."""

    @property
    def estimated(self) -> int:
        """About how many tokens the messages are."""
        return sum(estimate(message["content"]) + TOKENS_A_MESSAGE for message in self.messages)


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of a reply."""

    cut: bool
    """It ran into the cap on its length."""
    usage: Usage
