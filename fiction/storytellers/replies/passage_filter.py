"""Takes the passage out of a model's reply while it streams: no heading, no "Sure, here is", no fence, no closing menu.

A line is held back only while its beginning may still turn out to be no story; all else goes through as it comes, so
that the first word shows when the server sends it.
"""

import re

from fiction.story.plan import Choice
from fiction.text.folding import fold

_LONGEST_MARGIN = 200
"""Characters after which a line is taken for story whatever it begins with; headings and preambles are shorter."""
_TAIL_LENGTH = 28
"""Characters by which a line is known to close the passage, if it does."""
_QUOTE_PATIENCE = 320
"""A reply that opens with a quotation mark and does not close it for so long is quoted as a whole."""
_MENU_AFTER = 160
"""Characters of story after which a numbered line is taken for a menu of choices."""

_MARGIN = re.compile(
    r"(?:sure|certainly|of course|okay|ok|absolutely|great|understood)"
    r"(?:[!.,:]?$|[!,.:][^\n]{0,140}(?:[:!]|\b(?:story|passage|scene|continuation)\b[^\n]{0,20}\.)$)"
    r"|(?:here(?:'s|’s| is| are)|this is|below is)\b[^\n]{0,140}:$"
    r"|(?:here(?:'s|’s| is| are)|this is|below is)\b[^\n]{0,140}\b(?:passage|continuation|next part)\b[^\n]{0,60}\.$"
    r"|#{1,6}(?:\s.*)?$|\*\*[^*\n]{1,80}\*\*:?$|[-*_=]{3,}$|\*(?: \*)+$"
    r"|(?:chapter|scene|turn|part|act)\s+(?:\d+|[ivxlc]+)\b[^\n.!?]{0,80}$"
    r"|(?:passage|story|continuation|narration|output|storyteller)\s*:?$",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\W{0,2}(?:passage|story|continuation|narration|output|storyteller)\W{0,2}:\W{0,2}\s*", re.I)
_TAIL = re.compile(
    r"\W{0,3}(?:(?:the )?end of (?:the )?(?:passage|turn|scene)|what (?:do|will|would) you (?:do|choose)"
    r"|your (?:choices|options|plans)\b|(?:options|choices|plans)\W{0,2}:|how (?:do|will) you (?:respond|proceed)"
    r"|notes\W{0,2}:|word count)",
    re.IGNORECASE,
)
_MENU = re.compile(r"\W{0,3}(?:1|a)[.):]\s", re.IGNORECASE)
_FENCE = re.compile(r"\s*`{3,}[ \t]*(?P<language>[\w-]*)[^`\n]*$")
_IN_FENCE = frozenset({"", "text", "txt", "plain", "plaintext"})
"""Languages of a block that may be a letter or a sign in the story; any other is of notes that came too soon."""
_DATA = re.compile(r"\s*[\[{]")
_SYMBOLS = frozenset("#*`-_=>([1")
_FIRST_WORDS = (
    *("sure", "certainly", "of course", "ok", "absolutely", "great", "understood"),
    *("here is", "here's", "here’s", "here are", "this is", "below is"),
    *("chapter", "scene", "turn", "part", "act", "passage", "story", "continuation", "narration", "output"),
    "storyteller",
)
_LAST_WORDS = (
    *("what ", "your ", "options", "choices", "plans", "how do", "how will", "notes", "word count"),
    *("the end of", "end of", "chapter", "scene"),
)
_SPEECH_ENDS = re.compile(r"[\"“][\s,.;:!?)]")
"""A mark that closes what was said before the reply; in German `“` does."""
_BREAKS = re.compile(r"\n{3,}")
_SPACE_END = re.compile(r"\s*\Z")
_QUOTE_END = re.compile(r"[\s\"”]*\Z")


class PassageFilter:
    """One passage while it is written."""

    def __init__(self, choice: Choice) -> None:
        said = (choice.text, choice.plan.label if choice.plan else "")
        self._echoes = tuple(echo for echo in map(_normal, said) if len(echo) > 8)
        self._held = ""
        """Not decided yet."""
        self._end = ""
        """Spaces, and perhaps a last quotation mark, that belong to the story only if more of it comes."""
        self._line_start = True
        self._told = 0
        """Characters of story so far."""
        self._begun = self._over = self._quoted = False
        self._fence = ""
        """The fence that is open: `all` began before the story, `block` in it."""
        self.text = ""
        """What was given out."""

    def feed(self, piece: str) -> str:
        """What of the story can be shown now."""
        self._held += piece
        return self._give(self._story(final=False))

    def close(self) -> str:
        """The rest; call once at the end."""
        return self._give(self._story(final=True))

    def _give(self, story: str) -> str:
        story = self._end + story.replace("*", "")
        end = (_QUOTE_END if self._quoted else _SPACE_END).search(story)
        cut = end.start() if end else len(story)
        self._end = story[cut:]
        shown = _BREAKS.sub("\n\n", story[:cut])
        self.text += shown
        return shown

    def _story(self, *, final: bool) -> str:
        """Take what is decided off what is held."""
        taken: list[str] = []
        while self._held and not self._over:
            line, newline, rest = self._held.partition("\n")
            whole = final or bool(newline)
            if self._line_start:
                if not whole and len(line) < _LONGEST_MARGIN and self._may_be_margin(line):
                    break
                if whole and (fence := _FENCE.match(line)) is not None:
                    if not final and not self._fence and not rest.strip():
                        break  # its first line says what kind of block it is
                    self._over = self._ends_with(fence["language"].lower(), rest)
                    self._fence = "" if self._fence else "block" if self._begun else "all"
                    self._held = rest
                    continue
                if self._is_tail(line):
                    self._over = True
                    break
                if whole and self._is_margin(line):
                    self._held = rest
                    continue
            if not self._begun:
                self._held = self._held.lstrip()
                if (label := _LABEL.match(self._held)) is not None:
                    self._held = self._held[label.end() :]
                    continue
                if not self._begin(final=final):
                    break
                line, newline, rest = self._held.partition("\n")
            taken.append(line + newline)
            self._told += len(line)
            self._line_start = bool(newline)
            self._held = rest
        return "".join(taken)

    def _begin(self, *, final: bool) -> bool:
        """Drop a quotation mark around the whole story; False while it is not known whether there is one."""
        if self._held[:1] in ('"', "“") and not _SPEECH_ENDS.match(self._held):
            closed = re.search('["”]', self._held[1:])
            alone = closed is None or not self._held[closed.end() + 1 :].strip()
            if alone and not final and len(self._held) < _QUOTE_PATIENCE:
                return False
            if alone:
                self._quoted = True
                self._held = self._held[1:]
        self._begun = True
        return True

    def _is_margin(self, line: str) -> bool:
        line = line.strip()
        if not line:
            return not self._begun
        return _MARGIN.match(line) is not None or (not self._begun and _normal(line) in self._echoes)

    def _is_tail(self, line: str) -> bool:
        if not self._begun:
            return False
        menu = self._told >= _MENU_AFTER and _MENU.match(line) is not None
        return menu or _TAIL.match(line) is not None

    def _ends_with(self, language: str, rest: str) -> bool:
        """Whether a fence is the end: of a whole passage in a fence, or where a block of notes begins."""
        if not self._begun:
            return False
        if self._fence:
            return self._fence == "all" and self._told >= _MENU_AFTER
        return language not in _IN_FENCE or _DATA.match(rest) is not None

    def _may_be_margin(self, line: str) -> bool:
        """Whether more of the line is needed to say what it is."""
        start = line.lstrip().lower()
        if not start or start[0] in _SYMBOLS:
            return True
        if self._begun:
            return len(start) < _TAIL_LENGTH and _one_begins(start, _LAST_WORDS)
        return _one_begins(start, _FIRST_WORDS) or any(echo.startswith(_normal(start)) for echo in self._echoes)


def _one_begins(start: str, words: tuple[str, ...]) -> bool:
    """Whether the start of a line begins like one of the words, or may still."""
    return any(start.startswith(word) or word.startswith(start) for word in words)


def _normal(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))
