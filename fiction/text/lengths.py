"""How long a text is asked to be, in the words of its language: scripts without spaces are measured in characters."""

from dataclasses import dataclass

from fiction.text.tokens import is_wide_language

_CHARACTERS_A_WORD = 1.6
_TOKENS_A_WORD, _TOKENS_A_WIDE_WORD = 1.4, 1.5


@dataclass(frozen=True, slots=True)
class Measure:
    """What a number of words is in one language."""

    wide: bool = False

    @classmethod
    def of(cls, language: str) -> "Measure":
        """For a BCP 47 tag."""
        return cls(is_wide_language(language))

    def tokens(self, words: int) -> int:
        """About how many tokens so many words are."""
        return int(words * (_TOKENS_A_WIDE_WORD if self.wide else _TOKENS_A_WORD))

    def said(self, words: int) -> str:
        """So many words, as a prompt says it."""
        return f"{self._characters(words)} characters" if self.wide else f"{words} words"

    def span(self, least: int, most: int) -> str:
        """From so many words to so many."""
        if self.wide:
            return f"{self._characters(least)} to {self._characters(most)} characters"
        return f"{least} to {most} words"

    @staticmethod
    def _characters(words: int) -> int:
        return round(words * _CHARACTERS_A_WORD / 10) * 10
