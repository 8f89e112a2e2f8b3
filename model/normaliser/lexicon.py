"""The words that the normalisation knows: a disguise is undone only where that makes one of them."""

from importlib import resources

import numpy as np
import numpy.typing as npt

from model.array_types import ByteArray
from model.normaliser.alphabet import (
    CHARGED,
    HEADER,
    LETTERS,
    LOST,
    LOST_SHIFT,
    LOST_SIZE,
    STARTS,
    TABLE,
    TAG_SHIFT,
    hashes_without,
    word_hash,
)
from model.numba_cache import kernel

__all__ = ["FEWEST", "LONGEST", "SHORTEST", "frequent_words", "load_lexicon", "parse_lexicon"]

SHORTEST, LONGEST = 4, 16
"""Letters of the words that mistyped ones are read as."""
FEWEST = 5
"""How frequent such a word is at least, as a binary logarithm, unless it is charged."""

_FILE = "lexicon.txt"
_MOST_WORDS = 0x7FFE
_FREQUENT = b"d"
# Of the words that comments consist of, those that no disguise is read as: together one in twelve.
_SHORT = "abcdefghijklmnopqrstuvwxyz0123456789"
_CONTRACTED = (
    "don't it's i'm you're that's can't they're doesn't i've didn't there's isn't i'll he's i'd aren't wouldn't wasn't she's "
    "won't let's what's we're ain't you'll shouldn't y'all you've you'd who's haven't couldn't weren't hasn't we've they've "
    "they'll we'll it'll here's he'd how's she'd they'd hadn't he'll where's we'd that'll she'll people's trump's god's"
)
_NAMED = "@user http rt im dont cant u r ur uk pm 10 20 100 2020"


@kernel
def _fill(data: ByteArray, starts: npt.NDArray[np.int64], infos: ByteArray, lexicon: npt.NDArray[np.uint32]) -> None:
    """Enter words into both open-addressing tables.

    Args:
        data: their letters one after the other.
        starts: word i is data[starts[i]:starts[i + 1]].
        infos: frequency and flags of each.
        lexicon: with its header.
    """
    mask = np.uint64(lexicon[TABLE]) - np.uint64(1)
    lost, lost_mask = np.int64(lexicon[LOST]), np.uint64(lexicon[LOST_SIZE]) - np.uint64(1)
    hashes = np.empty(LONGEST, np.uint64)
    for i in range(infos.size):
        lo, hi = starts[i], starts[i + 1]
        h = word_hash(data, lo, hi)
        slot = h & mask
        while lexicon[np.int64(slot) + HEADER] != 0:
            slot = (slot + np.uint64(1)) & mask
        lexicon[np.int64(slot) + HEADER] = np.uint32(((h >> TAG_SHIFT) << np.uint64(6)) | np.uint64(infos[i]))
        if not SHORTEST <= hi - lo <= LONGEST or (infos[i] >> 2 < FEWEST and infos[i] & CHARGED == 0):
            continue
        hashes_without(data, lo, hi, hashes)
        for k in range(lo, hi):
            if k > lo and data[k] == data[k - 1]:
                continue
            h = hashes[k - lo]
            slot = h & lost_mask
            while lexicon[np.int64(slot) + lost] != 0:
                slot = (slot + np.uint64(1)) & lost_mask
            lexicon[np.int64(slot) + lost] = np.uint32(((h >> LOST_SHIFT) << np.uint64(15)) | np.uint64(i + 1))


def parse_lexicon(data: bytes) -> npt.NDArray[np.uint32]:
    """Return the words of a lexicon with what is needed to find them.

    Args:
        data: ASCII lines "word fc": f is 1 for a word and 3 for a charged one, often seen in abuse; c is a letter that tells
            how frequent it is, "a" for once, "b" for twice or thrice and so on, by binary logarithms.

    Returns:
        A header (``model.normaliser.alphabet`` names its entries), a hash table of the words (26 bits of the hash, 4 of the frequency,
        2 flags), one of the words with any one letter left out (17 bits of the hash, 15 of the word's number), where each
        word's letters begin with its frequency and flags, and the letters, four in an entry.

    Raises:
        ValueError: there are more than 32,766 words.
    """
    lines = data.splitlines()
    if len(lines) > _MOST_WORDS:
        raise ValueError(f"the lexicon has {len(lines)} words, {_MOST_WORDS} are the most")
    words = [line[:-3] for line in lines]
    infos = np.array([min(line[-1] - 97, 15) << 2 | line[-2] - 48 for line in lines], np.uint8)
    letters = b"".join(words)
    starts = np.cumsum([0, *map(len, words)])
    table = 1 << max(10, (2 * len(words)).bit_length())
    lost = 1 << max(10, (3 * sum(len(word) for word in words if SHORTEST <= len(word) <= LONGEST) // 2).bit_length())
    parts = np.cumsum([HEADER, table, lost, len(words) + 1, len(letters) // 4 + 1])
    lexicon = np.zeros(parts[-1], np.uint32)
    lexicon[[TABLE, LOST, LOST_SIZE, STARTS, LETTERS]] = table, parts[1], lost, parts[2], parts[3]
    lexicon[parts[2] : parts[3]] = starts << 6
    lexicon[parts[2] : parts[3] - 1] |= infos
    lexicon[parts[3] :] = np.frombuffer(letters.ljust(4 * (len(letters) // 4 + 1), b"\0"), "<u4")
    _fill(np.frombuffer(letters, np.uint8), starts, infos, lexicon)
    return lexicon


def load_lexicon() -> npt.NDArray[np.uint32]:
    """Return the hash table of the lexicon that comes with the package."""
    return parse_lexicon(resources.files("model.normaliser").joinpath(_FILE).read_bytes())


def frequent_words() -> list[bytes]:
    """Return the words that most comments consist of, normalised: the frequent ones of the lexicon and a few more, none twice."""
    lexicon = resources.files("model.normaliser").joinpath(_FILE).read_bytes()
    own = (word.encode() for word in (*_SHORT, *_CONTRACTED.split(), *_NAMED.split()))
    return list(dict.fromkeys([*(line[:-3] for line in lexicon.splitlines() if line[-1:] >= _FREQUENT), *own]))
