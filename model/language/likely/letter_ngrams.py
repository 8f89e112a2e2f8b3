"""The letters of words and the hashes of their n-grams, as the weights of languages are stored by them; compiled.

A word is read letter by letter (code points, in lower case, with their accents), without signs, and with drawn-out letters cut to two.
A mark stands before and behind it, so that n-grams at its edges are others than those within.
"""

import numpy as np

from model.array_types import ByteArray, Int32Array, IntArray
from model.language.comment_words import byte_at, lower_case
from model.language.scripts import NOT_A_LETTER, decode_code_point, script_of
from model.normaliser.hashing import HASH_OFFSET, extend_hash, finish_hash
from model.numba_cache import inner

__all__ = ["LETTER_SLOTS", "MOST_NGRAMS", "hash_letters", "lower_letter", "read_letters", "write_ngrams"]

_MOST_LETTERS = 24  # of a word; what follows them is the next word
LETTER_SLOTS = _MOST_LETTERS + 2
"""The size of the buffer of a word's letters, with the mark before and behind them."""

_LONGEST = 4  # letters of an n-gram
MOST_NGRAMS = _LONGEST * LETTER_SLOTS + 1
"""The most n-grams of a word, the whole word included."""

_EDGE = 1
_WHOLE = 7  # ends the hash of a whole word, so that it is not that of an n-gram


@inner
def lower_letter(point: int) -> int:
    """Return the code point of a letter that is not ASCII in lower case, for the Latin, Greek and Cyrillic alphabets."""
    if 0xC0 <= point <= 0xDE or 0x391 <= point <= 0x3A9 or 0x410 <= point <= 0x42F:
        return point + 32 if point != 0xD7 else point
    if 0x400 <= point <= 0x40F:
        return point + 80
    if point == 0x130:  # the Turkish dotted capital
        return ord("i")
    if point == 0x178:
        return 0xFF
    if 0x139 <= point <= 0x148 or 0x179 <= point <= 0x17E:
        return point + (point & 1)
    if (0x100 <= point <= 0x137 and point != 0x131) or 0x14A <= point <= 0x177 or 0x460 <= point <= 0x481:
        return point | 1
    if 0x48A <= point <= 0x4BF or 0x4D0 <= point <= 0x52F or 0x1EA0 <= point <= 0x1EFF:
        return point | 1
    return point


@inner
def read_letters(data: ByteArray, at: int, end: int, letters: IntArray) -> tuple[int, int]:
    """Write the letters of the word data[at:end] to ``letters``, between two marks.

    Returns:
        The number of entries written, 2 if the word has no letters; and where reading stopped, ``end`` but for very long words.
    """
    letters[0] = _EDGE
    size = 1
    while at < end and size <= _MOST_LETTERS:
        if data[at] < 128:
            point = lower_case(byte_at(data, at))
            at += 1
        else:
            point, width = decode_code_point(data, at, end)
            at += width
            if script_of(point) == NOT_A_LETTER:
                continue
            point = lower_letter(point)
        if size >= 3 and letters[size - 1] == point and letters[size - 2] == point:
            continue
        letters[size] = point
        size += 1
    letters[size] = _EDGE
    return size + 1, at


@inner
def _extend(h: np.uint64, point: int) -> np.uint64:
    return extend_hash(extend_hash(h, point & 0xFF), point >> 8)


@inner
def hash_letters(letters: IntArray, size: int) -> np.uint64:
    """Return the hash of a whole word, given its letters as ``read_letters`` writes them."""
    h = HASH_OFFSET
    for k in range(size):
        h = _extend(h, letters[k])
    return finish_hash(extend_hash(h, _WHOLE))


@inner
def write_ngrams(letters: IntArray, size: int, bits: int, ngrams: Int32Array) -> int:
    """Write the buckets of a word's n-grams of one to four letters, and of the whole word, to ``ngrams`` and return their number.

    Args:
        letters: as ``read_letters`` writes them.
        size: the number of their entries.
        bits: the binary logarithm of the number of buckets.
        ngrams: gets the buckets; shape (at least MOST_NGRAMS,).
    """
    shift = np.uint64(64 - bits)
    count = 0
    for first in range(size):
        h = HASH_OFFSET
        for k in range(first, min(first + _LONGEST, size)):
            h = _extend(h, letters[k])
            if k == first and letters[k] == _EDGE:
                continue
            ngrams[count] = np.int32(finish_hash(h) >> shift)
            count += 1
    if size > _LONGEST:
        ngrams[count] = np.int32(hash_letters(letters, size) >> shift)
        count += 1
    return count
