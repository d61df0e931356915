"""Zips of packs: what an honest tool makes is read, all else is refused with a sentence, and nothing is extracted."""

import io
import struct
import time
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiction.errors import PackError
from fiction.packs.zips import MAX_MEMBERS, read_zip

S_IFLNK, S_IFIFO = 0o120000, 0o010000


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def moded(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def raw_named(name: str) -> bytes:
    """A zip whose member has a name that zipfile itself would have mended."""
    stand_in = "N" * len(name)
    return zipped(("world.yaml", b"a: 1"), (stand_in, b"x")).replace(stand_in.encode(), name.encode())


def refused(raw: bytes) -> str:
    begun = time.monotonic()
    with pytest.raises(PackError) as caught:
        read_zip(raw, name="w.zip")
    assert time.monotonic() - begun < 1
    assert caught.value.message.startswith("w.zip can't be used: ")
    return caught.value.message


def test_a_zip_of_the_files_is_read() -> None:
    raw = zipped(("world.yaml", b"a: 1"), ("README.md", b"hello"), ("LICENSE", b"free"), ("cover.txt", b"x"))
    assert read_zip(raw, name="w.zip") == {
        "world.yaml": b"a: 1",
        "README.md": b"hello",
        "LICENSE": b"free",
        "cover.txt": b"x",
    }


def test_a_zip_of_the_folder_is_read_with_what_macos_adds() -> None:
    raw = zipped(
        ("salt-road/", b""), ("salt-road/world.yaml", b"a: 1"), ("__MACOSX/salt-road/._world.yaml", b"\x00\x05")
    )
    assert read_zip(raw, name="w.zip") == {"world.yaml": b"a: 1"}


def test_other_files_are_left_where_they_are() -> None:
    raw = zipped(("world.yaml", b"a: 1"), ("setup.py", b"import os"), ("sub/world.yaml", b"b: 2"), ("world.yml", b""))
    assert read_zip(raw, name="w.zip") == {"world.yaml": b"a: 1"}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (zipped(("../world.yaml", b"x")), "leads out of the pack"),
        (zipped(("a/../../world.yaml", b"x")), "leads out of the pack"),
        (zipped(("/etc/passwd", b"x")), "leads out of the pack"),
        (zipped(("a//world.yaml", b"x")), "leads out of the pack"),
        (zipped(("./world.yaml", b"x")), "leads out of the pack"),
        (raw_named("..\\world.yaml"), "not every system can hold"),
        (raw_named("C:\\world.yaml"), "not every system can hold"),
        (raw_named("C:world.yaml"), "not every system can hold"),
        (raw_named("world.yaml\x00.png"), "not every system can hold"),
        (raw_named("wor\x1b[31mld.yaml"), "not every system can hold"),
        (zipped(("CON", b"x")), "name of a device"),
        (zipped(("nul.txt", b"x")), "name of a device"),
        (zipped(("a/COM1.yaml", b"x")), "name of a device"),
        (zipped(("world.yaml", b"x"), ("World.yaml", b"y")), "differ only in capitals"),
        (zipped(("README.md", b"x"), ("readme.MD", b"y")), "differ only in capitals"),
        (zipped(("\u00e9.md", b"x"), ("e\u0301.md", b"y")), "differ only in capitals"),
        (zipped((moded("world.yaml", S_IFLNK | 0o777), b"/etc/passwd")), "a link or a device"),
        (zipped((moded("world.yaml", S_IFIFO | 0o644), b"")), "a link or a device"),
        (zipped(("world.yaml", b"x" * 100_000), method=zipfile.ZIP_LZMA), "packed in a way"),
        (zipped(("world.yaml", b"0" * 7_000_000)), "unfolds to far more"),
        (zipped(*((f"f{number}", b"") for number in range(MAX_MEMBERS + 1))), "more than 32 files"),
        (zipped(*((f"f{number}", b"") for number in range(60_000))), "more than 32 files"),
        (b"PK\x03\x04 and then nothing", "damaged or no zip"),
        (b"", "damaged or no zip"),
        (b"%PDF-1.7", "damaged or no zip"),
        (zipped(("world.yaml", b"x" * 1000))[:-30], "damaged or no zip"),
    ],
    ids=lambda value: value if isinstance(value, str) else "zip",
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_hostile_zip_is_refused_with_a_sentence(raw: bytes, words: str) -> None:
    assert words in refused(raw)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_name_twice_is_refused() -> None:
    assert "two of its files" in refused(zipped(("world.yaml", b"x"), ("world.yaml", b"y")))


def test_an_encrypted_member_is_refused() -> None:
    raw = bytearray(zipped(("world.yaml", b"x" * 50)))
    at = raw.index(b"PK\x01\x02")
    raw[at + 8] |= 1
    assert "encrypted" in refused(bytes(raw))


def test_a_member_that_lies_about_its_size_is_refused() -> None:
    raw = bytearray(zipped(("world.yaml", b"0" * 9_000_000)))
    at = raw.index(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 1_000)
    assert "damaged" in refused(bytes(raw))


def test_a_member_whose_content_does_not_match_its_sum_is_refused() -> None:
    raw = zipped(("world.yaml", b"a: 1 and some"), method=zipfile.ZIP_STORED)
    assert "damaged" in refused(raw.replace(b"a: 1 and some", b"a: 2 and some", 1))


def test_more_than_the_whole_may_be_is_refused_while_it_is_read() -> None:
    block = bytes(range(256)) * 8_000
    members = [("world.yaml", block), *((f"LICENSE.{letter}", block) for letter in "abcde")]
    raw = zipped(*members, method=zipfile.ZIP_STORED)
    assert "unfolds to more than 8,000,000 bytes" in refused(raw)


@pytest.mark.parametrize("build", [lambda: zipped(("world.yaml", b"a: 1" * 50), ("README.md", b"hello"))])
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_zip_with_bytes_changed_is_read_or_refused(build: Callable[[], bytes], data: st.DataObject) -> None:
    raw = bytearray(build())
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.sampled_from([len(raw), len(raw) // 2]))
    try:
        assert set(read_zip(bytes(raw[:cut]), name="w.zip")) <= {"world.yaml", "README.md"} | {"pack.yaml"}
    except PackError as error:
        assert error.message.startswith("w.zip can't be used: ")
