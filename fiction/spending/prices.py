"""What a call costs, in whole millionths of a dollar.

The server's bill comes first; then the reader's own price list, the price in the server's model list, and the bundled
list. Without any of them, the model's bills so far estimate the next call.
"""

import dataclasses
import ipaddress
import re
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

from fiction.spending import price_list
from fiction.spending.price_list import Listed
from fiction.story.money import Price
from fiction.story.turn import Usage

OPENROUTER = "openrouter.ai"

FREE = Price(0, 0, 0)

_MILLION = 1_000_000
_MAX_TOKENS = 10**9
"""The most tokens that one call can have; larger claims of a server are cut to it."""
_SNAPSHOT = re.compile(r"-20\d\d-?\d\d-?\d\d\Z", re.ASCII)
_BARE_NAME = re.compile(r"[a-z0-9_-]+\Z")
_HOME_NAMES = (".localhost", ".local", ".lan", ".internal", ".home.arpa")
"""Endings of host names that are never public (RFC 6761, RFC 6762, RFC 8375; ICANN's `internal`)."""


class Prices:
    """The bundled price list and the reader's own, which takes precedence."""

    def __init__(self, bundled: tuple[Listed, ...], own: tuple[Listed, ...] = ()) -> None:
        self._bundled = bundled
        self._own = own
        self._told: dict[tuple[str, str], Price] = {}
        self._billed: dict[tuple[str, str], tuple[int, int]] = {}
        """By host and model: the amount billed so far, and its tokens."""
        self._found: dict[tuple[str, str], Price | None] = {}

    @classmethod
    def load(cls, own: Path | None = None) -> "Prices":
        """Both lists; a missing file of the reader's counts as empty.

        Raises:
            SettingsError: the reader's list can't be read or understood; names file and line.
        """
        bundled = resources.files("fiction.spending") / "prices.yaml"
        known = price_list.parse(bundled.read_bytes(), Path("prices.yaml"))
        return cls(known, price_list.read(own) if own else ())

    def learn(self, price: Price | None, *, model: str, base_url: str) -> None:
        """Take in a price from a server's model list; None if the list has none (any more)."""
        at = _key(model, base_url)
        if self._told.get(at) == price:
            return
        self._found.pop(at, None)
        self._told.pop(at, None)
        if price is not None:
            self._told[at] = price

    def price(self, *, model: str, base_url: str) -> Price | None:
        """A model's price at a server; None if unknown."""
        at = _key(model, base_url)
        if at not in self._found:
            self._found[at] = self._look_up(*at)
        return self._found[at]

    def priced(self, usage: Usage, *, model: str, base_url: str) -> Usage:
        """The usage with its cost, rounded up to a whole millionth."""
        usage, price = _believable(usage), self.price(model=model, base_url=base_url)
        billed = self._billed.get(_key(model, base_url))
        if billed is not None and (price is None or price.free):
            rate, tokens = billed
            return dataclasses.replace(usage, cost=-(-usage.total * rate // tokens), estimated=True, unpriced=False)
        if price is None:
            return dataclasses.replace(usage, cost=0, unpriced=usage.total > 0)
        return dataclasses.replace(usage, cost=cost(usage, price), unpriced=False)

    def billed(self, usage: Usage, bill: int, *, model: str, base_url: str) -> Usage:
        """The usage with the cost billed by the server; remembered to estimate calls without a bill."""
        usage, at = _believable(usage), _key(model, base_url)
        if usage.total:
            before, tokens = self._billed.get(at, (0, 0))
            self._billed[at] = (before + bill, tokens + usage.total)
        return dataclasses.replace(usage, cost=bill, unpriced=False)

    def _look_up(self, host: str, name: str) -> Price | None:
        if costs_nothing(host):
            return _best(tuple(entry for entry in self._own if entry.host != "*"), name, host) or FREE
        own = _best(self._own, name, host)
        return own or self._told.get((host, name)) or _best(self._bundled, name, host)


def cost(usage: Usage, price: Price) -> int:
    """Millionths of a dollar for the usage, rounded up."""
    prompt, completion = _tokens(usage.prompt), _tokens(usage.completion)
    cached = min(_tokens(usage.cached), prompt)
    exact = (prompt - cached) * price.prompt + cached * price.cached + completion * price.completion
    return -(-exact // _MILLION) + (price.request if prompt or completion else 0)


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
    """The most specific matching entry: a name without `*`, then the longest name, then the longest host."""
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


def _key(model: str, base_url: str) -> tuple[str, str]:
    return host_of(base_url), model.strip().lower()


def _believable(usage: Usage) -> Usage:
    """The usage with its tokens cut to the most that a call can have, since sums of them are shown and saved."""
    prompt, completion = _tokens(usage.prompt), _tokens(usage.completion)
    return dataclasses.replace(usage, prompt=prompt, completion=completion, cached=min(_tokens(usage.cached), prompt))


def _tokens(count: int) -> int:
    return min(max(count, 0), _MAX_TOKENS)
