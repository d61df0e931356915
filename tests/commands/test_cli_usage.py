"""What is typed wrongly, what goes wrong, and what is never shown."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from commands.conftest import Fiction

from fiction import __version__, cli
from fiction.commands import resume

ROOT = Path(__file__).parents[2]
KEY = "sk-very-secret-0123456789"


def test_help_names_every_command(fiction: Fiction) -> None:
    shown = fiction("--help")
    assert shown.code == 0
    for name in ("play", "resume", "worlds", "saves", "profile", "config", "doctor"):
        assert f"    {name} " in shown.out


ACTIONS = {
    "worlds": ("list", "show", "check", "install", "remove", "schema"),
    "saves": ("list", "show", "check", "export", "import", "repair", "rename", "delete"),
    "profile": ("show", "edit", "reset"),
    "config": ("show", "get", "set", "path"),
}


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_the_readme_names_every_command_and_option(fiction: Fiction, name: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = readme.partition("## Commands")[2].partition("\n## ")[0]
    actions = ACTIONS.get(name, ())
    helps = [fiction(name, "--help").out, *(fiction(name, action, "--help").out for action in actions)]
    options = {option for text in helps for option in re.findall(r"--[a-z]+", text)} - {"--help"}
    assert {option for option in options if option not in listed} == set()
    assert f"fiction {name}" in listed
    assert set(re.findall(r"^    ([a-z]+) ", helps[0], re.M)) == set(actions)
    section = listed.partition(f"fiction {name}")[2].partition("\nfiction ")[0]
    assert [action for action in actions if action not in section] == []


def test_the_version_is_told(fiction: Fiction) -> None:
    assert fiction("--version").out == f"fiction {__version__}\n"


@pytest.mark.parametrize(
    "words",
    [
        ["dance"],
        ["write"],
        ["serve"],
        ["worlds", "new"],
        ["worlds", "import"],
        ["--hom", "x"],
        ["play"],
        ["play", "a", "--about", "b"],
        ["play", "a", "--length", "long"],
        ["play", "a", "--length", "2"],
        ["play", "a", "--seed", "-1"],
        ["play", "a", "--storyteller", "poet"],
        ["worlds", "show"],
        ["config", "get"],
    ],
    ids=" ".join,
)
def test_a_command_line_that_makes_no_sense_is_2(fiction: Fiction, words: list[str]) -> None:
    shown = fiction(*words)
    assert shown.code == 2
    assert shown.out == ""
    assert shown.err.startswith("usage: ")


def test_what_was_typed_wrongly_reaches_no_terminal_escape(fiction: Fiction) -> None:
    shown = fiction("\x1b]0;title\x07dance")
    assert "\x1b" not in shown.err
    assert "\x07" not in shown.err


def test_the_home_may_stand_before_or_after_the_command(fiction: Fiction, tmp_path: Path) -> None:
    expected = f"{tmp_path / 'elsewhere' / 'config.yaml'}\n"
    elsewhere = str(tmp_path / "elsewhere")
    assert fiction("--home", elsewhere, "config", "path").out == expected
    assert fiction("config", "path", "--home", elsewhere).out == expected
    assert fiction("config", "--home", elsewhere, "path").out == expected


def test_looking_around_leaves_nothing_behind(fiction: Fiction, home: Path) -> None:
    for words in (["worlds"], ["saves"], ["profile"], ["config"], ["saves", "check"]):
        assert fiction(*words).code == 0
    assert list(home.iterdir()) == []


class TestAFailureThatNobodyForesaw:
    @pytest.fixture(autouse=True)
    def broken(self, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
        (home / "config.yaml").write_text(f"server: {{api_key: {KEY}}}\n")

        def run(*_: object) -> int:
            secret_local = KEY
            raise ValueError(f"Bearer abcdefghijkl and {secret_local}")

        monkeypatch.setattr(resume, "run", run)

    def test_is_one_sentence_and_a_report_without_secrets(self, fiction: Fiction, home: Path) -> None:
        sentence = fiction("resume").sentence
        report = next((home / "logs").iterdir())
        assert "ValueError" in sentence
        assert str(report) in sentence
        text = report.read_text()
        assert "Traceback" in text
        assert "test_cli_usage.py" in text
        assert KEY not in text + sentence
        assert "abcdefghijkl" not in text
        assert stat.S_IMODE(report.stat().st_mode) == 0o600

    def test_shows_where_it_came_from_if_one_asks_for_it(self, fiction: Fiction) -> None:
        shown = fiction("resume", "--verbose")
        assert shown.code == 1
        assert "Traceback" in shown.err
        assert KEY not in shown.err

    def test_is_one_sentence_where_nothing_can_be_written(self, fiction: Fiction) -> None:
        assert "--verbose" in fiction("--home", "/proc/nothing", "resume").sentence


def test_ctrl_c_is_130_without_a_word(fiction: Fiction, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(resume, "run", run)
    shown = fiction("resume")
    assert (shown.code, shown.out, shown.err) == (130, "", "")


def test_a_reader_who_stops_reading_hears_no_complaint(home: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    argv = [sys.executable, "-m", "fiction", "config", "show"]
    done = subprocess.run(argv, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, env=dict(os.environ))
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_that_lacks_characters_shows_question_marks(world: str) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    argv = [sys.executable, "-m", "fiction", "worlds", "list"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=env)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="the shell closes stdout")
@pytest.mark.parametrize("words", ["saves list", "play salt-road --plain --seed 3"])
def test_without_a_place_to_print_commands_do_their_work(world: str, home: Path, words: str) -> None:
    script = f'exec "{sys.executable}" -m fiction {words} >&- </dev/null'
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (home / "logs").exists()
