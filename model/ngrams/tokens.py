"""The words of a normalised text, compiled: where they stand, what they hash to, which of them come again.

A word is a run of letters, digits and the few signs that words are written with; a row of "!" or "?" is a word of its own
kind, two or more being alike. Words are told apart by their 64-bit hashes.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.numba_cache import inner, kernel

__all__ = ["HASH_PRIME", "Words", "is_written", "mark_first", "split", "word_hash", "words_room"]

HASH_PRIME = np.uint64(0x100000001B3)  # of FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
_OFFSET = np.uint64(0xCBF29CE484222325)
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio (Knuth, TAOCP 3, 6.4)


def _word_bytes() -> npt.NDArray[np.bool_]:
    """Return which bytes make up words, shape (256,)."""
    table = np.zeros(256, np.bool_)
    table[128:] = True
    table[[ord(sign) for sign in "abcdefghijklmnopqrstuvwxyz0123456789_'*@#$"]] = True
    return table


_WORD = _word_bytes()


class Words(NamedTuple):
    """Room for the words of a text, and for the pairs of neighbours.

    Attributes:
        begin, end: where each word stands, int32.
        hashes, pairs: of each word, and of it with the next, uint64.
        first, first_pair: the place of the first word, or pair, that is alike, int32.
        met: hash table of the places that were met; int64, a power of two entries, at least twice as many as words.
    """

    begin: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    hashes: npt.NDArray[np.uint64]
    pairs: npt.NDArray[np.uint64]
    first: npt.NDArray[np.int32]
    first_pair: npt.NDArray[np.int32]
    met: npt.NDArray[np.int64]


@kernel
def words_room(size: int) -> Words:
    """Return room for texts of up to so many normalised bytes."""
    most = size + 1
    entries = 64
    while entries < 2 * most:
        entries *= 2
    return Words(
        np.empty(most, np.int32),
        np.empty(most, np.int32),
        np.empty(most, np.uint64),
        np.empty(most, np.uint64),
        np.empty(most, np.int32),
        np.empty(most, np.int32),
        np.zeros(entries, np.int64),
    )


@inner
def is_written(byte: int) -> bool:
    """Whether a word that begins with this byte is made of letters, so that it has n-grams of them."""
    return byte != 33 and byte != 63


@inner
def split(b: npt.NDArray[np.uint8], lo: int, hi: int, words: Words) -> int:
    """Find the words of b[lo:hi], with their hashes; return how many there are."""
    n = 0
    i = lo
    while i < hi:
        start = i
        h = _OFFSET
        if _WORD[b[i]]:
            # An apostrophe belongs to a word only between two of its letters.
            while i < hi and _WORD[b[i]] and (b[i] != 39 or (start < i < hi - 1 and b[i + 1] != 39 and _WORD[b[i + 1]])):
                h = (h ^ np.uint64(b[i])) * HASH_PRIME
                i += 1
            if i == start:
                i += 1
                continue
        elif b[i] == 33 or b[i] == 63:
            h = (h ^ np.uint64(b[i])) * HASH_PRIME
            i += 1
            while i < hi and b[i] == b[start]:
                i += 1
            if i - start > 1:
                h = (h ^ np.uint64(b[start])) * HASH_PRIME
        else:
            i += 1
            continue
        words.begin[n] = start
        words.end[n] = i
        words.hashes[n] = h
        n += 1
    return n


@inner
def word_hash(b: npt.NDArray[np.uint8], lo: int, hi: int) -> np.uint64:
    """Return the hash of the one word b[lo:hi]."""
    h = _OFFSET
    for i in range(lo, hi):
        h = (h ^ np.uint64(b[i])) * HASH_PRIME
    return h


@inner
def mark_first(hashes: npt.NDArray[np.uint64], n: int, first: npt.NDArray[np.int32], met: npt.NDArray[np.int64], turn: int) -> int:
    """Write to first[k] the place of the first of hashes[:n] that equals the k-th; return how many different ones there are.

    ``turn`` is another number above 0 at each call, so that ``met`` need not be emptied.
    """
    entries = 64
    while entries < 2 * n:
        entries *= 2
    mask = np.uint64(entries - 1)
    different = 0
    for k in range(n):
        h = hashes[k]
        slot = ((h ^ (h >> np.uint64(32))) * _MIX >> np.uint64(40)) & mask
        while True:
            entry = met[slot]
            if entry >> 32 != turn:
                met[slot] = (turn << 32) | k
                first[k] = k
                different += 1
                break
            if hashes[entry & 0xFFFFFFFF] == h:
                first[k] = entry & 0xFFFFFFFF
                break
            slot = (slot + np.uint64(1)) & mask
    return different
