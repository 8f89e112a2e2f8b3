"""Splits text in any script into the pieces that the encoder of all languages knows.

As ``WordPiece`` does, but the marks that letters are written with belong to their words, words without end, as in Chinese and Japanese,
are cut, and of a word with a character that no piece spells only that character is unknown.
"""

import re
from collections.abc import Sequence
from functools import cache

from model.array_types import ByteArray
from model.encoder.session import unpack_pieces
from model.encoder.wordpiece import CONTINUATION, LONGEST_WORD, WordPiece
from model.text.signs import marks_class

__all__ = ["PLAIN_FORM", "ScriptPieces", "read_vocabulary"]

PLAIN_FORM = "plain"
"""What the entry of an encoder in a manifest calls the form of texts that this vocabulary is for; normalised English has no name."""


@cache
def _word_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?:[^\W_]|[{marks_class()}]){{1,{LONGEST_WORD}}}|[^\s]")


class ScriptPieces(WordPiece):
    """A vocabulary of pieces of words in any script, for texts in their plain form (``model.encoder.plain_form``).

    A piece that is there only to begin words continues them as well, and the other way round. Args and errors as of ``WordPiece``.
    """

    reads_plain_form = True

    def __init__(self, pieces: Sequence[str]) -> None:
        super().__init__(pieces)
        self._word = _word_pattern()
        inner = {piece.removeprefix(CONTINUATION): number for piece, number in self._numbers.items() if piece.startswith(CONTINUATION)}
        outer = {piece: number for piece, number in self._numbers.items() if not piece.startswith(CONTINUATION)}
        self._first, self._later = {**inner, **outer}, {**outer, **inner}

    def _pieces(self, word: str) -> list[int]:
        numbers: list[int] = []
        known, longest, size = self._first, self._longest_piece, len(word)
        at = 0
        while at < size:
            for end in range(min(size, at + longest), at, -1):
                number = known.get(word[at:end])
                if number is not None:
                    numbers.append(number)
                    at = end
                    break
            else:
                numbers += self._unknown
                at += 1
            known = self._later
        return numbers


def read_vocabulary(packed: ByteArray, form: object) -> WordPiece:
    """Return the vocabulary of an encoder.

    Args:
        packed: its pieces, as ``pack_pieces`` packs them.
        form: of the texts that the encoder reads: None for normalised English, or ``PLAIN_FORM``.

    Raises:
        ValueError: the form is another one, or the pieces are not a vocabulary.
    """
    if form not in (None, PLAIN_FORM):
        raise ValueError(f"form has to be {PLAIN_FORM!r}, or left out")
    return (ScriptPieces if form else WordPiece)(unpack_pieces(packed))
