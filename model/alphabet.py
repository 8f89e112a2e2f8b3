"""Bytes as the compiled normalisation sees them: which are letters, which are used in the place of letters, which words are known."""

import numpy as np
import numpy.typing as npt

from model.compiled import inner

__all__ = [
    "CHARGED",
    "HASH_OFFSET",
    "LEET",
    "WORD",
    "fits",
    "flags_of",
    "hash_end",
    "hash_on",
    "is_alnum",
    "is_digit",
    "is_edge",
    "is_leet",
    "is_letter",
    "is_separator",
    "look_up",
    "put",
    "word_hash",
]

Bytes = npt.NDArray[np.uint8]
Lexicon = npt.NDArray[np.uint32]

WORD, CHARGED = 1, 2

HASH_OFFSET = np.uint64(0xCBF29CE484222325)
_FNV_PRIME = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)


def _leet_table() -> Bytes:
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
_SEPARATOR = _signs(".-_*,/~+|#%")


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
def word_hash(data: Bytes, lo: int, hi: int) -> np.uint64:
    """Return the 64-bit FNV-1a hash of data[lo:hi], mixed once more so that its high bits are good."""
    h = HASH_OFFSET
    for i in range(lo, hi):
        h = hash_on(h, data[i])
    return hash_end(h)


@inner
def flags_of(lexicon: Lexicon, h: np.uint64) -> int:
    """Return the flags of the word with this hash, 0 if it is not there."""
    mask = np.uint64(lexicon.size - 1)
    slot = h & mask
    tag = h >> np.uint64(34)
    while True:
        entry = np.uint64(lexicon[slot])
        if entry == np.uint64(0):
            return 0
        if entry >> np.uint64(2) == tag:
            return int(np.int64(entry & np.uint64(3)))
        slot = (slot + np.uint64(1)) & mask


@inner
def look_up(lexicon: Lexicon, data: Bytes, lo: int, hi: int) -> int:
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
def put(letters: Bytes, size: int, found: Bytes) -> int:
    """Copy letters[:size] to found; return size."""
    for k in range(size):
        found[k] = letters[k]
    return size
