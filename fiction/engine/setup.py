"""Finding a mind to tell the stories: the port that first-run and settings screens use, and its values."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A server that answers."""

    base_url: str
    """Up to and with `/v1`."""
    kind: str
    """What it probably is: `Ollama`, `llama.cpp` ..."""
    models: tuple[str, ...] = ()
    """The likeliest to tell a story well first."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A service that wants a key."""

    name: str
    base_url: str
    models: tuple[str, ...]
    """Recommended ones, the best value first."""
    keys_at: str = ""
    """Where a key is to be had."""


@dataclass(frozen=True, slots=True)
class Recommended:
    """A model that tells stories on a machine of one's own."""

    title: str
    size: float
    """GB to download."""
    memory: float
    """GB of memory that it wants."""
    licence: str
    note: str
    ollama: str = ""
    """Its name there; empty where it has none."""
    llama: str = ""
    """As `llama-server -hf` takes it."""
    litert: str = ""
    """As `litert-lm import --from-huggingface-repo` takes it."""


@dataclass(frozen=True, slots=True)
class Runner:
    """A program on this machine that can run a model as a child of the game."""

    name: str
    """`llama-server` or `litert-lm`."""
    path: str


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """A server and a model of it, as the settings hold them."""

    base_url: str = ""
    """Empty with `run`."""
    model: str = ""
    """As the server lists it; with `run` what is run: a file of weights or a repository of them."""
    api_key: str = field(default="", repr=False)
    run: str = ""
    """Name of a runner whose child the game starts and stops; empty for a server that runs anyway."""
    name: str = ""
    """What the settings call it; empty is the one that tells unless asked otherwise."""
    ahead: str = ""
    """How far it works ahead while the reader reads, as a value of `ports.Ahead`; empty leaves it to the game."""


@dataclass(frozen=True, slots=True)
class TrialResult:
    """One finding of a trial."""

    what: str
    """`models`, `story`, `notes`, `context`, `speed` ..."""
    ok: bool
    said: str
    """One sentence."""


@dataclass(frozen=True, slots=True)
class Pulling:
    """How far a download is."""

    status: str
    done: int = 0
    """Bytes."""
    total: int = 0
    """Bytes; 0 while nobody knows."""


class Setup(Protocol):
    """Finding, trying and keeping minds.

    Raises:
        FictionError: with a sentence for the reader; never with a key in it.
    """

    async def find(self) -> tuple[FoundServer, ...]:
        """Servers on this machine; takes about a tenth of a second."""
        ...

    async def models(self, mind: ModelConfig) -> tuple[str, ...]:
        """What a server lists, the likeliest to tell a story well first."""
        ...

    def providers(self) -> tuple[Provider, ...]:
        """Services to paste a key for."""
        ...

    def recommended(self) -> tuple[Recommended, ...]:
        """Models to fetch, the best first."""
        ...

    def runners(self) -> tuple[Runner, ...]:
        """Programs that can run one; empty where none is on PATH."""
        ...

    def try_out(self, mind: ModelConfig) -> AsyncGenerator[TrialResult, None]:
        """A short real turn: what is found is said as it is found. Ends after the first finding that is fatal."""
        ...

    def pull(self, server: FoundServer, model: str) -> AsyncGenerator[Pulling, None]:
        """Have Ollama download a model. Closing the generator stops it; another call goes on where it stopped."""
        ...

    def minds(self) -> tuple[ModelConfig, ...]:
        """Those in the settings, without their keys; the default one first."""
        ...

    def keep(self, mind: ModelConfig) -> None:
        """Write a mind into the settings (mode 0600); under no name it becomes the one that tells new stories."""
        ...

    def forget(self, name: str) -> None:
        """Take a mind out of the settings, its key too."""
        ...
