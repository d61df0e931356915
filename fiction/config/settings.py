"""All settings. The docstrings of the fields are their manual."""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from fiction.story.reader import Length
from fiction.text import addresses
from fiction.text.sanitise import clean_line

DEFAULT = "server"
"""Name of the default server in other settings."""
LEAST_BUDGET = 2048
"""In tokens; a prompt needs at least these."""
_MILLION = 1_000_000
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


def _address(text: str) -> str:
    stripped = text.strip()
    if not stripped:
        return ""
    try:
        parsed = addresses.parse(stripped)
    except ValueError:
        raise ValueError("an address begins with http:// or https://, as in http://127.0.0.1:11434/v1") from None
    if "@" in urlsplit(parsed.base_url).netloc:
        raise ValueError("an address holds no user or password; the key has a setting of its own, `api_key`")
    return stripped.rstrip("/")


def _key(secret: SecretStr) -> SecretStr:
    key = secret.get_secret_value().strip()
    if not all(33 <= ord(char) < 127 for char in key):
        raise ValueError("a key is one word of letters, digits and signs")
    return SecretStr(key)


def _budget(tokens: int) -> int:
    if 0 < tokens < LEAST_BUDGET:
        raise ValueError(f"0 or at least {LEAST_BUDGET}")
    return tokens


def _name(text: str) -> str:
    if text == DEFAULT or not _NAME.fullmatch(text):
        raise ValueError("a server's name is made of letters, digits, - and _, and is not `server`")
    return text


def _storyteller(text: str) -> str:
    who, colon, name = text.partition(":")
    if text in ("", "offline", "model") or (who == "model" and colon and _NAME.fullmatch(name)):
        return text
    raise ValueError("a storyteller is `offline`, `model`, or `model:NAME` for a server that the settings name")


def _word(value: object) -> object:
    """The word for a boolean: YAML reads an unquoted `off` as false."""
    return "off" if value is False else value


Line = Annotated[str, AfterValidator(clean_line)]
Name = Annotated[str, AfterValidator(_name)]
Share = Annotated[float, Field(ge=0, le=1)]
Penalty = Annotated[float, Field(ge=-2, le=2)]
Dollars = Annotated[float, Field(ge=0, le=10_000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)


class ServerPart(_Part):
    """A server for the model storyteller, and its parameters."""

    base_url: Annotated[str, AfterValidator(_address)] = ""
    """Address of an OpenAI-compatible server, up to and with `/v1`; empty is OpenAI itself, unless `run` is set."""
    api_key: Annotated[SecretStr, AfterValidator(_key)] = SecretStr("")
    """The key for that address. Never shown."""
    model: Line = ""
    """Name of the model, as the server lists it; with `run` the file of weights, or the repository that has them."""
    run: Literal["", "llama-server", "litert-lm"] = ""
    """A program that the game starts and stops itself to run the model; the address is not needed then."""
    budget: Annotated[int, Field(ge=0, le=1_000_000), AfterValidator(_budget)] = 0
    """Tokens of a whole turn, reply included: more buys more of the world and more memory in each prompt. 0 takes
    4,096, or 8,192 where the server tells that its context has room for them."""
    context: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    """The model's context in tokens, where the server tells it wrongly; 0 asks the server."""
    slots: Annotated[int, Field(ge=0, le=64)] = 0
    """How many requests the server answers at a time; 0 asks the server."""
    speculate: Annotated[Literal["", "off", "warm", "best", "all"], BeforeValidator(_word)] = ""
    """Work ahead while you read: `off`; `warm` has the server read the next prompt; `best` and `all` write the next
    passage for the likeliest plan or for each of them. Empty is `warm` on this machine and `off` elsewhere."""
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    """How freely passages are told; empty is 0.8."""
    top_p: Share | None = None
    """Of sampling; empty leaves it to the server."""
    top_k: Annotated[int, Field(ge=0, le=100_000)] | None = None
    """Of sampling; empty leaves it to the server."""
    min_p: Share | None = None
    """Of sampling; empty leaves it to the server."""
    frequency_penalty: Penalty | None = None
    """Of sampling; empty leaves it to the server."""
    presence_penalty: Penalty | None = None
    """Of sampling; empty leaves it to the server."""


class MemoryPart(_Part):
    """The long-term memory."""

    chroma: bool = True
    """Whether recall by meaning is used; recall by words always is."""
    embed_model: Line = ""
    """Not used: recall by meaning has a model of its own and asks no server. Settings that name one stay valid."""


class SpendingPart(_Part):
    """Caps on spending."""

    story_cap: Dollars = 0.0
    """US dollars that one story may cost before you are asked; 0 is no cap."""
    day_cap: Dollars = 0.0
    """US dollars that all stories of a day may cost before you are asked; 0 is no cap."""

    @property
    def caps(self) -> tuple[int, int]:
        """Caps of a story and of a day, in millionths of a dollar."""
        return round(self.story_cap * _MILLION), round(self.day_cap * _MILLION)


class Settings(_Part):
    """All settings."""

    server: ServerPart = ServerPart()
    servers: dict[Name, ServerPart] = {}
    """Other servers and models, by names of your own: `servers.NAME.model` and so on."""
    notes: Line = ""
    """Name of the server that keeps memory and plans, or `server`; empty is the one that tells the story."""
    storyteller: Annotated[str, AfterValidator(_storyteller)] = ""
    """Who tells new stories: `offline`, `model`, or `model:NAME`; empty takes the model where one is named."""
    theme: Line = ""
    """Name of a theme of the terminal game; empty takes its own."""
    animations: Literal["full", "basic", "none"] = "full"
    """How much moves on the screen."""
    passage_length: Length = Length.MEDIUM
    """`short`, `medium` or `long` passages, for readers whose profile does not say."""
    memory: MemoryPart = MemoryPart()
    spending: SpendingPart = SpendingPart()

    @property
    def new_storyteller(self) -> str:
        """The default storyteller of new stories."""
        return self.storyteller or ("model" if self.server.model else "offline")

    def server_of(self, storyteller: str) -> ServerPart | None:
        """The server of the storyteller `model` or `model:NAME`; None if it is unknown or has no model."""
        match storyteller.partition(":"):
            case ("model", "", ""):
                part: ServerPart | None = self.server
            case ("model", ":", name):
                part = self.servers.get(name)
            case _:
                part = None
        return part if part is not None and part.model else None

    def notes_server(self, storyteller: str) -> ServerPart | None:
        """The server that keeps a storyteller's notes; None if it is the storyteller's own."""
        if not self.notes or self.notes == (storyteller.partition(":")[2] or DEFAULT):
            return None
        return self.server_of("model" if self.notes == DEFAULT else f"model:{self.notes}")

    @property
    def model_storytellers(self) -> tuple[str, ...]:
        """All names known to `server_of`, the default server first."""
        named = ("model", *(f"model:{name}" for name in self.servers))
        return tuple(name for name in named if self.server_of(name) is not None)
