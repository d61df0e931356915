"""From the bytes of a file to text that both YAML parsers take alike, and errors with a place in it."""

import re
from typing import Final

from fiction.bounded_yaml.document import Document, SourcePlace, pack_error
from fiction.errors import PackError

MAX_BYTES: Final = 4_000_000
_ODD = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
"""What no file needs and the two parsers take differently: tabs, controls, line breaks that no editor shows."""


def error_at(name: str, text: str, message: str, line: int, column: int, hint: str = "") -> PackError:
    """A PackError of one problem; line and column count from 0."""
    document = Document(name, text, None, {(): SourcePlace(line, column, 0, 0, line, column)})
    return pack_error(name, [document.problem((), message, hint=hint)])


def decoded(raw: str | bytes, name: str) -> str:
    """The text of a file with plain line breaks, one at its end (where without one the parsers differ).

    Raises:
        PackError: it is too long, no UTF-8, or holds characters that no text needs.
    """
    if len(raw) > MAX_BYTES:
        raise error_at(name, "", f"the file is {len(raw):,} bytes long; the limit is {MAX_BYTES:,}", 0, 0)
    if isinstance(raw, bytes):
        if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise error_at(name, "", "the file is UTF-16", 0, 0, "save it as UTF-8")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            head = raw[: error.start]
            line, column = head.count(b"\n"), error.start - (head.rfind(b"\n") + 1)
            message = f"the byte 0x{raw[error.start]:02x} is no UTF-8"
            raise error_at(name, "", message, line, column, "save the file as UTF-8") from None
    else:
        text = raw
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if (odd := _ODD.search(text)) is not None:
        line, column = text.count("\n", 0, odd.start()), odd.start() - (text.rfind("\n", 0, odd.start()) + 1)
        tab = odd.group() == "\t"
        message = "a tab" if tab else f"the control or invisible character U+{ord(odd.group()):04X}"
        raise error_at(name, text, message, line, column, "use spaces" if tab else "take it out")
    return text if text.endswith("\n") else text + "\n"
