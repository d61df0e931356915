"""How long the next bytes of a reply are waited for."""

from fiction.llm.stall_timer import MAX_STALLS, StallTimer


def test_before_any_byte_the_wait_is_as_long_as_it_takes() -> None:
    timer = StallTimer(60)
    timer.waited(10_000)
    assert timer.seconds is None
    assert not timer.exhausted


def test_signs_of_life_before_the_first_event_have_a_limit_in_all() -> None:
    timer = StallTimer(60)
    for _ in range(MAX_STALLS):
        timer.hear(events=False, begun=False)
        assert timer.seconds == timer.limit - timer._waited > 0
        timer.waited(60)
    assert timer.seconds == 0
    assert timer.exhausted


def test_once_the_reply_has_begun_each_silence_has_the_stall_time_out() -> None:
    timer = StallTimer(60)
    timer.hear(events=True, begun=False)
    assert timer.seconds == 60
    timer.waited(59)
    timer.hear(events=False, begun=False)
    assert timer.seconds == 60


def test_signs_of_life_amid_the_reply_have_the_same_limit_and_an_event_begins_it_anew() -> None:
    timer = StallTimer(60)
    timer.hear(events=True, begun=False)
    timer.waited(timer.limit - 10)
    timer.hear(events=False, begun=False)
    assert timer.seconds == 10
    timer.hear(events=True, begun=False)
    assert timer.seconds == 60


def test_part_of_an_event_begins_the_reply() -> None:
    timer = StallTimer(60)
    timer.hear(events=False, begun=True)
    assert timer.seconds == 60


def test_after_the_end_all_waits_together_have_a_limit() -> None:
    timer = StallTimer(60)
    timer.hear(events=True, begun=False)
    timer.waited(50)
    assert timer.after_end(3) == 3
    timer.waited(2)
    timer.hear(events=True, begun=False)
    assert timer.after_end(3) == 1
    assert timer.after_end(0.1) == 0
