"""The words that the normalisation knows: a disguise is undone only where that makes one of them."""

from importlib import resources

import numpy as np
import numpy.typing as npt

from model.compiled import kernel
from model.normalise import word_hash

__all__ = ["load_lexicon", "parse_lexicon"]

_FILE = "lexicon.txt"


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
