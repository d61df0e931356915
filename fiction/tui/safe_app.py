"""An app that ends well: the terminal is given back, nothing foreign is pasted in, and a crash is one sentence."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import Event, Paste

from fiction.text.sanitise import clean

if TYPE_CHECKING:
    from textual.driver import Driver

    from fiction.tui.terminal import Terminal

HUNG_UP = 129
"""Exit code when the terminal is gone: 128 and the number of SIGHUP, as shells count."""


class SafeApp(App[None]):
    """Textual's app between a terminal that can go away, pastes of any kind, and faults of our own."""

    BINDINGS: ClassVar[list[BindingType]] = (
        [] if sys.platform == "win32" else [Binding("ctrl+z", "suspend_process", "Stop", show=False, priority=True)]
    )

    def __init__(self, crash_log: Path | None, secrets: Callable[[], Iterable[str]]) -> None:
        """`crash_log`: where the report of a crash goes; `secrets`: what must never stand in it."""
        super().__init__()
        self._crash_log = crash_log
        self._secrets = secrets
        self._crash = ""

    # --- the terminal ---

    def get_driver_class(self) -> "type[Driver]":
        """Our own driver where Textual would take its own for POSIX terminals."""
        found = super().get_driver_class()
        if sys.platform != "win32":
            from textual.drivers.linux_driver import LinuxDriver

            if found is LinuxDriver:
                from fiction.tui.terminal import Terminal

                return Terminal
        return found

    def let_go_of_terminal(self) -> None:
        """Give the terminal back at once, from any thread; nothing is shown afterwards."""
        if self._driver is not None:
            self._driver.stop_application_mode()
            self._driver.close()

    async def on_event(self, event: Event) -> None:
        """What is pasted is foreign text, whatever it is pasted into, the palette too."""
        if isinstance(event, Paste):
            event.text = clean(event.text)
        await super().on_event(event)

    def on_terminal_gone(self) -> None:
        """Without a terminal there is no reader: the end, as after a hang-up."""
        self.exit(return_code=HUNG_UP)

    def on_terminal_broken(self, message: "Terminal.Broken") -> None:
        """Keys can't be read any more: the end, with a report."""
        self._handle_exception(message.error)

    # --- crashes ---

    def report(self, error: BaseException | None) -> str:
        """Write down what broke; where to find it, in a sentence, or nothing."""
        from fiction.tui.crash import write_report

        written = error is not None and write_report(error, self._crash_log, self._secrets())
        return f"A report is in {self._crash_log}." if written else ""

    def _handle_exception(self, error: Exception) -> None:
        """Write the report, without the local variables that Textual would print."""
        if not self._crash:
            where = self.report(error)
            self._crash = f"fiction had to stop: {type(error).__name__}. Your story is saved. {where}".rstrip()
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        self.panic(Text(self._crash))

    def _print_error_renderables(self) -> None:
        """One plain line, and only one."""
        if self._crash:
            self._exit_renderables.clear()
            self.error_console.print(Text(self._crash), soft_wrap=True)
        else:
            super()._print_error_renderables()
