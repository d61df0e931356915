"""What every test stands on: a home of its own, an environment without settings, and no way out to the network."""

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("suite", max_examples=40, deadline=None)
settings.load_profile("suite")

_SETTINGS = ("FICTION_", "OPENAI_", "OLLAMA_")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


class NetworkUsed(RuntimeError):
    """A test tried to reach beyond this machine."""


def _stays_here(host: object) -> bool:
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    try:
        address = ipaddress.ip_address(name.split("%")[0])
    except ValueError:
        return name == socket.gethostname()
    return address.is_loopback or address.is_unspecified


@pytest.fixture(autouse=True, scope="session")
def loopback_only() -> Iterator[None]:
    """Refuse every connection and every look-up of a name that does not stay on this machine."""
    guard = pytest.MonkeyPatch()

    def guarded(name: str) -> None:
        original: Callable[..., object] = getattr(socket.socket, name)

        def connect(self: socket.socket, address: tuple[object, ...] | str | bytes) -> object:
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _stays_here(address[0]):
                raise NetworkUsed(f"a test tried to connect to {address!r}")
            return original(self, address)

        guard.setattr(socket.socket, name, connect)

    look_up: Callable[..., object] = socket.getaddrinfo

    def getaddrinfo(host: object, *arguments: object, **options: object) -> object:
        if not _stays_here(host):
            raise socket.gaierror(socket.EAI_NONAME, f"a test tried to look up {host!r}")
        return look_up(host, *arguments, **options)

    guarded("connect")
    guarded("connect_ex")
    guard.setattr(socket, "getaddrinfo", getaddrinfo)
    yield
    guard.undo()


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home that FICTION_HOME names; empty. Nothing of the machine's own settings is seen."""
    for name in list(os.environ):
        if name.startswith(_SETTINGS) or name.lower() in _PROXIES:
            monkeypatch.delenv(name)
    monkeypatch.delenv("NO_COLOR", raising=False)
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("FICTION_HOME", str(folder))
    return folder
