"""Lines typed at a terminal: a paste is one of them, however many lines it has, and waits for Enter."""

import asyncio
import os
import re
import signal
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from signal import Signals
from types import TracebackType
from typing import assert_never

from fiction.engine.choices import MAX_WRITTEN
from fiction.plain.keystrokes import Keystroke, Keystrokes, LineKey, Paste, Text
from fiction.plain.line_editor import LineEditor
from fiction.plain.line_printer import LinePrinter
from fiction.plain.lines import Reads, is_waiting
from fiction.plain.terminal_modes import TerminalModes, columns
from fiction.text.sanitise import clean

_ONCE = 64 * 1024
_MOST = 4 * 1024 * 1024
"""Bytes that may come at once."""
_CUT = re.compile(rb"\x1b(?:\[[0-?]*)?\Z")
"""A key whose end is still to come."""


class TerminalLines:
    """Lines edited here instead of by the terminal, which would show a paste's marks and send each line of it.

    Enter it as a context while a loop runs; leaving gives the terminal back, as signals that stop the game do.
    """

    def __init__(
        self,
        descriptor: int,
        page: LinePrinter,
        *,
        encoding: str = "utf-8",
        slept: Callable[[float], object] = lambda _: None,
    ) -> None:
        """`slept` is told the seconds of each stop. Raises OSError where the descriptor is no terminal."""
        self._descriptor = descriptor
        self._page = page
        self._slept = slept
        self._modes = TerminalModes(descriptor, page.echo)
        self._keys = Keystrokes(self._modes.controls(), encoding=encoding)
        self._editor = LineEditor(limit=MAX_WRITTEN)
        self._reads = Reads(self._burst)
        self._waiting: deque[Keystroke] = deque()
        self._prompting = self._at_end = self._went_on = False

    def __enter__(self) -> "TerminalLines":
        self._modes.take()
        if signal.getsignal(signal.SIGTSTP) is not signal.SIG_IGN:
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGTSTP, self._stop)
            loop.add_signal_handler(signal.SIGCONT, self._go_on)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_signal_handler(signal.SIGTSTP)
        loop.remove_signal_handler(signal.SIGCONT)
        self.let_go()

    def let_go(self) -> None:
        """Give the terminal back, from any thread. The rest of a paste is not left for a shell to run."""
        self._modes.give_back(forget=self._keys.pasting)

    async def next(self) -> str | None:
        """The next line without its end; None when there are no more."""
        self._prompting = True
        self._modes.read_keys(True)
        self._show()
        try:
            while True:
                while self._waiting:
                    if (line := self._obey(self._waiting.popleft())) is not None:
                        return line
                if self._at_end or not (burst := await self._reads.next()):
                    self._at_end = True
                    return None
                self._waiting.extend(self._together(self._keys.feed(burst)))
        finally:
            self._prompting = False
            self._modes.read_keys(False)

    # --- reading ---

    def _burst(self) -> bytes:
        """What comes at once. A terminal that marks no pastes sends them as fast typing."""
        piece = os.read(self._descriptor, _ONCE)
        while len(piece) < _MOST and self._goes_on(piece) and is_waiting(self._descriptor):
            more = os.read(self._descriptor, _ONCE)
            if not more:
                break
            piece += more
        return piece

    def _goes_on(self, piece: bytes) -> bool:
        return _CUT.search(piece[-64:]) is not None or (not self._keys.marked and (b"\n" in piece or b"\r" in piece))

    def _together(self, keys: list[Keystroke]) -> list[Keystroke]:
        """Lines that came at once, without marks or behind a marked paste, are a paste too."""
        last = max((place for place, key in enumerate(keys) if isinstance(key, Text | Paste)), default=0)
        pasted = [isinstance(key, Paste) for key in keys]
        for place, key in enumerate(keys):
            follows = any(pasted[:place]) if self._keys.marked else place < last
            if key is LineKey.ENTER and follows:
                first = pasted.index(True) if self._keys.marked else 0
                return [*keys[:first], *_joined(keys[first:])]
        return keys

    # --- what the keys do ---

    def _obey(self, key: Keystroke) -> str | None:
        """Do what the key says. Returns the line that it ends."""
        match key:
            case Text(text=text):
                self._page.echo(self._editor.insert(clean(text)))
            case Paste(text=text):
                self._paste(text)
            case LineKey.ENTER:
                self._page.echo("\n")
                return self._editor.take()
            case LineKey.END:
                self._at_end = not self._editor.text
            case LineKey.ERASE | LineKey.ERASE_WORD | LineKey.ERASE_LINE:
                self._page.echo(self._editor.erase(key))
            case Signals():
                self._waiting.clear()
                with suppress(OSError):  # as the terminal does: to all that run in its foreground
                    os.killpg(os.tcgetpgrp(self._descriptor), key)
            case _:
                assert_never(key)
        return None

    def _paste(self, text: str) -> None:
        text = clean(text).strip("\n")
        words = re.sub(r"\s+", " ", text)
        room = MAX_WRITTEN - len(self._editor.text)
        shown = self._editor.insert(words[:room])
        if "\n" not in text and len(words) <= room:
            self._page.echo(shown)
            return
        self._page.echo("\n")
        prompt = self._page.prompted
        if "\n" in text:
            self._page.say("Several lines came at once and are taken as one.")
        if len(words) > room:
            self._page.say(f"That is more than {MAX_WRITTEN:,} characters; the rest is left out.")
        self._page.say("Enter sends it, Ctrl+U clears it.")
        self._page.prompt(prompt)
        self._show()

    def _show(self) -> None:
        self._editor.width, self._editor.start = columns(self._descriptor), len(self._page.prompted)
        self._page.echo(self._editor.shown())

    # --- a stop ---

    def _stop(self) -> None:
        """Ctrl+Z or SIGTSTP: give the terminal back and stop, until somebody says `fg`."""
        self.let_go()
        loop, began = asyncio.get_running_loop(), time.monotonic()
        loop.remove_signal_handler(signal.SIGTSTP)
        signal.raise_signal(signal.SIGTSTP)
        loop.add_signal_handler(signal.SIGTSTP, self._stop)
        self._slept(time.monotonic() - began)
        self._go_on()
        self._went_on = True

    def _go_on(self) -> None:
        """SIGCONT, after a stop by SIGSTOP too, which nobody was told of."""
        if self._went_on:
            self._went_on = False
            return
        self._modes.take()
        if self._prompting:
            self._page.echo(f"\r{self._page.prompted}")
            self._show()


def _joined(keys: list[Keystroke]) -> list[Keystroke]:
    """Text, pastes and the line ends between them as one paste; other keys after it."""
    text = "".join(key.text if isinstance(key, Text | Paste) else "\n" if key is LineKey.ENTER else "" for key in keys)
    return [Paste(text), *(key for key in keys if isinstance(key, Signals))]
