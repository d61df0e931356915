"""Finding a model to tell the stories: the port that the screens for it use, and its values."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A server that answered when servers were looked for."""

    base_url: str
    """Up to and with `/v1`."""
    kind: str
    """The probable program: `Ollama`, `llama.cpp` ..."""
    models: tuple[str, ...] = ()
    """Ranked by how well they probably tell a story."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A service whose server wants a key."""

    name: str
    base_url: str
    models: tuple[str, ...]
    """Recommended ones, the best value first."""
    keys_at: str = ""
    """Page on which a key can be made."""


@dataclass(frozen=True, slots=True)
class Recommended:
    """A model that runs on the reader's own machine."""

    title: str
    size: float
    """GB to download."""
    memory: float
    """GB of memory it needs."""
    licence: str
    note: str
    ollama: str = ""
    """Its name on Ollama; empty where it has none."""
    llama: str = ""
    """Its name for `llama-server -hf`."""
    litert: str = ""
    """Its name for `litert-lm import --from-huggingface-repo`."""


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
    """Its name on the server; with `run` a file of weights or a repository of them."""
    api_key: str = field(default="", repr=False)
    run: str = ""
    """Name of the runner that the game starts and stops as a child; empty for a server that runs anyway."""
    name: str = ""
    """Its name in the settings; empty for the default model."""
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
    """Progress of a download."""

    status: str
    done: int = 0
    """Bytes."""
    total: int = 0
    """Bytes; 0 while unknown."""


class Setup(Protocol):
    """Finding, trying and keeping models.

    Raises:
        FictionError: with a sentence for the reader; never with a key in it.
    """

    async def find(self) -> tuple[FoundServer, ...]:
        """Servers on this machine; takes about a tenth of a second."""
        ...

    async def models(self, model: ModelConfig) -> tuple[str, ...]:
        """The models that a server lists, ranked by how well they probably tell a story."""
        ...

    def providers(self) -> tuple[Provider, ...]:
        """Services that take a key."""
        ...

    def recommended(self) -> tuple[Recommended, ...]:
        """Models to download, the best first."""
        ...

    def runners(self) -> tuple[Runner, ...]:
        """Programs on PATH that can run a model."""
        ...

    def try_out(self, model: ModelConfig) -> AsyncGenerator[TrialResult, None]:
        """Try a model with a short real turn; each finding comes as it is made. Ends after the first fatal one."""
        ...

    def pull(self, server: FoundServer, model: str) -> AsyncGenerator[Pulling, None]:
        """Have Ollama download a model. Closing the generator stops the download; another call resumes it."""
        ...

    def model_configs(self) -> tuple[ModelConfig, ...]:
        """The models in the settings, without their keys; the default one first."""
        ...

    def keep(self, model: ModelConfig) -> None:
        """Write a model into the settings (mode 0600); one without a name becomes the default for new stories."""
        ...

    def forget(self, name: str) -> None:
        """Take a model out of the settings, its key too."""
        ...
