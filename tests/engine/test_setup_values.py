"""What the setting-up of models hands about."""

from fiction.engine.setup import ModelConfig


def test_a_key_is_in_no_line_that_shows_a_model() -> None:
    config = ModelConfig("https://example.org/v1", "a-model", api_key="sk-secret")
    assert "secret" not in f"{config!r} {config}"
    assert "a-model" in repr(config)
