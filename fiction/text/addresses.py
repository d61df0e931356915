"""Addresses of servers: parsing them as people paste them, showing them, and telling this machine from others."""

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

_PORTS = {"http": 80, "https": 443}
_ENDPOINT = re.compile(
    r"/chat/completions\Z"
    r"|(?<=/v1)/(?:models|completions|embeddings|responses|messages)\Z"
    r"|\A/api/(?:chat|generate|tags)\Z",
    re.IGNORECASE,
)
"""Ends of paths that belong to one kind of request, not to the server, and are pasted with the address."""
_FOREIGN = re.compile(r"[\s\x00-\x20\x7f\\<>\"]")


@dataclass(frozen=True, slots=True)
class Address:
    """An http or https address in its parts."""

    base_url: str
    """Scheme, host, port and path, without a slash at the end; no query and no fragment."""
    query: str = field(default="", repr=False)
    """The part after `?`; it may hold a key."""


def parse(text: str) -> Address:
    """Parse a server's address as a person gives it; the path of an endpoint is cut back to that of its API.

    Raises:
        ValueError: it is no http or https address.
    """
    stripped = text.strip()
    parts = urlsplit(stripped)
    if _FOREIGN.search(stripped) or parts.scheme not in _PORTS or not parts.hostname or parts.port == 0:
        raise ValueError("no http or https address")
    path = re.sub(r"/{2,}", "/", parts.path).rstrip("/")
    path = _ENDPOINT.sub("", path)
    return Address(urlunsplit((parts.scheme, parts.netloc, path, "", "")), parts.query)


def host_of(address: str) -> str:
    """The host in lower case, without brackets; empty for text that is no address."""
    try:
        return urlsplit(address.strip()).hostname or ""
    except ValueError:
        return ""


def origin(address: str) -> tuple[str, str, int]:
    """Scheme, host and port, the usual port where none is named.

    Raises:
        ValueError: it is no URL.
    """
    parts = urlsplit(address)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 80)


def shown(address: str) -> str:
    """`host:port` for people, without user, password, path and query; empty for text that is no address."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{port}" if host and port else host


def without_secrets(address: str) -> str:
    """Scheme, host, port and path: what may be shown of an address; empty for what is none.

    User, password and fragment are left out; a query is shown as `?…`, for it may hold a key.
    """
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    if not parts.netloc:
        return ""
    plain = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    return f"{plain}?…" if parts.query else plain


def on_this_machine(host: str) -> bool:
    """Whether a host, as `host_of` gives it, is this machine: what is sent there never leaves it.

    By name `localhost` alone. By number 127.0.0.0/8 and ::1 (RFC 6890), what maps them into IPv6 (RFC 4291, 2.5.5.2),
    and the unspecified addresses, which connect to this machine. Other names are not looked up: `127.0.0.1.example`
    and `x.localhost` are whatever a name server makes of them.
    """
    name = host.strip().lower().removeprefix("[").removesuffix("]").removesuffix(".")
    try:
        number = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name == "localhost"
    number = getattr(number, "ipv4_mapped", None) or number
    return number.is_loopback or number.is_unspecified
