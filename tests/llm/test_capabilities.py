"""What is learned of a server from its own counts: how many tokens a prompt is, beside our estimate."""

import pytest

from fiction.llm.capabilities.capabilities import Capabilities


@pytest.mark.parametrize(
    ("counted", "ratio"),
    [(1010, 1.1), (1090, 1.1), (1110, 1.2), (1280, 1.3), (2490, 2.5), (9000, 2.5)],
)
def test_a_count_above_the_estimate_is_rounded_up_to_a_step_and_bounded(counted: int, ratio: float) -> None:
    assert Capabilities().after_count(counted=counted, estimated=1000).token_ratio == ratio


@pytest.mark.parametrize("counted", [600, 1000, 1200])
def test_a_count_within_what_is_allowed_for_changes_nothing(counted: int) -> None:
    known = Capabilities(token_ratio=1.2)
    assert known.after_count(counted=counted, estimated=1000) is known


def test_a_short_prompt_teaches_nothing() -> None:
    begun = Capabilities()
    assert begun.after_count(counted=398, estimated=199) is begun
    assert begun.after_count(counted=400, estimated=200).token_ratio == 2.0


def test_a_cap_is_asked_for_in_the_tokens_of_the_server() -> None:
    learned = Capabilities().after_count(counted=1110, estimated=1000)
    assert learned.parameters(max_tokens=500, temperature=0.7)["max_tokens"] == 600
