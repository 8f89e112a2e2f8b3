"""What all models of a process share is what the lexicon says."""

import numpy as np

from model.ngrams.shared_words import shared_frequent_words, shared_lexicon
from model.normaliser.lexicon import frequent_words, load_lexicon


def test_they_are_made_once_and_the_same() -> None:
    """The lexicon and the frequent words are those of the package, and the same objects whenever they are asked for."""
    assert np.array_equal(shared_lexicon(), load_lexicon())
    assert shared_frequent_words() == tuple(frequent_words())
    assert shared_lexicon() is shared_lexicon()
    assert shared_frequent_words() is shared_frequent_words()
