"""The settings: where they come from, what they refuse, and where a key may go."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.config import Settings, load, meaning, names, set_value, value_of
from fiction.config.handwritten import change, parse
from fiction.errors import SettingsError
from fiction.text.sanitise import clean

OURS = "sk-ours-0123456789"
THEIRS = "sk-theirs-0123456789"


def key_of(file: Path, **environment: str) -> str:
    return load(file, environment).settings.server.api_key.get_secret_value()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def test_without_a_file_and_without_variables_the_built_in_storyteller_tells(file: Path) -> None:
    assert load(file, {}).settings.new_storyteller == "offline"


def test_a_model_that_is_named_tells_unless_the_reader_says_otherwise(file: Path) -> None:
    assert load(file, {"FICTION_MODEL": "gemma"}).settings.new_storyteller == "model"
    file.write_text("storyteller: offline\n")
    assert load(file, {"FICTION_MODEL": "gemma"}).settings.new_storyteller == "offline"


def test_the_environment_is_stronger_than_the_file_and_our_own_variables_are_the_strongest(file: Path) -> None:
    file.write_text("server:\n  base_url: http://file/v1\n  model: of-the-file\n")
    assert load(file, {}).settings.server.base_url == "http://file/v1"
    both = {"OPENAI_BASE_URL": "http://openai-variable/v1", "FICTION_BASE_URL": "http://ours/v1"}
    assert load(file, both).settings.server.base_url == "http://ours/v1"
    one = load(file, {"OPENAI_BASE_URL": "http://openai-variable/v1"})
    assert one.settings.server.base_url == "http://openai-variable/v1"
    assert one.sources["server.base_url"] == "OPENAI_BASE_URL"
    assert one.sources["server.model"] == str(file)


class TestWhereAKeyMayGo:
    def test_an_openai_key_goes_to_openai(self, file: Path) -> None:
        assert key_of(file, OPENAI_API_KEY=THEIRS) == THEIRS
        assert key_of(file, OPENAI_API_KEY=THEIRS, FICTION_BASE_URL="https://api.openai.com/v1/") == THEIRS

    @pytest.mark.parametrize(
        "address",
        [
            "http://127.0.0.1:8080/v1",
            "https://openrouter.ai/api/v1",
            "https://api.openai.com.evil.example/v1",
            "https://evil.example/api.openai.com/v1",
            "http://api.openai.com/v1",
            "https://api.openai.com:8443/v1",
        ],
    )
    def test_and_to_nobody_else(self, file: Path, address: str) -> None:
        configuration = load(file, {"OPENAI_API_KEY": THEIRS, "FICTION_BASE_URL": address})
        assert configuration.settings.server.api_key.get_secret_value() == ""
        assert "not sent" in configuration.withheld
        assert THEIRS not in configuration.withheld

    def test_unless_the_address_was_set_together_with_it(self, file: Path) -> None:
        there = {"OPENAI_API_KEY": THEIRS, "OPENAI_BASE_URL": "http://127.0.0.1:8080/v1"}
        assert key_of(file, **there) == THEIRS

    def test_a_key_in_the_file_goes_to_the_address_in_the_file_alone(self, file: Path) -> None:
        file.write_text(f"server:\n  base_url: https://ours.example/v1\n  api_key: {OURS}\n")
        assert key_of(file) == OURS
        assert key_of(file, OPENAI_API_KEY=THEIRS) == OURS
        assert key_of(file, FICTION_BASE_URL="https://elsewhere.example/v1") == ""

    def test_our_own_variable_is_meant_for_whatever_address_is_set(self, file: Path) -> None:
        assert key_of(file, FICTION_API_KEY=OURS, FICTION_BASE_URL="http://127.0.0.1:1234/v1") == OURS


def test_a_key_is_never_shown(file: Path) -> None:
    file.write_text(f"server: {{api_key: {OURS}}}\n")
    configuration = load(file, {"OPENAI_API_KEY": THEIRS})
    everything = f"{configuration} {configuration!r} {configuration.settings!r} {configuration.settings.model_dump()}"
    assert OURS not in everything
    assert THEIRS not in everything
    assert value_of(configuration.settings, "server.api_key") == "set"
    assert value_of(Settings(), "server.api_key") == "not set"
    assert set(configuration.secrets) == {OURS, THEIRS}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("theme: night\nserver:\n  modle: x\n", 3, "no setting `server.modle`"),
        ("\nanimations: wild\n", 2, "`animations` should be 'full', 'basic' or 'none'"),
        ("server:\n  base_url: ftp://x\n", 2, "an address begins with http"),
        ("server:\n  base_url: http://me:secret@host/v1\n", 2, "holds no user or password"),
        ("server:\n  api_key: two words\n", 2, "a key is one word"),
        ("a: [1, 2\n", 2, "config.yaml"),
        ("theme: night\ntheme: paper\n", 2, "there twice"),
        ("theme: &a night\n", 1, "anchors"),
        ("theme: !!python/object:os.system night\n", 1, "tags"),
        ("- a\n", 1, "`name: value`"),
        ("theme: \x1b[2J\n", 1, "control character"),
        ("[" * 50, 1, "deeply"),
        ("{" * 50, 1, "plain words"),
        ("a: {b: {c: {d: {e: {f: {g: 1}}}}}}\n", 1, "deeply"),
        ("a: 1\n---\nb: 2\n", 2, "second"),
        ("a: *b\n", 1, "aliases"),
        ("theme: 'night\n", 1, "never closed"),
        ("server:\n  model: " + "9" * 20 + "\n", 2, "20 digits"),
        ("theme: \u202enight\n", 1, "U+202E"),
        ("#" * (64 * 1024 + 1), 1, "at most 65,536 bytes"),
        ("1: x\n", 1, "plain words"),
    ],
)
def test_a_broken_file_is_named_with_its_line(file: Path, text: str, line: int, said: str) -> None:
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load(file, {})
    assert caught.value.message.startswith(f"{file}:{line}: ")
    assert said in caught.value.message
    assert "secret" not in caught.value.sentence
    assert clean(caught.value.sentence) == caught.value.sentence


def test_the_nearest_name_is_offered(file: Path) -> None:
    file.write_text("server:\n  modle: x\n")
    with pytest.raises(SettingsError) as caught:
        load(file, {})
    assert caught.value.hint == "Did you mean server.model?"


def test_a_variable_that_makes_no_sense_is_named(file: Path) -> None:
    with pytest.raises(SettingsError, match="FICTION_BASE_URL"):
        load(file, {"FICTION_BASE_URL": "localhost:8080"})


def test_setting_one_value_keeps_everything_else_with_its_comments(file: Path) -> None:
    file.write_text("# mine\ntheme: night  # at night\nserver:\n  model: old   # the old one\n\nanimations: none\n")
    set_value(file, "server.model", "new: one")
    set_value(file, "server.budget", "8192")
    set_value(file, "memory.chroma", "off")
    text = file.read_text()
    settings = load(file, {}).settings
    assert (settings.server.model, settings.server.budget, settings.memory.chroma) == ("new: one", 8192, False)
    assert (settings.theme, settings.animations) == ("night", "none")
    assert "# mine" in text
    assert "# at night" in text
    assert "# the old one" in text


def test_an_empty_value_takes_a_setting_out(file: Path) -> None:
    set_value(file, "theme", "paper")
    set_value(file, "server.model", "m")
    set_value(file, "server.model", "")
    assert file.read_text() == "theme: paper\n"


def test_a_value_that_makes_no_sense_is_not_written(file: Path) -> None:
    set_value(file, "theme", "paper")
    with pytest.raises(SettingsError):
        set_value(file, "animations", "wild")
    with pytest.raises(SettingsError):
        set_value(file, "nothing.like.this", "x")
    assert file.read_text() == "theme: paper\n"


@pytest.mark.parametrize(
    "text", ["1e3", "0o17", "0x1F", "1_000", "no", "off", "~", "null", "2026-11-22", "12:30", "9" * 30]
)
def test_text_that_reads_as_something_else_is_written_in_quotes(file: Path, text: str) -> None:
    set_value(file, "server.model", text)
    assert load(file, {}).settings.server.model == text


@pytest.mark.parametrize("word", ["off", "no", "false", "False", "OFF", "No"])
def test_a_switch_is_set_in_any_of_its_words(file: Path, word: str) -> None:
    file.write_text(f"memory:\n  chroma: {word}\n")
    assert load(file, {}).settings.memory.chroma is False


def test_tabs_stand_in_comments_and_quotes(file: Path) -> None:
    file.write_text("# at\tnight\ntheme: night  # now\tand then\nserver:\n  model: 'a\tb'\n")
    assert load(file, {}).settings.theme == "night"


def test_a_file_of_windows_keeps_its_line_ends(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbftheme: night\r\nserver:\r\n  model: old\r\n")
    set_value(file, "theme", "paper")
    assert load(file, {}).settings.server.model == "old"
    assert b"model: old\r\n" in file.read_bytes()


def test_every_setting_has_a_meaning() -> None:
    assert all(meaning(name) for name in names())


@given(st.text(min_size=1, max_size=40).map(clean).filter(lambda text: text.strip() and "\n" not in text))
def test_whatever_is_written_is_read_back(text: str) -> None:
    document = parse(b"# a\nserver:\n  model: old  # b\ntheme: night\n", Path("x"))
    again = parse(change(document, ("server", "model"), text).encode(), Path("x"))
    assert again.values == {"server": {"model": text}, "theme": "night"}
