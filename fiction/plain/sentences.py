"""What the plain game says of turns, plans, memories and the journal: whole sentences."""

from collections.abc import Iterator, Sequence
from math import ceil

from fiction.errors import Trouble
from fiction.story.cards import StorytellerCard
from fiction.story.events import TurnFailed
from fiction.story.ledger import Ledger
from fiction.story.plan import Choice, ChoiceKind, Plan
from fiction.story.turn import Bookmark, Stage, Turn
from fiction.text.sanitise import clean_line


def announcement(depth: int, title: str) -> str:
    """The heading of a turn: `Turn 3. The price of salt.`"""
    return f"Turn {depth}. {_sentence(title)}".strip()


def decision(choice: Choice) -> str:
    """What the reader decided, as the story takes it; empty for a story's first turn."""
    match choice.kind:
        case ChoiceKind.BEGIN:
            return ""
        case ChoiceKind.CONTINUE:
            return "You let the moment run on."
        case ChoiceKind.OFFERED | ChoiceKind.EDITED | ChoiceKind.WRITTEN:
            return f"You: {_sentence(choice.text)}"


def offer(plans: Sequence[Plan]) -> Iterator[str]:
    """The plans, one a line, and what can be typed."""
    for number, plan in enumerate(plans, start=1):
        aside = "; ".join(part for part in (str(plan.approach), clean_line(plan.stake)) if part)
        yield f"{number}. {_sentence(plan.label)} ({aside})"


def briefs(plans: Sequence[Plan]) -> Iterator[str]:
    """The plans with what the storyteller is told of them."""
    for line, plan in zip(offer(plans), plans, strict=True):
        yield line
        if plan.brief:
            yield f"   {plan.brief}"


def memory(turn: Turn) -> Iterator[str]:
    """The short-term memory, and what this turn changed in it."""
    yield turn.memory or "There is nothing in the short-term memory yet."
    for change in turn.rationale.dropped:
        yield f"Dropped: {_sentence(change.what)} {_because(change.why)}".strip()
    for change in turn.rationale.added:
        yield f"Added: {_sentence(change.what)} {_because(change.why)}".strip()


def recalled(turn: Turn) -> Iterator[str]:
    """What the long-term memory gave back for this turn, and why."""
    if not turn.recalled:
        yield "Nothing was recalled for this turn."
    for item in turn.recalled:
        why = "pinned" if item.pinned else f"score {item.score:.2f}: meaning {item.dense:.2f}, words {item.lexical:.2f}"
        yield f"From turn {item.depth} ({why}): {item.text}"


def timeline(path: Sequence[Turn], bookmarks: Sequence[Bookmark]) -> Iterator[str]:
    """The way to here, a turn a line."""
    names = {mark.turn: mark.name for mark in bookmarks}
    if path and path[0].depth > 1:
        yield f"Turns 1 to {path[0].depth - 1} are left out."
    for turn in path:
        saved = f"Saved as {_sentence(names[turn.id])}" if turn.id in names else ""
        parts = (announcement(turn.depth, turn.title), clean_line(decision(turn.choice), limit=100), saved)
        yield " ".join(part for part in parts if part)


def journal(ledger: Ledger) -> Iterator[str]:
    """What went before, cast, threads and facts."""
    if not (ledger.summaries or ledger.cast or ledger.threads or ledger.facts):
        yield "The journal is empty so far."
    for summary in ledger.summaries:
        yield f"Turns {summary.first} to {summary.last}: {_sentence(summary.text)}"
    for member in ledger.cast:
        details = "; ".join(part for part in (member.who, member.where, member.stance) if part)
        yield f"Cast: {_sentence(member.name if not details else f'{member.name}: {details}')}"
    for thread in ledger.threads:
        yield f"Thread, {thread.status}: {_sentence(thread.setup)}"
    for fact in ledger.facts:
        yield f"Fact: {_sentence(f'{fact.subject} {fact.relation} {fact.object}')} Since turn {fact.since}."
    for clash in ledger.contradictions:
        held = clash.established
        yield f"Contradiction: {held.subject} {held.relation} {held.object}, or {_sentence(clash.claimed)}"


def failure(event: TurnFailed, *, stand_in: bool = True, back: bool = True) -> Iterator[str]:
    """What went wrong with a turn, and in one line what can be typed.

    Args:
        stand_in: the built-in storyteller could tell it.
        back: there is a turn to go back to.
    """
    yield f"{event.message} {event.hint}".strip()
    ways = [_first_way(event)]
    if event.trouble:
        ways.append("/retry WISH to have it told with a wish")
    if event.trouble and stand_in:
        ways.append("/storyteller offline and then /retry to have the built-in storyteller tell it")
    if back:
        ways.append("/undo to go back")
    yield f"Nothing is lost. Type {', '.join(ways)}, or /quit."


def _first_way(event: TurnFailed) -> str:
    if event.trouble is Trouble.CAPPED:
        return "/allow to go on all the same"
    if event.wait:
        return f"/wait to wait the {ceil(event.wait)} seconds that the server asks for, /retry to try again now"
    return "/retry to try again"


def storytellers(cards: Sequence[StorytellerCard], *, telling: str) -> Iterator[str]:
    """Who can tell, one a line; `telling` is the name of who does now."""
    for card in cards:
        about = clean_line(card.about) if card.available else f"not to be had. {clean_line(card.why_not, limit=400)}"
        now = " Tells now." if card.name == telling else ""
        yield f"{clean_line(card.name)}: {_sentence(about)}{now}"
    yield "Type /storyteller NAME to have another one tell from now on."


def standing(turn: Turn) -> str:
    """What can be typed at a turn that offers no plans."""
    if turn.stage is Stage.TOLD:
        return "The passage is saved; memory and plans are still to come. Type /retry to have them made."
    return "Type /continue to write on after the end, /undo to go back, or /quit to leave."


def _sentence(text: str) -> str:
    line = clean_line(text, limit=2_000)
    return line if not line or line.endswith((".", "!", "?", "…", "。", "！", "？")) else line + "."


def _because(why: str) -> str:
    return f"Because: {_sentence(why)}" if why else ""
