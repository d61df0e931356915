"""Replies that go round in circles, at any period and in any script; and repetition that is no circle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.llm.loops import Loops, cut_at_loop, loop_in
from support.model_server import PASSAGE

SENTENCE = "You are in the middle of a storm and the river is rising. "
WORDS = ("the", "door", "opens", "onto", "a", "stair", "where", "nobody", "waits", "lantern", "river", "and", "salt")


@pytest.mark.parametrize(
    "circle",
    [
        SENTENCE,
        "You see the door. ",
        "and the door and the wall ",
        "You go down to the river. The river is black. Imre waits for you, and does not say a word.\n\n",
        "你沿着河岸走，水里没有灯。",
        "他等着。",
        "水流过去",
        "彼は黙って舟を見ていた。",
        "문이 열리고 아무도 없다. ",
        "แม่น้ำไหลผ่านบ้าน",
        "Дверь открывается, и за ней никого нет. ",
        "الباب مفتوح ولا أحد هناك. ",
        "ha ",
        f"{PASSAGE}\n\n",
    ],
)
def test_what_is_told_over_and_over_is_a_loop_and_is_cut(circle: str) -> None:
    loops = Loops()
    before = "Imre lets the rope go.\n\n"
    pieces = [before, *(circle * 60)]
    for piece in pieces:
        if not loops.over:
            loops.hear(piece)
    assert loops.over
    assert len(loops.text) < max(400, 4 * len(circle))
    kept = cut_at_loop(loops.text)
    assert kept.startswith(before.strip())
    assert kept.count(circle.strip()) <= 2
    assert loop_in(kept) is None


@pytest.mark.parametrize(
    "text",
    [
        PASSAGE,
        '"No." "No." He shakes his head. "No." "No," you say. "No." "No."',
        'They shout it in the square. "Burn the mill!" "Burn the mill!" "Burn the mill!" Nobody moves.',
        "The king is dead, long live the king!\n" * 2 + "You turn away from the window.",
        "Row, row, row your boat.\nGently down the stream.\nRow, row, row your boat.\nMerrily you dream.\n"
        "Row, row, row your boat.\nLife is but a stream.",
        "- a coil of rope\n- a brass key\n- a letter\n- a coil of wire\n- a brass lamp\n- a letter from Ada\n",
        "Ha ha ha ha ha ha! He laughs, and laughs. Tick, tick, tick, tick. The clock goes on. Knock. Knock. Knock.",
        "One lamp goes out. Then two lamps go out. Then three lamps go out. Then four lamps go out, and it is night.",
        "“不。”“不。”他摇头。“不。”“不行。”“不。”你转身。",
        "烧了它！烧了它！烧了它！没有人动。",
        "「はい。」「はい。」「はい。」彼女は三度うなずいた。",
        "No no no no no no no. It can't be. You look again, and it is.",
        "....................................................................................................",
        "Aaaaaaaaaaaaaaaaaaaaaaaaaaah! It falls.",
        "The river takes its own. You wait.\n\nThe river takes its own. He prays.\n\nThe river takes its own.",
    ],
)
def test_a_refrain_a_chant_an_answer_or_a_list_is_no_loop(text: str) -> None:
    loops = Loops()
    for char in text:
        loops.hear(char)
    assert not loops.over
    assert cut_at_loop(text) == text


def test_a_long_sentence_that_comes_a_third_time_among_others_is_cut_there() -> None:
    text = f"{SENTENCE}Imre nods. {SENTENCE}Ada does not. {SENTENCE}The bell rings."
    assert cut_at_loop(text) == f"{SENTENCE}Imre nods. {SENTENCE}Ada does not."


def test_of_a_sentence_told_in_a_row_one_telling_is_kept() -> None:
    assert cut_at_loop(f"Imre nods. {SENTENCE * 9}") == f"Imre nods. {SENTENCE.strip()}"


def test_a_loop_without_a_full_stop_keeps_one_round() -> None:
    kept = cut_at_loop("You open it. " + "and the long stair and the cold door " * 9)
    assert kept == "You open it. and the long stair and the cold door"


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=40), st.integers(0, 3))
def test_a_run_of_words_of_any_period_is_a_loop(words: list[str], more: int) -> None:
    run = " ".join(words) + " "
    rounds = max(6, 160 // len(run)) + more
    text = f"You wait. {run * rounds}"
    assert loop_in(text) is not None
    kept = cut_at_loop(text)
    assert len(kept) <= len("You wait. ") + 2 * len(run)


@given(st.permutations([f"{word} {number}" for number, word in enumerate(WORDS * 3)]))
def test_words_that_do_not_come_again_are_no_loop(words: list[str]) -> None:
    assert loop_in(" ".join(words)) is None


@given(st.lists(st.sampled_from((SENTENCE, "Imre nods. ", "No. ", "你沿着河岸走，水里没有灯。", "\n\n")), max_size=30))
def test_what_is_left_of_any_text_is_its_beginning_and_holds_no_sentence_three_times(parts: list[str]) -> None:
    text = "".join(parts)
    kept = cut_at_loop(text)
    assert text.startswith(kept)
    assert kept.count(SENTENCE.strip()) <= 2
