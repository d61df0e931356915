"""What makes a plan out of a model's words, in whatever language it writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.story.plan import Approach
from fiction.story.reader import ReaderProfile
from fiction.storytellers.replies.approaches import approach_of
from fiction.storytellers.replies.notes import PlanNote
from fiction.storytellers.replies.plans import alike, filled_up, sound_plans
from support.model_scenes import WORLD, scene


@pytest.mark.parametrize(
    ("word", "approach"),
    [
        *[(approach.value, approach) for approach in Approach],
        *[
            ("大胆", Approach.BOLD),
            ("谨慎", Approach.CAREFUL),
            ("大胆而谨慎", Approach.BOLD),
            ("有原则", Approach.PRINCIPLED),
        ],
        *[("mutig", Approach.BOLD), ("Vorsichtig", Approach.CAREFUL), ("listig", Approach.CUNNING)],
        *[
            ("chaleureux", Approach.WARM),
            ("rusé", Approach.CUNNING),
            ("audaz", Approach.BOLD),
            ("astuto", Approach.CUNNING),
        ],
        *[
            ("смелый", Approach.BOLD),
            ("осторожно", Approach.CAREFUL),
            ("慎重", Approach.CAREFUL),
            ("따뜻한", Approach.WARM),
        ],
        *[("unprincipled", Approach.CURIOUS), ("", Approach.CURIOUS)],
    ],
)
def test_an_approach_is_known_by_its_word(word: str, approach: Approach) -> None:
    assert approach_of(word) is approach


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("去闸上找老周谈谈", "到闸上找老周谈一谈", True),
        ("打开箱子看看里面", "打开箱子，看看里面有什么", True),
        ("追问老周头船的事", "追问老周父亲的事", False),
        ("把信交给老周", "把信烧掉", False),
        ("鍵を渡す", "鍵を渡さない", False),
        ("Push off alone", "Alone, push off!", True),
    ],
)
def test_near_repeats_are_known_in_scripts_without_spaces_too(one: str, other: str, same: bool) -> None:
    assert alike(one, other) is same
    assert alike(other, one) is same


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_has_no_direction_and_a_label_is_like_itself(one: str, other: str) -> None:
    assert alike(one, one)
    assert alike(one, other) == alike(other, one)


@pytest.mark.parametrize(
    "label", ["Wait", "Warte ab", "Attends", "Espera", "Aspetta", "Жди", "等待", "继续", "待つ", "기다린다"]
)
def test_to_wait_is_no_plan(label: str) -> None:
    assert sound_plans([PlanNote(label=label)], scene()) == ()


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ('"去找老周"。', "去找老周"),
        ("方案一：去找老周", "去找老周"),
        ("（2）去找老周", "去找老周"),
        ("继续追问老周", "继续追问老周"),
        ("„Lauf zur Mühle“", "Lauf zur Mühle"),
        ("Sag leise „Nein“", "Sag leise „Nein“"),
        ("План 2: беги к реке", "Беги к реке"),
    ],
)
def test_a_label_loses_its_numbering_and_the_quotes_around_all_of_it(written: str, label: str) -> None:
    assert [plan.label for plan in sound_plans([PlanNote(label=written)], scene())] == [label]


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "pt", "ru", "zh", "ja", "ko"])
def test_general_plans_are_in_the_language_of_the_story(language: str) -> None:
    told = scene(reader=ReaderProfile(language=language))
    plans = filled_up((), told)
    assert len({plan.approach for plan in plans}) == 3
    english = {plan.label for plan in filled_up((), scene(reader=ReaderProfile(language="en")))}
    assert language == "en" or not english & {plan.label for plan in plans}
    assert WORLD.language == "en"
