"""Folds many comments of one language together, compiled; each becomes what ``prepare_for_language`` makes of it alone, byte for byte.

What a character is folded into is looked up in a table. A comment with a character that is not in the table yet, with letters of two
scripts that look alike, with words that may be written apart, with mark-up or with character references is left to Python, which enters its
characters into the table.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from threading import Lock
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.array_types import BoolArray, ByteArray, Int32Array, IntArray
from model.comment import Comment
from model.numba_cache import inner, kernel
from model.text.language_pipeline import prepare_text_for_language
from model.text.script_fold import find_fold_rules
from model.text.signs import SIGN_SEPARATORS, marks_class

__all__ = ["CodePoints", "fold_together"]

CodePoints = npt.NDArray[np.uint32]

_MOST_CODE_POINTS = 0x20000  # those from here on, rare Chinese characters, are left to Python
_POOL = 1 << 18  # bytes
_MOST_BYTES = 254  # of one character
_BYTES_OF_CHARACTER = 4  # at most, on average
_BLANK, _REFERENCE = ord(" "), ord("&")
_GREEK, _CYRILLIC_END = 0x370, 0x530
_NO_LETTER, _LETTER, _MARK, _BETWEEN = range(4)  # kinds of characters; the last stands between letters that are written apart


class _Table(NamedTuple):
    """What characters are folded into.

    Attributes:
        sizes: by code point, one more than the number of bytes; 0 where it is not known.
        starts: by code point, where the bytes begin in ``pool``.
        pool: the bytes.
        kinds: by code point, the kind.
    """

    sizes: ByteArray
    starts: Int32Array
    pool: ByteArray
    kinds: ByteArray


@cache
def _find_kinds() -> ByteArray:
    """Return the kind of each character, by code point."""
    characters = "".join(map(chr, range(_MOST_CODE_POINTS)))
    kinds = np.array([_LETTER if character.isalnum() else _NO_LETTER for character in characters], np.uint8)
    kinds[ord("_")] = _LETTER
    kinds[[mark.start() for mark in re.finditer(f"[{marks_class()}]", characters)]] = _MARK
    kinds[[ord(character) for character in SIGN_SEPARATORS]] = _BETWEEN
    return kinds


class _FoldTable:
    """The table of one language, which grows as characters are met; it stays where it is, so that kernels may read it meanwhile."""

    def __init__(self, tag: str) -> None:
        self.rules = find_fold_rules(tag)
        # Memory that is never written to is never taken.
        self.table = _Table(
            np.zeros(_MOST_CODE_POINTS, np.uint8), np.zeros(_MOST_CODE_POINTS, np.int32), np.zeros(_POOL, np.uint8), _find_kinds()
        )
        self._used, self._lock = 0, Lock()
        self.learn(map(chr, range(128)))

    def learn(self, characters: Iterable[str]) -> None:
        """Enter what characters are folded into, as long as there is room."""
        with self._lock:
            for character in characters:
                folded, point = self.rules.fold(character).encode("latin-1"), ord(character)
                end = self._used + len(folded)
                if point < _MOST_CODE_POINTS and not self.table.sizes[point] and len(folded) <= _MOST_BYTES and end <= _POOL:
                    self.table.pool[self._used : end] = np.frombuffer(folded, np.uint8)
                    self.table.starts[point] = self._used
                    self.table.sizes[point] = len(folded) + 1
                    self._used = end


_fold_table = cache(_FoldTable)


def fold_together(
    comments: Sequence[Comment], points: CodePoints, offsets: IntArray, is_left: BoolArray, tag: str
) -> tuple[ByteArray, IntArray]:
    """Return what the kernels of a language pack read of each of n comments, as ``PackedTexts`` has it.

    Args:
        comments: n comments.
        points: the code points of their texts, one after the other.
        offsets: the text of comment i is points[offsets[i]:offsets[i + 1]]; shape (n + 1,).
        is_left: which comments have mark-up, and are left to Python; changes; shape (n,).
        tag: the language of the pack.
    """
    known = _fold_table(tag)
    rules, table = known.rules, known.table
    out, ends = np.empty(_BYTES_OF_CHARACTER * points.size, np.uint8), np.zeros(offsets.size, np.int64)
    kinds = rules.has_look_alikes, rules.is_romanised, rules.keeps_blanks
    _fold_points(points, offsets, *kinds, table, is_left, out, ends)
    rows = np.flatnonzero(is_left)
    if not rows.size:
        out.flags.writeable = False
        return out[: int(ends[-1])], ends
    parts: list[bytes | memoryview[int]] = []
    copied, sizes = 0, np.diff(ends)
    for row in rows.tolist():
        comment = comments[row]
        folded = prepare_text_for_language(comment.text, comment.format, tag)
        known.learn(character for character in set(comment.text) if ord(character) < _MOST_CODE_POINTS and not table.sizes[ord(character)])
        parts += (out.data[copied : int(ends[row])], folded)
        copied, sizes[row] = int(ends[row]), len(folded)
    parts.append(out.data[copied : int(ends[-1])])
    return np.frombuffer(b"".join(parts), np.uint8), np.concatenate([[0], np.cumsum(sizes)])


@kernel
def _fold_points(
    points: CodePoints,
    offsets: IntArray,
    has_look_alikes: bool,
    is_romanised: bool,
    keeps_blanks: bool,
    table: _Table,
    is_left: BoolArray,
    out: ByteArray,
    ends: IntArray,
) -> None:
    """Fold n texts.

    Args:
        points: as ``fold_together`` takes them.
        offsets: as ``fold_together`` takes them.
        has_look_alikes: whether letters that look like Latin ones are the language's own.
        is_romanised: whether no letter is doubled.
        keeps_blanks: whether each sign is a word of its own, with blanks around it.
        table: what characters are folded into.
        is_left: gets which texts are left to Python as well, of which nothing is written; shape (n,).
        out: gets the bytes.
        ends: gets where each ends, from its second entry on; shape (n + 1,).
    """
    n = 0
    for i in range(is_left.size):
        if not is_left[i]:
            size = _fold_text(points[offsets[i] : offsets[i + 1]], has_look_alikes, is_romanised, keeps_blanks, table, out[n:])
            is_left[i] = size < 0
            n += max(size, 0)
        ends[i + 1] = n


@inner
def _fold_text(points: CodePoints, has_look_alikes: bool, is_romanised: bool, keeps_blanks: bool, table: _Table, out: ByteArray) -> int:
    """Fold one text and return the number of bytes; -1 if it is left to Python."""
    is_ascii = True
    for at in range(points.size):
        is_ascii = is_ascii and points[at] < 128
    by_sign = keeps_blanks and not is_ascii
    n, blanks, previous = 0, 0, 0
    for at in range(points.size):
        point = np.int64(points[at])
        if point == _REFERENCE or point >= _MOST_CODE_POINTS or table.sizes[point] == 0:
            return -1
        is_other = _GREEK <= point < _CYRILLIC_END
        script = 2 if is_other else 1 if ord("a") <= (point | 32) <= ord("z") else 0
        if table.kinds[point] == _BETWEEN and _is_apart(points, at, table.kinds):
            return -1
        is_mixed = script > 0 and previous > 0 and script != previous
        if is_mixed or (is_other and not has_look_alikes):
            return -1
        previous = script
        begin = np.int64(table.starts[point])
        size = np.int64(table.sizes[point]) - 1
        if n + size + blanks > out.size:
            return -1
        for k in range(begin, begin + size):
            byte = np.int64(table.pool[k])
            if by_sign:
                if byte == _BLANK:
                    blanks += 1
                    continue
                n = _write_blanks(out, n, blanks)
                blanks = 0
            elif is_romanised:
                if ord("a") <= byte <= ord("z") and n > 0 and out[n - 1] == byte:
                    continue
            elif (byte >= 128 or ord("a") <= byte <= ord("z")) and n >= 2 and out[n - 1] == byte and out[n - 2] == byte:
                continue
            out[n] = byte
            n += 1
    return _write_blanks(out, n, blanks)


@inner
def _is_apart(points: CodePoints, at: int, kinds: ByteArray) -> bool:
    """Return whether points[at] may be the first of the separators between three letters with their marks."""
    before = at - 1
    while before >= 0 and _kind(points, before, kinds) == _MARK:
        before -= 1
    if before < 0 or _kind(points, before, kinds) != _LETTER:
        return False
    if before > 0 and (_kind(points, before - 1, kinds) == _LETTER or _kind(points, before - 1, kinds) == _MARK):
        return False
    separator = points[at]
    for _ in range(2):
        if at + 1 >= points.size or points[at] != separator or _kind(points, at + 1, kinds) != _LETTER:
            return False
        at += 2
        while at < points.size and _kind(points, at, kinds) == _MARK:
            at += 1
    return at >= points.size or _kind(points, at, kinds) != _LETTER


@inner
def _kind(points: CodePoints, at: int, kinds: ByteArray) -> int:
    return int(np.int64(kinds[points[at]])) if points[at] < _MOST_CODE_POINTS else _LETTER


@inner
def _write_blanks(out: ByteArray, n: int, blanks: int) -> int:
    """Append a run of blanks, of which every second is left out, twice; return the new n."""
    for _ in range((blanks + 3) // 4):
        out[n] = _BLANK
        n += 1
    return n
