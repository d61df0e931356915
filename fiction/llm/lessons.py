"""What a reply that has been read teaches about the server that sent it."""

import dataclasses

from fiction.llm.capabilities.capabilities import Capabilities
from fiction.llm.capabilities.presets import cuts_silently
from fiction.llm.request import Request
from fiction.llm.stream import ReplyStream

_ENOUGH_TO_COUNT = 1000
"""Tokens under which an estimate may be wrong by chance."""
_LOST = 0.7
"""Share of our estimate: a count under it means that the server has dropped some of the prompt."""
_LOST_ABROAD = 0.4
"""The same for scripts of which our estimate counts too many tokens."""
_PLAIN = 0.9
"""Share of letters that makes a text one of plain ones."""
_STEP = 512


def after_reply(known: Capabilities, ask: Request, reading: ReplyStream) -> Capabilities:
    """What is known now."""
    if reading.ended:
        known = dataclasses.replace(known, counts=not reading.usage.estimated)
    if reading.thought:
        known = known.after_thinking()
    if reading.lost_in_thought:
        known = dataclasses.replace(known, thinking=True)
    if cuts_silently(known) and (context := cut_to(ask, reading)):
        known = dataclasses.replace(known, context=min(context, known.context or context))
    return known


def cut_to(ask: Request, reading: ReplyStream) -> int:
    """The context, in tokens, that a server has cut the prompt to without a word; 0 where it has not."""
    counted, estimated = reading.usage.prompt, ask.estimated
    if reading.usage.estimated or estimated < _ENOUGH_TO_COUNT or not counted:
        return 0
    text = "".join(message["content"] for message in ask.messages)
    plain = len(text.encode("ascii", "ignore")) >= _PLAIN * len(text)
    if counted >= (_LOST if plain else _LOST_ABROAD) * estimated:
        return 0
    return -(-counted // _STEP) * _STEP
