"""What a server accepts, learned from its answers and refusals, and saved."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from fiction.llm.capabilities import reasoning_off
from fiction.llm.capabilities.reasoning_off import SWITCHED_OFF, ReasoningOff
from fiction.llm.server import Sampling, ServerSettings
from fiction.story.money import MAX_DOLLARS, MICRO, Price

THINKING_TOKENS = 4096
"""Tokens added to the cap of a reply for a model that thinks first."""
_TOO_MUCH = 2
_RATIO_STEP = 0.1
_MAX_RATIO = 2.5
_LONG = 200
"""Turns after which the lessons are retried, one step."""
_OPTIONAL = (
    *("min_p", "top_k", "seed", "frequency_penalty", "presence_penalty", "top_p"),
    *("prompt_cache_key", "provider", "temperature", "stream_options"),
)
"""Parameters that can be left out, the least known first: a refusal may name two of them."""


class OutputMode(IntEnum):
    """Ways to ask for a structured reply, the strictest first."""

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
    """What is known of one server and model; a lesson makes a new value."""

    token_cap: TokenCap = TokenCap.MAX_TOKENS
    refused: frozenset[str] = frozenset()
    """Names of optional parameters that the server does not take."""
    quiet: ReasoningOff = ReasoningOff.EFFORT
    """How thinking is switched off."""
    reasoning_effort: str = SWITCHED_OFF
    """The effort to ask for where thinking is switched off by effort."""
    tried: frozenset[str] = frozenset()
    """Ways to switch thinking off that failed."""
    system_role: bool = True
    """The model's template knows system messages."""
    in_a_row: bool = True
    """The model's template takes two messages of one role, one after the other."""
    counts: bool = True
    """The server counts a reply's tokens."""
    rung: OutputMode = OutputMode.JSON_SCHEMA
    missed: int = 0
    """Turns in a row whose first reply in this mode was whole but no answer."""
    garbled: int = 0
    """Turns in a row in which the model could not answer the whole question."""
    thinking: bool = False
    """The model spends the cap on thinking before it replies."""
    context: int = 0
    """The context in tokens, as told or as learned from a refusal since; 0 where unknown."""
    told: int = 0
    """The context in tokens by the server or the settings; 0 where neither tells."""
    token_ratio: float = 1.0
    """The server's count of a prompt's tokens over our estimate, in steps, never under 1."""
    slots: int = 0
    """Concurrent requests by the server's word; 0 where unknown."""
    kind: str = ""
    """The server's kind (`presets.ServerKind`); empty where unknown."""
    strange: bool = False
    """None of the probes that only one kind of server understands was answered."""
    version: str = ""
    """Fingerprint of the running software; a change makes lessons be retried."""
    turns: int = 0
    """Turns since the lessons were last retried."""
    price: Price | None = None
    """The model's price in the server's list; None where it has none."""
    price_as_of: str = ""
    """The day of that list; empty where it has no prices."""

    @property
    def small(self) -> bool:
        """Whether whole questions are too much for this model, so that small ones are asked at once."""
        return self.garbled >= _TOO_MUCH

    @classmethod
    def of(cls, server: ServerSettings) -> "Capabilities":
        """The defaults for a server."""
        cap = TokenCap.MAX_COMPLETION_TOKENS if server.openai else TokenCap.MAX_TOKENS
        return cls(token_cap=cap, context=server.context, told=server.context)

    def parameters(self, *, max_tokens: int, temperature: float, sampling: Sampling | None = None) -> dict[str, object]:
        """The optional parameters of a request to this server; `max_tokens` is by our estimate."""
        found: dict[str, object] = {}
        if self.token_cap:
            counted = int(max_tokens * self.token_ratio)
            found[self.token_cap.value] = counted + (THINKING_TOKENS if self.thinking else 0)
        found["stream_options"] = {"include_usage": True}
        found |= (sampling or Sampling(temperature)).parameters
        found |= reasoning_off.parameters(self.quiet, self.reasoning_effort)
        return self.without_refused(found)

    def without_refused(self, parameters: Mapping[str, object]) -> dict[str, object]:
        """The parameters without the refused ones."""
        return {name: value for name, value in parameters.items() if name not in self.refused}

    def after_refusal(self, words: str, *, parameter: str = "") -> "Capabilities | None":
        """With the parameter named in the words dropped or swapped; None where they name none in use.

        `parameter` is the wrong parameter where the server names it apart from its words.
        """
        if parameter in _OPTIONAL and parameter not in self.refused:
            return dataclasses.replace(self, refused=self.refused | {parameter})
        said = words.lower()
        if self.token_cap and re.search(r"max_(?:completion_)?tokens", said):
            return dataclasses.replace(self, token_cap=_NEXT_CAP[self.token_cap])
        if self.quiet is not ReasoningOff.LEFT and reasoning_off.is_meant(said):
            return self._less_quiet(said)
        for name in _OPTIONAL:
            if name not in self.refused and re.search(_NAMED.get(name, rf"\b{name}\b"), said):
                return dataclasses.replace(self, refused=self.refused | {name})
        if self.system_role and _NO_SYSTEM.search(said):
            return dataclasses.replace(self, system_role=False)
        if self.in_a_row and _ALTERNATE.search(said):
            return dataclasses.replace(self, in_a_row=False)
        return None

    def after_thinking(self) -> "Capabilities":
        """After thinking that was switched off: with the next way to do so, at last with room for it."""
        by_effort = self.quiet in (ReasoningOff.EFFORT, ReasoningOff.ROUTER)
        if by_effort and self.reasoning_effort != SWITCHED_OFF:
            return self if self.thinking else dataclasses.replace(self, thinking=True)
        tried = self.tried | {self.quiet.value}
        way = reasoning_off.next_way(tried)
        if way is not ReasoningOff.LEFT:
            return dataclasses.replace(self, quiet=way, tried=tried)
        if "reasoning_effort" not in self.refused:
            return dataclasses.replace(
                self, quiet=ReasoningOff.EFFORT, reasoning_effort=reasoning_off.LEAST, tried=tried, thinking=True
            )
        return dataclasses.replace(self, quiet=way, tried=tried, thinking=True)

    def after_count(self, *, counted: int, estimated: int) -> "Capabilities":
        """With a token ratio from the server's count of a prompt: only upward, in steps, so that prompts stay alike."""
        if estimated < 200 or counted <= estimated * self.token_ratio:
            return self
        steps = -(-(counted / estimated - 1.0) // _RATIO_STEP)
        return dataclasses.replace(self, token_ratio=min(_MAX_RATIO, round(1.0 + steps * _RATIO_STEP, 2)))

    def after_telling(self, context: int) -> "Capabilities":
        """With the context by the server or the settings; a new one replaces what was learned."""
        return self if context in (0, self.told) else dataclasses.replace(self, context=context, told=context)

    def after_turn(self) -> "Capabilities":
        """A turn older; after many turns, `anew`."""
        older = dataclasses.replace(self, turns=self.turns + 1)
        return older.anew() if older.turns >= _LONG else older

    def anew(self) -> "Capabilities":
        """One mode stricter, and without lessons that chance may have taught: server or model may have changed."""
        return dataclasses.replace(
            self,
            rung=OutputMode(max(0, self.rung - 1)),
            missed=0,
            garbled=0,
            thinking=False,
            strange=False,
            tried=frozenset(),
            context=self.told,
            turns=0,
        )

    def as_json(self) -> dict[str, object]:
        """As saved in a profile."""
        found = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        found = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in found.items()}
        return found | {"price": dataclasses.asdict(self.price) if self.price is not None else None}

    def _less_quiet(self, said: str) -> "Capabilities":
        """After the way to switch thinking off was refused: with a lesser effort, or without one."""
        by_effort = self.quiet in (ReasoningOff.EFFORT, ReasoningOff.ROUTER)
        lesser = reasoning_off.lesser_effort(self.reasoning_effort, said) if by_effort else ""
        if lesser:
            return dataclasses.replace(self, reasoning_effort=lesser, thinking=True)
        return dataclasses.replace(
            self,
            quiet=ReasoningOff.LEFT,
            reasoning_effort=SWITCHED_OFF,
            tried=self.tried | {self.quiet.value},
            refused=self.refused | reasoning_off.refused_names(self.quiet),
        )


_NAMED = {"stream_options": r"stream_options|include_usage", "provider": r"require_parameters"}
_NO_SYSTEM = re.compile(r"system (?:role|message)s? (?:is |are )?not supported|role.{0,20}\bsystem\b")
_ALTERNATE = re.compile(r"must alternate|alternate between|alternating")
_NEXT_CAP = {
    TokenCap.MAX_TOKENS: TokenCap.MAX_COMPLETION_TOKENS,
    TokenCap.MAX_COMPLETION_TOKENS: TokenCap.NONE,
}
_MOST = 100_000_000
_MAX_PRICE = MAX_DOLLARS * MICRO


def capabilities_from(kept: Mapping[str, object]) -> Capabilities | None:
    """Capabilities from a profile; invalid values fall back to defaults. None where nothing is valid."""
    begun = Capabilities()
    found = {
        field.name: value
        for field in dataclasses.fields(Capabilities)
        if field.name in kept and (value := _like(getattr(begun, field.name), kept[field.name])) is not None
    }
    if not found:
        return None
    return dataclasses.replace(begun, **found, price=_price_from(kept.get("price")))  # type: ignore[arg-type]


def _price_from(kept: object) -> Price | None:
    """A price from a profile; None for an invalid one."""
    names = [field.name for field in dataclasses.fields(Price)]
    if not isinstance(kept, Mapping) or set(kept) != set(names):
        return None
    if not all(type(value) is int and 0 <= value <= _MAX_PRICE for value in kept.values()):
        return None
    return Price(**{name: kept[name] for name in names})


def _like(model: object, value: object) -> object | None:
    """The value converted to the model's type; None where it can't be."""
    try:
        match model:
            case StrEnum():
                return type(model)(value) if isinstance(value, str) else None
            case IntEnum():
                return type(model)(value) if isinstance(value, int) else None
            case frozenset():
                return frozenset(map(str, value)) if isinstance(value, list) and len(value) <= 50 else None
            case bool():
                return value if isinstance(value, bool) else None
            case int():
                return value if isinstance(value, int) and 0 <= value <= _MOST else None
            case float():
                return min(_MAX_RATIO, max(1.0, float(value))) if isinstance(value, int | float) else None
            case str():
                return value[:200] if isinstance(value, str) else None
            case _:
                return None
    except ValueError:
        return None
