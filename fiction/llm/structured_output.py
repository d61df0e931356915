"""Asks for a JSON object, from the strictest output mode down to plain words, in four calls at most.

A refused mode is not tried again. After an unusable reply the question is repeated once, one mode lower; then the next,
smaller question is asked. A server may accept a schema and ignore it, so every reply is checked; one garbled reply may
be chance, so only two turns in a row that began with one lower the mode for good.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fiction.errors import StorytellerError, Trouble
from fiction.llm.capabilities.capabilities import OutputMode
from fiction.llm.client import Client
from fiction.llm.failures import TooLong, Unsupported
from fiction.llm.lenient_json import JsonObject
from fiction.llm.loops import LoopsOfNotes
from fiction.llm.marks import without_marks
from fiction.llm.request import Listener, Message, Request, Together
from fiction.story.turn import Usage

MAX_CALLS = 4
_CHANCE = 1
"""Turns in a row that may begin with a garbled reply by chance."""
_OF_THIS_REPLY = frozenset({Trouble.EMPTY, Trouble.CUT_OFF, Trouble.REFUSED})
"""Troubles that another attempt may mend; any other is raised."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the schema of its answer."""

    name: str
    schema: JsonObject
    messages: Sequence[Message]
    max_tokens: int
    temperature: float
    mark: str = ""
    """Fence mark of foreign texts in the messages; removed from the reply."""
    listener: Listener | None = field(default=None, compare=False)
    """An additional listener; loops are stopped in any case."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply to a question."""

    text: str
    cut: bool
    """It ran into the cap on its length."""
    question: str
    """The question's name."""


async def ask_down(client: Client, questions: Sequence[Question], accept: Callable[[Answer], bool]) -> Usage:
    """Ask until `accept` takes a reply or no attempt is left; the usage of all calls.

    Raises:
        StorytellerError: the server can't be asked at all just now.
        TooLong: the question does not fit the model's context.
    """
    descent = _Descent(client, questions)
    for _ in range(MAX_CALLS):
        answer = await descent.ask()
        if answer is not None and accept(answer):
            descent.remember(accepted=True)
            return descent.usage
        if not descent.step_down(answer):
            break
    descent.remember(accepted=False)
    return descent.usage


class _Descent:
    """The state of one question's attempts."""

    def __init__(self, client: Client, questions: Sequence[Question]) -> None:
        self.client = client
        self.left = list(questions)
        self.asked = len(self.left)
        self.rung = client.capabilities.rung
        self.usage = Usage()
        self._calls = 0
        """Calls that ended in a reply, or in a trouble of the reply."""
        self._unsupported = False
        self._refused: OutputMode | None = None
        """The first mode not refused, once one was."""
        self._again = False

    async def ask(self) -> Answer | None:
        """One call; None without a reply."""
        question = self.left[0]
        wanted = response_format(self.rung, question.name, question.schema)
        self._unsupported = False
        asked = Request(
            question.messages,
            question.max_tokens,
            question.temperature,
            wanted,
            telling=self._calls,
            listener=Together(LoopsOfNotes(), *filter(None, (question.listener,))),
        )
        try:
            text, finish = await self.client.collect(asked)
        except Unsupported:
            self._unsupported = True
            return None
        except TooLong:
            raise
        except StorytellerError as error:
            if error.trouble not in _OF_THIS_REPLY:
                raise
            self._calls += 1
            return None
        self._calls += 1
        self.usage += finish.usage
        if self._refused:  # now it is sure that the refusals were about the way of asking
            self._keep(self._refused)
        return Answer(without_marks(text, question.mark), finish.cut, question.name)

    def step_down(self, answer: Answer | None) -> bool:
        """Go to the next attempt; False where none is left."""
        if self._unsupported:
            self.rung = self._refused = OutputMode(self.rung + 1)
        elif not self._again and not (answer and answer.cut):
            self._again = True
            self.rung = OutputMode(min(self.rung + 1, OutputMode.TEXT))
        elif len(self.left) > 1:
            self.left.pop(0)
            self.rung = OutputMode.TEXT if self._again else self.rung
        else:
            return False
        return True

    def remember(self, *, accepted: bool) -> None:
        """Keep the mode that answered the whole question; count the turns where none did."""
        known, whole = self.client.capabilities, accepted and len(self.left) == self.asked
        if whole:
            missed = known.missed + 1 if self._again else 0
            known = dataclasses.replace(known, missed=missed)
            if missed > _CHANCE:
                known = dataclasses.replace(known, rung=self.rung, missed=0)
        if self.asked > 1:
            known = dataclasses.replace(known, garbled=0 if whole else known.garbled + 1)
        self.client.capabilities = known.after_turn()

    def _keep(self, rung: OutputMode) -> None:
        if rung is not self.client.capabilities.rung:
            self.client.capabilities = dataclasses.replace(self.client.capabilities, rung=rung)


def response_format(rung: OutputMode, name: str, schema: JsonObject) -> JsonObject | None:
    """The request parameter of an output mode; None asks in words alone."""
    match rung:
        case OutputMode.JSON_SCHEMA:
            return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": schema}}
        case OutputMode.OBJECT_WITH_SCHEMA:
            return {"type": "json_object", "schema": schema}
        case OutputMode.JSON_OBJECT:
            return {"type": "json_object"}
        case OutputMode.TEXT:
            return None
