"""The door for text that others wrote, the report of a crash, and the lightness of the first frame."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.story.reader import ENDLESS
from fiction.tui import words
from fiction.tui.app import FictionApp
from fiction.tui.crash import redact, report
from fiction.tui.library.world_page import COVER_COLUMNS, COVER_LINES, cover
from fiction.tui.prose import SCENE_BREAK, plain, plain_line, prose
from fiction.tui.widgets.keys import Hint, Keys
from support.tui_game import Shelf


@pytest.mark.parametrize(
    ("text", "painted"),
    [
        ("One.\n\nTwo.", "One.\n\nTwo."),
        ("Roses are red\nviolets are *blue*", "Roses are red\nviolets are blue"),
        ("<thinking>\nplan\n</thinking>", "<thinking>\nplan\n</thinking>"),
        ("The door opened.\n---\nIn.", "The door opened.\n\n" + SCENE_BREAK + "\n\nIn."),
        ("a\n\n* * *\n\nb", f"a\n\n{SCENE_BREAK}\n\nb"),
        ("    Indented verse", "Indented verse"),
        ("1984. It was", "1984. It was"),
        ("- I will go", "- I will go"),
        ("他说\n好。", "他说\n好。"),
        ("> a letter", "a letter"),
        ("[a](http://x) ![b](y) `c`", "[a](http://x) ![b](y) `c`"),
        ("\x1b[31mred", "red"),
    ],
)
def test_prose_keeps_what_is_prose(text: str, painted: str) -> None:
    assert prose(text).plain == painted


def test_emphasis_becomes_a_style() -> None:
    content = prose("He said *no* and **never**.")
    assert content.plain == "He said no and never."
    assert sorted(str(span.style) for span in content.spans) == ["bold", "italic"]


@given(st.text(max_size=400))
def test_nothing_that_drives_a_terminal_comes_through_the_door(text: str) -> None:
    for content in (plain(text), plain_line(text), prose(text)):
        assert not {c for c in content.plain if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160}
        assert all("@click" not in str(span.style) for span in content.spans)


@given(st.text(max_size=3000))
def test_a_cover_stays_in_its_box(art: str) -> None:
    lines = cover(art).plain.split("\n")
    assert len(lines) <= COVER_LINES
    assert max(map(len, lines)) <= COVER_COLUMNS


def test_a_report_has_the_traceback_and_no_secret() -> None:
    key = "sk-" + "a" * 24
    try:
        raise ValueError(f"401 for Bearer {key} at https://me:{key}@host/ in {Path.home()}")
    except ValueError as error:
        text = report(error)
    assert "ValueError" in text
    assert key not in text
    assert str(Path.home()) not in text
    assert redact(text) == text
    assert "plainword" not in report(ValueError("wrong key: plainword"), ("plainword",))


async def test_a_crash_prints_one_line_and_no_local_variables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "logs" / "crash.txt"
    app = FictionApp(lambda: Shelf(tmp_path), animations="none", crash_log=log)

    def broken() -> None:
        local_secret = "swordfish"
        raise RuntimeError(f"boom {len(local_secret)}")

    with pytest.raises(RuntimeError):
        async with app.run_test(size=(80, 24)) as pilot:
            app.call_later(broken)
            await pilot.pause(0.2)
    printed = "".join(capsys.readouterr())
    assert "fiction had to stop: RuntimeError. Your story is saved." in printed
    assert "swordfish" not in printed
    assert "Traceback" not in printed
    assert "boom 9" in log.read_text()
    assert "swordfish" not in log.read_text().replace('local_secret = "swordfish"', "")


def test_the_first_frame_loads_nothing_heavy() -> None:
    code = "import sys, fiction.tui.app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"pydantic", "yaml", "openai", "chromadb", "sqlite3", "numpy", "markdown_it"}
    assert not heavy & set(done.stdout.split())


def test_numbers_are_said_in_words() -> None:
    now = datetime(2026, 5, 4, tzinfo=UTC).timestamp()
    assert words.ago(int((now - 5) * 1000), now) == "just now"
    assert words.ago(int((now - 60) * 1000), now) == "1 minute ago"
    assert words.ago(int((now - 7200) * 1000), now) == "2 hours ago"
    assert words.ago(int((now - 3 * 86400) * 1000), now) == "3 days ago"
    assert "2026" in words.ago(int((now - 30 * 86400) * 1000), now)
    assert [words.roman(n) for n in (1, 4, 9, 14)] == ["I", "IV", "IX", "XIV"]
    assert words.place_in_story(3, ENDLESS) == "turn 3"


def test_the_last_hint_always_fits() -> None:
    assert Keys((Hint("a", "b", ""),)).render().plain == "a b"
