"""One story in plain lines: what is typed, and what it does."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fiction.engine.choices import MAX_WRITTEN
from fiction.engine.game import Game
from fiction.engine.session import Session
from fiction.errors import FictionError, NotFound, Trouble
from fiction.plain import cost_lines, sentences
from fiction.plain.interrupts import Interrupts
from fiction.plain.line_printer import LinePrinter
from fiction.plain.lines import Lines
from fiction.plain.turn_printer import TurnPrinter
from fiction.plain.waits import Clock, WallClock, count_down
from fiction.story.plan import Choice
from fiction.text.sanitise import clean, clean_line

INTERRUPTED = 130
"""Exit code after Ctrl-C."""

_TIMELINE = 40
"""Turns that /timeline shows."""
_EDIT = re.compile(r"e\s+(\d+)(?:\s+(.+))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Command:
    usage: str
    meaning: str
    do: Callable[[str], Awaitable[None] | None]


class PlainGame:
    """A session played in lines until it is left, the input ends, or Ctrl-C."""

    def __init__(
        self, game: Game, session: Session, *, lines: Lines, page: LinePrinter, clock: Clock | None = None
    ) -> None:
        self._game = game
        self._session = session
        self._lines = lines
        self._page = page
        self._interrupts = Interrupts()
        self._clock = clock or WallClock()
        self._telling = TurnPrinter(session, page=page, interrupts=self._interrupts, clock=self._clock)
        self._commands = self._table()
        self._leaving = False

    async def play(self) -> int:
        """Play. Returns 0, or 130 after Ctrl-C at the prompt.

        Raises:
            FictionError: the input ended while the turn that was wanted could not be told; nothing is lost.
        """
        with self._interrupts:
            self._welcome()
            await self._telling.tell(self._session.proceed())
            while not self._leaving and (line := await self._typed()) is not None:
                try:
                    await self._obey(line)
                except FictionError as error:
                    self._page.say(error.sentence)
        if not self._leaving:
            self._page.prompt("\n")
        self._page.say(f"Saved as {self._session.name}. To go on: fiction resume {self._session.name}")
        if self._interrupts.pressed:
            return INTERRUPTED
        if (failed := self._telling.failed) is not None and not self._leaving:
            raise FictionError(failed.message, hint=failed.hint)
        return 0

    def _welcome(self) -> None:
        record = self._session.story
        self._page.say(f"{clean_line(record.title)}. Told by {clean_line(self._session.storyteller.about)}.")
        self._page.say("Type 1, 2 or 3 to choose, your own words for anything else, /help for more.")
        self._telling.retell()
        if (pending := self._session.pending) is not None:
            self._page.say(f"Not told yet: {sentences.decision(pending)} Type /retry to have it told, or choose anew.")

    # --- what is typed ---

    async def _typed(self) -> str | None:
        """The next line; None at the end of the input and after Ctrl-C."""
        self._page.prompt("> ")
        return await self._interrupts.stoppable(self._lines.next())

    async def _obey(self, line: str) -> None:
        text = self._bounded(clean(line).strip())
        if text.startswith("/"):
            await self._command(text)
        elif (edit := _EDIT.fullmatch(text)) is not None:
            await self._edit(int(edit[1][:3]), edit[2] or "")
        elif text.isdecimal() and not self._session.plans:
            self._telling.offer()
        elif text.isdecimal():
            await self._act(self._session.offered(int(text[:3])))
        elif text:
            await self._act(self._session.written(text))

    def _bounded(self, text: str) -> str:
        if len(text) > MAX_WRITTEN:
            self._page.say(f"That was more than {MAX_WRITTEN:,} characters; the rest was cut off.")
        return text[:MAX_WRITTEN]

    async def _command(self, text: str) -> None:
        name, _, rest = text[1:].partition(" ")
        command = self._commands.get(name.lower())
        if command is None:
            self._page.say(f"There is no command /{clean_line(name, limit=40)}. Type /help for those there are.")
        elif (work := command.do(rest.strip())) is not None:
            await work

    async def _edit(self, number: int, text: str) -> None:
        plan = self._session.offered(number)
        if not text:
            self._page.say(f"Plan {number} is: {plan.text}")
            self._page.say("Type it in your own words. Enter leaves it as it is.")
            text = self._bounded(clean(await self._typed() or "").strip())
        if text:
            await self._act(self._session.edited(number, text))

    async def _act(self, choice: Choice) -> None:
        self._page.say(sentences.decision(choice))
        await self._telling.tell(self._session.play(choice))

    # --- the commands ---

    def _table(self) -> dict[str, _Command]:
        return {
            "undo": _Command("/undo", "back to the turn before", self._undo),
            "redo": _Command("/redo", "forward again", self._redo),
            "retry": _Command("/retry [WISH]", "have this turn told again, with a wish if you like", self._retry),
            "continue": _Command("/continue", "let the moment run on", self._continue),
            "plans": _Command("/plans", "the plans again, with what the storyteller is told of them", self._plans),
            "again": _Command("/again", "the page again", self._again),
            "memory": _Command("/memory", "what is remembered just now; /memory edit TEXT rewrites it", self._memory),
            "recalled": _Command("/recalled", "what came back from long ago for this turn", self._recalled),
            "journal": _Command("/journal", "cast, threads and facts", self._journal),
            "timeline": _Command("/timeline", "the way to here", self._timeline),
            "save": _Command("/save NAME", "give this place in the story a name", self._save),
            "cost": _Command("/cost", "what this turn and the story cost, and what is to come", self._cost),
            "storyteller": _Command(
                "/storyteller NAME", "who tells from now on; alone it lists them", self._storyteller
            ),
            "wait": _Command("/wait", "wait as long as the server asks, and try again", self._wait),
            "allow": _Command("/allow", "go on although it costs more than the cap", self._allow),
            "help": _Command("/help", "this list", self._help),
            "quit": _Command("/quit", "leave; every turn is saved already", self._quit),
        }

    def _undo(self, _: str) -> None:
        if self._session.undo() is None:
            self._page.say("This is the first turn; there is nothing before it.")
            return
        self._telling.retell()

    def _redo(self, _: str) -> None:
        if self._session.redo() is None:
            self._page.say("There is nothing to go forward to.")
            return
        self._telling.retell()

    async def _retry(self, wish: str) -> None:
        turn = self._session.turn
        again = turn.depth if turn is not None and self._session.pending is None else 0
        await self._telling.tell(self._session.retry(wish), depth=again)

    async def _continue(self, _: str) -> None:
        await self._telling.tell(self._session.continue_())

    def _plans(self, _: str) -> None:
        if not self._session.plans:
            self._telling.offer()
        self._telling.say_all(sentences.briefs(self._session.plans))

    def _again(self, _: str) -> None:
        self._telling.retell()

    def _memory(self, rest: str) -> None:
        word, _, text = rest.partition(" ")
        if word == "edit" and text.strip():
            self._session.edit_short_term(text.strip())
            self._page.say("The memory now says:")
        if (turn := self._session.turn) is not None:
            self._telling.say_all(sentences.memory(turn))

    def _recalled(self, _: str) -> None:
        if (turn := self._session.turn) is not None:
            self._telling.say_all(sentences.recalled(turn))

    def _journal(self, _: str) -> None:
        self._telling.say_all(sentences.journal(self._session.ledger))

    def _timeline(self, _: str) -> None:
        path = self._session.transcript(_TIMELINE)
        self._telling.say_all(sentences.timeline(path, self._session.bookmarks()))

    def _save(self, name: str) -> None:
        if not name:
            self._page.say("Every turn is saved already. To name this place: /save NAME")
            return
        self._page.say(f"This place is saved as {self._session.bookmark(name).name}.")

    def _cost(self, _: str) -> None:
        self._telling.say_all(cost_lines.bill(self._session.costs, self._session.turn))

    def _storyteller(self, name: str) -> None:
        cards = self._game.storytellers()
        if not name:
            telling = self._session.storyteller.name
            self._telling.say_all(sentences.storytellers(cards, telling=telling))
            return
        missing = next((card for card in cards if card.name == name and not card.available), None)
        if missing is not None:
            raise NotFound(missing.why_not)
        self._session.use(name)
        self._page.say(f"Told by {clean_line(self._session.storyteller.about)}.")
        if self._session.pending is not None:
            self._page.say("Type /retry to have it told.")

    async def _wait(self, _: str) -> None:
        seconds = self._telling.wait
        if seconds is None:
            self._page.say("There is nothing to wait for.")
        elif await self._interrupts.stoppable(count_down(seconds, page=self._page, clock=self._clock)):
            await self._retry("")
        elif self._interrupts.taken():
            self._page.say("Stopped. Type /retry to try again, or choose anew.")

    async def _allow(self, _: str) -> None:
        failed = self._telling.failed
        if failed is None or failed.trouble is not Trouble.CAPPED:
            self._page.say("No cap stands in the way.")
            return
        self._session.allow()
        await self._retry("")

    def _help(self, _: str) -> None:
        self._page.say("1, 2 or 3: take that plan.")
        self._page.say("e 2: put plan 2 in your own words. e 2 TEXT does it at once.")
        self._page.say("Anything else you type is what you do or try.")
        for command in self._commands.values():
            self._page.say(f"{command.usage}: {command.meaning}.")

    def _quit(self, _: str) -> None:
        self._leaving = True
