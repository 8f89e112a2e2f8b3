"""Cuts normalised text into the pieces of words that an encoder knows.

The longest piece that the vocabulary holds is taken first, as WordPiece does (Devlin et al. 2019, after Schuster & Nakajima
2012), so that any vocabulary that spells every letter reads every word. Unlike BERT's own, each sign that is neither letter
nor digit is a word, emoji included.
"""

import re
from collections.abc import Sequence

__all__ = ["BEGIN", "END", "PADDING", "UNKNOWN", "WordPiece"]

PADDING, UNKNOWN, BEGIN, END = "[PAD]", "[UNK]", "[CLS]", "[SEP]"

_WORD = re.compile(r"[^\W_]+|[^\s]")
_INNER = "##"
_LONGEST = 64


class WordPiece:
    """A vocabulary, and what it makes of texts.

    Args:
        pieces: the vocabulary; a piece's place is its number. A piece that goes on with a word begins with ``##``.

    Attributes:
        begin, end: numbers of the pieces that stand before and after every text.

    Raises:
        ValueError: a piece comes twice, or one of ``[UNK]``, ``[CLS]``, ``[SEP]`` is missing.
    """

    def __init__(self, pieces: Sequence[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(pieces)}
        missing = {UNKNOWN, BEGIN, END}.difference(self._numbers)
        if missing or len(self._numbers) != len(pieces):
            raise ValueError(f"not a vocabulary: {', '.join(sorted(missing)) or 'a piece'} {'is missing' if missing else 'comes twice'}")
        self.begin, self.end = self._numbers[BEGIN], self._numbers[END]
        self._unknown = [self._numbers[UNKNOWN]]
        self._longest = max(map(len, pieces))

    def __len__(self) -> int:
        """Return the number of pieces."""
        return len(self._numbers)

    def cut(self, text: str) -> list[list[int]]:
        """Return the numbers of the pieces of each word of a normalised text; a word that cannot be spelled is one ``[UNK]``."""
        known = self._numbers
        # What looks like a piece within a word, or a mark, is none where it stands alone: "#" and "[" are words of their own.
        return [[number] if (number := known.get(word)) is not None else self._pieces(word) for word in _WORD.findall(text)]

    def _pieces(self, word: str) -> list[int]:
        if len(word) > _LONGEST:
            return self._unknown
        numbers: list[int] = []
        at = 0
        while at < len(word):
            prefix = _INNER if at else ""
            for end in range(min(len(word), at + self._longest), at, -1):
                number = self._numbers.get(prefix + word[at:end])
                if number is not None:
                    numbers.append(number)
                    at = end
                    break
            else:
                return self._unknown
        return numbers
