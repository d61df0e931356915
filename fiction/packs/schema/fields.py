"""The types of a pack's texts and numbers, as pydantic annotations with messages of their own.

A text with a character that `text.sanitise` would remove is refused, so that its author sees the character instead of
losing it.
"""

import keyword
import re
from typing import Annotated, Final, NamedTuple, NoReturn, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from fiction.packs.covers import read_cover
from fiction.packs.names import SLUG
from fiction.story import conditions
from fiction.story.plan import Approach
from fiction.text.devices import is_device
from fiction.text.sanitise import clean, first_dirty

RESERVED_SLOTS: Final = ("you", "place", "act", "recollection")
"""Slots of every text, which no role may use as its name."""

_NAME = r"[a-z][a-z0-9_]{0,47}"
_VERSION = r"(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})(-[0-9A-Za-z.-]{1,32})?"
_LANGUAGE = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}"
_URL = r"https://[^\s\"'<>\\]{3,300}"
_PRONOUNS = r"(she/her|he/him|they/them|it/its)|[^\s/]{1,20}/[^\s/]{1,20}/[^\s/]{1,20}"
_LINE_BREAKS = re.compile(r"[\r\x0b\x0c\x85\u2028\u2029]")


def refuse(said: str, hint: str = "") -> NoReturn:
    """Raise a validation error with this message."""
    raise PydanticCustomError("own", "{said}", {"said": said, "hint": hint})


def _visible(text: str) -> str:
    if clean(text) == text:
        return text
    dirty = first_dirty(text)
    if dirty is None and (line_break := _LINE_BREAKS.search(text)) is not None:
        dirty = line_break.group()
    if dirty is None:
        refuse("piles too many combining marks on one character")
    refuse(f"holds the control or invisible character U+{ord(dirty):04X}", "take it out")


def _one_line(text: str) -> str:
    if "\n" in text or "\t" in text:
        refuse("should be one line", "use > instead of | to fold lines into one")
    return _visible(text)


def _slug(text: str) -> str:
    if not re.fullmatch(SLUG, text):
        refuse(f"{text!r} is no id", "an id has 1 to 48 small letters, digits and hyphens")
    if is_device(text):
        refuse(f"{text!r} is the name of a device on Windows", "choose another id")
    return text


def _name(text: str) -> str:
    if not re.fullmatch(_NAME, text):
        refuse(f"{text!r} is no name for this", "use small letters, digits and _, a letter first")
    return text


def _quality(text: str) -> str:
    if keyword.iskeyword(_name(text)) or text in (*conditions.CALLS, *conditions.VARIABLES):
        refuse(f"{text!r} means something else in the `when` language", "choose another id")
    return text


def _role(text: str) -> str:
    if _name(text) in RESERVED_SLOTS:
        refuse(f"{{{text}}} is a slot of its own", "give the role another name")
    return text


def _version(text: str) -> str:
    if not re.fullmatch(_VERSION, text):
        refuse(f"{text!r} is no version", "write three numbers, such as 1.0.0")
    return text


def _language(text: str) -> str:
    if not re.fullmatch(_LANGUAGE, text):
        refuse(f"{text!r} is no language", "write a BCP 47 tag, such as en or pt-BR")
    return text


def _url(text: str) -> str:
    if not re.fullmatch(_URL, text):
        refuse("should be an address that begins with https://")
    return _visible(text)


def _pronouns(text: str) -> str:
    if not re.fullmatch(_PRONOUNS, text):
        refuse(f"{text!r} are no pronouns", "write she/her, he/him, they/them, or three: xe/xem/xyr")
    return _visible(text)


def _when(text: str) -> str:
    return _visible(" ".join(text.split()))


def _cover(text: str) -> str:
    try:
        return read_cover(text)
    except ValueError as error:
        refuse(str(error))


class Change(NamedTuple):
    """The change of a quality by an effect."""

    amount: int
    sets: bool


def _change(value: object) -> Change:
    if isinstance(value, str) and (found := re.fullmatch(r"=\s*([-+]?\d{1,6})", value)):
        return Change(int(found[1]), True)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1_000_000:
        return Change(value, False)
    refuse('should be a whole number to add (+1, -2) or a number to set ("=3")')


def _fact(text: str) -> str:
    parts = [part.strip() for part in text.split("|")]
    if len(parts) != 3 or not all(parts):
        refuse("a fact has three parts", 'write it as "who | stands how to | what"')
    return " | ".join(parts)


def one_or_many(value: object) -> object:
    """A single text as a list of one."""
    return [value] if isinstance(value, str) else value


T = TypeVar("T")
Many = Annotated[list[T], Field(default_factory=list)]
"""An optional list."""
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_one_line)]
"""One line: a name, a title, a label."""
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), AfterValidator(_one_line)]
"""One or a few words."""
Sentence = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000), AfterValidator(_one_line)
]
"""One or a few sentences."""
Prose = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8_000), AfterValidator(_visible)
]
"""Paragraphs."""
Setting = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=40, max_length=8_000), AfterValidator(_visible)
]
Cover = Annotated[str, StringConstraints(max_length=4_000), AfterValidator(_cover)]
Slug = Annotated[str, AfterValidator(_slug), WithJsonSchema({"type": "string", "pattern": f"^{SLUG}$"})]
QualityId = Annotated[str, AfterValidator(_quality), WithJsonSchema({"type": "string", "pattern": f"^{_NAME}$"})]
RoleName = Annotated[str, AfterValidator(_role), WithJsonSchema({"type": "string", "pattern": f"^{_NAME}$"})]
Version = Annotated[str, AfterValidator(_version), WithJsonSchema({"type": "string", "pattern": f"^{_VERSION}$"})]
Language = Annotated[str, AfterValidator(_language), WithJsonSchema({"type": "string", "pattern": f"^{_LANGUAGE}$"})]
Url = Annotated[str, AfterValidator(_url), WithJsonSchema({"type": "string", "pattern": f"^{_URL}$"})]
PronounsText = Annotated[
    str, AfterValidator(_pronouns), WithJsonSchema({"type": "string", "pattern": f"^{_PRONOUNS}$"})
]
When = Annotated[str, AfterValidator(_when), WithJsonSchema({"type": "string", "maxLength": conditions.MAX_LENGTH})]
"""An expression; parsed in `checks`, which have messages for its mistakes."""
FactText = Annotated[
    str,
    StringConstraints(max_length=600),
    AfterValidator(_one_line),
    AfterValidator(_fact),
    Field(examples=["a | b | c"]),
]
Effects = Annotated[
    dict[QualityId, Annotated[Change, PlainValidator(_change, json_schema_input_type=int | str)]],
    Field(default_factory=dict, max_length=20),
]
Spirit = Annotated[Approach, Field(strict=False)]
TextList = Annotated[
    list[Prose], Field(max_length=40), BeforeValidator(one_or_many, json_schema_input_type=str | list[str])
]
"""A text, or a list of variants of it."""
Texts = Annotated[TextList, Field(default_factory=list)]
"""An optional `TextList`."""
