"""Tells a model that declines, or that answers with its notes, from one that tells."""

import re

_MAX_LENGTH = 600
_DECLINES = re.compile(
    r"\W*(?:I(?:'m|’m| am) (?:really |very |so )?(?:sorry|unable|not able)\b"
    r"|(?:sorry|apologies)\b[,.]? (?:but )?I\b|As an? (?:AI|language model)\b|I (?:must|have to|need to) decline\b"
    r"|I (?:can(?:'t|’t|not)|won(?:'t|’t)|will not|am unable to)\b.{0,40}?\b(?:assist|help|continue|create|write"
    r"|generate|fulfil|fulfill|comply|provide|engage|produce|depict)\b)",
    re.IGNORECASE | re.DOTALL,
)
_NOTES = re.compile(r"\s*(?:```\w*\s*)?\{\s*\"(?:plans|rationale|memory|ledger)\"\s*:")


def declines(reply: str) -> bool:
    """Whether a reply is a refusal rather than a passage: short, and opening the way refusals do (in English)."""
    return len(reply) <= _MAX_LENGTH and _DECLINES.match(reply) is not None


def is_notes(reply: str) -> bool:
    """Whether a reply is the notes that were not asked for yet, rather than a passage."""
    return _NOTES.match(reply) is not None
