"""Where sentences end: quotes around wide stops, and how long it takes to look in a long text."""

import itertools
import time

import pytest

from fiction.text.sentence_ends import sentence_ends


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ('他说:"走。"她走了。', ['他说:"走。"', "她走了。"]),
        ('"走。"\n"来。"她走了。', ['"走。"', '\n"来。"', "她走了。"]),
        ('有"\n他走。"来。"', ['有"\n他走。', '"来。"']),
        ('"一。""二。""三。"', ['"一。"', '"二。"', '"三。"']),
    ],
)
def test_a_straight_quote_after_a_wide_stop_closes_what_is_open_on_its_line(text: str, sentences: list[str]) -> None:
    ends = [0, *sentence_ends(text)]
    assert [text[start:end] for start, end in itertools.pairwise(ends)] == sentences


def seconds_for(text: str) -> float:
    """Processor time; the best of three, since the machine is shared."""
    taken: list[float] = []
    for _ in range(3):
        sentence_ends.cache_clear()
        began = time.process_time()
        sentence_ends(text)
        taken.append(time.process_time() - began)
    return min(taken)


@pytest.mark.slow
@pytest.mark.parametrize("piece", ['"他说。"', "他说。", 'He went. "No." ', ".", '."', "「", '—"', "a.\n"])
def test_a_long_text_takes_linear_time(piece: str) -> None:
    size = 64_000 // len(piece)
    assert seconds_for(piece * (4 * size)) < 9 * seconds_for(piece * size)
