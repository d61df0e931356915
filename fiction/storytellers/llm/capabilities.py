"""What a server turned out to take and not to take, learned from its refusals and remembered while the game runs."""

import dataclasses
import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from fiction.storytellers.llm.server import ServerSettings

THINKING_TOKENS = 4096
"""What is added to the cap on a reply for a model that can't be kept from thinking first."""
_TOO_MUCH = 2
_RATIO_STEP = 0.1
_MAX_RATIO = 2.5


class Rung(IntEnum):
    """How a structured reply is asked for, the strictest first."""

    JSON_SCHEMA = 0
    OBJECT_WITH_SCHEMA = 1
    JSON_OBJECT = 2
    TEXT = 3


class TokenCap(StrEnum):
    """The parameter that caps a reply's length."""

    MAX_TOKENS = "max_tokens"
    MAX_COMPLETION_TOKENS = "max_completion_tokens"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """One server and model. A value: what is learned makes a new one."""

    token_cap: TokenCap = TokenCap.MAX_TOKENS
    stream_options: bool = True
    temperature: bool = True
    reasoning_effort: str = "none"
    """What is asked for: `none`, `low`, or empty for not asking."""
    system_role: bool = True
    """The model's template knows system messages."""
    rung: Rung = Rung.JSON_SCHEMA
    missed: int = 0
    """How many turns in a row the first reply on this rung was no answer, though it was whole."""
    garbled: int = 0
    """How many turns in a row the model could not answer the whole question."""
    thinking: bool = False
    """The model spends the cap on thinking before it replies."""
    context: int = 0
    """The context in tokens, as the server named it in a refusal; 0 where it never did."""
    token_ratio: float = 1.0
    """The server's count of a prompt's tokens over our estimate, in steps, never under 1."""

    @property
    def small(self) -> bool:
        """Whole questions are too much for this model: it is asked the small ones at once."""
        return self.garbled >= _TOO_MUCH

    @classmethod
    def of(cls, server: ServerSettings) -> "Capabilities":
        """What to begin with."""
        cap = TokenCap.MAX_COMPLETION_TOKENS if server.openai else TokenCap.MAX_TOKENS
        return cls(token_cap=cap, context=server.context)

    def parameters(self, *, max_tokens: int, temperature: float) -> dict[str, object]:
        """The optional parameters of a request that this server takes; `max_tokens` is by our estimate."""
        found: dict[str, object] = {}
        if self.token_cap:
            counted = int(max_tokens * self.token_ratio)
            found[self.token_cap.value] = counted + (THINKING_TOKENS if self.thinking else 0)
        if self.stream_options:
            found["stream_options"] = {"include_usage": True}
        if self.temperature:
            found["temperature"] = temperature
        if self.reasoning_effort:
            found["reasoning_effort"] = self.reasoning_effort
        return found

    def after_refusal(self, words: str) -> "Capabilities | None":
        """With the parameter that the server's words name dropped or swapped; None where they name none in use."""
        said = words.lower()
        if self.token_cap and re.search(r"max_(?:completion_)?tokens", said):
            return dataclasses.replace(self, token_cap=_NEXT_CAP[self.token_cap])
        if self.reasoning_effort and re.search(r"reasoning[_ .]?effort|\bthink", said):
            return dataclasses.replace(self, reasoning_effort=_NEXT_EFFORT.get(self.reasoning_effort, ""))
        if self.temperature and "temperature" in said:
            return dataclasses.replace(self, temperature=False)
        if self.stream_options and re.search(r"stream_options|include_usage", said):
            return dataclasses.replace(self, stream_options=False)
        if self.system_role and re.search(
            r"system (?:role|message)s? (?:is |are )?not supported|role.{0,20}\bsystem\b", said
        ):
            return dataclasses.replace(self, system_role=False)
        return None

    def after_count(self, *, counted: int, estimated: int) -> "Capabilities":
        """With what a server's own count of a prompt teaches: only upward and in steps, so that prompts stay alike."""
        if estimated < 200 or counted <= estimated * self.token_ratio:
            return self
        steps = -(-(counted / estimated - 1.0) // _RATIO_STEP)
        return dataclasses.replace(self, token_ratio=min(_MAX_RATIO, round(1.0 + steps * _RATIO_STEP, 2)))


_NEXT_CAP = {
    TokenCap.MAX_TOKENS: TokenCap.MAX_COMPLETION_TOKENS,
    TokenCap.MAX_COMPLETION_TOKENS: TokenCap.NONE,
}
_NEXT_EFFORT = {"none": "low"}
