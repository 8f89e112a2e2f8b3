"""The hash of a word, and how a word is looked up by its hash in the packed lexicon.

``model.normaliser.lexicon`` packs the words into one array: a header, whose entries are named here; a hash table of all words; a hash
table of the *deletes*, which are the words with any one letter left out, as in SymSpell (Garbe 2012); and the letters of each word
with its frequency (a binary logarithm, 0 to 15) and its flags.
"""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from model.array_types import ByteArray
from model.numba_cache import inner

__all__ = [
    "CHARGED",
    "DELETES",
    "DELETES_SHIFT",
    "DELETES_SIZE",
    "HASH_OFFSET",
    "HEADER",
    "LETTERS",
    "STARTS",
    "TABLE",
    "TAG_SHIFT",
    "WORD",
    "HashArray",
    "Lexicon",
    "deletes_slot",
    "extend_hash",
    "find_word",
    "finish_hash",
    "flags_of",
    "hash_deletes",
    "lexicon_hash",
    "look_up",
    "next_delete",
    "word_info",
    "word_letter",
    "word_size",
]

HashArray: TypeAlias = npt.NDArray[np.uint64]
Lexicon: TypeAlias = npt.NDArray[np.uint32]

WORD, CHARGED = 1, 2
"""The flags of a word: that it is one, and that it is often seen in abuse."""

# The entries of the header: the size of the table of words, which follows the header; where the deletes begin and how large
# their table is; where the starts of the words are listed; where the letters begin. Last, the size of the header itself.
TABLE, DELETES, DELETES_SIZE, STARTS, LETTERS, HEADER = range(6)
TAG_SHIFT, DELETES_SHIFT = np.uint64(38), np.uint64(47)
"""How far a hash is shifted to leave the bits of it that an entry of either table keeps."""

HASH_OFFSET = np.uint64(0xCBF29CE484222325)
"""The hash of no bytes at all, before ``finish_hash``."""
_FNV_PRIME = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)


@inner
def extend_hash(h: np.uint64, byte: int) -> np.uint64:
    """Return the FNV-1a hash of the bytes that h is the hash of, and one more byte."""
    return (h ^ np.uint64(byte)) * _FNV_PRIME


@inner
def finish_hash(h: np.uint64) -> np.uint64:
    """Return h mixed once more, so that its high bits are good."""
    h = (h ^ (h >> np.uint64(32))) * _MIX
    return h ^ (h >> np.uint64(29))


@inner
def lexicon_hash(data: ByteArray, lo: int, hi: int) -> np.uint64:
    """Return the hash by which the lexicon knows the word data[lo:hi]: 64-bit FNV-1a, mixed once more."""
    h = HASH_OFFSET
    for i in range(lo, hi):
        h = extend_hash(h, data[i])
    return finish_hash(h)


@inner
def hash_deletes(data: ByteArray, lo: int, hi: int, hashes: HashArray) -> None:
    """Write the hashes of the deletes of data[lo:hi] to hashes: without its first letter, its second and so on."""
    before = HASH_OFFSET
    for k in range(lo, hi):
        h = before
        for j in range(k + 1, hi):
            h = extend_hash(h, data[j])
        before = extend_hash(before, data[k])
        hashes[k - lo] = finish_hash(h)


@inner
def _find_entry(lexicon: Lexicon, h: np.uint64) -> int:
    """Return the entry of the word with this hash in the table of words, 0 if it is not there."""
    mask = np.uint64(lexicon[TABLE]) - np.uint64(1)
    slot = h & mask
    tag = h >> TAG_SHIFT
    while True:
        entry = np.uint64(lexicon[np.int64(slot) + HEADER])
        if entry == np.uint64(0):
            return 0
        if entry >> np.uint64(6) == tag:
            return int(np.int64(entry))
        slot = (slot + np.uint64(1)) & mask


@inner
def flags_of(lexicon: Lexicon, h: np.uint64) -> int:
    """Return the flags of the word with this hash, 0 if the lexicon does not have it."""
    return _find_entry(lexicon, h) & 3


@inner
def find_word(lexicon: Lexicon, h: np.uint64) -> tuple[int, int]:
    """Return the frequency and the flags of the word with this hash, both 0 if the lexicon does not have it."""
    entry = _find_entry(lexicon, h)
    return (entry >> 2) & 15, entry & 3


@inner
def look_up(lexicon: Lexicon, data: ByteArray, lo: int, hi: int) -> int:
    """Return the flags of the word data[lo:hi], 0 if the lexicon does not have it."""
    return flags_of(lexicon, lexicon_hash(data, lo, hi))


@inner
def deletes_slot(lexicon: Lexicon, h: np.uint64) -> int:
    """Return the index of the lexicon's entry at which ``next_delete`` begins to look for a hash."""
    return int(np.int64(lexicon[DELETES]) + np.int64(h & np.uint64(lexicon[DELETES_SIZE] - 1)))


@inner
def next_delete(lexicon: Lexicon, h: np.uint64, slot: int) -> tuple[int, int]:
    """Find the next word that may have a hash once it lost a letter.

    Args:
        lexicon: the words.
        h: the hash.
        slot: where to look: ``deletes_slot`` of the hash, then what the last call returned.

    Returns:
        Where to look for the next one, and the number of the word, -1 if there is none left.
    """
    first: Any = np.int64(lexicon[DELETES])
    mask = np.int64(lexicon[DELETES_SIZE]) - 1
    tag = np.uint64(h) >> DELETES_SHIFT
    at: Any = np.int64(slot)
    while True:
        entry = np.uint64(lexicon[at])
        at = first + ((at + 1 - first) & mask)
        if entry == np.uint64(0):
            return at, -1
        if entry >> np.uint64(15) == tag:
            return at, int(np.int64(entry & np.uint64(0x7FFF))) - 1


@inner
def word_info(lexicon: Lexicon, number: int) -> tuple[int, int]:
    """Return the frequency and the flags of the word with this number."""
    info: Any = np.int64(lexicon[np.int64(lexicon[STARTS]) + number]) & 63
    return info >> 2, info & 3


@inner
def word_size(lexicon: Lexicon, number: int) -> int:
    """Return how many letters a word has."""
    at: Any = np.int64(lexicon[STARTS]) + number
    return int((np.int64(lexicon[at + 1]) >> 6) - (np.int64(lexicon[at]) >> 6))


@inner
def word_letter(lexicon: Lexicon, number: int, k: int) -> int:
    """Return letter k of a word."""
    at: Any = (np.int64(lexicon[np.int64(lexicon[STARTS]) + number]) >> 6) + k
    return int((np.int64(lexicon[np.int64(lexicon[LETTERS]) + (at >> 2)]) >> (8 * (at & 3))) & 255)
