"""The reader's profile in a file of the reader's own: `reader.yaml`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from fiction.config import handwritten
from fiction.paths import write_private
from fiction.story.plan import Approach
from fiction.story.reader import Length, Pronouns, ReaderProfile
from fiction.text.sanitise import clean_line

TEMPLATE = """\
# Who you are in your stories. Everything here is optional; take out what you do not want to say.
# name: Ada
# pronouns: she/her/her        # or he/him/his, they/them/their, your own
# about: a surveyor who trusts maps more than people
# likes: [slow mysteries, the sea]
# lines: [spiders]             # must never come, not even be mentioned
# veils: [torture]             # may happen, but off-stage
# language: en                 # empty takes the world's
# reading_level: plain
# passage_length: medium       # short, medium, long
"""


def _short(text: str) -> str:
    return clean_line(text, limit=80)


def _sentence(text: str) -> str:
    return clean_line(text, limit=500)


def _listed(value: object) -> object:
    """A single text as a list of one."""
    return [value] if isinstance(value, str) else value or []


Short = Annotated[str, AfterValidator(_short)]
Listed = Annotated[tuple[Short, ...], BeforeValidator(_listed), Field(max_length=40)]
Leaning = Annotated[float, Field(ge=0.0, le=100.0)]


class _ReaderFile(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: Short = ""
    pronouns: Short = ""
    about: Annotated[str, AfterValidator(_sentence)] = ""
    likes: Listed = ()
    lines: Listed = ()
    veils: Listed = ()
    language: Short = ""
    reading_level: Short = ""
    passage_length: Length | None = None
    leanings: dict[Approach, Leaning] = {}


def load_reader(file: Path, *, passage_length: Length = Length.MEDIUM) -> ReaderProfile:
    """The profile on disk, or an empty one; `passage_length` is the default for a file without one.

    Raises:
        SettingsError: the file is broken; names the line.
    """
    document = handwritten.read(file)
    try:
        said = _ReaderFile.model_validate(document.values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = tuple(str(part) for part in first["loc"])
        unknown = first["type"] == "extra_forbidden"
        message = f"`{clean_line('.'.join(place))}` " + ("is no part of a profile" if unknown else first["msg"].lower())
        raise document.wrong(place, message, hint="Mend it, or start anew with `fiction profile reset`.") from None
    return ReaderProfile(
        name=said.name,
        pronouns=Pronouns.parse(said.pronouns),
        about=said.about,
        likes=said.likes,
        lines=said.lines,
        veils=said.veils,
        language=said.language,
        reading_level=said.reading_level,
        passage_length=said.passage_length or passage_length,
        leanings=tuple(said.leanings.items()),
    )


def values(reader: ReaderProfile) -> Mapping[str, object]:
    """The profile as values for the file, without empty ones."""
    everything: dict[str, object] = {
        "name": reader.name,
        "pronouns": "" if reader.pronouns == Pronouns() else str(reader.pronouns),
        "about": reader.about,
        "likes": list(reader.likes),
        "lines": list(reader.lines),
        "veils": list(reader.veils),
        "language": reader.language,
        "reading_level": reader.reading_level,
        "passage_length": str(reader.passage_length),
        "leanings": {str(approach): round(lean, 3) for approach, lean in reader.leanings},
    }
    return {name: value for name, value in everything.items() if value}


def keep_reader(file: Path, reader: ReaderProfile) -> None:
    """Write the profile and keep the file's comments. Raises FictionError if it can't be written."""
    document = handwritten.read(file)
    wanted = values(reader)
    for name in [*_ReaderFile.model_fields]:
        if document.values.get(name) != wanted.get(name):
            document = handwritten.parse(handwritten.change(document, (name,), wanted.get(name)).encode(), file)
    write_private(file, document.text)
