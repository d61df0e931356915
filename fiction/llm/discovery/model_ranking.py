"""Ranks a server's models by how likely they are to tell a story well, by name alone."""

import re
from collections.abc import Iterable, Sequence

_OTHER_WORK = re.compile(
    r"embed|rerank|\bbge\b|\be5\b|\bgte\b|minilm|whisper|\btts|transcri|dall-?e|\bimage|\bsora|realtime|\baudio|"
    r"moderation|guard\b|\bclip\b|stable-diffusion|flux|\bocr\b|search-(?:doc|query)|similarity|davinci-00|babbage",
    re.IGNORECASE,
)
"""Models that embed, hear, see, draw or sort, and tell nothing."""
_TOLD_TO_TALK = re.compile(r"instruct|chat|\bit\b|-it[-:._]|\bgpt-[4-9]|claude|gemini|assistant", re.IGNORECASE)
_FOR_PROSE = re.compile(r"gemma|mistral|nemo|ministral|llama|qwen|gpt-|claude|gemini|deepseek|command", re.IGNORECASE)
_FOR_OTHERS = re.compile(
    r"cod(?:e|er|ex|estral)|math|vision|-vl\b|\bvl[-:]|llava|\bbase\b|-base|nano|search", re.IGNORECASE
)
_SIZE = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)b\b", re.IGNORECASE)
_SMALL = 2.0
"""Billions of weights under which prose rarely holds together."""


def likeliest_first(names: Iterable[str], *, recommended: Sequence[str] = ()) -> tuple[str, ...]:
    """Each name once; recommended ones first, models that can tell nothing left out unless there is nothing else."""
    every = tuple(dict.fromkeys(name for name in names if name.strip()))
    able = [name for name in every if not _OTHER_WORK.search(name)]
    rank = {name: place for place, name in enumerate(recommended)}
    return tuple(sorted(able or every, key=lambda name: (rank.get(name, len(rank)), -_likeliness(name))))


def _likeliness(name: str) -> int:
    size = _SIZE.search(name)
    small = size is not None and float(size.group(1)) < _SMALL
    return (
        4 * bool(_TOLD_TO_TALK.search(name))
        + 2 * bool(_FOR_PROSE.search(name))
        - 4 * bool(_FOR_OTHERS.search(name))
        - 3 * small
    )
