"""ByteArray as the compiled normalisation sees them: which are letters, which are used in the place of letters, which words are known."""

from typing import Any

import numpy as np
import numpy.typing as npt

from model.array_types import ByteArray
from model.numba_cache import inner

__all__ = [
    "CHARGED",
    "HASH_OFFSET",
    "HEADER",
    "LEET",
    "LETTERS",
    "LOST",
    "LOST_SHIFT",
    "LOST_SIZE",
    "STARTS",
    "TABLE",
    "TAG_SHIFT",
    "WORD",
    "entry_of",
    "fits",
    "flags_of",
    "frequency_of",
    "hash_end",
    "hash_on",
    "hashes_without",
    "is_alnum",
    "is_digit",
    "is_edge",
    "is_leet",
    "is_letter",
    "is_separator",
    "look_up",
    "lost_letters",
    "lost_slot",
    "put",
    "word_hash",
    "word_letter",
    "word_size",
]

Hashes = npt.NDArray[np.uint64]
Lexicon = npt.NDArray[np.uint32]

WORD, CHARGED = 1, 2

# How ``model.normaliser.lexicon`` lays the words out: first the header, which tells where the parts are and how large.
TABLE, LOST, LOST_SIZE, STARTS, LETTERS, HEADER = range(6)
TAG_SHIFT, LOST_SHIFT = np.uint64(38), np.uint64(47)

HASH_OFFSET = np.uint64(0xCBF29CE484222325)
_FNV_PRIME = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)


def _leet_table() -> ByteArray:
    """Return up to two letters for each byte that leetspeak uses in their place, shape (128, 2), 0 = none."""
    table = np.zeros((128, 2), np.uint8)
    pairs = {"0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g"}
    pairs |= {"@": "a", "$": "s", "!": "il", "|": "il", "+": "t", "(": "c"}
    for sign, letters in pairs.items():
        for column, letter in enumerate(letters):
            table[ord(sign), column] = ord(letter)
    return table


def _signs(signs: str) -> npt.NDArray[np.bool_]:
    """Return which ASCII bytes are among the signs, shape (128,)."""
    table = np.zeros(128, np.bool_)
    table[[ord(sign) for sign in signs]] = True
    return table


LEET = _leet_table()
_EDGE = _signs("!\"'(),.:;?[\\]^_`{|}~-<>/")
_SEPARATOR = _signs(".-_*,/~+|#%^:")


@inner
def hash_on(h: np.uint64, byte: int) -> np.uint64:
    """Return the FNV-1a hash that one more byte makes of h; HASH_OFFSET is that of nothing."""
    return (h ^ np.uint64(byte)) * _FNV_PRIME


@inner
def hash_end(h: np.uint64) -> np.uint64:
    """Return h mixed once more, so that its high bits are good."""
    h = (h ^ (h >> np.uint64(32))) * _MIX
    return h ^ (h >> np.uint64(29))


@inner
def word_hash(data: ByteArray, lo: int, hi: int) -> np.uint64:
    """Return the 64-bit FNV-1a hash of data[lo:hi], mixed once more so that its high bits are good."""
    h = HASH_OFFSET
    for i in range(lo, hi):
        h = hash_on(h, data[i])
    return hash_end(h)


@inner
def hashes_without(data: ByteArray, lo: int, hi: int, hashes: Hashes) -> None:
    """Write the hashes, as of ``word_hash``, of data[lo:hi] without each of its bytes in turn."""
    begun = HASH_OFFSET
    for k in range(lo, hi):
        h = begun
        for j in range(k + 1, hi):
            h = hash_on(h, data[j])
        begun = hash_on(begun, data[k])
        hashes[k - lo] = hash_end(h)


@inner
def _found(lexicon: Lexicon, h: np.uint64) -> int:
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
    """Return the flags of the word with this hash, 0 if it is not there."""
    return _found(lexicon, h) & 3


@inner
def frequency_of(lexicon: Lexicon, h: np.uint64) -> tuple[int, int]:
    """Return how frequent the word with this hash is, as a binary logarithm, 0 to 15, and its flags, 0 if it is not there."""
    entry = _found(lexicon, h)
    return (entry >> 2) & 15, entry & 3


@inner
def lost_slot(lexicon: Lexicon, h: np.uint64) -> int:
    """Return where ``lost_letters`` begins to look for a hash."""
    return int(np.int64(lexicon[LOST]) + np.int64(h & np.uint64(lexicon[LOST_SIZE] - 1)))


@inner
def lost_letters(lexicon: Lexicon, h: np.uint64, slot: int) -> tuple[int, int]:
    """Return where a word that may have this hash once it lost a letter is found, and its number; -1 if there is no more.

    Args:
        lexicon: the words.
        h: the hash.
        slot: where the last one was found, -1 at first.
    """
    mask = np.int64(lexicon[LOST_SIZE]) - 1
    tag = np.uint64(h) >> LOST_SHIFT
    at: Any = (slot + 1) & mask if slot >= 0 else np.int64(h & np.uint64(mask))
    while True:
        entry = np.uint64(lexicon[at + np.int64(lexicon[LOST])])
        if entry == np.uint64(0):
            return at, -1
        if entry >> np.uint64(15) == tag:
            return at, int(np.int64(entry & np.uint64(0x7FFF))) - 1
        at = (at + 1) & mask


@inner
def entry_of(lexicon: Lexicon, number: int) -> tuple[int, int]:
    """Return how frequent a word is, as of ``frequency_of``, and its flags."""
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


@inner
def look_up(lexicon: Lexicon, data: ByteArray, lo: int, hi: int) -> int:
    """Return the flags (WORD, CHARGED) of the word data[lo:hi] in the lexicon's hash table, 0 if it is not there."""
    return flags_of(lexicon, word_hash(data, lo, hi))


@inner
def is_letter(b: int) -> bool:
    """Whether a byte is a lower-case ASCII letter."""
    return 97 <= b <= 122


@inner
def is_digit(b: int) -> bool:
    """Whether a byte is an ASCII digit."""
    return 48 <= b <= 57


@inner
def is_alnum(b: int) -> bool:
    """Whether a byte is an ASCII letter or digit, or part of another letter."""
    return 97 <= b <= 122 or 48 <= b <= 57 or b >= 128


@inner
def is_leet(b: int) -> bool:
    """Whether a sign is used in the place of a letter."""
    return b < 128 and LEET[b, 0] != 0


@inner
def is_edge(b: int) -> bool:
    """Whether a sign at the edge of a token is punctuation around the word rather than part of it."""
    return b < 128 and _EDGE[b]


@inner
def is_separator(b: int) -> bool:
    """Whether a sign is put between letters, or in the place of a vowel."""
    return b < 128 and _SEPARATOR[b]


@inner
def fits(flags: int, size: int, least: int) -> bool:
    """Whether a word with these flags may be read out of a disguise: a charged one, or any of at least so many letters."""
    return flags & CHARGED != 0 or (flags != 0 and size >= least)


@inner
def put(letters: ByteArray, size: int, found: ByteArray) -> int:
    """Copy letters[:size] to found; return size."""
    for k in range(size):
        found[k] = letters[k]
    return size
