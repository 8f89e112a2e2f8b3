"""The words of a normalised text, compiled: their ranges, their hashes, and which of them are repeated.

A word is a run of letters, digits and the few signs that words are written with. A run of "!" or "?" is a word of its own
kind; a run of two is equal to any longer one. Words are compared by their 64-bit hashes.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.array_types import BoolArray, ByteArray, Int32Array, IntArray
from model.numba_cache import inner, kernel

__all__ = ["HASH_PRIME", "Words", "allocate_words", "has_letters", "mark_first_occurrences", "split_words", "word_hash"]

HASH_PRIME = np.uint64(0x100000001B3)  # of FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
_OFFSET = np.uint64(0xCBF29CE484222325)
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio (Knuth, TAOCP 3, 6.4)

_APOSTROPHE, _EXCLAMATION, _QUESTION = ord("'"), ord("!"), ord("?")
_FEWEST_SLOTS = 64


def _word_bytes() -> BoolArray:
    """Return which bytes words consist of, shape (256,)."""
    table = np.zeros(256, np.bool_)
    table[128:] = True
    table[[ord(sign) for sign in "abcdefghijklmnopqrstuvwxyz0123456789_'*@#$"]] = True
    return table


_IN_WORD = _word_bytes()


class Words(NamedTuple):
    """Buffers for the words of a text, and for the pairs of neighbouring words.

    Attributes:
        begin, end: the range of bytes of each word, int32.
        hashes: hash of each word, uint64.
        pair_hashes: hash of each word together with the next one, uint64.
        first: index of the first word that equals this one, int32.
        first_pair: index of the first pair that equals this one, int32.
        slots: hash table that finds equal words and pairs, int64; a power of two of entries, at least twice as many as words.
    """

    begin: Int32Array
    end: Int32Array
    hashes: npt.NDArray[np.uint64]
    pair_hashes: npt.NDArray[np.uint64]
    first: Int32Array
    first_pair: Int32Array
    slots: IntArray


@kernel
def allocate_words(size: int) -> Words:
    """Return buffers for texts of up to ``size`` normalised bytes."""
    capacity = size + 1
    slots = _FEWEST_SLOTS
    while slots < 2 * capacity:
        slots *= 2
    return Words(
        np.empty(capacity, np.int32),
        np.empty(capacity, np.int32),
        np.empty(capacity, np.uint64),
        np.empty(capacity, np.uint64),
        np.empty(capacity, np.int32),
        np.empty(capacity, np.int32),
        np.zeros(slots, np.int64),
    )


@inner
def has_letters(first_byte: int) -> bool:
    """Return whether a word that begins with this byte has letter n-grams: a run of "!" or "?" has none."""
    return first_byte != _EXCLAMATION and first_byte != _QUESTION


@inner
def split_words(b: ByteArray, lo: int, hi: int, words: Words) -> int:
    """Write the ranges and the hashes of the words of b[lo:hi] to ``words`` and return their number."""
    n = 0
    i = lo
    while i < hi:
        start = i
        h = _OFFSET
        if _IN_WORD[b[i]]:
            # An apostrophe belongs to a word only between two of its letters.
            while (
                i < hi
                and _IN_WORD[b[i]]
                and (b[i] != _APOSTROPHE or (start < i < hi - 1 and b[i + 1] != _APOSTROPHE and _IN_WORD[b[i + 1]]))
            ):
                h = (h ^ np.uint64(b[i])) * HASH_PRIME
                i += 1
            if i == start:
                i += 1
                continue
        elif b[i] == _EXCLAMATION or b[i] == _QUESTION:
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
def word_hash(b: ByteArray, lo: int, hi: int) -> np.uint64:
    """Return the hash of the single word b[lo:hi]."""
    h = _OFFSET
    for i in range(lo, hi):
        h = (h ^ np.uint64(b[i])) * HASH_PRIME
    return h


@inner
def mark_first_occurrences(hashes: npt.NDArray[np.uint64], n: int, first: Int32Array, slots: IntArray, generation: int) -> int:
    """Write to first[k] the index of the first of hashes[:n] that equals hashes[k]; return the number of distinct hashes.

    Entries of ``slots`` carry the generation that wrote them, and those of another one count as empty. So the table never
    needs clearing, but every call on the same table has to pass another generation, above 0.
    """
    entries = _FEWEST_SLOTS
    while entries < 2 * n:
        entries *= 2
    mask = np.uint64(entries - 1)
    distinct = 0
    for k in range(n):
        h = hashes[k]
        slot = ((h ^ (h >> np.uint64(32))) * _MIX >> np.uint64(40)) & mask
        while True:
            entry = slots[slot]
            if entry >> 32 != generation:
                slots[slot] = (generation << 32) | k
                first[k] = k
                distinct += 1
                break
            if hashes[entry & 0xFFFFFFFF] == h:
                first[k] = entry & 0xFFFFFFFF
                break
            slot = (slot + np.uint64(1)) & mask
    return distinct
