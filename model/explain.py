"""Which stretches of a comment moved its scores, exactly.

Every head is linear in the features, so each occurrence of a feature has a contribution in log-odds, and these add up.
What a word or a pair contributes is shared equally among its occurrences; each gives it, with what its letters contribute, to
the word where it stands, or half to each of the two words that it joins. Hence, for every head, the contributions of a
comment's words plus the head's intercept are its log-odds.

Where an encoder has judged as well, its share is estimated by leaving words out (``model.encoder.occlusion``), so that the sum stays right.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.classifier import Classifier
from model.comment import Comment
from model.encoder.combined import CombinedReader
from model.encoder.context_rule import prepare_contexts
from model.encoder.occlusion import occlude
from model.encoder.session import normalise_texts
from model.ngrams.feature_sums import window_penalty
from model.ngrams.reader import find_occurrences
from model.text.pipeline import normalise_comment, prepare

__all__ = ["Explanation", "Span", "explain"]


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
        exact: whether the contributions are what the words add, to the last bit; of an encoder they are an estimate.
    """

    begin: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    contributions: FloatArray
    intercepts: FloatArray
    exact: bool = True

    @property
    def log_odds(self) -> FloatArray:
        """Calibrated log-odds of each head, shape (heads,)."""
        total: FloatArray = self.contributions.sum(axis=0) + self.intercepts
        return total

    def spans(self) -> tuple[Span, ...]:
        """Return the words with what they add to the two label heads, in the order of the text."""
        return tuple(
            Span(int(begin), int(end), abusive=float(added[1]), hateful=float(added[0]))
            for begin, end, added in zip(self.begin, self.end, self.contributions, strict=True)
            if added[0] or added[1]
        )


class _Words(NamedTuple):
    """The words of what was read of a comment: its normalised bytes, and where in them each word begins and ends."""

    data: npt.NDArray[np.uint8]
    begin: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]


def explain(classifier: Classifier, comment: Comment, combined: CombinedReader | None = None) -> Explanation:
    """Explain the scores of one comment; where a window decided about a label head, by the words of that window.

    Args:
        classifier: of the n-grams.
        comment: what is explained.
        combined: the encoder, if it has read the comment as well.
    """
    explanation, words = _explain_ngrams(classifier, comment)
    return explanation if combined is None else _add_encoder(explanation, words, classifier, comment, combined)


def _explain_ngrams(classifier: Classifier, comment: Comment) -> tuple[Explanation, _Words]:
    reader = classifier.reader
    traced = normalise_comment(comment.text, comment.format, reader.lexicon)
    whole = (0, traced.data.size)
    starts, stops, contributions = _contributions(classifier, traced.data, *whole)
    intercepts = reader.biases * classifier.slopes + classifier.intercepts
    ranges = classifier.calibrated_log_odds(prepare([comment]), threads=1).windows[0].tolist()
    for head, (lo, hi) in enumerate(ranges):
        if (lo, hi) != whole:
            own, _, of_window = _contributions(classifier, traced.data, lo, hi)
            contributions[:, head] = 0
            contributions[np.searchsorted(starts, own), head] = of_window[:, head]
            settings = reader.settings
            intercepts[head] -= settings.discounts[head] + window_penalty(starts.size, settings.window, settings.stride)
    explanation = Explanation(traced.begin[starts], traced.end[stops - 1], contributions, intercepts)
    return explanation, _Words(traced.data, starts, stops)


def _contributions(
    classifier: Classifier, normalised: npt.NDArray[np.uint8], lo: int, hi: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], FloatArray]:
    """Return where the words of normalised[lo:hi] begin and end, and what each adds to each head, shape (k, heads)."""
    reader = classifier.reader
    found = find_occurrences(normalised, lo=lo, hi=hi, settings=reader.settings)
    codes = reader.values[found.bucket].astype(np.int64)
    added = codes * np.abs(codes) * found.share[:, None] * reader.scales * classifier.slopes
    words = found.block == 0
    starts, stops = found.begin[words], found.end[words]
    edges = np.searchsorted(starts, found.begin, side="right") - 1, np.searchsorted(stops, found.end, side="left")
    halves = [np.bincount(edge, column, starts.size) for column in added.T / 2 for edge in edges]
    return starts, stops, np.column_stack([one + other for one, other in zip(halves[::2], halves[1::2], strict=True)])


def _add_encoder(
    explanation: Explanation, words: _Words, classifier: Classifier, comment: Comment, combined: CombinedReader
) -> Explanation:
    """Add what each word adds to the encoder's log-odds; what the encoder read elsewhere in a long comment goes to the intercepts."""
    ngrams_weight, encoder_weight, constant = combined.combination
    contexts = prepare_contexts([comment])
    occluded = occlude(combined.encoder, *words, *normalise_texts(contexts, classifier.reader.lexicon))
    whole = combined.encoder.read(prepare([comment]), contexts=contexts)[0]
    elsewhere = whole - occluded.contributions.sum(axis=0)
    contributions, intercepts = explanation.contributions.copy(), explanation.intercepts.copy()
    read_by_both = slice(0, combined.heads)
    contributions[:, read_by_both] *= ngrams_weight / classifier.slopes[read_by_both]
    contributions[:, read_by_both] += encoder_weight * occluded.contributions
    # The intercept of the n-grams, that of a window included, in log-odds before calibration.
    uncalibrated = (intercepts[read_by_both] - classifier.intercepts[read_by_both]) / classifier.slopes[read_by_both]
    intercepts[read_by_both] = ngrams_weight * uncalibrated + encoder_weight * elsewhere + constant
    return replace(explanation, contributions=contributions, intercepts=intercepts, exact=False)
