"""Filling the slots of a text so that it reads as if written for this cast.

Sentences begin with capitals, articles within them have none ("in the Harbour Office"), and verbs agree with the
pronoun: `{ally.they} nods` in a pack becomes "they nod".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from fiction.story.world import Character
from fiction.storytellers.storylets.word_forms import listed

NOBODY = Character("", "someone")
NOWHERE = "this place"
FRIEND = "friend"
"""The name of a reader who gave none."""

_SLOT = re.compile(r"\{([^\W\d][\w-]*)(?:\.(they|them|their))?\}")
_BRACES = re.compile(r"[{}]")
_STARTS = re.compile(r"(?:^|[.!?…][\"”’')\]]*\s+|\n\s*|[\"“(])[\"“‘'(*_]*$")
_LOOKED_BACK = 40
"""Characters before a slot that say whether a sentence begins there."""
_ADVERB = r"(?:\s+(?:\w+ly|never|always|still|only|just|also|already|then|now))*"
_AGREES = re.compile(
    rf"\x00([ps])(?:(['’]re|['’]s)(?!\w)|({_ADVERB}\s+)([^\W\d_]+(?:['’]t)?)(?:(\s+and\s+)([^\W\d_]+))?)"
)
_PLURAL = {"is": "are", "was": "were", "has": "have", "does": "do", "isn't": "aren't", "wasn't": "weren't"}
_PLURAL |= {"hasn't": "haven't", "doesn't": "don't"}
_SINGULAR = {plural: singular for singular, plural in _PLURAL.items()}
_NO_VERBS = listed("as this his its perhaps towards always besides across less us thus plus")


@dataclass(frozen=True, slots=True)
class Names:
    """The values of the slots."""

    you: str = ""
    place: str = ""
    roles: Mapping[str, Character] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)
    """Further slots with their text: `act` of an attempt, `recollection` of a callback."""


def fill(text: str, names: Names) -> str:
    """The text with its slots filled; an unknown slot becomes `someone`, and no brace is left."""
    if "{" not in text and "}" not in text:
        return text
    filled: list[str] = []
    before = ""
    end = 0
    for match in _SLOT.finditer(text):
        written = _BRACES.sub("", text[end : match.start()])
        before = (before + written)[-_LOOKED_BACK:]
        word = _said(match.group(1), match.group(2) or "", names, starts=_STARTS.search(before) is not None)
        before = (before + word)[-_LOOKED_BACK:]
        filled += (written, word)
        end = match.end()
    filled.append(_BRACES.sub("", text[end:]))
    return _AGREES.sub(_agree, "".join(filled)).replace("\x00p", "").replace("\x00s", "")


def _said(slot: str, form: str, names: Names, *, starts: bool) -> str:
    """The word for one slot."""
    capital = starts or slot[0].isupper()
    word = _word(slot[0].lower() + slot[1:], form, names)
    if not capital and word.startswith("The "):
        word = "the " + word[4:]
    word = _BRACES.sub("", word)
    if capital:
        word = word[:1].upper() + word[1:]
    if form == "they":
        word += "\x00p" if word.lower() == "they" else "\x00s"
    return word


def _word(slot: str, form: str, names: Names) -> str:
    if slot in names.more:
        return names.more[slot]
    if slot == "you":
        return names.you or FRIEND
    if slot == "place":
        return names.place or NOWHERE
    somebody = names.roles.get(slot) or next(
        (c for role, c in names.roles.items() if role.lower() == slot.lower()), NOBODY
    )
    match form:
        case "they":
            return somebody.they
        case "them":
            return somebody.them
        case "their":
            return somebody.their
        case _:
            return somebody.name


def _agree(match: re.Match[str]) -> str:
    number, contracted, gap, verb, joint, second = match.groups()
    if contracted:
        return "’re" if number == "p" and contracted[0] == "’" else "'re" if number == "p" else contracted[0] + "s"
    agreed = _plural(verb) if number == "p" else _SINGULAR.get(verb, verb)
    if joint is None:
        return f"{gap}{agreed}"
    if number == "p" and agreed != verb:
        second = _plural(second)
    return f"{gap}{agreed}{joint}{second}"


def _plural(verb: str) -> str:
    """The plural form of a verb in the third person singular."""
    plain = verb.replace("’", "'")
    if plain in _PLURAL:
        return _PLURAL[plain]
    if not verb.endswith("s") or verb.endswith(("ss", "us")) or len(verb) < 4 or verb in _NO_VERBS:
        return verb
    if verb.endswith("ies") and len(verb) > 4:
        return verb[:-3] + "y"
    if verb.endswith(("ches", "shes", "sses", "xes", "zzes", "oes")):
        return verb[:-2]
    return verb[:-1]
