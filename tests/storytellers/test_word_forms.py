"""The reader's own words are understood where they mean a plan, and said back without garbling where they do not."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fiction.story.plan import Approach, Plan
from fiction.story.world import Character
from fiction.storytellers.storylets.attempts import LIMIT, meant, read, smooth
from fiction.storytellers.storylets.slots import Names, fill
from fiction.storytellers.storylets.word_forms import clip

NAMES = frozenset({"imre", "oda"})
PLANS = (
    Plan("Pay Imre with the brass key", approach=Approach.WARM),
    Plan("Jump back to the quay", approach=Approach.BOLD),
    Plan("Ask Imre what he buried", approach=Approach.CURIOUS),
)


@pytest.mark.parametrize(
    ("text", "phrase", "deed"),
    [
        ("I climb the mast.", "climb the mast", "You tried to climb the mast."),
        ("climb my father's mast", "climb your father's mast", "You tried to climb your father's mast."),
        ("I'm going to hide because I am afraid", "hide because you are afraid", None),
        ("Imre jumps in", "try to see to it that Imre jumps in", "You tried to see to it that Imre jumps in."),
        ("the roof falls in", "try to see to it that the roof falls in", None),
        ("Where is everybody?", "ask, “Where is everybody?”", "You asked, “Where is everybody?”"),
        ('"let me in," I say', "say, “Let me in”", "You said, “Let me in”."),
        ("“Hello” and I bow", "say, “Hello”, and you bow", None),
        ("whistling, I walk away", "walk away, whistling", None),
        ("I won't pay", "refuse to pay", "You refused to pay."),
        ("Oda, come here?", "ask, “Oda, come here?”", None),
        ("look at {place}", "look at (place)", None),
    ],
)
def test_the_readers_words_become_a_verb_phrase(text: str, phrase: str, deed: str | None) -> None:
    act = read(text, NAMES)
    assert act.phrase == phrase
    assert deed is None or act.deed == deed


def test_long_words_are_cut_where_a_word_ends() -> None:
    act = read("I walk " + "very slowly " * 40, NAMES)
    assert len(act.phrase) <= LIMIT
    assert act.phrase.endswith(("very", "slowly"))


@pytest.mark.parametrize(
    ("text", "spirit"),
    [
        ("smash the window", Approach.BOLD),
        ("hide behind the nets and listen", Approach.CAREFUL),
        ("comfort the widow", Approach.WARM),
        ("bribe the guard", Approach.CUNNING),
        ("confess to the harbour master", Approach.PRINCIPLED),
        ("examine the lamp", Approach.CURIOUS),
        ("xyzzy", Approach.CURIOUS),
    ],
)
def test_the_spirit_of_an_act_is_guessed(text: str, spirit: Approach) -> None:
    assert read(text, NAMES).approach is spirit


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("I pay Imre with the key", 0),
        ("give imre the brass key", 0),
        ("jump back onto the quay!", 1),
        ("I ask him what he buried", 2),
        ("I don't pay Imre with the key", None),
        ("throw the key into the river", None),
        ("kiss Imre", None),
        ("sing", None),
        ("", None),
    ],
)
def test_words_mean_a_plan_only_where_they_clearly_do(text: str, number: int | None) -> None:
    assert meant(text, PLANS, NAMES) == (None if number is None else PLANS[number])


@given(st.text(max_size=400))
def test_no_typing_breaks_the_reading_of_an_act(text: str) -> None:
    act = read(text, NAMES)
    assert act.phrase and act.deed
    assert not set("{}\n") & set(act.phrase + act.deed)
    assert len(act.phrase) <= LIMIT + 40
    meant(text, PLANS, NAMES)


def test_what_is_said_is_not_set_out_to_be_said() -> None:
    assert smooth("You set out to say, “No”. It is heard.") == "You say, “No”. It is heard."
    assert smooth("You do what you can to ask, “Why?”. Silence.") == "You ask, “Why?” Silence."


ASH = Character("ash", "Ash")
ODA = Character("oda", "Oda", they="she", them="her", their="her")
ROLES = {"other": ASH, "rival": ODA}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{other.they} nods and turns.", "They nod and turn."),
        ("{rival.they} nods and turns.", "She nods and turns."),
        (
            "Then {other.they}'s gone, and {other.they} has {other.their} coat.",
            "Then they're gone, and they have their coat.",
        ),
        ("{other.they} slowly carries it.", "They slowly carry it."),
        ("{other.they} isn't here. {other.they} was.", "They aren't here. They were."),
        ("As {other.they} watches, {rival.they} are gone.", "As they watch, she is gone."),
        ("{other.they} said so.", "They said so."),
        ("At {place} it rains. {place} is grey.", "At the Quay it rains. The Quay is grey."),
        ("{Other.their} hand. “{you},” {rival} says.", "Their hand. “Kim,” Oda says."),
        ("{nobody} and {nobody.they} waits {stray", "Someone and they wait stray"),
    ],
)
def test_slots_read_as_if_written_for_the_cast(text: str, told: str) -> None:
    assert fill(text, Names("Kim", "The Quay", ROLES)) == told


@given(st.text(alphabet="{}.aothery \n\x00", max_size=60))
def test_no_brace_is_ever_left(text: str) -> None:
    assert not set("{}") & set(fill(text, Names("{x}", "The {Quay}", ROLES, {"act": "{act}"})))


@given(st.text(max_size=200) | st.text(alphabet=" \x1f\u2028a,", max_size=20), st.integers(1, 80))
@example(" 0", 1)
@example("  0", 1)
@example("\x850", 1)
def test_clipping_keeps_to_its_limit(text: str, limit: int) -> None:
    assert len(clip(text, limit)) <= limit
    assert text.startswith(clip(text, limit))


@pytest.mark.parametrize("text", ["Ask Zoe about the weigher’s cafe", "ask zoë about the weigher's cafe\u0301"])
def test_a_plan_is_meant_however_it_is_spelled(text: str) -> None:
    plan = Plan("Ask Zoë about the weigher's café", approach=Approach.CURIOUS)
    assert meant(text, (*PLANS, plan), frozenset({"zoe"})) == plan
