"""Splits normalised text into the pieces of words that an encoder knows.

The longest piece in the vocabulary is taken first, as WordPiece does (Devlin et al. 2019, after Schuster & Nakajima 2012), so
that any vocabulary with every letter can spell every word. Unlike in BERT, each sign that is neither a letter nor a digit is a
word of its own, emoji included.
"""

import re
from collections.abc import Sequence

__all__ = ["BEGIN", "CONTINUATION", "END", "LONGEST_WORD", "PADDING", "UNKNOWN", "WordPiece"]

PADDING, UNKNOWN, BEGIN, END = "[PAD]", "[UNK]", "[CLS]", "[SEP]"

_WORD = re.compile(r"[^\W_]+|[^\s]")
CONTINUATION = "##"
"""What a piece begins with that continues a word."""

LONGEST_WORD = 64
"""The most characters of a word that is spelt out."""


class WordPiece:
    """A vocabulary of pieces of words.

    Args:
        pieces: the vocabulary; a piece's place is its number. A piece that continues a word begins with ``##``.

    Attributes:
        begin, end: numbers of the pieces that mark the beginning and the end of every text.
        reads_plain_form: whether the pieces are those of texts in their plain form, rather than of normalised English.

    Raises:
        ValueError: a piece occurs twice, or one of ``[UNK]``, ``[CLS]``, ``[SEP]`` is missing.
    """

    reads_plain_form = False

    def __init__(self, pieces: Sequence[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(pieces)}
        missing = {UNKNOWN, BEGIN, END}.difference(self._numbers)
        if missing or len(self._numbers) != len(pieces):
            raise ValueError(f"not a vocabulary: {', '.join(sorted(missing)) or 'a piece'} {'is missing' if missing else 'comes twice'}")
        self.begin, self.end = self._numbers[BEGIN], self._numbers[END]
        self._unknown = [self._numbers[UNKNOWN]]
        self._longest_piece = max(map(len, pieces))
        self._word = _WORD

    def __len__(self) -> int:
        """Return the number of pieces."""
        return len(self._numbers)

    def tokenize(self, text: str) -> list[list[int]]:
        """Return the numbers of the pieces of each word of a normalised text; a word that cannot be spelled is one ``[UNK]``."""
        numbers = self._numbers
        # Text cannot spell a mark or a continuation: "#" and "[" are words of their own.
        return [[number] if (number := numbers.get(word)) is not None else self._pieces(word) for word in self._word.findall(text)]

    def find_words(self, text: str) -> list[tuple[int, int]]:
        """Return where each word of a normalised text begins and ends, in characters; the same words as ``tokenize`` has."""
        return [word.span() for word in self._word.finditer(text)]

    def _pieces(self, word: str) -> list[int]:
        if len(word) > LONGEST_WORD:
            return self._unknown
        numbers: list[int] = []
        at = 0
        while at < len(word):
            prefix = CONTINUATION if at else ""
            for end in range(min(len(word), at + self._longest_piece), at, -1):
                number = self._numbers.get(prefix + word[at:end])
                if number is not None:
                    numbers.append(number)
                    at = end
                    break
            else:
                return self._unknown
        return numbers
