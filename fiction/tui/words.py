"""Numbers and codes in the reader's words."""

from fiction.story.reader import ENDLESS, Length
from fiction.text.times import local_time

_RATINGS = {"everyone": "for everyone", "teen": "for teens and older", "mature": "for adults"}
_STEPS = ((60, "minute", 60), (3600, "hour", 24), (86400, "day", 7))
_LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "zh": "Chinese", "ja": "Japanese"}


def rating(code: str) -> str:
    """A rating in words: `for teens and older`."""
    return _RATINGS.get(code, code)


def language(tag: str) -> str:
    """The English name of a BCP 47 tag's language; the tag itself for rarer ones."""
    return _LANGUAGES.get(tag.split("-")[0], tag)


def ago(then: int, now: float) -> str:
    """The time since `then` (Unix milliseconds) at `now` (Unix seconds), in words."""
    seconds = now - then / 1000
    if seconds < 60:
        return "just now"
    for unit, name, limit in _STEPS:
        count = int(seconds // unit)
        if count < limit:
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    when = local_time(then)
    return f"{when:%d %B %Y}".lstrip("0") if when else "long ago"  # a damaged save may hold any time


def waited(seconds: int) -> str:
    """A duration: `12 s`, `3 min 5 s`."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def turns(count: int) -> str:
    """A count of turns: `1 turn`, `2 turns`."""
    return f"{count} turn{'' if count == 1 else 's'}"


def place_in_story(depth: int, length: int) -> str:
    """The reader's position: `turn 14 of ~60`, or `turn 14` in an endless story."""
    return f"turn {depth}" if length == ENDLESS else f"turn {depth} of ~{length}"


def roman(number: int) -> str:
    """A number from 1 as a Roman numeral, for acts."""
    numerals = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    out = ""
    for value, sign in numerals:
        while number >= value:
            out, number = out + sign, number - value
    return out


def passage_length(length: Length) -> str:
    """A passage length with its number of words."""
    low, high = length.words
    return f"{length.value}, {low} to {high} words"
