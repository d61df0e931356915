"""A call to a model, and what comes back of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypedDict

from fiction.llm.server import Sampling
from fiction.story.turn import Usage
from fiction.text.tokens import estimate

TOKENS_A_MESSAGE = 4
"""What a chat template puts around each message."""


class Message(TypedDict):
    """One message of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


class Listener(Protocol):
    """Hears a reply while it comes, and may end it."""

    @property
    def over(self) -> bool:
        """Nothing more needs to be heard: the reply is stopped here, and counts as cut."""
        ...

    def hear(self, piece: str) -> None:
        """The next piece."""
        ...

    def forget(self) -> None:
        """All so far was thinking, or another call for the same reply begins."""
        ...


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
    telling: int = 0
    """How often the same was asked before; from 1 on, other words are wanted."""
    listener: Listener | None = field(default=None, compare=False)

    @property
    def estimated(self) -> int:
        """About how many tokens the messages are."""
        return sum(estimate(message["content"]) + TOKENS_A_MESSAGE for message in self.messages)


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of a reply."""

    cut: bool
    """It ran into the cap on its length, or its listener had heard enough."""
    usage: Usage


class Together:
    """Listeners to the same reply."""

    def __init__(self, *listeners: Listener) -> None:
        self._listeners = listeners

    @property
    def over(self) -> bool:
        """One of them has heard enough."""
        return any(listener.over for listener in self._listeners)

    def hear(self, piece: str) -> None:
        """The next piece, to all."""
        for listener in self._listeners:
            listener.hear(piece)

    def forget(self) -> None:
        """All so far was no part of the reply, to all."""
        for listener in self._listeners:
            listener.forget()
