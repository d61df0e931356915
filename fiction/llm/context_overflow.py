"""Recognises error messages about a prompt that does not fit, and reads the numbers in them.

The patterns cover OpenAI, llama.cpp, LM Studio, vLLM, llama-cpp-python, Anthropic, Google and Mistral.
"""

import re

_MEANT = re.compile(
    r"context[ _](?:length|size|window)|maximum context|exceeds? the available context|exceed_context_size"
    r"|configured limit of \d+ tokens|n_keep|first \d+ tokens when context|prompt is too long|too many tokens"
    r"|reduce the length of the (?:messages|prompt)|exceeds? the (?:model'?s )?(?:maximum|max) (?:context|model len)"
    r"|exceeds? context|longer than the (?:model|maximum)|exceeds the maximum number of tokens allowed",
    re.IGNORECASE,
)
_CONTEXT_SIZES = (
    re.compile(r"context size \(?(\d+)", re.IGNORECASE),
    re.compile(r"context length (?:is|of) (\d+)", re.IGNORECASE),
    re.compile(r"n_ctx\D{0,4}(\d+)", re.IGNORECASE),
    re.compile(r"limit of (\d+) tokens", re.IGNORECASE),
    re.compile(r"number of tokens allowed \((\d+)", re.IGNORECASE),
    re.compile(r"(\d+) maximum", re.IGNORECASE),
)
_COUNTS = (
    re.compile(r"request \((\d+) tokens\)", re.IGNORECASE),
    re.compile(r"\((\d+) in the messages", re.IGNORECASE),
    re.compile(r"prompt contains (?:at least )?(\d+)", re.IGNORECASE),
    re.compile(r"messages resulted in (\d+) tokens", re.IGNORECASE),
    re.compile(r"n_keep\D{0,4}(\d+)", re.IGNORECASE),
    re.compile(r"too long: (\d+) tokens", re.IGNORECASE),
    re.compile(r"token count \((\d+)", re.IGNORECASE),
)


def is_meant(words: str) -> bool:
    """Whether the server says that the prompt does not fit."""
    return _MEANT.search(words) is not None


def context(words: str) -> int:
    """The context size in the words, in tokens; 0 where there is none."""
    return _first_number(_CONTEXT_SIZES, words)


def counted(words: str) -> int:
    """The prompt's size by the server's count, in tokens; 0 where the words have none."""
    return _first_number(_COUNTS, words)


def _first_number(patterns: tuple[re.Pattern[str], ...], words: str) -> int:
    for pattern in patterns:
        if (match := pattern.search(words)) is not None:
            return int(match.group(1)[:9])
    return 0
