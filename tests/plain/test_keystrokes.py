"""Bytes of a terminal as keystrokes."""

from signal import Signals

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.plain.keystrokes import LONGEST_PASTE, Keystroke, Keystrokes, LineKey, Paste, Text

CONTROLS: dict[str, LineKey | Signals] = {
    "\n": LineKey.ENTER,
    "\r": LineKey.ENTER,
    "\x7f": LineKey.ERASE,
    "\x03": Signals.SIGINT,
    "\x04": LineKey.END,
    "\x1a": Signals.SIGTSTP,
}
BEGIN, END = b"\x1b[200~", b"\x1b[201~"


def read(*pieces: bytes) -> list[Keystroke]:
    keys = Keystrokes(CONTROLS)
    return [key for piece in pieces for key in keys.feed(piece)]


def test_text_and_the_keys_that_edit_it() -> None:
    assert read(b"ab\x7fc\td\r") == [Text("ab"), LineKey.ERASE, Text("c"), Text(" "), Text("d"), LineKey.ENTER]


@pytest.mark.parametrize("keys", [b"\x1b[A", b"\x1b[1;5C", b"\x1bOP", b"\x1b[3~", b"\x1bf", b"\x1b", b"\x01\x0b\x9b"])
def test_keys_that_mean_nothing_are_passed_over(keys: bytes) -> None:
    assert [key for key in read(keys, b"x") if key != Text("\ufffd")] == [Text("x")]


def test_a_paste_is_one_keystroke_whatever_is_in_it() -> None:
    assert read(b"a", BEGIN + b"I go.\rThen:\r\n\x03\x04\x1a\x1b[Ab\x7f\r" + END, b"\r") == [
        Text("a"),
        Paste("I go.\rThen:\r\n\x03\x04\x1a\x1b[Ab\x7f\r"),
        LineKey.ENTER,
    ]


@given(st.data())
def test_a_paste_is_the_same_however_it_is_cut(data: st.DataObject) -> None:
    typed = b"x" + BEGIN + "für\rdich \x1b[20\x1b[201".encode() + END + b"y\x1b[Bz"
    cuts = data.draw(st.lists(st.integers(0, len(typed)), max_size=6).map(sorted))
    pieces = [typed[start:end] for start, end in zip([0, *cuts], [*cuts, len(typed)], strict=True)]
    if any(piece.endswith(b"\x1b") and not piece.endswith(b"r\x1b") for piece in pieces):
        return  # a lone Escape outside of a paste is a key
    keys = read(*pieces)
    assert [key for key in keys if isinstance(key, Paste)] == [Paste("für\rdich \x1b[20\x1b[201")]
    assert "".join(key.text for key in keys if isinstance(key, Text)) == "xyz"


def test_a_paste_of_any_size_keeps_its_beginning_and_its_end_is_found() -> None:
    pieces = [BEGIN, *[b"line of it\r" * 1000] * 100, END, b"z"]
    paste, after = read(*pieces)
    assert paste == Paste(("line of it\r" * 6000)[:LONGEST_PASTE])
    assert after == Text("z")


def test_ctrl_c_in_a_paste_drops_it_and_a_second_one_counts() -> None:
    assert read(BEGIN + b"one\rtwo\r", b"\x03", b"three\r" + END, b"\r") == [LineKey.ENTER]
    assert read(BEGIN + b"one\rtwo\r", b"\x03", b"\x03", b"x") == [Signals.SIGINT, Text("x")]


def test_whether_pastes_are_marked_is_known_from_the_first_one() -> None:
    keys = Keystrokes(CONTROLS)
    found = []
    for piece in (b"a\rb\r", BEGIN, END):
        keys.feed(piece)
        found.append((keys.marked, keys.pasting))
    assert found == [(False, False), (True, True), (True, False)]


def test_letters_cut_in_two_and_bytes_that_are_none() -> None:
    assert read(b"\xc3", b"\xbc\xff") == [Text("ü\ufffd")]
