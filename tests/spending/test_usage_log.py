"""Every call on a line of its own."""

import json
import stat
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spending.conftest import OTHER, STORY, Clock

from fiction.spending.usage_log import Entry, UsageLog
from fiction.story.turn import Usage

CALL = Usage(100, 20, 60, True, 7)


def entry(story: str = STORY, usage: Usage = CALL) -> Entry:
    return Entry(story, "teller", "api.example.com", usage)


def file_of(folder: Path, clock: Clock) -> Path:
    return folder / f"{clock().date().isoformat()}.jsonl"


def test_a_call_is_one_line_that_says_what_it_cost_and_nothing_of_the_story(folder: Path, clock: Clock) -> None:
    UsageLog(folder, now=clock).enter(entry())
    assert [json.loads(line) for line in file_of(folder, clock).read_text().splitlines() if line] == [
        {
            "time": "2026-11-22T23:30:00.000+09:00",
            "story": STORY,
            "model": "teller",
            "host": "api.example.com",
            "in": 100,
            "out": 20,
            "cached": 60,
            "cost": 7,
            "estimated": True,
            "unpriced": False,
        }
    ]


def test_only_its_owner_can_read_it(folder: Path, clock: Clock) -> None:
    UsageLog(folder, now=clock).enter(entry())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file_of(folder, clock).stat().st_mode) == 0o600


def test_a_story_has_all_its_days_and_today_has_all_stories(folder: Path, clock: Clock) -> None:
    ledger = UsageLog(folder, now=clock)
    ledger.enter(entry())
    ledger.enter(entry(OTHER))
    clock.forward(minutes=31)
    assert ledger.today() == Usage()
    ledger.enter(entry())
    for each in (ledger, UsageLog(folder, now=clock)):
        assert each.of(STORY) == CALL + CALL
        assert each.of(OTHER) == CALL
        assert each.today() == CALL


def test_a_clock_that_is_set_back_counts_nothing_twice(folder: Path, clock: Clock) -> None:
    ledger = UsageLog(folder, now=clock)
    ledger.enter(entry())
    clock.forward(minutes=31)
    ledger.enter(entry())
    assert ledger.of(STORY) == CALL + CALL
    clock.forward(minutes=-31)
    ledger.enter(entry())
    assert ledger.of(STORY) == CALL + CALL + CALL
    assert ledger.today() == CALL + CALL


def test_the_days_of_a_time_zone_end_at_its_own_midnight(folder: Path, clock: Clock) -> None:
    assert clock().astimezone(UTC).date() == date(2026, 11, 22)
    clock.forward(minutes=30)
    assert clock().astimezone(UTC).date() == date(2026, 11, 22)
    UsageLog(folder, now=clock).enter(entry())
    assert [path.name for path in folder.iterdir()] == ["2026-11-23.jsonl"]


BROKEN = [
    b"",
    b"{",
    b"not json",
    b"[1, 2]",
    b"17",
    b"null",
    b"{}",
    b'{"story": 3, "in": 1, "out": 1, "cached": 1, "cost": 1, "estimated": false, "unpriced": false}',
    b'{"story": "aaaa", "in": -1, "out": 1, "cached": 1, "cost": 1, "estimated": false, "unpriced": false}',
    b'{"story": "aaaa", "in": "1", "out": 1, "cached": 1, "cost": 1, "estimated": false, "unpriced": false}',
    b'{"story": "aaaa", "in": NaN, "out": 1, "cached": 1, "cost": 1, "estimated": false, "unpriced": false}',
    b'{"story": "aaaa", "in": ' + b"9" * 5000 + b"}",
    b"[" * 4000,
    b"\xff\xfe\x00",
]


@pytest.mark.parametrize("line", BROKEN)
def test_a_broken_line_is_skipped(line: bytes, folder: Path, clock: Clock) -> None:
    ledger = UsageLog(folder, now=clock)
    ledger.enter(entry())
    with file_of(folder, clock).open("ab") as file:
        file.write(line.replace(b"aaaa", STORY.encode()) + b"\n")
    ledger.enter(entry())
    for each in (ledger, UsageLog(folder, now=clock)):
        assert each.today() == each.of(STORY) == CALL + CALL
    clock.forward(minutes=60)
    assert UsageLog(folder, now=clock).of(STORY) == CALL + CALL


@given(st.binary(max_size=200).filter(lambda torn: not torn.lstrip().startswith(b"}")))
def test_a_torn_line_costs_itself_alone(torn: bytes) -> None:
    clock = Clock()
    with tempfile.TemporaryDirectory() as root:
        ledger = UsageLog(Path(root), now=clock)
        ledger.enter(entry())
        with file_of(Path(root), clock).open("ab") as file:
            file.write(entry().line(clock())[:-2] + torn)
        assert ledger.today() == CALL
        ledger.enter(entry())
        assert ledger.today() == UsageLog(Path(root), now=clock).today() == CALL + CALL


def test_a_file_that_somebody_empties_is_begun_again(folder: Path, clock: Clock) -> None:
    ledger = UsageLog(folder, now=clock)
    for _ in range(3):
        ledger.enter(entry())
    assert ledger.today() == CALL + CALL + CALL
    file_of(folder, clock).unlink()
    ledger.enter(entry())
    assert ledger.today() == ledger.of(STORY) == CALL


def test_what_can_not_be_written_still_counts_until_the_game_is_left(folder: Path, clock: Clock) -> None:
    folder.write_text("a file where the folder should be")
    ledger = UsageLog(folder, now=clock)
    ledger.enter(entry())
    ledger.enter(entry(OTHER))
    assert ledger.of(STORY) == CALL
    assert ledger.today() == CALL + CALL
    clock.forward(minutes=31)
    assert ledger.today() == Usage()
    assert ledger.of(STORY) == CALL
    assert UsageLog(folder, now=clock).of(STORY) == Usage()


FULL = """
import resource, signal, sys
from pathlib import Path
from fiction.spending.usage_log import Entry, UsageLog
from fiction.story.turn import Usage

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (500, resource.RLIM_INFINITY))
ledger = UsageLog(Path(sys.argv[1]))
for _ in range(5):
    ledger.enter(Entry("a" * 32, "teller", "api.example.com", Usage(100, 20, 60, True, 7)))
print(ledger.today().cost, ledger.of("a" * 32).cost)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
ledger.enter(Entry("a" * 32, "teller", "api.example.com", Usage(100, 20, 60, True, 7)))
print(ledger.today().cost)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sets a limit on the size of files")
def test_a_disk_that_fills_up_in_mid_line_costs_that_line_alone(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FULL, str(folder)], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["35", "35", "42"], done.stderr
    whole = UsageLog(folder).today().cost
    assert whole % 7 == 0
    assert 0 < whole < 42


MANY = """
import sys
from pathlib import Path
from fiction.spending.usage_log import Entry, UsageLog
from fiction.story.turn import Usage

ledger = UsageLog(Path(sys.argv[1]))
for number in range(300):
    ledger.enter(Entry(sys.argv[2] * 32, "teller" * 10, "api.example.com", Usage(1, 1, 0, False, 1)))
"""


def test_lines_of_several_processes_never_mix(folder: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", MANY, str(folder), story]) for story in "abc"]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    ledger = UsageLog(folder)
    assert sum(ledger.of(story * 32).cost for story in "abc") == 900
    assert not [
        line for path in folder.iterdir() for line in path.read_text().split("\n") if line and not json.loads(line)
    ]


@given(st.text(max_size=60), st.text(max_size=200), st.text(max_size=200))
def test_whatever_a_name_holds_it_is_one_line_and_found_again(story: str, model: str, host: str) -> None:
    line = Entry(story, model, host, CALL).line(datetime(2026, 1, 1, tzinfo=UTC))
    assert line.count(b"\n") == 1
    assert line.isascii()
    assert len(line) < 4096
    with tempfile.TemporaryDirectory() as root:
        clock = Clock()
        ledger = UsageLog(Path(root), now=clock)
        ledger.enter(Entry(story, model, host, CALL))
        assert ledger.of(story) == CALL
        clock.forward(minutes=60)
        assert ledger.of(story) == CALL
