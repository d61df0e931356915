"""Models and servers in words: where they are, what they are called, how much of a download is there."""

from fiction.engine.setup import FoundServer, ModelConfig, Pulling, Recommended
from fiction.text import addresses

BAR = 24
"""Cells of a bar that is full."""


def at(base_url: str) -> str:
    """Host and port of an address, without anything that might be secret in it."""
    return addresses.shown(base_url)


def on_this_machine(config: ModelConfig) -> bool:
    """Whether it runs on this machine, so that a call costs nothing."""
    return bool(config.run) or addresses.on_this_machine(addresses.host_of(config.base_url))


def model_name(config: ModelConfig) -> str:
    """`gemma4 at 127.0.0.1:11434`, `tiny.gguf, run by llama-server`."""
    name = config.model or "no model"
    return f"{name}, run by {config.run}" if config.run else f"{name} at {at(config.base_url)}"


def server_name(server: FoundServer) -> str:
    """`Ollama at 127.0.0.1:11434`."""
    return f"{server.kind or 'A server'} at {at(server.base_url)}"


def storyteller_of(config: ModelConfig) -> str:
    """The name of its storyteller in a session."""
    return f"model:{config.name}" if config.name else "model"


def demands(model: Recommended) -> str:
    """What it takes to run it here."""
    return f"{model.size:g} GB to download, wants {model.memory:g} GB of memory, {model.licence}."


def amount(count: float) -> str:
    """Bytes, as drives count them: `850 kB`, `1.8 GB`."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.{1 if unit == 'GB' else 0}f} {unit}"
    return f"{count:.0f} bytes"


def bar(pulling: Pulling) -> str:
    """`██████░░░░░░ 42 %`; nothing while nobody knows how much it will be."""
    if pulling.total <= 0:
        return ""
    part = min(1.0, max(0.0, pulling.done / pulling.total))
    full = int(part * BAR)
    return f"{'█' * full}{'░' * (BAR - full)} {int(part * 100)} %"
