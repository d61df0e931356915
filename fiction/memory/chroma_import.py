"""Imports Chroma on first use, shielded from the settings of other projects."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from types import ModuleType

from fiction.text.sanitise import clean_line

_IMPORTING = Lock()
"""Two threads may import the library at the same time."""
_log = logging.getLogger(__name__)


class ChromaMissing(Exception):
    """Chroma can't be imported; the message gives the reason, without a full stop."""


def import_chroma() -> ModuleType:
    """Chroma's module; the first import takes about a second.

    Raises:
        ChromaMissing: it can't be imported.
    """
    logging.getLogger("chromadb").addHandler(logging.NullHandler())
    try:
        with _IMPORTING, _own_settings_only():
            import chromadb
    except BaseException as error:  # noqa: BLE001 - compiled parts fail in ways of their own
        _log.debug("Chroma can't be imported", exc_info=True)
        if isinstance(error, ModuleNotFoundError) and error.name == "chromadb":
            raise ChromaMissing("Chroma is not installed here") from None
        reason = clean_line(f"{type(error).__name__}: {error}".rstrip(": ."), limit=120)
        raise ChromaMissing(f"Chroma can't be loaded here ({reason})") from None
    return chromadb


@contextmanager
def _own_settings_only() -> Iterator[None]:
    """Make Chroma's settings, from its import on, ignore the environment and `.env`.

    Chroma reads both, the `.env` from the current folder, and already does so at its import: another project's settings
    there break it.
    """
    import pydantic_settings

    usual = pydantic_settings.BaseSettings

    class Given(pydantic_settings.BaseSettings):
        def __init__(self, **values: object) -> None:
            super().__init__(_env_file=None, **values)  # type: ignore[arg-type]

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[pydantic_settings.BaseSettings],
            init_settings: pydantic_settings.PydanticBaseSettingsSource,
            env_settings: pydantic_settings.PydanticBaseSettingsSource,
            dotenv_settings: pydantic_settings.PydanticBaseSettingsSource,
            file_secret_settings: pydantic_settings.PydanticBaseSettingsSource,
        ) -> tuple[pydantic_settings.PydanticBaseSettingsSource, ...]:
            return (init_settings,)

    pydantic_settings.BaseSettings = Given  # type: ignore[misc, assignment]
    try:
        yield
    finally:
        pydantic_settings.BaseSettings = usual  # type: ignore[misc]
