"""Which stretches of a comment moved its scores, exactly.

Every head is linear in the features, so each occurrence of a feature has a contribution in log-odds, and these add up.
What a word or a pair contributes is shared equally among its occurrences; each gives it, with what its letters contribute, to
the word where it stands, or half to each of the two words that it joins. Hence, for every head, the contributions of a
comment's words plus the head's intercept are its log-odds.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model import ngrams
from model.classifier import Classifier
from model.comment import Comment
from model.text import Trace, prepare

__all__ = ["Explanation", "Span", "explain"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the original text that moved the scores.

    Attributes:
        begin, end: code points of the comment's text, end exclusive.
        abusive: contribution to the log-odds of being abusive given not hateful.
        hateful: contribution to the log-odds of being hateful.
    """

    begin: int
    end: int
    abusive: float
    hateful: float


@dataclass(frozen=True)
class Explanation:
    """Why a comment has the scores that it has.

    Attributes:
        begin, end: the words of the original text, in code points, int32, shape (k,).
        contributions: of each word to each head in calibrated log-odds, float64, shape (k, heads).
        intercepts: of each head, float64, shape (heads,).
    """

    begin: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    contributions: Floats
    intercepts: Floats

    @property
    def log_odds(self) -> Floats:
        """Calibrated log-odds of each head, shape (heads,)."""
        total: Floats = self.contributions.sum(axis=0) + self.intercepts
        return total

    def spans(self) -> tuple[Span, ...]:
        """Return the words with what they add to the two label heads, in the order of the text."""
        return tuple(
            Span(int(begin), int(end), abusive=float(added[1]), hateful=float(added[0]))
            for begin, end, added in zip(self.begin, self.end, self.contributions, strict=True)
            if added[0] or added[1]
        )


def explain(classifier: Classifier, comment: Comment) -> Explanation:
    """Explain the scores of one comment; of a long one, the part that decided them."""
    (reader,) = classifier.readers
    traced = Trace(comment.text, comment.format, reader.lexicon)
    lo, hi = (int(edge) for edge in classifier.read(prepare([comment]), threads=1).where[0])
    found = ngrams.occurrences(traced.data, lo=lo, hi=hi, settings=reader.settings)
    codes = reader.values[found.bucket].astype(np.int64)
    added = codes * np.abs(codes) * found.share[:, None] * reader.scales * classifier.slopes
    words = found.block == 0
    starts, stops = found.begin[words], found.end[words]
    edges = np.searchsorted(starts, found.begin, side="right") - 1, np.searchsorted(stops, found.end, side="left")
    halves = [np.bincount(edge, column, starts.size) for column in added.T / 2 for edge in edges]
    contributions = np.column_stack([one + other for one, other in zip(halves[::2], halves[1::2], strict=True)])
    intercepts = reader.biases * classifier.slopes + classifier.intercepts
    return Explanation(traced.begin[starts], traced.end[stops - 1], contributions, intercepts)
