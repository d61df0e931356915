"""`fiction doctor`: checks the installation, in plain sentences. Exit code 0 if the game can be played."""

import argparse
import asyncio
import dataclasses
import platform
import tempfile
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fiction import __version__
from fiction.commands import Context, add_json
from fiction.commands.console import say, say_json
from fiction.errors import FictionError
from fiction.story.money import dollars
from fiction.text.addresses import without_secrets
from fiction.text.sanitise import clean_line

if TYPE_CHECKING:
    from fiction.config import Configuration, ServerPart
    from fiction.engine.budget import Costs
    from fiction.engine.setup import Setup


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The result of one check."""

    what: str
    ok: bool
    said: str
    """A sentence for the reader."""
    needed: bool = False
    """Whether playing is impossible without it."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    add_json(parser)


def run(options: argparse.Namespace, context: Context) -> int:
    """Run all checks, and print each result at once."""
    findings: list[Diagnosis] = []

    async def look() -> None:
        async for finding in _findings(context):
            findings.append(finding)
            if not options.as_json:
                say(f"{'ok ' if finding.ok else 'no '} {finding.what}: {finding.said}")

    try:
        asyncio.run(look())
    finally:
        context.close()
    playable = all(finding.ok for finding in findings if finding.needed)
    if options.as_json:
        say_json({"playable": playable, "findings": [dataclasses.asdict(finding) for finding in findings]})
    else:
        say("You can play: `fiction`." if playable else "Something that every story needs is missing; see above.")
    return 0 if playable else 1


async def _findings(context: Context) -> AsyncGenerator[Diagnosis, None]:
    yield _versions()
    yield _home(context)
    yield _worlds(context)
    yield _saves(context)
    yield _memory()
    async for finding in _servers(context):
        yield finding
    try:
        setup, configuration, spent = context.game.setup, context.game.configuration, context.game.spent
    except FictionError as error:
        yield Diagnosis("settings", ok=False, said=error.sentence, needed=True)
        return
    yield _programs(setup)
    yield _spending(spent)
    async for finding in _configured(setup, configuration):
        yield finding


def _versions() -> Diagnosis:
    said = f"fiction {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}."
    return Diagnosis("versions", ok=True, said=said)


def _home(context: Context) -> Diagnosis:
    from fiction.paths import writable

    home = context.home
    if not writable(home.saves):
        return Diagnosis(
            "home", ok=False, said=f"{home.root} can't be written to; choose another with --home.", needed=True
        )
    return Diagnosis("home", ok=True, said=f"{home.root}, and it can be written to.", needed=True)


def _worlds(context: Context) -> Diagnosis:
    try:
        cards = context.game.worlds()
    except FictionError as error:
        return Diagnosis("worlds", ok=False, said=error.sentence, needed=True)
    broken = [f"{card.id} is broken: {card.trouble}" for card in cards if card.trouble]
    good = len(cards) - len(broken)
    said = " ".join([f"{good} can be played.", *broken])
    return Diagnosis("worlds", ok=good > 0, said=said, needed=True)


def _saves(context: Context) -> Diagnosis:
    try:
        cards = context.game.saves()
    except FictionError as error:
        return Diagnosis("saves", ok=False, said=error.sentence)
    broken = [f"{card.name}: {card.trouble}" for card in cards if card.trouble]
    return Diagnosis("saves", ok=not broken, said=" ".join([f"{len(cards) - len(broken)} can be opened.", *broken]))


def _memory() -> Diagnosis:
    """Whether Chroma can be imported, store a record and find it."""
    from fiction.memory.chroma_import import ChromaMissing, import_chroma

    try:
        chroma = import_chroma()
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            client = chroma.PersistentClient(folder, chroma.config.Settings(anonymized_telemetry=False))
            things = client.create_collection("probe", embedding_function=None)
            things.add(ids=["a", "b"], embeddings=[[1.0, 0.0], [0.0, 1.0]])
            found = things.query(query_embeddings=[[0.9, 0.1]], n_results=1)["ids"] == [["a"]]
            client.close()
    except ChromaMissing as missing:
        return Diagnosis("memory", ok=False, said=f"{missing}; recall goes by words alone.")
    except Exception as error:  # noqa: BLE001 - a native library may fail in any way, which is the question here
        kind = clean_line(f"{type(error).__name__}: {error}".rstrip(": ."), limit=120)
        return Diagnosis("memory", ok=False, said=f"Chroma does not work here ({kind}); recall goes by words alone.")
    return Diagnosis("memory", ok=found, said=f"Chroma {chroma.__version__} keeps and finds.")


async def _servers(context: Context) -> AsyncGenerator[Diagnosis, None]:
    """Servers found on this machine and at OLLAMA_HOST."""
    from fiction.llm.discovery.local_servers import find_servers

    servers = await find_servers(environment=context.environment)
    for server in servers:
        named = ", ".join(server.models[:5]) or "no models"
        model = server.models[0] if server.models else "NAME"
        address = without_secrets(server.base_url)
        said = (
            f"{server.kind} at {address} with {named}. To use it: `fiction config set server.base_url"
            f" {address}` and `fiction config set server.model {model}`."
        )
        yield Diagnosis("server here", ok=True, said=said)
    if not servers:
        yield Diagnosis("server here", ok=True, said="No model server runs on this machine; none is needed.")


def _programs(setup: "Setup") -> Diagnosis:
    """Programs that can run a model as a child process."""
    runners = setup.runners()
    if not runners:
        return Diagnosis("programs", ok=True, said="Neither llama-server nor litert-lm is on the PATH; none is needed.")
    found = " and ".join(f"{runner.name} ({runner.path})" for runner in runners)
    said = f"{found} can run a model for the game: `fiction config set server.run {runners[0].name}`."
    return Diagnosis("programs", ok=True, said=said)


def _spending(costs: "Costs") -> Diagnosis:
    """Today's usage of all stories."""
    today = costs.today
    if not today.total:
        said = "Nothing was asked of a server today."
    else:
        about = "about " if today.estimated else ""
        price = f", {about}{dollars(today.cost)}" if today.cost else ""
        unknown = "; some of it at a price that is not known" if today.unpriced else ""
        said = f"Today {about}{today.prompt:,} tokens in and {today.completion:,} out{price}{unknown}."
    cap = f" The cap of a day is {dollars(costs.day_cap)}." if costs.day_cap else ""
    return Diagnosis("spending", ok=True, said=said + cap)


async def _configured(setup: "Setup", configuration: "Configuration") -> AsyncGenerator[Diagnosis, None]:
    """The configured models; the default one is tried out."""
    settings = configuration.settings
    key = "The key is set." if settings.server.api_key.get_secret_value() else "No key is set."
    for name, part in settings.servers.items():
        held = "The key is set." if part.api_key.get_secret_value() else "No key is set."
        yield Diagnosis(f"server {name}", ok=bool(part.model), said=f"{_told_by(part)} {held}")
    if not settings.server.model:
        told_by = "the built-in storyteller tells your stories"
        said = f"No model is named, so {told_by}. {key} {configuration.withheld}".strip()
        if not settings.new_storyteller.startswith("model:"):
            yield Diagnosis("settings", ok=True, said=said, needed=True)
            return
    else:
        yield Diagnosis("settings", ok=True, said=f"{_told_by(settings.server)} {key} {configuration.withheld}".strip())
    wanted = settings.new_storyteller.partition(":")[2]
    config = next((config for config in setup.model_configs() if config.name == wanted), None)
    if config is not None:
        async with aclosing(setup.try_out(config)) as trial:
            async for tried in trial:
                yield Diagnosis(tried.what, ok=tried.ok, said=tried.said)


def _told_by(part: "ServerPart") -> str:
    if not part.model:
        return "It names no model."
    return (
        f"{part.model} run by {part.run}."
        if part.run
        else f"{part.model} at {without_secrets(part.base_url) or 'OpenAI'}."
    )
