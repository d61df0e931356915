"""Names that Windows reserves for devices: no file gets one, on any system, so that files can be moved."""

import re

_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.IGNORECASE | re.DOTALL)
"""learn.microsoft.com, "Naming Files, Paths, and Namespaces"."""


def is_device(name: str) -> bool:
    """Whether Windows takes a file's name for a device, whatever its suffix."""
    return _DEVICE.fullmatch(name.rstrip(" .")) is not None
