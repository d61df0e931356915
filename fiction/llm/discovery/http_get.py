"""Minimal HTTP for ports where anything may listen: one GET, read as JSON."""

import asyncio
import json
from dataclasses import dataclass

CONNECT_SECONDS = 0.25
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer of a port."""

    status: int
    body: object = None
    """None for anything but a JSON object."""


async def get(
    port: int,
    path: str,
    *,
    seconds: float,
    host: str = "127.0.0.1",
    secure: bool = False,
    connect_seconds: float = CONNECT_SECONDS,
) -> Reply | None:
    """Ask a port of this or another machine; None without an HTTP answer in time."""
    try:
        connection = asyncio.open_connection(host, port, limit=_MOST_BYTES, ssl=secure or None)
        reader, writer = await asyncio.wait_for(connection, connect_seconds)
    except (OSError, ValueError, TimeoutError):  # ValueError: no name of a host
        return None
    try:
        named = f"[{host}]" if ":" in host else host
        writer.write(f"GET {path} HTTP/1.0\r\nHost: {named}:{port}\r\nAccept: application/json\r\n\r\n".encode())
        return _read(await asyncio.wait_for(_whole(reader), seconds))
    except (OSError, TimeoutError):
        return None
    finally:
        writer.close()


async def _whole(reader: asyncio.StreamReader) -> bytes:
    """The reply, up to a size that no list of models exceeds."""
    pieces = bytearray()
    while len(pieces) < _MOST_BYTES and (piece := await reader.read(65536)):
        pieces += piece
    return bytes(pieces)


def _read(reply: bytes) -> Reply | None:
    head, _, body = reply.partition(b"\r\n\r\n")
    words = head.split(b"\r\n")[0].split()
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
        return None
    return Reply(int(words[1][:3]), _json(body))


def _json(body: bytes) -> object:
    try:
        read: object = json.loads(body[body.index(b"{") : body.rindex(b"}") + 1])
    except (ValueError, RecursionError):
        return None
    return read
