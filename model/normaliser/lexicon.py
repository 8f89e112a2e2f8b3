"""The words that the normalisation knows: a disguise is undone only where that makes one of them."""

from importlib import resources

import numpy as np

from model.array_types import ByteArray, IntArray
from model.normaliser.hashing import (
    CHARGED,
    DELETES,
    DELETES_SHIFT,
    DELETES_SIZE,
    HEADER,
    LETTERS,
    STARTS,
    TABLE,
    TAG_SHIFT,
    Lexicon,
    hash_deletes,
    lexicon_hash,
)
from model.numba_cache import inner, kernel

__all__ = ["LEAST_FREQUENCY", "frequent_words", "load_lexicon", "parse_lexicon"]

LEAST_FREQUENCY = 5
"""A mistyped word is read as one that is at least so frequent, as a binary logarithm, or charged."""

_SHORTEST, _LONGEST = 4, 16  # letters of these words
_FILE = "lexicon.txt"
_MOST_WORDS = 0x7FFE
_FREQUENT = b"d"
# What most comments also consist of, beside the frequent words of the lexicon; no disguise is read as any of these.
_SHORT = "abcdefghijklmnopqrstuvwxyz0123456789"
_CONTRACTED = (
    "don't it's i'm you're that's can't they're doesn't i've didn't there's isn't i'll he's i'd aren't wouldn't wasn't she's "
    "won't let's what's we're ain't you'll shouldn't y'all you've you'd who's haven't couldn't weren't hasn't we've they've "
    "they'll we'll it'll here's he'd how's she'd they'd hadn't he'll where's we'd that'll she'll people's trump's god's"
)
_NAMED = "@user http rt im dont cant u r ur uk pm 10 20 100 2020"


@inner
def _insert(lexicon: Lexicon, table: int, mask: np.uint64, h: np.uint64, entry: np.uint32) -> None:
    """Put an entry into the first free slot, from that of its hash on, of a hash table that begins at an index of the lexicon."""
    slot = h & mask
    while lexicon[np.int64(slot) + table] != 0:
        slot = (slot + np.uint64(1)) & mask
    lexicon[np.int64(slot) + table] = entry


@kernel
def _fill_tables(data: ByteArray, starts: IntArray, infos: ByteArray, lexicon: Lexicon) -> None:
    """Enter words into both open-addressing tables.

    Args:
        data: their letters one after the other.
        starts: word i is data[starts[i]:starts[i + 1]].
        infos: frequency and flags of each.
        lexicon: with its header.
    """
    mask = np.uint64(lexicon[TABLE]) - np.uint64(1)
    deletes, deletes_mask = int(lexicon[DELETES]), np.uint64(lexicon[DELETES_SIZE]) - np.uint64(1)
    hashes = np.empty(_LONGEST, np.uint64)
    for i in range(infos.size):
        lo, hi = starts[i], starts[i + 1]
        h = lexicon_hash(data, lo, hi)
        _insert(lexicon, HEADER, mask, h, np.uint32(((h >> TAG_SHIFT) << np.uint64(6)) | np.uint64(infos[i])))
        if not _SHORTEST <= hi - lo <= _LONGEST or (infos[i] >> 2 < LEAST_FREQUENCY and infos[i] & CHARGED == 0):
            continue
        hash_deletes(data, lo, hi, hashes)
        for k in range(lo, hi):
            if k == lo or data[k] != data[k - 1]:
                h = hashes[k - lo]
                _insert(lexicon, deletes, deletes_mask, h, np.uint32(((h >> DELETES_SHIFT) << np.uint64(15)) | np.uint64(i + 1)))


def parse_lexicon(data: bytes) -> Lexicon:
    """Pack the words of a lexicon for the kernels that look them up.

    Args:
        data: ASCII lines "word fc": f is 1 for a word and 3 for a charged one, often seen in abuse; c is a letter that says
            how frequent it is, "a" for once, "b" for twice or thrice and so on, by binary logarithms.

    Returns:
        A header (``model.normaliser.hashing`` names its entries), a hash table of the words (26 bits of the hash, 4 of the frequency,
        2 flags), one of the words with any one letter left out (17 bits of the hash, 15 of the word's number), where each
        word's letters begin with its frequency and flags, and the letters, four in an entry.

    Raises:
        ValueError: there are more than 32,766 words.
    """
    lines = data.splitlines()
    if len(lines) > _MOST_WORDS:
        raise ValueError(f"the lexicon has {len(lines)} words, {_MOST_WORDS} are the most")
    words = [line[:-3] for line in lines]
    infos = np.array([min(line[-1] - ord("a"), 15) << 2 | line[-2] - ord("0") for line in lines], np.uint8)
    letters = b"".join(words)
    starts = np.cumsum([0, *map(len, words)])
    table = 1 << max(10, (2 * len(words)).bit_length())
    deletes = 1 << max(10, (3 * sum(len(word) for word in words if _SHORTEST <= len(word) <= _LONGEST) // 2).bit_length())
    parts = np.cumsum([HEADER, table, deletes, len(words) + 1, len(letters) // 4 + 1])
    lexicon = np.zeros(parts[-1], np.uint32)
    lexicon[[TABLE, DELETES, DELETES_SIZE, STARTS, LETTERS]] = table, parts[1], deletes, parts[2], parts[3]
    lexicon[parts[2] : parts[3]] = starts << 6
    lexicon[parts[2] : parts[3] - 1] |= infos
    lexicon[parts[3] :] = np.frombuffer(letters.ljust(4 * (len(letters) // 4 + 1), b"\0"), "<u4")
    _fill_tables(np.frombuffer(letters, np.uint8), starts, infos, lexicon)
    return lexicon


def _read_lexicon() -> bytes:
    return resources.files("model.normaliser").joinpath(_FILE).read_bytes()


def load_lexicon() -> Lexicon:
    """Return the lexicon that comes with the package, as ``parse_lexicon`` packs it."""
    return parse_lexicon(_read_lexicon())


def frequent_words() -> list[bytes]:
    """Return the words that most comments consist of, normalised: the frequent ones of the lexicon and a few more, none twice."""
    others = (word.encode() for word in (*_SHORT, *_CONTRACTED.split(), *_NAMED.split()))
    return list(dict.fromkeys([*(line[:-3] for line in _read_lexicon().splitlines() if line[-1:] >= _FREQUENT), *others]))
