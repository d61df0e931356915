"""Our own fence marks never reach the page, however a stream is cut, and nothing else is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.llm.marks import MarkFilter, without_marks

MARK = "m1a2b3c"
COPIES = (
    "[m1a2b3c]",
    "[/m1a2b3c]",
    "[M1A2B3C]",
    "[ m1a2b3c ]",
    "[/ m1a2b3c",
    "m1a2b3c",
    "m1a2b3c]",
    "(m1a2b3c)",
    "</m1a2b3c>",
    r"[\/m1a2b3c]",
    "[/m1a2",
    "[m1a2b",
    "[/m",
    "[/m9",
    "[m1",
    "m1a2b",
    "2b3c]",
    "[m77fe01]",
    "[/m77fe01]",
)
"""As models copy them: whole, in part, in other brackets, with the figures of another prompt."""
STORY = (
    "You",
    " wait",
    " [sic]",
    " a",
    " m",
    " me",
    " [m",
    "]",
    " (c)",
    " 1a",
    " 1923",
    ".",
    "\n\n",
    " 他走了。",
    "é",
    " ",
)


def fed(pieces: list[str], mark: str = MARK) -> str:
    cleaner = MarkFilter(mark)
    return "".join([*(cleaner.feed(piece) for piece in pieces), cleaner.close()])


def cut(text: str, places: list[int]) -> list[str]:
    ends = sorted({min(place, len(text)) for place in places} | {len(text)})
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@pytest.mark.parametrize("copy", COPIES)
@pytest.mark.parametrize(
    ("around", "left"),
    [
        ("You wait. {} He nods.", "You wait. He nods."),
        ("You wait.\n{}\nHe nods.", "You wait.\n\nHe nods."),
        ("{} You wait.", "You wait."),
        ("You wait.{}", "You wait."),
        ("他走了。{}他回来了。", "他走了。他回来了。"),
    ],
)
def test_a_copied_mark_is_taken_out_and_nothing_else(copy: str, around: str, left: str) -> None:
    text = around.format(copy)
    assert fed([text]) == left
    assert fed(list(text)) == left


@pytest.mark.parametrize(
    "text",
    [
        "You read the note [sic] and (a) the key, [b] the door.",
        "He says [made up] and [mad]. She: [mace]. M. and m.",
        "In 1923 the mill burnt; 1a Mill Lane, room 2b.",
        "[Exit Imre.] <b> {slot} me, my, mine",
        "他说［好］。m 是米。",
    ],
)
def test_other_brackets_and_figures_stay(text: str) -> None:
    assert fed(list(text)) == text
    assert without_marks(text, MARK) == text


@given(
    st.lists(st.sampled_from((*COPIES, *STORY)), max_size=12).map("".join), st.lists(st.integers(0, 120), max_size=30)
)
def test_every_cut_of_a_stream_gives_the_same_text(text: str, places: list[int]) -> None:
    assert fed(cut(text, places)) == fed([text]) == without_marks(text, MARK)


@given(st.text(alphabet="m1a2b3c[]/ x.\n", max_size=40), st.lists(st.integers(0, 40), max_size=20))
def test_every_cut_of_any_characters_gives_the_same_text(text: str, places: list[int]) -> None:
    assert fed(cut(text, places)) == fed([text])


@given(st.lists(st.sampled_from((*COPIES, *STORY)), max_size=12).map("".join))
def test_no_whole_mark_is_left(text: str) -> None:
    left = without_marks(text, MARK).casefold()
    assert "[/m" not in left
    assert f"[{MARK}" not in left


@given(
    st.lists(st.sampled_from(("You wait.", "He [sic] nods.", "他走了。", "\n\n", " ", "m", "1923", "(c)")), max_size=12)
)
def test_without_marks_a_text_stays_as_it_is(parts: list[str]) -> None:
    text = " ".join(parts)
    assert fed(list(text)) == text


def test_a_word_is_given_out_as_soon_as_it_comes() -> None:
    cleaner = MarkFilter(MARK)
    assert cleaner.feed("You wait") == "You wait"
    assert cleaner.feed(" at the landing") == " at the landing"
    assert cleaner.feed(". [/m1a") == ". "
    assert cleaner.feed("2b3c]") == ""
    assert cleaner.close() == ""
