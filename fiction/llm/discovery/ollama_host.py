"""The address in `OLLAMA_HOST`, by Ollama's own rules (envconfig/config.go of ollama/ollama)."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

_PORT = 11434
_USUAL_PORTS = {"http": 80, "https": 443}
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class OllamaHost:
    """An address in its parts."""

    scheme: str
    host: str
    """A name or a number, without brackets; empty and `0.0.0.0` are every address of this machine."""
    port: int
    path: str = ""
    """Begins with a slash; empty where there is none."""


def ollama_host(environment: Mapping[str, str]) -> OllamaHost | None:
    """`HOST`, `HOST:PORT`, `:PORT`, an IPv6 address with or without brackets, a URL; None where nothing is said.

    As in Ollama, an invalid port means the default one, and a scheme other than http and https is ignored.
    """
    said = environment.get("OLLAMA_HOST", "").strip().strip("\"'").strip()
    if not said:
        return None
    scheme, mark, rest = said.partition("://")
    if not mark:
        scheme, rest = ("https", "ollama.com:443") if said == "ollama.com" else ("http", said)
    scheme = scheme.lower()
    usual = _USUAL_PORTS.get(scheme, _PORT) if mark else _PORT
    place, _, path = rest.partition("?")[0].partition("#")[0].partition("/")
    host, port = _split(place.rpartition("@")[2], usual)
    path = path.strip("/")
    return OllamaHost("https" if scheme == "https" else "http", host, port, f"/{path}" if path else "")


def _split(place: str, usual: int) -> tuple[str, int]:
    """Host and port; the colons of a bare IPv6 address are its own."""
    bare = place.strip("[]")
    if _is_ipv6(bare):
        return bare, usual
    host, colon, port = place.rpartition(":")
    if not colon:
        return bare, usual
    number = int(port) if port.isascii() and port.isdigit() else -1
    return host.strip("[]"), number if 0 < number <= _HIGHEST_PORT else usual


def _is_ipv6(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 6
    except ValueError:
        return False
