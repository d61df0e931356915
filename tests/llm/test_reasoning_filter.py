"""Thinking taken out of a reply: where its tags were cut changes nothing, and many tags take no long time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.llm.reasoning_filter import ThinkFilter, Void, without_thinking

PARTS = st.sampled_from(
    ["<think>", "</think>", "<Reasoning>", "</reasoning>", "[THINK]", "[/THINK]", " ", "You wait.", "<"]
)


def told(*pieces: str) -> tuple[str, bool]:
    """What is told, and whether the model thought."""
    filter_, kept = ThinkFilter(), list[str]()
    for piece in pieces:
        for part in filter_.feed(piece):
            if isinstance(part, Void):
                kept.clear()
            else:
                kept.append(part)
    kept.append(filter_.close())
    return "".join(kept), filter_.thought


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("<think>Hm.</think>You wait.", "You wait."),
        (" \n[THINK]Hm.[/THINK]You wait.", " \nYou wait."),
        ("You wait. [THINK]", "You wait. [THINK]"),
        ("Hm.</think>You wait.", "You wait."),
        ("You <think>Hm.</think>wait.<thinking>Hm.", "You wait."),
        ("<think></think><think></think>You wait.", "You wait."),
        ("You wait. 3 < 4", "You wait. 3 < 4"),
    ],
)
def test_thinking_is_taken_out(text: str, reply: str) -> None:
    assert without_thinking(text) == reply
    assert told(*text)[0] == reply


@given(st.lists(PARTS, max_size=12))
def test_where_a_reply_is_cut_changes_nothing(parts: list[str]) -> None:
    text = "".join(parts)
    assert told(text) == told(*text) == told(*parts)


def seconds_for(pieces: list[str]) -> float:
    """Processor time; the best of three, since the machine is shared."""
    taken: list[float] = []
    for _ in range(3):
        began = time.process_time()
        told(*pieces)
        taken.append(time.process_time() - began)
    return min(taken)


@pytest.mark.slow
@pytest.mark.parametrize("step", [3, 1_000_000])
@pytest.mark.parametrize(
    "piece", ["<think>a</think>", "</think>", "<think></think>", "<think>", "You wait. ", " ", "<"]
)
def test_a_long_reply_takes_linear_time(piece: str, step: int) -> None:
    def pieces(size: int) -> list[str]:
        text = piece * (size // len(piece))
        return [text[at : at + step] for at in range(0, len(text), step)]

    assert seconds_for(pieces(64_000)) < 9 * seconds_for(pieces(16_000))
