"""The ledger in words: what went before, facts, threads, cast, and what contradicts itself."""

from collections.abc import Iterator

from textual.content import Content

from fiction.story.ledger import CastMember, Fact, Ledger, Summary, Thread, ThreadStatus
from fiction.tui.prose import plain_line

_STATUS = {
    ThreadStatus.OPEN: "open",
    ThreadStatus.ADVANCED: "moving",
    ThreadStatus.PAID: "paid off",
    ThreadStatus.DROPPED: "let go",
}


def _fact(fact: Fact) -> Content:
    since = f"  since turn {fact.since}" + (", pinned" if fact.pinned else "")
    return Content.assemble("· ", plain_line(f"{fact.subject} {fact.relation} {fact.object}"), (since, "dim"))


def _thread(thread: Thread) -> Content:
    since = f"  {_STATUS[thread.status]}, since turn {thread.opened}"
    return Content.assemble("· ", plain_line(thread.setup, limit=300), (since, "dim"))


def _member(member: CastMember) -> Content:
    about = ", ".join(part for part in (member.who, member.where, member.stance) if part)
    return Content.assemble("· ", plain_line(member.name, "bold"), ": " if about else "", plain_line(about, limit=300))


def _summary(summary: Summary) -> Content:
    turns = f"  turns {summary.first} to {summary.last}"
    return Content.assemble("· ", plain_line(summary.text, limit=1200), (turns, "dim"))


def _sections(ledger: Ledger) -> Iterator[tuple[str, list[Content]]]:
    clashes = [
        Content.assemble(
            "! ",
            plain_line(f"{c.established.subject} {c.established.relation} {c.established.object}"),
            (f" (turn {c.established.since})", "dim"),
            ", but the last turn said ",
            plain_line(c.claimed),
        )
        for c in ledger.contradictions
    ]
    if clashes:
        yield "Contradictions", clashes
    if ledger.summaries:
        yield "What went before", [_summary(summary) for summary in ledger.summaries]
    yield "Threads", [_thread(thread) for thread in ledger.threads]
    yield "People", [_member(member) for member in ledger.cast]
    yield "Facts", [_fact(fact) for fact in ledger.facts]


def ledger_words(ledger: Ledger) -> Content:
    """All of it, section by section."""
    nothing = [Content.styled("none yet", "dim")]
    parts = [
        Content("\n").join([Content.styled(title, "bold"), *(lines or nothing)]) for title, lines in _sections(ledger)
    ]
    return Content("\n\n").join(parts)
