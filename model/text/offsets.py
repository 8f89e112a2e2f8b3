"""A text that remembers where each of its code points came from, and edits that make one of another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self, TypeAlias

import numpy as np

from model.array_types import Int32Array

__all__ = ["Edit", "Mapped", "Piece", "apply_edits"]

Edit: TypeAlias = tuple[int, int, str]
"""Where what is replaced begins and ends, and what takes its place."""


class Piece(NamedTuple):
    """A run of output text and the half-open range [begin, end) of the original, in code points, that it stands for.

    A tuple, because a text may have a piece for every other letter, and making one takes a third of the time.

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

    @classmethod
    def unchanged(cls, text: str) -> Self:
        """Return a text that is its own original."""
        return cls(text, (Piece(text, 0, len(text)),) if text else ())

    @classmethod
    def from_pieces(cls, pieces: Sequence[Piece]) -> Self:
        """Return the text that pieces make up, in the order of their ranges."""
        return cls("".join([piece.text for piece in pieces]), pieces)

    @cached_property
    def begin(self) -> Int32Array:
        """For each code point of ``text``, where its original begins; shape (len(text),)."""
        return self._spread(first=True)

    @cached_property
    def end(self) -> Int32Array:
        """For each code point of ``text``, where its original ends (exclusive); shape (len(text),)."""
        return self._spread(first=False)

    def _spread(self, *, first: bool) -> Int32Array:
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


def apply_edits(source: str, edits: Iterable[Edit]) -> Mapped:
    """Apply edits in the order of their beginnings; one that begins within another is void."""
    pieces = []
    at = 0
    for begin, end, text in edits:
        if begin < at:
            continue
        if at < begin:
            pieces.append(Piece(source[at:begin], at, begin))
        if text:
            pieces.append(Piece(text, begin, end))
        at = end
    if at < len(source):
        pieces.append(Piece(source[at:], at, len(source)))
    return Mapped.from_pieces(pieces)
