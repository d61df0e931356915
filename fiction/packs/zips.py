"""Reads packs from zip files in memory, by an allow-list of names; nothing is extracted to disk.

Refused: absolute names, names that lead out, clash on some system or name a device; links and devices; encryption;
too many members, too much data, or too high a compression ratio.
"""

import io
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final, NoReturn

from fiction.errors import PackError
from fiction.packs.names import belongs
from fiction.text.devices import is_device
from fiction.text.sanitise import clean, clean_line

MAX_MEMBERS: Final = 32
MAX_TOTAL: Final = 8_000_000
MAX_RATIO: Final = 100
"""The most bytes from one compressed byte."""
_CHUNK: Final = 65_536
_CENTRAL: Final = b"PK\x01\x02"
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    LookupError,
    OverflowError,
)
"""Errors of zipfile for damaged or hostile files."""


def read_zip(raw: bytes, *, name: str) -> dict[str, bytes]:
    """The files of a zipped pack, by name, without a folder common to all.

    Raises:
        PackError: it is no zip, or a suspicious one.
    """
    # The directory's entries are counted before zipfile makes an object of each.
    if raw.count(_CENTRAL) > 2 * MAX_MEMBERS:
        _refuse(name, f"it has more than {MAX_MEMBERS} files")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
            _check_members(members, name)
            return dict(_contents(archive, members, name))
    except _BROKEN as error:
        _refuse(name, "it is damaged or no zip file", cause=error)


def _refuse(name: str, why: str, *, cause: Exception | None = None) -> NoReturn:
    raise PackError(f"{clean_line(name)} can't be used: {why}.") from cause


def _check_members(members: list[zipfile.ZipInfo], name: str) -> None:
    if len(members) > MAX_MEMBERS:
        _refuse(name, f"it has more than {MAX_MEMBERS} files")
    seen: set[str] = set()
    for member in members:
        shown = clean_line(member.orig_filename, limit=60)
        if why := _trouble(member):
            _refuse(name, f"its file {shown!r} {why}")
        same = unicodedata.normalize("NFC", member.orig_filename.rstrip("/")).casefold()
        if same in seen:
            _refuse(name, f"two of its files are called {shown!r}, or differ only in capitals")
        seen.add(same)


def _trouble(member: zipfile.ZipInfo) -> str:
    """The reason to refuse a member, or empty."""
    path = member.orig_filename
    parts = path.removesuffix("/").split("/")
    if "\\" in path or ":" in path or clean(path) != path:
        return "has a name that not every system can hold"
    if path.startswith("/") or any(part in ("", ".", "..") for part in parts):
        return "leads out of the pack"
    if any(is_device(part) for part in parts):
        return "has the name of a device on Windows"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    if member.flag_bits & 0x1:
        return "is encrypted"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed in a way that packs don't use"
    if member.file_size > MAX_RATIO * max(member.compress_size, 1_000):
        return "unfolds to far more than it is"
    return ""


def _contents(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str) -> Iterator[tuple[str, bytes]]:
    files = [member for member in members if not member.is_dir()]
    top = _common_folder([member.filename for member in files])
    total = 0
    for member in files:
        inside = member.filename.removeprefix(top)
        if not belongs(inside):
            continue
        content = bytearray()
        with archive.open(member) as stream:
            while chunk := stream.read(_CHUNK):
                content += chunk
                total += len(chunk)
                if total > MAX_TOTAL:
                    _refuse(name, f"it unfolds to more than {MAX_TOTAL:,} bytes")
        yield inside, bytes(content)


def _common_folder(paths: list[str]) -> str:
    """The folder common to all members (`salt-road/`), ignoring macOS's additions; or empty."""
    tops = {match.group() for path in paths if (match := re.match(r"[^/]+/", path)) and match.group() != "__MACOSX/"}
    loose = [path for path in paths if "/" not in path]
    return tops.pop() if len(tops) == 1 and not any(belongs(path) for path in loose) else ""
