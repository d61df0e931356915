"""Event streams by the standard's rules, however the bytes were cut on their way."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.llm import event_stream
from fiction.llm.event_stream import Event, EventReader

LINES = st.sampled_from(
    ["data: a", "data:b", "data", "data: 你好 🂡", ": ping", "id: 7", "retry: 3000", "event: error", ""]
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def read(*pieces: bytes) -> list[Event]:
    reader = EventReader()
    return [event for piece in pieces for event in reader.feed(piece)] + reader.close()


@pytest.mark.parametrize(
    ("sent", "events"),
    [
        ("data: a\n\ndata: b\n\n", [Event("a"), Event("b")]),
        ("data: a\r\n\r\ndata: b\r\n\r\n", [Event("a"), Event("b")]),
        ("data: a\r\rdata: b\r\r", [Event("a"), Event("b")]),
        ("retry: 3000\n\nid: 1\n\n: comment\n\ndata:\n\ndata: a\n\n", [Event("a")]),
        ("\ufeffdata: a\n\n", [Event("a")]),
        ("data: a\ndata: b\n\n", [Event("a\nb")]),
        ("data:a\n\ndata:  b\n\n", [Event("a"), Event(" b")]),
        ("event: error\ndata: no\n\ndata: a\n\n", [Event("no", "error"), Event("a")]),
        ("event: error\n\ndata: a\n\n", [Event("a")]),
        ("data: a\n\ndata: b", [Event("a"), Event("b")]),
        ("data: a\u2028b\n\n", [Event("a\u2028b")]),
        ("", []),
    ],
)
def test_events_are_read_by_the_rules(sent: str, events: list[Event]) -> None:
    assert read(sent.encode()) == events


@given(st.lists(st.tuples(LINES, ENDS), max_size=30), st.lists(st.integers(0, 400), max_size=12))
def test_where_the_bytes_are_cut_changes_nothing(lines: list[tuple[str, str]], cuts: list[int]) -> None:
    sent = "".join(line + end for line, end in lines).encode()
    places = [0, *sorted(min(cut, len(sent)) for cut in cuts), len(sent)]
    pieces = [sent[a:b] for a, b in itertools.pairwise(places)]
    assert read(*pieces) == read(sent) == read(*(bytes([byte]) for byte in sent))


@given(st.lists(LINES, max_size=30))
def test_all_line_ends_mean_the_same(lines: list[str]) -> None:
    assert read("\n".join(lines).encode()) == read("\r\n".join(lines).encode()) == read("\r".join(lines).encode())


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(sent: bytes) -> None:
    read(sent)


@pytest.mark.parametrize("piece", [b"data: " + b"x" * 60, b"data: x\n", b"x"])
def test_an_event_without_end_is_not_gathered_for_ever(piece: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "MOST", 1_000)
    reader = EventReader()
    with pytest.raises(ValueError, match="without end"):
        for _ in range(1_001):
            reader.feed(piece)
