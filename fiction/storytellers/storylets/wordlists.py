"""Word lists for acts that the reader wrote: words by approach, and verbs that mean the same."""

from fiction.story.plan import Approach
from fiction.storytellers.storylets.word_forms import stem


def _stems(text: str) -> frozenset[str]:
    return frozenset(map(stem, text.split()))


SPIRITS: tuple[tuple[Approach, frozenset[str]], ...] = (
    (
        Approach.BOLD,
        _stems(
            "attack fight hit strike punch kick grab seize snatch charge leap jump climb run break smash force push"
            " shove storm burst shout yell demand challenge threaten draw shoot stab"
            " throw swim dive ride chase confront dare"
        ),
    ),
    (
        Approach.CAREFUL,
        _stems(
            "wait watch hide creep sneak slow slowly quiet quietly careful carefully listen keep stay hold back retreat"
            " withdraw leave avoid check test count prepare pack rest sleep stop lock guard cover step aside"
        ),
    ),
    (
        Approach.WARM,
        _stems(
            "help comfort hug embrace kiss thank smile console hold hand give share offer feed warm kind kindly gently"
            " gentle invite sing laugh greet welcome forgive care tend nurse sit beside love friend cheer dance"
        ),
    ),
    (
        Approach.CUNNING,
        _stems(
            "lie trick deceive pretend bluff steal pocket bribe distract lure trap flatter disguise forge swap switch"
            " cheat bargain haggle trade persuade plot scheme sabotage blackmail feign secretly slip"
        ),
    ),
    (
        Approach.PRINCIPLED,
        _stems(
            "refuse promise swear vow confess admit tell truth honest honestly return repay apologise apologize pray"
            " stand defend protect protest warn report judge forbid obey honour honor"
            " sorry own answer release free spare"
        ),
    ),
    (
        Approach.CURIOUS,
        _stems(
            "ask look search examine inspect read study open follow explore find wonder touch taste smell lift turn"
            " knock question investigate peer see learn enter walk go light trace map dig"
        ),
    ),
)

_FAMILIES = (
    "give pay hand offer pass",
    "ask question enquire inquire",
    "look examine inspect study search",
    "take grab seize snatch pick",
    "tell say speak talk",
    "fight attack hit strike",
    "run flee leave escape",
    "help aid save rescue",
    "go walk head travel cross",
    "hide conceal bury",
    "lie deceive bluff pretend",
    "wait stay remain",
    "open unlock",
    "follow chase pursue trail",
    "refuse decline reject",
    "break smash destroy burn",
    "climb scale",
    "call shout yell",
)
SAME: dict[str, str] = {stem(verb): stem(family.split()[0]) for family in _FAMILIES for verb in family.split()}
"""Verb to the first verb of its family."""

ACTIVE = frozenset().union(*(words for _, words in SPIRITS), SAME)
"""Stems of known verbs."""
