"""Wanted lengths of text, for prompts: in words, or in characters for scripts without spaces."""

from dataclasses import dataclass

from fiction.text.tokens import is_wide_language

_CHARACTERS_A_WORD = 1.6
_TOKENS_A_WORD, _TOKENS_A_WIDE_WORD = 1.4, 1.5


@dataclass(frozen=True, slots=True)
class Measure:
    """Converts a number of words for one language."""

    wide: bool = False

    @classmethod
    def of(cls, language: str) -> "Measure":
        """The measure of a language, by its BCP 47 tag."""
        return cls(is_wide_language(language))

    def tokens(self, words: int) -> int:
        """About the number of tokens of so many words."""
        return int(words * (_TOKENS_A_WIDE_WORD if self.wide else _TOKENS_A_WORD))

    def said(self, words: int) -> str:
        """The length in words of a prompt: `120 words`, `190 characters`."""
        return f"{self._characters(words)} characters" if self.wide else f"{words} words"

    def span(self, least: int, most: int) -> str:
        """A range of lengths: `90 to 160 words`."""
        if self.wide:
            return f"{self._characters(least)} to {self._characters(most)} characters"
        return f"{least} to {most} words"

    @staticmethod
    def _characters(words: int) -> int:
        return round(words * _CHARACTERS_A_WORD / 10) * 10
