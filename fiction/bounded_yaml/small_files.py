"""Small handwritten files (settings, profile, prices): a mistake is a SettingsError with its line."""

from pathlib import Path

from fiction.bounded_yaml.decoding import decoded, odd_character
from fiction.bounded_yaml.document import Document
from fiction.bounded_yaml.faults import Fault, Refused
from fiction.bounded_yaml.limits import Limits
from fiction.bounded_yaml.reader import read_yaml
from fiction.errors import SettingsError
from fiction.text.sanitise import clean_line, first_dirty


def content(file: Path, *, limits: Limits) -> bytes:
    """The bytes of a file, read just past the limit; empty if it is missing.

    Raises:
        SettingsError: it can't be read.
    """
    try:
        with file.open("rb") as open_file:
            return open_file.read(limits.max_bytes + 1)
    except FileNotFoundError:
        return b""
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "this is no name of a file"
        raise SettingsError(f"{file} can't be read: {reason}.") from None


def read_small(raw: bytes, file: Path, *, limits: Limits) -> Document | None:
    """The document in the bytes of a file; None if it is empty. `file` is its name in messages.

    Raises:
        SettingsError: it is no plain YAML, or exceeds the limits; names file and line.
    """
    try:
        text = decoded(raw, limits)
        if (dirty := first_dirty(text)) is not None:
            raise odd_character(text, text.index(dirty))
        document = read_yaml(text, name=str(file), limits=limits)
    except Refused as refused:
        if refused.fault is Fault.EMPTY:
            return None
        message, hint = _said(refused, limits)
        raise mistake(file, refused.line + 1, message, hint=hint) from None
    return None if document.data is None else document


def mistake(file: Path, line: int, message: str, *, hint: str = "") -> SettingsError:
    """The error for a mistake in a line, which counts from 1."""
    return SettingsError(f"{file}:{line}: {message.rstrip('.')}.", hint=hint)


def _said(refused: Refused, limits: Limits) -> tuple[str, str]:
    """Message and hint, simpler than for authors of packs."""
    match refused.fault:
        case Fault.SIZE:
            return f"this file has at most {limits.max_bytes:,} bytes", ""
        case Fault.ENCODING:
            return "this is not UTF-8", "Save the file as UTF-8."
        case Fault.CHARACTER:
            code = refused.message.rpartition(" ")[2]
            return f"there is a control character ({code})", "Remove it."
        case Fault.REFERENCE:
            return "anchors and aliases have no place here", "Write the value out, or put it in quotes."
        case Fault.TAG:
            return "tags have no place here", "Write the plain value."
        case Fault.EXTENT:
            return "this is nested too deeply, or there is too much of it", "Mend the file."
        case Fault.KEY:
            return "names should be plain words", "Put the name in quotes, or mend it."
        case Fault.TWICE:
            return f"`{clean_line(refused.about)}` is there twice", "Remove one of them."
        case _:
            hint = f"{refused.hint[:1].upper()}{refused.hint[1:]}." if refused.hint else "Mend that line."
            return clean_line(refused.message), hint
