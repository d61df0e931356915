"""Reading JSON as models write it."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiction.llm.lenient_json import numbered_lines, read_object
from fiction.llm.reasoning_filter import ThinkFilter, Void, without_thinking
from fiction.storytellers.replies.notes import Notes, WorldNote
from fiction.text.tokens import clip, clip_start, estimate, sentences, whole_sentences
from support.model_server import NOTES

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NOISE = st.text(alphabet=st.sampled_from("{}[]\",:'\\ \nabu0123“”/*-<think>"), max_size=200)


@given(st.text() | NOISE)
@settings(max_examples=300)
def test_any_text_is_read_without_an_error(text: str) -> None:
    value = read_object(text)
    assert value is None or isinstance(value, dict)
    numbered_lines(text)
    Notes.model_validate(value or {})
    WorldNote.model_validate(value or {})


@given(st.dictionaries(st.text(), JSON, min_size=1, max_size=5))
@settings(max_examples=200)
def test_an_object_that_is_well_written_is_read_as_it_is(value: dict[str, object]) -> None:
    text = json.dumps(value)
    assert read_object(text) == value or "<" in text


@given(st.integers(1, len(json.dumps(NOTES))))
@settings(max_examples=120)
def test_an_object_cut_anywhere_gives_what_stood_before_the_cut(length: int) -> None:
    found = read_object(json.dumps(NOTES)[:length]) or {}
    assert set(found) <= set(NOTES) | {key[:n] for key in NOTES for n in range(len(key))}
    if length > 400:
        assert found["plans"] == NOTES["plans"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": "b",}', {"a": "b"}),
        ('{"a": "b" "c": "d"}', {"a": 'b" "c": "d'}),
        ('{"a": "b"\n"c": "d"}', {"a": "b", "c": "d"}),
        ("{'a': 'it''s', 'b': None, 'c': True}", {"a": "it''s", "b": None, "c": True}),
        ('{a: "b", // why\n c: 3}', {"a": "b", "c": 3}),
        ("{“a”: “b”}", {"a": "b"}),
        ('{"a": "line\nline"}', {"a": "line\nline"}),
        ('{"a": "he said "go" twice"}', {"a": 'he said "go" twice'}),
        ('{"a": ["b", "c"', {"a": ["b", "c"]}),
        ('{"a": {"b": "c"]}', {"a": {"b": "c"}}),
        ("no", None),
        ("{}", None),
        ('{"small": 1} and then {"larger": "of the two"}', {"larger": "of the two"}),
    ],
)
def test_habits_of_models_are_read_for_what_they_mean(text: str, value: object) -> None:
    assert read_object(text) == value


def test_depth_and_length_have_bounds() -> None:
    read_object('{"a":' * 100_000)
    read_object("[" * 100_000 + '{"a": "b"}')
    read_object('{"a": ' + "9" * 100_000 + "}")


@pytest.mark.parametrize(
    ("value", "importance"), [(7, 7), ("8/10", 8), ("7.5", 7), (99, 10), (-3, 5), (None, 5), ([], 5), ("high", 5)]
)
def test_importance_is_a_number_from_one_to_ten(value: object, importance: int) -> None:
    assert Notes.model_validate({"importance": value}).importance == importance


@given(st.text(), st.integers(1, 9))
def test_text_without_tags_passes_the_filter_of_thinking(text: str, size: int) -> None:
    kept = ThinkFilter()
    pieces = [part for at in range(0, len(text), size) for part in kept.feed(text[at : at + size])]
    joined = "".join(part for part in pieces if not isinstance(part, Void)) + kept.close()
    assert joined == text or "think" in text.lower()


def test_thinking_is_taken_out_of_whole_replies() -> None:
    assert without_thinking("a<think>b</think>c<think>d") == "ac"
    assert without_thinking("so</think>yes") == "yes"


@given(st.text(), st.integers(1, 50))
def test_what_is_clipped_fits(text: str, tokens: int) -> None:
    assert estimate(clip(text, tokens)) <= tokens + 1
    assert estimate(clip_start(text, tokens)) <= tokens


@given(st.text())
def test_whole_sentences_begin_the_text(text: str) -> None:
    assert text.startswith(whole_sentences(text))


def test_sentences_know_titles_and_other_scripts() -> None:
    assert sentences('Dr. Imre waits. "Go!" he says. No. 4 is shut.') == [
        "Dr. Imre waits.",
        '"Go!" he says.',
        "No. 4 is shut.",
    ]
    assert sentences("他没有接。你走了！") == ["他没有接。", "你走了！"]


@pytest.mark.parametrize("levels", [30, 500, 5_000, 60_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a": ', "}"), ('[{"a": ', "}]")])
def test_nesting_without_end_is_passed_over_and_the_rest_is_read(levels: int, opening: str, closing: str) -> None:
    levels = min(levels, 90_000 // len(opening + closing))
    deep = opening * levels + '"x"' + closing * levels
    found = read_object(f'{{"before": 1, "junk": {deep}, "memory": "You wait."}}')
    assert found is not None
    assert (found["before"], found["memory"]) == (1, "You wait.")


@pytest.mark.parametrize("opening", ["[", '{"a": ', "{'a': ["])
def test_nesting_that_is_never_closed_leaves_what_came_before(opening: str) -> None:
    found = read_object('{"memory": "You wait.", "junk": ' + opening * 20_000)
    assert found is not None
    assert found["memory"] == "You wait."


def test_a_line_of_spaces_is_read_in_proportion_to_its_length() -> None:
    def seconds(size: int) -> float:
        start = time.process_time()
        assert numbered_lines(" " * size + "x\n1. Wait") == ["Wait"]
        return time.process_time() - start

    little = max(seconds(4_000), 1e-3)
    assert seconds(64_000) < 16 * 4 * little
