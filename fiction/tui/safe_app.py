"""A robust app: restores the terminal, cleans pastes, and reports a crash in one sentence."""

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
"""Exit code for a closed terminal: 128 plus the number of SIGHUP, as in shells."""


class SafeApp(App[None]):
    """Textual's app, safe against closed terminals, hostile pastes and crashes."""

    BINDINGS: ClassVar[list[BindingType]] = (
        [] if sys.platform == "win32" else [Binding("ctrl+z", "suspend_process", "Stop", show=False, priority=True)]
    )

    def __init__(self, crash_log: Path | None, secrets: Callable[[], Iterable[str]]) -> None:
        """`crash_log` is the file for the report of a crash; `secrets` returns texts that must not be in it."""
        super().__init__()
        self._crash_log = crash_log
        self._secrets = secrets
        self._crash = ""

    # --- the terminal ---

    def get_driver_class(self) -> "type[Driver]":
        """Our driver in place of Textual's driver for POSIX terminals."""
        found = super().get_driver_class()
        if sys.platform != "win32":
            from textual.drivers.linux_driver import LinuxDriver

            if found is LinuxDriver:
                from fiction.tui.terminal import Terminal

                return Terminal
        return found

    def let_go_of_terminal(self) -> None:
        """Restore the terminal at once, from any thread; nothing is drawn afterwards."""
        if self._driver is not None:
            self._driver.stop_application_mode()
            self._driver.close()

    async def on_event(self, event: Event) -> None:
        """Clean all pasted text, in the palette too."""
        if isinstance(event, Paste):
            event.text = clean(event.text)
        await super().on_event(event)

    def on_terminal_gone(self) -> None:
        """Exit as after a hang-up."""
        self.exit(return_code=HUNG_UP)

    def on_terminal_broken(self, message: "Terminal.Broken") -> None:
        """Exit with a report, since keys can't be read any more."""
        self._handle_exception(message.error)

    # --- crashes ---

    def report(self, error: BaseException | None) -> str:
        """Write a crash report; returns a sentence with its place, or empty."""
        from fiction.tui.crash import write_report

        written = error is not None and write_report(error, self._crash_log, self._secrets())
        return f"A report is in {self._crash_log}." if written else ""

    def _handle_exception(self, error: Exception) -> None:
        """Write a report without the local variables, which Textual would print."""
        if not self._crash:
            where = self.report(error)
            self._crash = f"fiction had to stop: {type(error).__name__}. Your story is saved. {where}".rstrip()
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        self.panic(Text(self._crash))

    def _print_error_renderables(self) -> None:
        """Print one plain line."""
        if self._crash:
            self._exit_renderables.clear()
            self.error_console.print(Text(self._crash), soft_wrap=True)
        else:
            super()._print_error_renderables()
