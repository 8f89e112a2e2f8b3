"""The words that the normalisation knows: a disguise is undone only where that makes one of them."""

from importlib import resources

import numpy as np
import numpy.typing as npt

from model.alphabet import word_hash
from model.compiled import kernel

__all__ = ["frequent_words", "load_lexicon", "parse_lexicon"]

_FILE = "lexicon.txt"
# Of the words that comments consist of, those that no disguise is read as: together one in twelve.
_SHORT = "abcdefghijklmnopqrstuvwxyz0123456789"
_CONTRACTED = (
    "don't it's i'm you're that's can't they're doesn't i've didn't there's isn't i'll he's i'd aren't wouldn't wasn't she's "
    "won't let's what's we're ain't you'll shouldn't y'all you've you'd who's haven't couldn't weren't hasn't we've they've "
    "they'll we'll it'll here's he'd how's she'd they'd hadn't he'll where's we'd that'll she'll people's trump's god's"
)
_NAMED = "@user http rt im dont cant u r ur uk pm 10 20 100 2020"


@kernel
def _fill(data, table):  # type: ignore[no-untyped-def]
    """Enter each line of data ("word flags", LF at the end) into the open-addressing table."""
    mask = np.uint64(table.size - 1)
    start = 0
    for i in range(data.size):
        if data[i] != 10:
            continue
        h = word_hash(data, start, i - 2)
        slot = h & mask
        while table[slot] != 0:
            slot = (slot + np.uint64(1)) & mask
        table[slot] = np.uint32((h >> np.uint64(34)) << np.uint64(2)) | np.uint32(data[i - 1] - 48)
        start = i + 1


def parse_lexicon(data: bytes) -> npt.NDArray[np.uint32]:
    """Return the hash table of a lexicon.

    Args:
        data: ASCII lines "word f", f being 1 for a word and 3 for a charged one, often seen in abuse.

    Returns:
        Open addressing, at most half full; an entry holds 30 bits of the word's hash and the two flags.
    """
    size = 1 << max(10, (2 * data.count(b"\n")).bit_length())
    table = np.zeros(size, np.uint32)
    _fill(np.frombuffer(data, np.uint8), table)
    return table


def load_lexicon() -> npt.NDArray[np.uint32]:
    """Return the hash table of the lexicon that comes with the package."""
    return parse_lexicon(resources.files("model").joinpath(_FILE).read_bytes())


def frequent_words() -> list[bytes]:
    """Return the words that most comments consist of, normalised: those of the lexicon and a few more, none twice."""
    lexicon = resources.files("model").joinpath(_FILE).read_bytes()
    own = (word.encode() for word in (*_SHORT, *_CONTRACTED.split(), *_NAMED.split()))
    return list(dict.fromkeys([*(line[:-2] for line in lexicon.splitlines()), *own]))
