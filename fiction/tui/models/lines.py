"""What the storyteller screen lists, section by section: everybody and everything that could tell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fiction.engine.setup import FoundServer, ModelConfig, Provider, Recommended, Runner
from fiction.story.cards import StorytellerCard
from fiction.tui.models.wording import demands, model_name, server_name

OLLAMA = "Ollama"
"""The kind of server that fetches models by itself."""
BUILT_IN = (
    "Tells each world's own scenes, with the same memory and the same three plans. No model, no network, no cost; "
    "it can't follow you where nobody wrote a scene."
)


@dataclass(frozen=True, slots=True)
class Teller:
    """A storyteller of the open story."""

    name: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A server whose address the reader knows."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """A model that Ollama can download."""

    model: Recommended
    server: FoundServer


@dataclass(frozen=True, slots=True)
class OwnFile:
    """Weights of the reader's own, run as a child of the game."""

    runner: Runner


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """The storyteller without a model."""


Meant = Teller | ModelConfig | FoundServer | Provider | Elsewhere | Fetch | OwnFile | BuiltIn


@dataclass(frozen=True, slots=True)
class StorytellerLine:
    """A line that can be chosen."""

    name: str
    meant: Meant
    aside: str = ""
    about: str = ""
    """Said below the list while the caret is on it."""
    kept: bool = False
    """It stands in the settings, and can be taken out of them."""


@dataclass(frozen=True, slots=True)
class Known:
    """All choices of a storyteller."""

    tellers: tuple[StorytellerCard, ...] = ()
    """Of the story that is open; none where none is."""
    telling: str = ""
    """The name of the storyteller that tells it now."""
    model_configs: tuple[ModelConfig, ...] = ()
    servers: tuple[FoundServer, ...] | None = None
    """None while they are looked for."""
    providers: tuple[Provider, ...] = ()
    recommended: tuple[Recommended, ...] = ()
    runners: tuple[Runner, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading."""

    title: str
    lines: Sequence[StorytellerLine] = field(default=())
    empty: str = ""
    """What is said where there are none."""


def sections(known: Known) -> Iterator[Section]:
    """The sections to show, the nearest to playing first."""
    if known.tellers:
        yield Section("This story", [_teller(card, known.telling) for card in known.tellers])
    if known.model_configs:
        yield Section("In your settings", [_config(config) for config in known.model_configs])
    looking = "Looking ..." if known.servers is None else "No server of models answers here."
    yield Section("Found on this machine", [line for s in known.servers or () for line in _server(s)], looking)
    yield Section("Elsewhere", [*(_provider(provider) for provider in known.providers), _ELSEWHERE])
    yield from _models(known)
    yield Section("Without a model", [StorytellerLine("The built-in storyteller", BuiltIn(), about=BUILT_IN)])


def _teller(card: StorytellerCard, telling: str) -> StorytellerLine:
    now = card.name == telling
    about = "It tells this story now." if now else "Enter lets it tell this story from here on."
    return StorytellerLine(card.about, Teller(card.name), "tells now" if now else "", about)


def _config(config: ModelConfig) -> StorytellerLine:
    name = f"{config.name}: {model_name(config)}" if config.name else model_name(config)
    about = "Enter tries it out; d takes it out of the settings, its key too."
    return StorytellerLine(name, config, "" if config.name else "tells new stories", about, kept=True)


def _server(server: FoundServer) -> Iterator[StorytellerLine]:
    name = server_name(server)
    if server.models:
        best = ModelConfig(base_url=server.base_url, model=server.models[0])
        yield StorytellerLine(
            server.models[0], best, name, "Enter tries it out with a short real turn; nothing is kept before."
        )
    if len(server.models) != 1:
        count = f"its {len(server.models)} models" if server.models else "no models yet"
        yield StorytellerLine(name, server, count, "Enter lists its models.")


def _provider(provider: Provider) -> StorytellerLine:
    about = f"Paste a key. Keys are to be had at {provider.keys_at}." if provider.keys_at else "Paste a key."
    return StorytellerLine(provider.name, provider, "with a key", about)


_ELSEWHERE = StorytellerLine(
    "Another server", Elsewhere(), "by its address", "Any server that speaks as OpenAI's does."
)


def _models(known: Known) -> Iterator[Section]:
    ollama = next((server for server in known.servers or () if server.kind == OLLAMA), None)
    if ollama is not None:
        yield Section(f"Fetch through {OLLAMA}", [_fetch(m, ollama) for m in known.recommended if m.ollama])
    for runner in known.runners:
        yield Section(f"Run by the game, with {runner.name}", list(_run(runner, known.recommended)))
    if known.servers is not None and ollama is None and not known.runners:
        nobody = "Ollama, llama-server or litert-lm could run one."
        yield Section("A model on this machine", (), nobody)


def _fetch(model: Recommended, server: FoundServer) -> StorytellerLine:
    here = model.ollama in server.models
    about = f"{demands(model)} {model.note}"
    meant = ModelConfig(base_url=server.base_url, model=model.ollama) if here else Fetch(model, server)
    return StorytellerLine(model.title, meant, "is here already" if here else f"{model.size:g} GB", about)


def _run(runner: Runner, recommended: tuple[Recommended, ...]) -> Iterator[StorytellerLine]:
    for model in recommended:
        weights = model.litert if runner.name == "litert-lm" else model.llama
        if weights:
            about = f"{demands(model)} {model.note} The game starts it, fetches it at first, and stops it."
            yield StorytellerLine(model.title, ModelConfig(run=runner.name, model=weights), f"{model.size:g} GB", about)
    if runner.name != "litert-lm":
        yield StorytellerLine("A file of weights that you have", OwnFile(runner), ".gguf", "Type where it is.")
