"""A text that remembers where each of its code points came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

__all__ = ["Mapped", "Piece"]

Offsets = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of output text and the half-open range [begin, end) of the original, in code points, that it stands for.

    Where ``len(text) == end - begin`` the code points correspond one to one; otherwise every code point of
    ``text`` stands for the whole range.
    """

    text: str
    begin: int
    end: int


@dataclass(frozen=True)
class Mapped:
    """The output of a text transformation, with the way back to the original.

    Attributes:
        text: the output.
        pieces: consecutive runs whose texts, joined, are ``text``; their ranges never go backwards.
    """

    text: str
    pieces: Sequence[Piece]

    @cached_property
    def begin(self) -> Offsets:
        """For each code point of ``text``, where its original begins; shape (len(text),)."""
        return self._spread(first=True)

    @cached_property
    def end(self) -> Offsets:
        """For each code point of ``text``, where its original ends (exclusive); shape (len(text),)."""
        return self._spread(first=False)

    def _spread(self, *, first: bool) -> Offsets:
        offsets = np.empty(len(self.text), np.int32)
        at = 0
        for piece in self.pieces:
            size = len(piece.text)
            if size == piece.end - piece.begin:
                offsets[at : at + size] = np.arange(piece.begin, piece.end, dtype=np.int32) + (0 if first else 1)
            else:
                offsets[at : at + size] = piece.begin if first else piece.end
            at += size
        return offsets
