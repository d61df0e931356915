"""Models to fetch and services to pay, from the lists that come with the program."""

from functools import cache
from importlib import resources

import yaml
from pydantic import TypeAdapter

from fiction.engine.setup import Provider, Recommended

_PROVIDERS = TypeAdapter(tuple[Provider, ...])
_RECOMMENDED = TypeAdapter(tuple[Recommended, ...])


@cache
def providers() -> tuple[Provider, ...]:
    """Services to paste a key for (`providers.yaml`)."""
    return _PROVIDERS.validate_python(_listed("providers.yaml"))


@cache
def recommended() -> tuple[Recommended, ...]:
    """Models that tell stories on a machine of one's own, the best first (`recommended.yaml`)."""
    return _RECOMMENDED.validate_python(_listed("recommended.yaml"))


def recommended_at(base_url: str) -> tuple[str, ...]:
    """Recommended models of the service at an address, the best first."""
    return tuple(name for each in providers() if each.base_url == base_url for name in each.models)


def _listed(name: str) -> object:
    listed: object = yaml.safe_load((resources.files("fiction.setup") / name).read_text(encoding="utf-8"))
    return listed
