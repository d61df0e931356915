"""Several servers by names of one's own: their settings, and which key goes to which."""

import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiction.config import Settings, SettingsFile, load, meaning, names, set_value, value_of
from fiction.config.keys import origin
from fiction.errors import SettingsError

OURS = "sk-ours-0123456789"
THEIRS = "sk-theirs-0123456789"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def set_all(file: Path, **values: str) -> None:
    for name, value in values.items():
        set_value(file, name.replace("__", "."), value)


def test_a_server_has_a_name_of_ones_own(file: Path) -> None:
    set_all(file, servers__home__model="gemma", servers__home__base_url="http://10.0.0.5:11434/v1")
    found = load(file, {}).settings
    assert found.servers["home"].model == "gemma"
    assert found.model_storytellers == ("model:home",)
    assert "servers.home.model" in names(found)
    assert value_of(found, "servers.home.model") == "gemma"
    set_all(file, servers__home__model="", servers__home__base_url="")
    assert file.read_text() == ""


@pytest.mark.parametrize("name", ["ho me", "ho/me", "höme", "server", "x" * 41, "a:b"])
def test_a_name_that_could_be_mistaken_is_refused(file: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="a server's name is made of letters"):
        set_value(file, f"servers.{name}.model", "x")
    assert not file.exists()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("servers.home.modle", "x", "Did you mean servers.home.model?"),
        ("servers.home", "x", "There is no setting"),
        ("server.temperature", "9", "less than or equal to 2"),
        ("server.temperature", "hot", "valid number"),
        ("server.top_k", "1.5", "valid integer"),
        ("server.run", "ollama", "'llama-server' or 'litert-lm'"),
        ("server.speculate", "some", "'best' or 'all'"),
        ("spending.day_cap", "nan", "spending.day_cap"),
        ("spending.day_cap", "-1", "greater than or equal to 0"),
        ("server.base_url", "http://host:99999/v1", "an address begins with http"),
        ("server.base_url", "http://[::1/v1", "an address begins with http"),
        ("notes", "nobody", "names a server that is not there: nobody"),
        ("storyteller", "model:nobody", "names a server that is not there: nobody"),
        ("storyteller", "somebody", "a storyteller is `offline`, `model`, or `model:NAME`"),
    ],
)
def test_what_makes_no_sense_is_said_and_not_written(file: Path, name: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        set_value(file, name, value)
    assert said in caught.value.sentence
    assert not file.exists()


def test_what_is_typed_is_kept_as_what_it_is(file: Path) -> None:
    set_all(file, server__temperature="1.1", server__top_k="40", spending__day_cap="0.5", server__speculate="off")
    part = load(file, {}).settings.server
    assert (part.temperature, part.top_k, part.speculate) == (1.1, 40, "off")
    assert load(file, {}).settings.spending.caps == (0, 500_000)
    assert value_of(load(file, {}).settings, "server.top_p") == ""
    file.write_text("server:\n  speculate: off\n")
    assert load(file, {}).settings.server.speculate == "off"


def test_a_storyteller_or_the_notes_may_be_of_a_named_server(file: Path) -> None:
    set_all(file, server__model="one", servers__home__model="two", storyteller="model:home", notes="server")
    found = load(file, {}).settings
    assert found.new_storyteller == "model:home"
    assert found.notes_server("model:home") == found.server
    assert found.notes_server("model") is None
    assert found.server_of("model:nobody") is None
    with pytest.raises(SettingsError, match="names a server that is not there"):
        set_value(file, "servers.home.model", "")
    assert load(file, {}).settings.servers["home"].model == "two"


def test_every_setting_of_a_named_server_has_a_meaning(file: Path) -> None:
    set_all(file, servers__home__model="x")
    assert all(meaning(name) for name in names(load(file, {}).settings))


class TestWhereAKeyMayGo:
    def test_each_server_gets_the_key_that_was_set_for_its_address(self, file: Path) -> None:
        set_all(file, server__base_url="https://one.example/v1", server__api_key=OURS, server__model="a")
        set_all(file, servers__other__base_url="https://two.example/v1", servers__other__api_key=THEIRS)
        found = load(file, {}).settings
        assert found.server.api_key.get_secret_value() == OURS
        assert found.servers["other"].api_key.get_secret_value() == THEIRS

    def test_a_server_without_one_gets_that_of_its_own_origin_and_no_other(self, file: Path) -> None:
        set_all(file, server__base_url="https://one.example/v1", server__api_key=OURS)
        set_all(
            file, servers__same__base_url="https://one.example/other/v1", servers__else__base_url="https://two.example"
        )
        found = load(file, {"OPENAI_API_KEY": THEIRS})
        assert found.settings.servers["same"].api_key.get_secret_value() == OURS
        assert found.settings.servers["else"].api_key.get_secret_value() == ""
        assert found.sources["servers.same.api_key"] == str(file)

    def test_no_key_goes_to_a_program_that_the_game_runs(self, file: Path) -> None:
        set_all(file, server__run="llama-server", server__model="x.gguf", servers__b__run="litert-lm")
        found = load(file, {"OPENAI_API_KEY": THEIRS, "FICTION_API_KEY": OURS}).settings
        assert found.server.api_key.get_secret_value() == ""
        assert found.servers["b"].api_key.get_secret_value() == ""

    def test_an_address_of_the_environment_goes_before_a_program(self, file: Path) -> None:
        set_all(file, server__run="llama-server", server__model="x.gguf")
        found = load(file, {"FICTION_BASE_URL": "http://127.0.0.1:8080/v1"}).settings
        assert found.server.run == ""

    @pytest.mark.parametrize("section", ["server", "servers.home"])
    def test_a_key_does_not_follow_its_server_to_another_address(self, file: Path, section: str) -> None:
        set_value(file, f"{section}.base_url", "https://one.example/v1")
        set_value(file, f"{section}.api_key", OURS)
        assert set_value(file, f"{section}.base_url", "https://one.example/v2") == ()
        (said,) = set_value(file, f"{section}.base_url", "https://evil.example/v1")
        assert f"set {section}.api_key anew" in said
        assert OURS not in file.read_text() + said

    def test_every_key_there_is_counts_as_a_secret(self, file: Path) -> None:
        set_all(file, server__api_key=OURS, servers__a__api_key=THEIRS)
        found = load(file, {"FICTION_API_KEY": "sk-third-0123456789"})
        assert set(found.secrets) == {OURS, THEIRS, "sk-third-0123456789"}
        shown = " ".join(f"{name}={value_of(found.settings, name)}" for name in names(found.settings))
        assert not [secret for secret in found.secrets if secret in f"{shown} {found!r} {found.settings.model_dump()}"]


def test_an_address_that_makes_no_sense_gets_no_key(file: Path) -> None:
    there = {"OPENAI_API_KEY": THEIRS, "OPENAI_BASE_URL": "http://[", "FICTION_BASE_URL": "https://api.openai.com/v1"}
    assert load(file, there).settings.server.api_key.get_secret_value() == ""


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=60))
@settings(max_examples=200)
def test_an_address_never_speaks_to_a_host_that_another_one_names(text: str) -> None:
    """Whatever stands behind the host, the origin is the host's."""
    assert origin(f"https://safe.example/{text.replace('@', '')}")[1] == "safe.example"


def test_writing_ahead_for_money_is_said_to_cost_more(file: Path) -> None:
    set_all(file, server__base_url="http://127.0.0.1:8080/v1")
    assert set_value(file, "server.speculate", "all") == ()
    (said,) = set_value(file, "server.base_url", "https://api.openai.com/v1")
    assert "about 1.8 times as much" in said
    (said,) = set_value(file, "server.speculate", "off") or ("",)
    assert said == ""
    (said,) = set_value(file, "server.speculate", "best")
    assert "api.openai.com" in said
    assert "about 1.2 times as much" in said


def test_the_file_is_for_its_owner_alone_whatever_it_was_before(file: Path) -> None:
    file.write_text("theme: paper\n")
    file.chmod(0o644)
    set_value(file, "servers.home.api_key", OURS)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_comments_stay_when_a_server_is_added_changed_and_taken_out(file: Path) -> None:
    file.write_text("# mine\nserver:\n    model: a   # the good one\n    api_key: sk-abcdefgh\n# the end\n")
    set_all(file, server__slots="2", servers__home__model="b", servers__home__run="llama-server", server__api_key="")
    text = file.read_text()
    assert all(comment in text for comment in ("# mine", "# the good one", "# the end"))
    set_all(file, servers__home__model="", servers__home__run="")
    text = file.read_text()
    assert "servers" not in text
    assert all(comment in text for comment in ("# mine", "# the good one", "# the end"))
    assert load(file, {}).settings.server.slots == 2


def test_kept_settings_are_in_force_at_once_and_a_mistake_changes_nothing(file: Path) -> None:
    kept = SettingsFile(file, {})
    assert kept.configuration.settings == Settings()
    kept.change({("theme",): "paper", ("server", "model"): "one"})
    assert kept.configuration.settings.theme == "paper"
    with pytest.raises(SettingsError):
        kept.change({("theme",): "night", ("animations",): "wild"})
    assert load(file, {}).settings.theme == "paper"
