"""The prompts, as the files beside this package hold them; and the marks that fence what others wrote."""

import hashlib
import re
from functools import cache
from pathlib import Path
from string import Template

from fiction.llm.marks import without_marks
from fiction.text.sanitise import clean

_FOLDER = Path(__file__).parent
_HEADING = re.compile(r"^[ \t]*#+[ \t]*", re.MULTILINE)
_MANY_BREAKS = re.compile(r"\n{3,}")

LANGUAGES = {
    "ar": "Arabic",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nb": "Norwegian",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}


@cache
def _template(name: str) -> Template:
    return Template((_FOLDER / f"{name}.md").read_text(encoding="utf-8").strip())


def prompt(name: str, **values: str) -> str:
    """The prompt of that name with its `$fields` filled. Values are taken as they are, dollars and braces included."""
    return _template(name).safe_substitute(values)


def language_name(tag: str) -> str:
    """The English name of a BCP 47 tag's language, with its region; the tag itself where it is not known."""
    primary, _, rest = tag.partition("-")
    name = LANGUAGES.get(primary.lower())
    if name is None:
        return tag or "English"
    return f"{name} ({tag})" if rest else name


def mark_of(*texts: str) -> str:
    """A mark for these texts: the same for the same texts, so that prompts stay cacheable, and not to be foreseen."""
    return "m" + hashlib.sha256("\x00".join(texts).encode("utf-8", "replace")).hexdigest()[:6]


def fenced(text: str, mark: str) -> str:
    """A foreign text that can't leave its fence: clean, without marks of ours, without headings of its own."""
    text = without_marks(_HEADING.sub("", clean(text)), mark)
    return _MANY_BREAKS.sub("\n\n", text).strip()
