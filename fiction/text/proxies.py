"""The proxy for an address, from the environment, by curl's rules for HTTP_PROXY and NO_PROXY."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from fiction.text import addresses

_SCHEMES = {"http": "http", "https": "https", "socks": "socks5", "socks5": "socks5", "socks5h": "socks5h"}
"""Protocols of proxies by their schemes; desktops write `socks` for version 5."""
SYSTEM = "the system's settings"
"""The source of a proxy that no variable names."""


class UnusableProxy(ValueError):
    """A variable names a proxy that can't be used; `str` is a sentence, without user and password."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy on the way to a server."""

    url: str = field(repr=False)
    """It may hold user and password."""
    variable: str
    """The variable that names it: `HTTPS_PROXY`, `all_proxy` ..., or `SYSTEM`."""

    @property
    def address(self) -> str:
        """`host:port`, without user and password."""
        return addresses.shown(self.url)

    @property
    def socks(self) -> bool:
        """It speaks SOCKS, not HTTP."""
        return self.url.startswith("socks")


def proxy_for(address: str, proxies: Mapping[str, str], environment: Mapping[str, str]) -> Proxy | None:
    """The proxy for an address; None for this machine, for hosts that NO_PROXY names, and where none is set.

    `proxies` is as `urllib.request.getproxies` gives it: by scheme, `all` and `no`.

    Raises:
        UnusableProxy: the proxy has an unknown scheme, or no host.
    """
    host = addresses.host_of(address)
    if addresses.on_this_machine(host) or _passed_by(address, proxies.get("no", "")):
        return None
    scheme = urlsplit(address).scheme
    kind = scheme if proxies.get(scheme) else "all"
    named = proxies.get(kind, "").strip()
    return _proxy(named, _variable(kind, environment)) if named else None


def _proxy(named: str, variable: str) -> Proxy:
    scheme, mark, rest = named.partition("://")
    scheme, rest = (scheme.lower(), rest) if mark else ("http", named)
    if scheme not in _SCHEMES:
        raise UnusableProxy(f"{variable} names a proxy of the kind {scheme[:20]!r}, which can't be used.")
    url = f"{_SCHEMES[scheme]}://{rest.rstrip('/')}"
    if not addresses.shown(url) or any(char.isspace() or not char.isprintable() for char in url):
        raise UnusableProxy(f"{variable} names a proxy that has no address.")
    return Proxy(url, variable)


def _variable(kind: str, environment: Mapping[str, str]) -> str:
    """The variable that counts: small letters go before capitals."""
    name = f"{kind}_proxy"
    return next((spelt for spelt in (name, name.upper()) if environment.get(spelt)), SYSTEM)


def _passed_by(address: str, no_proxy: str) -> bool:
    """Whether NO_PROXY names the host: `*`, a name and all below it, `host:port`, an IP address or a network."""
    _, host, port = addresses.origin(address)
    host = host.removesuffix(".")
    names = (name.strip().lower() for name in no_proxy.replace(" ", ",").split(","))
    return any(_names(name.partition("://")[2] or name, host, port) for name in names if name)


def _names(pattern: str, host: str, port: int) -> bool:
    if pattern == "*":
        return True
    if (network := _network(pattern)) is not None:
        number = _number(host)
        return number is not None and number in network
    name, colon, wanted = pattern.rpartition(":")
    if colon and wanted.isdigit():
        return int(wanted) == port and _names(name, host, port)
    name = pattern.removeprefix("*").removeprefix(".").removesuffix(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.removeprefix("[").replace("]", "", 1), strict=False)
    except ValueError:
        return None


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
