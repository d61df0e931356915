"""The settings file of a running game: read once; changes are atomic and take effect at once."""

from collections.abc import Mapping
from pathlib import Path

from fiction.config import handwritten
from fiction.config.handwritten import Place, SettingsDocument
from fiction.config.keys import is_loopback, meant_for, origin
from fiction.config.places import place_of, section_of, typed
from fiction.config.reading import Configuration, load, validate
from fiction.config.settings import ServerPart, Settings
from fiction.paths import write_private


class SettingsFile:
    """The settings file of one home."""

    def __init__(self, file: Path, environment: Mapping[str, str]) -> None:
        """Reads nothing yet."""
        self.file = file
        self._environment = environment
        self._configuration: Configuration | None = None

    @property
    def configuration(self) -> Configuration:
        """The settings in force, read on first use. Raises SettingsError."""
        if self._configuration is None:
            self._configuration = load(self.file, self._environment)
        return self._configuration

    def change(self, values: Mapping[Place, object]) -> tuple[str, ...]:
        """Write settings or whole sections; None removes one. Returns side effects, a sentence each.

        Raises:
            FictionError: a value is invalid, or the file can't be written; nothing is changed.
        """
        said = change(self.file, values)
        self._configuration = None
        return said


def set_value(file: Path, name: str, text: str) -> tuple[str, ...]:
    """Write one setting into the file; an empty text removes it. Returns side effects, a sentence each.

    Raises:
        SettingsError: the setting is unknown, or the value is invalid; nothing is written.
    """
    place = place_of(name)
    return change(file, {place: typed(place, text)})


def change(file: Path, values: Mapping[Place, object]) -> tuple[str, ...]:
    """Like `SettingsFile.change`, for a file."""
    document = handwritten.read(file)
    before = validate(document)
    for place, value in values.items():
        document = _changed(document, place, value)
    after = validate(document)
    said = []
    for section in _with_another_address(before, after):
        if (*section, "api_key") not in values:
            document = _changed(document, (*section, "api_key"), None)
            name = ".".join((*section, "api_key"))
            said.append(f"The key there was set for another address and is taken out; set {name} anew if it wants one.")
    write_private(file, document.text)
    return (*said, *_cost_of_speculation(before, after))


def _changed(document: SettingsDocument, place: Place, value: object) -> SettingsDocument:
    text = handwritten.change(document, place, value)
    return document if text == document.text else handwritten.parse(text.encode(), document.file)


def _with_another_address(before: Settings, after: Settings) -> list[Place]:
    """Servers whose address has changed since their key was set."""
    return [
        section
        for section, part in _servers(before).items()
        if part.api_key.get_secret_value()
        and section in _servers(after)
        and meant_for(part) != meant_for(_servers(after)[section])
    ]


def _cost_of_speculation(before: Settings, after: Settings) -> tuple[str, ...]:
    """A warning for each paid server that will now write passages ahead."""
    return tuple(
        f"Passages that you never choose are then written too: a story asks {origin(part.base_url)[1]} for about"
        f" {'1.2' if part.speculate == 'best' else '1.8'} times as much, and costs as much more where that is paid for."
        for section, part in _servers(after).items()
        if _writes_for_money(part) and not _writes_for_money(_servers(before).get(section, ServerPart()))
    )


def _writes_for_money(part: ServerPart) -> bool:
    return part.speculate in ("best", "all") and not part.run and not is_loopback(part.base_url)


def _servers(settings: Settings) -> dict[Place, ServerPart]:
    named = {section_of(name): part for name, part in settings.servers.items()}
    return {section_of(""): settings.server, **named}
