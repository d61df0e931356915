"""Decodes a file into text that both YAML parsers read alike."""

import re
from typing import Final

from fiction.bounded_yaml.faults import Fault, Refused
from fiction.bounded_yaml.limits import PACK, Limits

_ODD: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
"""Characters that the two parsers treat differently: tabs, controls, rare line breaks."""
_ODD_BUT_TABS: Final = re.compile(_ODD.pattern.replace(r"\x09", r"\x08"))


def decoded(raw: str | bytes, limits: Limits = PACK) -> str:
    """The text of a file with plain line breaks, and one at its end, without which the parsers differ.

    Raises:
        Refused: it is too long, no UTF-8, or holds control characters.
    """
    if len(raw) > limits.max_bytes:
        raise Refused(Fault.SIZE, f"the file is {len(raw):,} bytes long; the limit is {limits.max_bytes:,}")
    if isinstance(raw, bytes):
        if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise Refused(Fault.ENCODING, "the file is UTF-16", hint="save it as UTF-8")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            head = raw[: error.start]
            line, column = head.count(b"\n"), error.start - (head.rfind(b"\n") + 1)
            message = f"the byte 0x{raw[error.start]:02x} is no UTF-8"
            raise Refused(Fault.ENCODING, message, line, column, hint="save the file as UTF-8") from None
    else:
        text = raw
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if (odd := (_ODD_BUT_TABS if limits.tabs else _ODD).search(text)) is not None:
        raise odd_character(text, odd.start())
    return text if text.endswith("\n") else text + "\n"


def odd_character(text: str, at: int) -> Refused:
    """The refusal for the character at this offset."""
    line, column = text.count("\n", 0, at), at - (text.rfind("\n", 0, at) + 1)
    if text[at] == "\t":
        return Refused(Fault.CHARACTER, "a tab", line, column, hint="use spaces")
    message = f"the control or invisible character U+{ord(text[at]):04X}"
    return Refused(Fault.CHARACTER, message, line, column, hint="take it out")
