"""`fiction doctor`: whether everything works here, in plain sentences. Exit code 0 if one can play."""

import argparse
import asyncio
import dataclasses
import platform
import tempfile
from dataclasses import dataclass

from fiction import __version__
from fiction.commands import Context, add_json
from fiction.commands.console import say, say_json
from fiction.errors import FictionError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    said: str
    """A sentence for the reader."""
    needed: bool = False
    """Nobody can play while this is not so."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """None but --json."""
    add_json(parser)


def run(options: argparse.Namespace, context: Context) -> int:
    """Look at everything and say what was found."""
    findings = [_versions(), _home(context), _worlds(context), _saves(context), _memory()]
    findings += asyncio.run(_servers(context))
    playable = all(finding.ok for finding in findings if finding.needed)
    if options.as_json:
        say_json({"playable": playable, "findings": [dataclasses.asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            say(f"{'ok ' if finding.ok else 'no '} {finding.what}: {finding.said}")
        say("You can play: `fiction`." if playable else "Something that every story needs is missing; see above.")
    return 0 if playable else 1


def _versions() -> Finding:
    said = f"fiction {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}."
    return Finding("versions", ok=True, said=said)


def _home(context: Context) -> Finding:
    from fiction.paths import writable

    home = context.home
    if not writable(home.saves):
        return Finding(
            "home", ok=False, said=f"{home.root} can't be written to; choose another with --home.", needed=True
        )
    return Finding("home", ok=True, said=f"{home.root}, and it can be written to.", needed=True)


def _worlds(context: Context) -> Finding:
    try:
        cards = context.house.worlds()
    except FictionError as error:
        return Finding("worlds", ok=False, said=error.sentence, needed=True)
    broken = [f"{card.id} is broken: {card.trouble}" for card in cards if card.trouble]
    good = len(cards) - len(broken)
    said = " ".join([f"{good} can be played.", *broken])
    return Finding("worlds", ok=good > 0, said=said, needed=True)


def _saves(context: Context) -> Finding:
    try:
        cards = context.house.saves()
    except FictionError as error:
        return Finding("saves", ok=False, said=error.sentence)
    broken = [f"{card.name}: {card.trouble}" for card in cards if card.trouble]
    return Finding("saves", ok=not broken, said=" ".join([f"{len(cards) - len(broken)} can be opened.", *broken]))


def _memory() -> Finding:
    """Whether Chroma can be imported, and can keep and find something."""
    from fiction.memory.chroma_index import import_chroma

    chroma = import_chroma()
    if chroma is None:
        return Finding("memory", ok=False, said="Chroma can't be loaded here; recall goes by words alone.")
    try:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            client = chroma.PersistentClient(folder, chroma.config.Settings(anonymized_telemetry=False))
            things = client.create_collection("probe", embedding_function=None)
            things.add(ids=["a", "b"], embeddings=[[1.0, 0.0], [0.0, 1.0]])
            found = things.query(query_embeddings=[[0.9, 0.1]], n_results=1)["ids"] == [["a"]]
            client.close()
    except Exception as error:  # noqa: BLE001 - a native library may fail in any way; that is what is asked here
        kind = type(error).__name__
        return Finding("memory", ok=False, said=f"Chroma does not work here ({kind}); recall goes by words alone.")
    return Finding("memory", ok=found, said=f"Chroma {chroma.__version__} keeps and finds.")


async def _servers(context: Context) -> list[Finding]:
    from fiction.commands import servers

    findings: list[Finding] = []
    for server in await servers.find_servers(servers.PORTS):
        named = ", ".join(server.models[:5]) or "no models"
        model = server.models[0] if server.models else "NAME"
        said = (
            f"{server.kind} at {server.base_url} with {named}. To use it: `fiction config set server.base_url"
            f" {server.base_url}` and `fiction config set server.model {model}`."
        )
        findings.append(Finding("server here", ok=True, said=said))
    if not findings:
        findings.append(Finding("server here", ok=True, said="No model server runs on this machine; none is needed."))
    return [*findings, *await _configured(context)]


async def _configured(context: Context) -> list[Finding]:
    try:
        configuration = context.house.configuration
    except FictionError as error:
        return [Finding("settings", ok=False, said=error.sentence, needed=True)]
    server = configuration.settings.server
    key = "The key is set." if server.api_key.get_secret_value() else "No key is set."
    if not server.model:
        said = f"No model is named, so the built-in storyteller tells your stories. {key} {configuration.withheld}"
        return [Finding("settings", ok=True, said=said.strip(), needed=True)]
    from fiction.commands.trial import try_server

    address = server.base_url or "OpenAI"
    settings = Finding("settings", ok=True, said=f"{server.model} at {address}. {key} {configuration.withheld}".strip())
    trial = await try_server(context.house.server())
    return [settings, *(Finding(what, ok=ok, said=said) for what, ok, said in trial)]
