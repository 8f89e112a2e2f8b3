"""Which stretches of a comment moved its scores, exactly.

Every head is linear in the features, so each occurrence of a feature has a contribution in log-odds, and these add up.
What a word or a pair contributes is shared equally among its occurrences; each gives it, with what its letters contribute, to
the word where it stands, or half to each of the two words that it joins. Hence, for every head, the contributions of a
comment's words plus the head's intercept are its log-odds.

Where an encoder has judged as well, its share is estimated by leaving words out (``model.encoder.occlusion``), so that the sum stays right.
"""

from dataclasses import dataclass
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
from model.text.pipeline import NormalisedComment, prepare, strip_markup, take_comment_back
from model.threads import check_interruption

__all__ = ["Explanation", "Span", "explain_scores"]


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


class _Explained(NamedTuple):
    """What words add to the calibrated log-odds of every head, shape (k, heads), and the intercepts, shape (heads,)."""

    contributions: FloatArray
    intercepts: FloatArray


def explain_scores(
    classifier: Classifier, comment: Comment, combined: CombinedReader | None = None, *, by_both: bool = True
) -> Explanation:
    """Explain the scores of one comment; where a part of it decided about a head, by the words of that part.

    Args:
        classifier: of the n-grams.
        comment: what is explained.
        combined: the encoder, if there is one beside the n-grams.
        by_both: whether it has read the comment.
    """
    check_interruption()
    form = classifier.reader.form
    stripped = strip_markup(comment.text, comment.format)
    traced = form.trace(stripped.text, classifier.reader.lexicon)
    words, ngrams = _explain_ngrams(classifier, traced.data, form.prepare([comment])[0])
    explained, exact = ngrams, True
    if combined is not None and by_both:
        if form.tag is None:
            explained = _explain_both(classifier, comment, words, ngrams, combined)
        else:
            explained = _explain_pack(classifier, stripped.text, _locate_words(stripped.text, words, traced), ngrams, combined)
        exact = False
        # What a threat adds because it is one belongs to no word alone.
        log_odds = explained.contributions[:, : combined.heads].sum(axis=0) + explained.intercepts[: combined.heads]
        explained.intercepts[: combined.heads] += combined.with_threats(log_odds[None])[0] - log_odds
    elif combined is not None and combined.alone is not None:
        explained = _map_ngrams(ngrams, classifier, combined.alone)
    whole = take_comment_back(stripped, traced)
    return Explanation(whole.begin[words.begin], whole.end[words.end - 1], *explained, exact)


def _explain_ngrams(classifier: Classifier, data: npt.NDArray[np.uint8], text: bytes) -> tuple[_Words, _Explained]:
    """Return the words of normalised bytes, and what they add to the log-odds of every head by the n-grams.

    Args:
        classifier: of the n-grams.
        data: the normalised bytes.
        text: what these were before they were normalised, or the same bytes.
    """
    reader = classifier.reader
    whole = (0, data.size)
    starts, stops, contributions = _contributions(classifier, data, *whole)
    intercepts = reader.biases * classifier.slopes + classifier.intercepts
    ranges = classifier.calibrated_log_odds([text], threads=1).windows[0].tolist()
    for head, (lo, hi) in enumerate(ranges):
        if (lo, hi) != whole:
            own, _, of_window = _contributions(classifier, data, lo, hi)
            contributions[:, head] = 0
            contributions[np.searchsorted(starts, own), head] = of_window[:, head]
            settings = reader.settings
            intercepts[head] -= settings.discounts[head] + window_penalty(starts.size, settings.window, settings.stride)
    return _Words(data, starts, stops), _Explained(contributions, intercepts)


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


def _map_ngrams(ngrams: _Explained, classifier: Classifier, ngrams_map: FloatArray) -> _Explained:
    """Return what words add where other factors and constants, shape (2, heads), take the place of the calibration of some heads."""
    contributions, intercepts = ngrams.contributions.copy(), ngrams.intercepts.copy()
    heads = slice(0, ngrams_map.shape[1])
    factor = ngrams_map[0] / classifier.slopes[heads]
    if contributions.size:  # a text without words has none, whatever the number of heads
        contributions[:, heads] *= factor
    intercepts[heads] = factor * (intercepts[heads] - classifier.intercepts[heads]) + ngrams_map[1]
    return _Explained(contributions, intercepts)


def _explain_both(classifier: Classifier, comment: Comment, words: _Words, ngrams: _Explained, combined: CombinedReader) -> _Explained:
    """Return what each word adds to the log-odds of both readers."""
    contexts = prepare_contexts([comment])
    context = normalise_texts(contexts, classifier.reader.lexicon)[0]
    reading = combined.read_long(classifier, prepare([comment])[0], contexts[0])
    if reading is None:
        both = _add_encoder(words, ngrams, classifier, context, combined)
        if combined.is_answer(prepare([comment])[0], contexts[0]):
            both.intercepts[: combined.heads] += _correct_ngrams(words, ngrams, classifier, context, combined)
        return both
    heads = range(combined.heads)
    contributions, intercepts = ngrams.contributions.copy(), ngrams.intercepts.copy()
    contributions[:, : combined.heads] = 0
    for lo, hi, by_both in sorted({(int(reading.begin[head]), int(reading.end[head]), bool(reading.by_both[head])) for head in heads}):
        check_interruption()
        part, added = _explain_ngrams(classifier, words.data[lo:hi], words.data[lo:hi].tobytes())
        maps = combined.maps(classifier)
        added = _add_encoder(part, added, classifier, context, combined) if by_both else _map_ngrams(added, classifier, maps.alone)
        decided = [head for head in heads if (reading.begin[head], reading.end[head]) == (lo, hi)]
        rows = np.searchsorted(words.begin, part.begin + lo)
        is_known = rows < words.begin.size
        for head in decided:
            contributions[rows[is_known], head] = added.contributions[is_known, head]
    # What is subtracted because the worst of many parts looks worse than it is goes to the intercepts.
    intercepts[: combined.heads] = reading.log_odds - contributions[:, : combined.heads].sum(axis=0)
    return _Explained(contributions, intercepts)


def _locate_words(stripped: str, words: _Words, traced: NormalisedComment) -> _Words:
    """Return the words of what the n-grams of a pack have read where they stand in the text that its encoder reads."""
    data = stripped.encode(errors="replace")
    sizes = [len(character.encode(errors="replace")) for character in stripped]
    offsets = np.cumsum([0, *sizes], dtype=np.int32)
    return _Words(np.frombuffer(data, np.uint8), offsets[traced.begin[words.begin]], offsets[traced.end[words.end - 1]])


def _explain_pack(classifier: Classifier, stripped: str, words: _Words, ngrams: _Explained, combined: CombinedReader) -> _Explained:
    """Return what each word adds to the log-odds of both readers of a pack; in a long text, by the n-grams, the rest for no word."""
    reading = combined.read_long(classifier, stripped.encode(errors="replace"))
    if reading is None:
        return _add_encoder(words, ngrams, classifier, "", combined)
    mapped = _map_ngrams(ngrams, classifier, combined.maps(classifier).alone)
    heads = slice(0, combined.heads)
    mapped.intercepts[heads] = reading.log_odds - mapped.contributions[:, heads].sum(axis=0)
    return mapped


def _correct_ngrams(words: _Words, ngrams: _Explained, classifier: Classifier, context: str, combined: CombinedReader) -> FloatArray:
    """Return what the n-grams would lower had they a say in an answer, which belongs to no word of it, shape (heads,)."""
    heads = slice(0, combined.heads)
    calibrated = ngrams.contributions[:, heads].sum(axis=0) + ngrams.intercepts[heads]
    by_ngrams = (calibrated - classifier.intercepts[heads]) / classifier.slopes[heads]
    by_encoder = combined.encoder.log_odds(words.data.tobytes().decode(), context)
    correction: FloatArray = combined.combination[0] * np.maximum(by_encoder - by_ngrams, 0)
    return correction


def _add_encoder(words: _Words, ngrams: _Explained, classifier: Classifier, context: str, combined: CombinedReader) -> _Explained:
    """Return what each word of a text of one window adds, by both readers."""
    ngrams_map = np.stack([combined.combination[0], combined.combination[2]])
    contributions, intercepts = _map_ngrams(ngrams, classifier, ngrams_map)
    occluded = occlude(combined.encoder, *words, context)
    read_by_both = slice(0, combined.heads)
    contributions[:, read_by_both] += combined.combination[1] * occluded.contributions
    intercepts[read_by_both] += combined.combination[1] * occluded.baseline
    return _Explained(contributions, intercepts)
