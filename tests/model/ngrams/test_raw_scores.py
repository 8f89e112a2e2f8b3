"""What the kernel writes about comments, by name."""

import numpy as np
import pytest

from model.ngrams.heads import LABEL_SCORES
from model.ngrams.raw_scores import RawScores, allocate_scores


def numbered(n: int = 2, *, heads: int = 3) -> RawScores:
    """Return scores in which every column holds its own number, plus ten for each comment."""
    raw = allocate_scores(n, heads=heads)
    for array in raw:
        array[:] = np.arange(array.shape[1]) + 10 * np.arange(n)[:, None]
    return raw


def test_columns_have_names() -> None:
    """Log-odds come first, then probabilities, then the three scores; label, verdict and windows are among the codes."""
    raw = numbered()

    assert raw.heads == 3
    assert raw.log_odds[0].tolist() == [0, 1, 2]
    assert raw.probabilities[0].tolist() == [3, 4, 5]
    assert raw.scores[0].tolist() == [6, 7, 8]
    assert raw.scores.shape[1] == LABEL_SCORES
    assert (raw.labels[1], raw.verdicts[1]) == (12, 13)
    assert raw.windows[0].tolist() == [[4, 5], [0, 1]]


def test_a_part_is_the_same_memory_and_a_copy_is_not() -> None:
    """Threads write to parts; a copy leaves the original as it is."""
    raw = numbered(3)
    copy = raw.copy()

    raw.part(1, 2).labels[:] = -1

    assert raw.labels.tolist() == [2, -1, 22]
    assert copy.labels.tolist() == [2, 12, 22]


def test_frozen_scores_cannot_be_written() -> None:
    """Once frozen, neither array can be changed, not even through a view by name."""
    raw = numbered()
    raw.freeze()

    for array in (raw.scores, raw.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
