"""Stories played through the commands, in lines."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands.conftest import Fiction, Server

from fiction.saves.library import SaveLibrary

KEY = "sk-very-secret-0123456789"
IMAGINED = {
    "title": "Letters to the Fog",
    "summary": "A lighthouse keeper writes to the fog, and the fog begins to answer.",
    "setting": "A lighthouse on a rock where the fog comes in at four and the post boat on Thursdays, or not at all.",
    "protagonist": "The keeper.",
    "genre": "quiet",
    "style": {"tense": "present", "tone": ["dry"], "avoid": [], "sample": "The lamp is lit at four."},
    "characters": [{"name": "Oda", "role": "brings the post", "description": "Late.", "voice": "", "goals": []}],
    "places": [{"name": "The lamp room", "description": "Brass and glass."}],
    "outline": ["The fog answers.", "The post boat does not come.", "The lamp goes out."],
    "threads": [{"setup": "Somebody else has been writing too.", "payoff": "It was the keeper before."}],
    "endings": [{"title": "The last letter", "condition": "The fog has what it wanted."}],
}
"""A world as a model might make it."""


def test_a_whole_story_is_played_from_a_pipe(process: Fiction, world: str, home: Path) -> None:
    played = process("play", world, "--seed", "3", "--length", "5", "--save", "first", typed="1\n" * 20)
    assert (played.code, played.err) == (0, "")
    assert any(line.startswith("The end.") for line in played.lines)
    assert "Saved as first. To go on: fiction resume first" in played.lines
    card = SaveLibrary(home / "saves").cards()[0]
    assert card.ended
    assert card.turns >= 4


def test_the_same_seed_and_choices_tell_the_same_story(fiction: Fiction, world: str) -> None:
    first = fiction("play", world, "--seed", "7", typed="1\n2\n3\n")
    second = fiction("play", world, "--seed", "7", typed="1\n2\n3\n")
    other = fiction("play", world, "--seed", "8", typed="1\n2\n3\n")
    assert first.lines[:-1] == second.lines[:-1]
    assert first.lines[:-1] != other.lines[:-1]


def test_the_game_itself_is_played_in_lines_from_a_pipe(fiction: Fiction, world: str) -> None:
    number = next(line.split(".")[0] for line in fiction(typed="").lines if "The Salt Road" in line)
    played = fiction(typed=f"{number}\nGrace\n1\n")
    assert played.code == 0
    assert "You lower the lantern into the well." in played.out
    again = fiction(typed="c\n/timeline\n")
    assert "Your last story is The Salt Road, at turn 2" in again.out
    assert "Turn 1." in again.out


def test_a_story_is_resumed_where_it_was_left_even_without_its_world(fiction: Fiction, world: str, home: Path) -> None:
    fiction("play", world, typed="I count the boats\n")
    (home / "worlds" / world / "world.yaml").unlink()
    (home / "worlds" / world).rmdir()
    resumed = fiction("resume", typed="1\n")
    assert resumed.code == 0
    assert "You: I count the boats." in resumed.lines
    assert "Turn 3." in resumed.out


def test_an_opening_a_name_and_a_length_can_be_chosen(fiction: Fiction, world: str) -> None:
    played = fiction("play", world, "--opening", "departure", "--name", "Grace", "--length", "endless", "--save", "x")
    assert "The ferry is already moving." in played.out
    shown = fiction("saves", "show", "x").lines
    assert "reader: Grace" in shown
    assert "length: endless" in shown
    assert "It has: arrival, departure." in fiction("play", world, "--opening", "nowhere").sentence


def test_a_genre_for_a_world_is_refused_in_a_sentence(fiction: Fiction, world: str, home: Path) -> None:
    played = fiction("play", world, "--genre", "gothic", typed="1\n")
    assert played.code == 1
    assert "--genre goes with --about" in played.err
    assert not SaveLibrary(home / "saves").cards()


def test_a_story_can_be_about_a_sentence(fiction: Fiction, world: str) -> None:
    about = "a lighthouse keeper who writes letters to the fog"
    played = fiction("play", "--about", about, "--genre", "quiet", typed="1\n/quit\n")
    assert (played.code, played.err) == (0, "")
    assert played.lines[0].startswith("A lighthouse keeper who writes letters to the fog.")


class TestFailuresAreOneSentenceAndNothingIsLost:
    def test_no_such_world(self, fiction: Fiction, world: str) -> None:
        assert "There is no world 'salt-raod'." in fiction("play", "salt-raod").sentence

    def test_a_broken_pack(self, fiction: Fiction, world: str, home: Path) -> None:
        file = home / "worlds" / world / "world.yaml"
        file.write_text(file.read_text() + "storylets: nonsense\n")
        assert world in fiction("play", world).sentence
        assert not (home / "saves").exists() or not list((home / "saves").glob("*.fiction"))

    def test_a_save_of_a_later_version(self, fiction: Fiction, world: str, home: Path) -> None:
        save = self.saved(fiction, world, home)
        raw = bytearray(save.read_bytes())
        raw[60:64] = (99).to_bytes(4, "big")
        save.write_bytes(raw)
        assert "later version of fiction" in fiction("resume", "kept").sentence
        assert save.read_bytes() == raw

    def test_a_truncated_save(self, fiction: Fiction, world: str, home: Path) -> None:
        save = self.saved(fiction, world, home)
        whole = save.read_bytes()
        save.write_bytes(whole[: len(whole) // 2])
        assert fiction("resume", "kept").sentence
        assert fiction("saves", "check", "kept").code == 1
        assert fiction("saves", "list").code == 0
        assert save.read_bytes() == whole[: len(whole) // 2]

    @pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc here")
    def test_a_home_that_can_not_be_written(self, fiction: Fiction, world: str) -> None:
        bundled = fiction("worlds", "list").lines[0].split()[0]
        assert "can be written" in fiction("play", bundled, "--home", "/proc/fiction").sentence

    def test_a_second_process_on_the_same_story(self, fiction: Fiction, world: str, home: Path) -> None:
        self.saved(fiction, world, home)
        held = SaveLibrary(home / "saves").open("kept")
        assert "kept" in fiction("resume", "kept").sentence
        held.close()
        assert fiction("resume", "kept").code == 0

    def test_no_model_is_set_up(self, fiction: Fiction, world: str, home: Path) -> None:
        assert fiction("play", world, "--storyteller", "model").sentence.startswith("No model is set up.")
        assert not (home / "saves").exists() or not list((home / "saves").glob("*.fiction"))

    def test_the_settings_are_broken(self, fiction: Fiction, world: str, home: Path) -> None:
        (home / "config.yaml").write_text("theme: night\nserver: 7\n")
        assert fiction("play", world).sentence.startswith(f"{home / 'config.yaml'}:2: ")

    @staticmethod
    def saved(fiction: Fiction, world: str, home: Path) -> Path:
        assert fiction("play", world, "--save", "kept", typed="1\n").code == 0
        return home / "saves" / "kept.fiction"


class TestAServerThatFails:
    @pytest.fixture(autouse=True)
    def settings(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FICTION_BASE_URL", server.base_url)
        monkeypatch.setenv("FICTION_API_KEY", KEY)
        monkeypatch.setenv("FICTION_MODEL", "tiny")

    @pytest.mark.parametrize(
        ("status", "said"),
        [
            (401, b'{"error": {"message": "Incorrect API key provided: sk-very-secret-0123456789"}}'),
            (404, b'{"error": {"message": "The model does not exist", "code": "model_not_found"}}'),
            (500, b'{"error": {"message": "boom"}}'),
        ],
        ids=["wrong key", "wrong model", "server error"],
    )
    def test_is_said_and_what_was_decided_is_kept(
        self, fiction: Fiction, world: str, server: Server, home: Path, status: int, said: bytes
    ) -> None:
        server.status, server.body = status, said
        played = fiction("play", world, "--save", "kept", typed="1\nI count the boats\n")
        assert played.sentence in played.out or played.sentence.split(".")[0] in played.out
        assert KEY not in played.out + played.err
        assert not (home / "logs").exists()
        again = fiction("resume", "kept", typed="/storyteller offline\n/retry\n")
        assert again.code == 0
        assert "I count the boats" in again.out

    def test_until_it_works_again(self, fiction: Fiction, world: str, server: Server) -> None:
        server.status = 500
        fiction("play", world, "--save", "kept", typed="1\nI count the boats\n")
        server.status = 200
        server.streams("You count the boats. ", "There is one too many, and nobody on the quay will look at it.")
        again = fiction("resume", "kept", typed="/retry\n/memory\n")
        assert again.code == 0
        assert "You count the boats. There is one too many, and nobody on the quay will look at it." in again.lines
        assert fiction("saves", "check").code == 0

    @pytest.mark.parametrize("made", [json.dumps(IMAGINED), "The fog is grey."])
    def test_a_model_makes_a_world_of_a_sentence(self, fiction: Fiction, world: str, server: Server, made: str) -> None:
        server.streams(made)
        played = fiction(
            "play", "--about", "a keeper who writes {letters} to the fog", "--save", "kept", typed="/quit\n"
        )
        assert (played.code, played.err) == (0, "")
        assert (
            played.lines[0] == "A world is being made of your sentence. Press Enter to begin with the sentence alone."
        )
        assert ("Letters to the Fog. Told by tiny" in played.out) == ("title" in made)
        assert "premise" not in fiction("resume", "kept", typed="/storyteller offline\n1\n").err

    def test_nothing_is_begun_where_no_world_can_be_made(
        self, fiction: Fiction, world: str, server: Server, home: Path
    ) -> None:
        server.status = 500
        assert server.base_url.split("/")[2] in fiction("play", "--about", "a keeper").sentence
        assert not list((home / "saves").glob("*.fiction"))

    def test_a_server_of_the_settings_is_asked_by_its_name(
        self, fiction: Fiction, world: str, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("FICTION_MODEL")
        fiction("config", "set", "servers.home.base_url", server.base_url)
        fiction("config", "set", "servers.home.model", "two")
        server.streams("You count the boats. ", "There is one too many, and nobody on the quay will look at it.")
        played = fiction("play", world, "--save", "kept", "--storyteller", "model:home", typed="1\nI count the boats\n")
        assert "Told by two at 127.0.0.1" in played.out
        assert "You count the boats." in played.out
        assert "no server 'nobody'" in fiction("play", world, "--storyteller", "model:nobody").sentence
        assert fiction("play", world, "--storyteller", "somebody").code == 2

    def test_nobody_answers(self, fiction: Fiction, world: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FICTION_BASE_URL", "http://127.0.0.1:9/v1")
        played = fiction("play", world, "--save", "kept", typed="1\n")
        assert "127.0.0.1:9" in played.sentence
        assert "/storyteller offline" in played.out

    def test_a_story_of_a_model_goes_on_without_one(
        self, fiction: Fiction, world: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fiction("play", world, "--save", "kept")
        monkeypatch.delenv("FICTION_MODEL")
        played = fiction("resume", "kept", typed="1\n/storyteller model\n")
        assert played.code == 0
        assert any("No model is set up." in line and line.startswith("Note: ") for line in played.lines)

    def test_the_key_goes_to_its_server_alone(self, fiction: Fiction, world: str, server: Server) -> None:
        server.status = 500
        fiction("play", world, typed="1\n")
        assert server.keys
        assert set(server.keys) == {f"Bearer {KEY}"}


def test_ctrl_c_saves_and_leaves_with_130(world: str, home: Path) -> None:
    argv = [sys.executable, "-m", "fiction", "play", world, "--save", "kept"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as playing:
        assert playing.stdin is not None
        playing.stdin.write(b"1\n")
        playing.stdin.flush()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            cards = SaveLibrary(home / "saves").cards()
            if cards and cards[0].turns == 2:
                break
            time.sleep(0.1)
        time.sleep(0.3)
        os.kill(playing.pid, signal.SIGINT)
        out, err = playing.communicate(timeout=30)
    assert (playing.returncode, err) == (130, b"")
    assert b"Saved as kept." in out
