"""What a server takes and does not take: learned from its answers and its refusals, and remembered."""

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
"""What is added to the cap on a reply for a model that can't be kept from thinking first."""
_TOO_MUCH = 2
_RATIO_STEP = 0.1
_MAX_RATIO = 2.5
_LONG = 200
"""Turns after which what was learned is tried anew, one step."""
_OPTIONAL = (
    *("min_p", "top_k", "seed", "frequency_penalty", "presence_penalty", "top_p"),
    *("prompt_cache_key", "provider", "temperature", "stream_options"),
)
"""Parameters that can be left out, the ones that fewest servers know first: a refusal may name two of them."""


class OutputMode(IntEnum):
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
    refused: frozenset[str] = frozenset()
    """Names of optional parameters that the server does not take."""
    quiet: ReasoningOff = ReasoningOff.EFFORT
    """How thinking is switched off."""
    reasoning_effort: str = SWITCHED_OFF
    """What is asked for where thinking is switched off by effort."""
    tried: frozenset[str] = frozenset()
    """Ways to switch thinking off that did not do."""
    system_role: bool = True
    """The model's template knows system messages."""
    in_a_row: bool = True
    """The model's template takes two messages of one role, one after the other."""
    counts: bool = True
    """The server says what a reply came to in tokens."""
    rung: OutputMode = OutputMode.JSON_SCHEMA
    missed: int = 0
    """How many turns in a row the first reply on this rung was no answer, though it was whole."""
    garbled: int = 0
    """How many turns in a row the model could not answer the whole question."""
    thinking: bool = False
    """The model spends the cap on thinking before it replies."""
    context: int = 0
    """The context in tokens: as told, or as learned from a refusal since; 0 where nobody knows."""
    told: int = 0
    """The context in tokens as the server or the settings told it last; 0 where neither did."""
    token_ratio: float = 1.0
    """The server's count of a prompt's tokens over our estimate, in steps, never under 1."""
    slots: int = 0
    """Requests that the server answers at a time; 0 where it did not say."""
    kind: str = ""
    """What the server is, by `known.Kind`; empty where nobody asked."""
    strange: bool = False
    """It answered none of the questions that only one kind of server understands."""
    version: str = ""
    """What runs there, in the server's own words; a change is reason to try anew."""
    turns: int = 0
    """Notes asked for since what was learned was last tried anew."""
    price: Price | None = None
    """What the server's list says that the model costs; None where it does not say."""
    price_as_of: str = ""
    """The day of that list; empty where it has no prices."""

    @property
    def small(self) -> bool:
        """Whole questions are too much for this model: it is asked the small ones at once."""
        return self.garbled >= _TOO_MUCH

    @classmethod
    def of(cls, server: ServerSettings) -> "Capabilities":
        """What to begin with."""
        cap = TokenCap.MAX_COMPLETION_TOKENS if server.openai else TokenCap.MAX_TOKENS
        return cls(token_cap=cap, context=server.context, told=server.context)

    def parameters(self, *, max_tokens: int, temperature: float, sampling: Sampling | None = None) -> dict[str, object]:
        """The optional parameters of a request that this server takes; `max_tokens` is by our estimate."""
        found: dict[str, object] = {}
        if self.token_cap:
            counted = int(max_tokens * self.token_ratio)
            found[self.token_cap.value] = counted + (THINKING_TOKENS if self.thinking else 0)
        found["stream_options"] = {"include_usage": True}
        found |= (sampling or Sampling(temperature)).parameters
        found |= reasoning_off.parameters(self.quiet, self.reasoning_effort)
        return self.without_refused(found)

    def without_refused(self, parameters: Mapping[str, object]) -> dict[str, object]:
        """Those of the parameters that the server takes."""
        return {name: value for name, value in parameters.items() if name not in self.refused}

    def after_refusal(self, words: str, *, parameter: str = "") -> "Capabilities | None":
        """With the parameter that the server's words name dropped or swapped; None where they name none in use.

        `parameter` is the one that the server says is wrong, where it says so apart from its words.
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
        """With the next way to switch thinking off, where some came though it was switched off; at last with room."""
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
        """With what a server's own count of a prompt teaches: only upward and in steps, so that prompts stay alike."""
        if estimated < 200 or counted <= estimated * self.token_ratio:
            return self
        steps = -(-(counted / estimated - 1.0) // _RATIO_STEP)
        return dataclasses.replace(self, token_ratio=min(_MAX_RATIO, round(1.0 + steps * _RATIO_STEP, 2)))

    def after_telling(self, context: int) -> "Capabilities":
        """With the context that the server or the settings tell: one that is new replaces what was learned."""
        return self if context in (0, self.told) else dataclasses.replace(self, context=context, told=context)

    def after_turn(self) -> "Capabilities":
        """A turn older; after many, with what was learned tried anew."""
        older = dataclasses.replace(self, turns=self.turns + 1)
        return older.anew() if older.turns >= _LONG else older

    def anew(self) -> "Capabilities":
        """One rung up, and without what may have been chance: the server or the model may have changed."""
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
        """As it is remembered."""
        found = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        found = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in found.items()}
        return found | {"price": dataclasses.asdict(self.price) if self.price is not None else None}

    def _less_quiet(self, said: str) -> "Capabilities":
        """The way to switch thinking off was refused: a lesser effort, or none."""
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
    """What was remembered; a value that makes no sense is as it is to begin with. None where nothing makes sense."""
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
    """A price as it is remembered; None for what is none."""
    names = [field.name for field in dataclasses.fields(Price)]
    if not isinstance(kept, Mapping) or set(kept) != set(names):
        return None
    if not all(type(value) is int and 0 <= value <= _MAX_PRICE for value in kept.values()):
        return None
    return Price(**{name: kept[name] for name in names})


def _like(model: object, value: object) -> object | None:
    """The value as one of the model's type; None where it is none."""
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
