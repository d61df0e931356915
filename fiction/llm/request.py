"""A call to a model, its listeners, and how its reply ended."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypedDict

from fiction.llm.server import Sampling
from fiction.story.turn import Usage
from fiction.text.tokens import estimate

TOKENS_A_MESSAGE = 4
"""Tokens that a chat template adds to each message."""


class Message(TypedDict):
    """One message of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


class Listener(Protocol):
    """Hears a reply while it streams, and may end it."""

    @property
    def over(self) -> bool:
        """Enough was heard: the reply is stopped here, and counts as cut."""
        ...

    def hear(self, piece: str) -> None:
        """The next piece."""
        ...

    def forget(self) -> None:
        """All so far was thinking, or another call for the same reply begins."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """One call to a model."""

    messages: Sequence[Message]
    max_tokens: int
    """The cap on the reply, by our estimate of tokens."""
    temperature: float
    response_format: dict[str, object] | None = None
    sampling: Sampling | None = None
    """For a passage; takes precedence over `temperature`."""
    telling: int = 0
    """How often the same was asked before; from 1 on, other words are wanted."""
    listener: Listener | None = field(default=None, compare=False)

    @property
    def estimated(self) -> int:
        """Estimated tokens of the messages."""
        return sum(estimate(message["content"]) + TOKENS_A_MESSAGE for message in self.messages)


@dataclass(frozen=True, slots=True)
class Finish:
    """How a reply ended."""

    cut: bool
    """It ran into the cap on its length, or its listener had heard enough."""
    usage: Usage


class Together:
    """Several listeners to one reply."""

    def __init__(self, *listeners: Listener) -> None:
        self._listeners = listeners

    @property
    def over(self) -> bool:
        """Whether one of them has heard enough."""
        return any(listener.over for listener in self._listeners)

    def hear(self, piece: str) -> None:
        """Pass the next piece to all."""
        for listener in self._listeners:
            listener.hear(piece)

    def forget(self) -> None:
        """Tell all that the text so far was no part of the reply."""
        for listener in self._listeners:
            listener.forget()
