"""The lexicon and the frequent words, made once in a process: all models share them, and one that is loaded later is loaded sooner."""

from functools import cache

import numpy as np
import numpy.typing as npt

from model.normaliser.lexicon import frequent_words, load_lexicon, parse_lexicon

__all__ = ["empty_lexicon", "shared_frequent_words", "shared_lexicon"]


@cache
def shared_lexicon() -> npt.NDArray[np.uint32]:
    """Return the lexicon that comes with the package, as ``model.normaliser.lexicon`` packs it; nobody may change it."""
    return load_lexicon()


@cache
def empty_lexicon() -> npt.NDArray[np.uint32]:
    """Return a lexicon without words, by which no disguise is undone; nobody may change it."""
    return parse_lexicon(b"")


@cache
def shared_frequent_words() -> tuple[bytes, ...]:
    """Return the words that most comments consist of, normalised, none twice."""
    return tuple(frequent_words())
