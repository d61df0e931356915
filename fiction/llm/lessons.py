"""Learns about a server from a reply that has been read."""

import dataclasses

from fiction.llm.capabilities.capabilities import Capabilities
from fiction.llm.capabilities.presets import cuts_silently
from fiction.llm.request import Request
from fiction.llm.stream import ReplyStream

_ENOUGH_TO_COUNT = 1000
"""Tokens; estimates of shorter prompts may be wrong by chance."""
_LOST = 0.7
"""Share of our estimate; a lower count means that the server cut the prompt."""
_LOST_ABROAD = 0.4
"""The same for scripts whose tokens we overestimate."""
_PLAIN = 0.9
"""Share of ASCII from which on a text counts as plain."""
_STEP = 512


def after_reply(known: Capabilities, ask: Request, reading: ReplyStream) -> Capabilities:
    """The capabilities, updated after a reply."""
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
    """The context, in tokens, to which a server silently cut the prompt; 0 where it did not."""
    counted, estimated = reading.usage.prompt, ask.estimated
    if reading.usage.estimated or estimated < _ENOUGH_TO_COUNT or not counted:
        return 0
    text = "".join(message["content"] for message in ask.messages)
    plain = len(text.encode("ascii", "ignore")) >= _PLAIN * len(text)
    if counted >= (_LOST if plain else _LOST_ABROAD) * estimated:
        return 0
    return -(-counted // _STEP) * _STEP
