"""Names that Windows keeps for devices: no file may have one on any system, so that it can be taken to another."""

import re

_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.IGNORECASE | re.DOTALL)
"""learn.microsoft.com, "Naming Files, Paths, and Namespaces"."""


def is_device(name: str) -> bool:
    """Whether Windows takes a file's name for a device, whatever its suffix."""
    return _DEVICE.fullmatch(name.rstrip(" .")) is not None
