"""One passage told by a model: streamed, taken out of what models put around it, brought to a whole end."""

import contextlib
import dataclasses
import re
from collections.abc import AsyncGenerator

from fiction.llm import failures
from fiction.llm.client import Client
from fiction.llm.loops import Loops, cut_at_loop, loop_in
from fiction.llm.marks import MarkFilter
from fiction.llm.reasoning_filter import Void
from fiction.llm.request import Finish, Request
from fiction.story.events import Notice, ProseDelta, ProseReset, Spent
from fiction.story.scene import Scene, Telling
from fiction.story.turn import Usage
from fiction.storytellers.prompts.templates import prompt
from fiction.storytellers.prompts.turn import Prompt
from fiction.storytellers.replies.passage_filter import PassageFilter
from fiction.storytellers.replies.refusals import declines, is_notes
from fiction.text.tokens import clip, clip_start, ends_whole, joined, whole_sentences, wide, words

_LONGEST = 2
"""A passage that ran into its cap is kept up to this many times its length; some servers know no cap."""
_ENOUGH = 0.6
"""Share of the least number of words that makes a passage of what broke off."""
_LEAST_REST = 20
"""Words that a passage's end is asked to have at the least."""
_MIN_CHARS = 12
"""Fewer are no passage in any script."""
_CARRIED_OVER = 60
"""Tokens of a broken passage's end that a model is reminded of."""
_DOTS = re.compile(r"^(?:[\s…]|\.{2,})+")
_OPEN_STOPS = " \n\t,;:–—-，、；："
_SET_CLOSE = re.compile(r"[,.;:!?…%)\]}”’»›，。！？、；：）」』】》]|[\"'“‘«‹](?![^\W_])")
"""What stands close to the word before it; what may open a speech as well does so before a letter."""
_OPEN_END = re.compile(
    r"(?:(?:^|[\s—–-])[\"'„“‚‘«»‹›]|[(\[{¿¡-]|\b(?:[cdjlmnst]|qu|un|all|dell|nell|sull)['’])\Z", re.IGNORECASE
)
"""What has its next word close by: a mark of speech that opens, a bracket, a hyphen, an elision."""
_TELLINGS = 2
"""A passage that goes round in circles is told once more; if it does again it is cut."""
LOOPED = "The storyteller kept repeating itself; the passage was ended where that began."
ENDED_EARLY = "The passage broke off in mid-sentence; it was ended at the last whole one."


class PassageRequest:
    """The passage of one scene. Use once: iterate `tell`; then `usage` is what it cost."""

    def __init__(self, client: Client, scene: Scene, rendered: Prompt) -> None:
        self._client = client
        self._scene = scene
        self._rendered = rendered
        self._ask = Request(
            rendered.messages,
            rendered.room.passage,
            client.server.temperature,
            sampling=client.server.sampling,
            telling=scene.telling,
        )
        self._text = ""
        """Of the telling that ended last."""
        self._loops = False
        """That telling went round in circles."""
        self.usage = Usage()
        """Of the first call; 0 until it has ended."""

    async def tell(self) -> AsyncGenerator[Telling, None]:
        """The passage as it comes. Raises StorytellerError where there is none."""
        longest = ""
        for again in range(_TELLINGS):
            async with contextlib.aclosing(self._told(again)) as telling:
                async for event in telling:
                    yield event
            if not self._loops:
                break
            longest = max(longest, cut_at_loop(self._text), key=len)
            yield ProseReset()
        else:
            self._see_that_it_is_one(longest)
            yield ProseDelta(whole_sentences(longest) or f"{longest.rstrip(_OPEN_STOPS)}…")
            yield Notice(LOOPED)
            return
        self._see_that_it_is_one(self._text)
        async with contextlib.aclosing(self._brought_to_an_end(self._text)) as end:
            async for event in end:
                yield event

    async def _told(self, again: int) -> AsyncGenerator[Telling, None]:
        """One telling; `again` is how often the same was told just now. It is stopped where it loops."""
        loops = Loops()
        ask = dataclasses.replace(self._ask, telling=self._ask.telling + again, listener=loops)
        page, marks = self._blank()
        async with contextlib.aclosing(self._client.stream(ask)) as pieces:
            async for piece in pieces:
                match piece:
                    case str():
                        if shown := page.feed(marks.feed(piece)):
                            yield ProseDelta(shown)
                    case Void():
                        page, marks = self._blank()
                        yield ProseReset()
                    case Finish():
                        if rest := page.feed(marks.close()) + page.close():
                            yield ProseDelta(rest)
                        self.usage = self.usage if again else piece.usage
                        yield Spent(piece.usage)
        self._text = page.text
        stopped_in_vain = loops.over and not self._is_enough(whole_sentences(self._text))
        self._loops = stopped_in_vain or loop_in(self._text) is not None

    def _blank(self) -> tuple[PassageFilter, MarkFilter]:
        return PassageFilter(self._scene.choice), MarkFilter(self._rendered.mark)

    def _see_that_it_is_one(self, text: str) -> None:
        server = self._client.server
        if declines(text):
            raise failures.refused(server)
        if is_notes(text):
            raise failures.notes_too_soon(server)
        if len(text) < _MIN_CHARS:
            raise failures.empty(server)

    async def _brought_to_an_end(self, text: str) -> AsyncGenerator[Telling, None]:
        """What ends in mid-sentence is cut back to the last whole one, or gone on with where too little is left."""
        if ends_whole(text) and words(text) <= _LONGEST * self._scene.reader.passage_length.words[1]:
            return
        whole = whole_sentences(clip(text, _LONGEST * self._ask.max_tokens))
        if self._is_enough(whole):
            if whole != text:
                yield ProseReset()
                yield ProseDelta(whole)
                yield Notice(ENDED_EARLY)
            return
        async with contextlib.aclosing(self._gone_on_with(text)) as rest:
            async for event in rest:
                yield event

    async def _gone_on_with(self, text: str) -> AsyncGenerator[Telling, None]:
        """One more call for the rest of a passage that broke off early.

        Raises:
            StorytellerError: it did not end this time either.
        """
        told = words(text)
        least, most = (max(_LEAST_REST, length - told) for length in self._scene.reader.passage_length.words)
        asked = prompt(
            "go_on",
            length=self._rendered.room.measure.span(least, max(most, 2 * least)),
            end=" ".join(clip_start(text, _CARRIED_OVER).split()),
        )
        ask = Request(
            [
                *self._rendered.messages,
                {"role": "assistant", "content": text},
                {"role": "user", "content": asked},
            ],
            self._ask.max_tokens,
            self._ask.temperature,
            sampling=self._ask.sampling,
            listener=Loops(),
        )
        page, marks = self._blank()
        reply, finish = await self._client.collect(ask)
        rest = page.feed(marks.feed(reply) + marks.close()) + page.close()
        yield Spent(finish.usage)
        whole = whole_sentences(cut_at_loop(_joined(text, rest)))
        if declines(rest) or is_notes(rest) or not self._is_enough(whole) or len(whole) <= len(text):
            raise failures.cut_off(self._client.server)
        if whole.startswith(text):
            yield ProseDelta(whole.removeprefix(text))
        else:
            yield ProseReset()
            yield ProseDelta(whole)

    def _is_enough(self, whole: str) -> bool:
        return words(whole) >= _ENOUGH * self._scene.reader.passage_length.words[0]


def _joined(text: str, rest: str) -> str:
    """A broken text and its rest, whether the rest goes on after the break or repeats what stood before it.

    The broken sentence goes only where the rest begins it anew. A capital says nothing: German nouns have one.
    """
    rest = _DOTS.sub("", rest)
    for size in range(min(len(text), len(rest)), _least_repeat(text) - 1, -1):
        if text.endswith(rest[:size]):
            return text + rest[size:]
    broken = text[len(whole_sentences(text)) :].lstrip()
    if _begins_anew(broken, rest):
        return text.removesuffix(broken) + rest
    return text + ("" if _without_space(text, rest) else " ") + rest


def _least_repeat(text: str) -> int:
    """Characters that are not the same by chance."""
    return 5 if wide(text) else 12


def _begins_anew(broken: str, rest: str) -> bool:
    """Whether the rest begins like the broken sentence: with all of it, or with so much that it is no chance."""
    if not broken:
        return False
    same = next(
        (at for at, (one, other) in enumerate(zip(broken, rest, strict=False)) if one.casefold() != other.casefold()),
        min(len(broken), len(rest)),
    )
    goes_on = rest[same : same + 1].isalnum() and not wide(rest)
    return same >= _least_repeat(broken) or (same == len(broken) and not goes_on)


def _without_space(text: str, rest: str) -> bool:
    """Whether the rest of a sentence follows its beginning without a space."""
    if not rest or text[-1:].isspace() or rest[0].isspace() or _SET_CLOSE.match(rest):
        return True
    return joined((text, rest)) == text + rest or _OPEN_END.search(text) is not None
