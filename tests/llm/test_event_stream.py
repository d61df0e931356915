"""Event streams by the standard's rules, however the bytes were cut on their way."""

import itertools
import time

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


def seconds_for(pieces: int, piece: bytes, *, first: bytes, rounds: int = 3) -> float:
    """Processor time of reading so many pieces without an event; the best round, since the machine is shared."""
    taken: list[float] = []
    for _ in range(rounds):
        reader = EventReader()
        started = time.process_time()
        reader.feed(first)
        for _ in range(pieces):
            reader.feed(piece)
        assert not reader.feed(b"")
        taken.append(time.process_time() - started)
    return min(taken)


ENDLESS = {
    "one line of data": (b"data: ", b"x" * 16),
    "one comment": (b": ", b"x" * 16),
    "a line without a colon": (b"", b"x" * 16),
    "characters cut in two": (b"data: ", "河".encode() * 5 + "河".encode()[:1]),
    "many lines of data": (b"", b"data: 123456789\n"),
}


@pytest.mark.parametrize(("first", "piece"), ENDLESS.values(), ids=ENDLESS)
def test_an_endless_line_is_read_in_linear_time(monkeypatch: pytest.MonkeyPatch, first: bytes, piece: bytes) -> None:
    monkeypatch.setattr(event_stream, "MOST", 10_000_000)
    assert seconds_for(6_000, piece, first=first) < 8 * seconds_for(1_500, piece, first=first)
    assert seconds_for(200_000, piece, first=first, rounds=1) < 2


@pytest.mark.parametrize(
    ("sent", "amid"),
    [
        ("", False),
        (": ping", False),
        (": ping\n\n", False),
        ("retry: 3000\n\nid: 7\n\n", False),
        ("id: 7", False),
        ("d", True),
        ("data: {", True),
        ("data: {}\n", True),
        ("data: {}\n\n", False),
        ("event: error\n", True),
        ("event", True),
        ("\ufeffdata: {}\r\n\r", False),
    ],
)
def test_it_is_known_whether_part_of_an_event_is_there(sent: str, *, amid: bool) -> None:
    for pieces in ([sent.encode()], [bytes([byte]) for byte in sent.encode()]):
        reader = EventReader()
        for piece in pieces:
            reader.feed(piece)
        assert reader.amid_event is amid
