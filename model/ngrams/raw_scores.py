"""What the n-gram kernel writes about comments: two arrays, whose columns are known by name here and nowhere else but in the kernel."""

from typing import NamedTuple

import numpy as np

from model.array_types import FloatArray, IntArray
from model.ngrams.heads import ABUSIVE_WINDOW, CODE_COLUMNS, HATEFUL_WINDOW, LABEL, LABEL_SCORES, VERDICT

__all__ = ["RawScores", "allocate_scores"]


class RawScores(NamedTuple):
    """The scores of n comments as the kernel writes them; ``model.decisions`` is what everybody else reads.

    Attributes:
        floats: shape (n, 2 * heads + 3): log-odds of each head before calibration; probability of each head; scores of fine, toxic and
            hateful.
        codes: int64, shape (n, 6): the windows that the log-odds of the label heads come from, the label and the verdict; see
            ``model.ngrams.heads``.
    """

    floats: FloatArray
    codes: IntArray

    @property
    def heads(self) -> int:
        """The number of heads."""
        return int(self.floats.shape[1] - LABEL_SCORES) // 2

    @property
    def log_odds(self) -> FloatArray:
        """Log-odds of each head before calibration, shape (n, heads)."""
        return self.floats[:, : self.heads]

    @property
    def probabilities(self) -> FloatArray:
        """Calibrated probability of each head, shape (n, heads)."""
        return self.floats[:, self.heads : -LABEL_SCORES]

    @property
    def scores(self) -> FloatArray:
        """Probabilities in the order of ``LABELS``, shape (n, 3)."""
        return self.floats[:, -LABEL_SCORES:]

    @property
    def labels(self) -> IntArray:
        """Codes into ``LABELS``, -1 where a comment has no text to judge; shape (n,)."""
        return self.codes[:, LABEL]

    @property
    def verdicts(self) -> IntArray:
        """Codes into ``VERDICTS``, -1 where a comment has no text to judge; shape (n,)."""
        return self.codes[:, VERDICT]

    @property
    def windows(self) -> IntArray:
        """The ranges of normalised bytes that the log-odds of the heads hateful and abusive come from, shape (n, 2, 2)."""
        return np.stack([self.codes[:, HATEFUL_WINDOW], self.codes[:, ABUSIVE_WINDOW]], axis=1)

    def part(self, lo: int, hi: int) -> "RawScores":
        """Return the scores of comments lo to hi; writing there writes here."""
        return RawScores(self.floats[lo:hi], self.codes[lo:hi])

    def part_of(self, rows: IntArray) -> "RawScores":
        """Return a copy of the scores of some comments."""
        return RawScores(self.floats[rows], self.codes[rows])

    def copy(self) -> "RawScores":
        """Return a copy that may be written to."""
        return RawScores(self.floats.copy(), self.codes.copy())

    def freeze(self) -> None:
        """Make both arrays read-only."""
        self.floats.flags.writeable = False
        self.codes.flags.writeable = False


def allocate_scores(n: int, *, heads: int) -> RawScores:
    """Return uninitialised arrays for the scores of n comments."""
    return RawScores(np.empty((n, 2 * heads + LABEL_SCORES)), np.empty((n, CODE_COLUMNS), np.int64))
