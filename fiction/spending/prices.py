"""What a call costs: the reader's own list of prices over the bundled one, in whole millionths of a dollar."""

import dataclasses
import ipaddress
import re
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

from fiction.spending import price_list
from fiction.spending.price_list import Listed, Price
from fiction.story.turn import Usage

OPENROUTER = "openrouter.ai"

FREE = Price(0, 0, 0)

_MILLION = 1_000_000
_MAX_TOKENS = 10**9
"""Of one call; what a server claims beyond that is no number of tokens."""
_SNAPSHOT = re.compile(r"-20\d\d-?\d\d-?\d\d\Z", re.ASCII)
_BARE_NAME = re.compile(r"[a-z0-9_-]+\Z")
_HOME_NAMES = (".localhost", ".local", ".lan", ".internal", ".home.arpa")
"""Ends of names that no public server has (RFC 6761, RFC 6762, RFC 8375; ICANN's `internal`)."""


class Prices:
    """Two lists of prices: the reader's own, and over which it goes."""

    def __init__(self, bundled: tuple[Listed, ...], own: tuple[Listed, ...] = ()) -> None:
        self._bundled = bundled
        self._own = own
        self._found: dict[tuple[str, str], Price | None] = {}

    @classmethod
    def load(cls, own: Path | None = None) -> "Prices":
        """The bundled list, and over it the file of the reader's own; one that is not there is empty.

        Raises:
            SettingsError: the reader's list can't be read or understood; names file and line.
        """
        bundled = resources.files("fiction.spending") / "prices.yaml"
        known = price_list.parse(bundled.read_bytes(), Path("prices.yaml"))
        return cls(known, price_list.read(own) if own else ())

    def price(self, *, model: str, base_url: str) -> Price | None:
        """What a model costs at a server; None where that is not known."""
        host, name = host_of(base_url), model.strip().lower()
        if (host, name) not in self._found:
            self._found[host, name] = self._look_up(name, host)
        return self._found[host, name]

    def priced(self, usage: Usage, *, model: str, base_url: str) -> Usage:
        """The usage with its cost, rounded up to a whole millionth."""
        price = self.price(model=model, base_url=base_url)
        if price is None:
            return dataclasses.replace(usage, cost=0, unpriced=usage.total > 0)
        return dataclasses.replace(usage, cost=cost(usage, price), unpriced=False)

    def _look_up(self, name: str, host: str) -> Price | None:
        if costs_nothing(host):
            return _best(tuple(entry for entry in self._own if entry.host != "*"), name, host) or FREE
        return _best(self._own, name, host) or _best(self._bundled, name, host)


def cost(usage: Usage, price: Price) -> int:
    """Millionths of a dollar for the usage, rounded up."""
    prompt, completion = _tokens(usage.prompt), _tokens(usage.completion)
    cached = min(_tokens(usage.cached), prompt)
    exact = (prompt - cached) * price.prompt + cached * price.cached + completion * price.completion
    return -(-exact // _MILLION)


def host_of(base_url: str) -> str:
    """The host of an address in lower case; empty where it has none."""
    try:
        return (urlsplit(base_url.strip()).hostname or "").rstrip(".")
    except ValueError:
        return ""


def costs_nothing(host: str) -> bool:
    """Whether the host is this machine or in a private network."""
    try:
        address = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return _BARE_NAME.match(host) is not None or host.endswith(_HOME_NAMES)
    return not (getattr(address, "ipv4_mapped", None) or address).is_global


def _best(entries: tuple[Listed, ...], name: str, host: str) -> Price | None:
    """Of the entries that match, the most specific one: a whole name, then the longest one, then the longest host."""
    found = [entry for entry in entries if fnmatchcase(host, entry.host) and _names(entry, name)]
    if not found and host == OPENROUTER and "/" in name:
        vendor, _, rest = name.partition("/")
        found = [entry for entry in entries if _sells(entry, vendor) and _names(entry, rest)]
    best = max(found, key=_how_specific, default=None)
    return best.price if best else None


def _names(entry: Listed, name: str) -> bool:
    return fnmatchcase(name, entry.model) or fnmatchcase(_SNAPSHOT.sub("", name), entry.model)


def _sells(entry: Listed, vendor: str) -> bool:
    return entry.host == "*" or vendor in entry.host.split(".")


def _how_specific(entry: Listed) -> tuple[bool, int, int]:
    return "*" not in entry.model, len(entry.model), len(entry.host)


def _tokens(count: int) -> int:
    return min(max(count, 0), _MAX_TOKENS)
