"""Fits the weights of the n-gram reader to what is known of each comment.

The two label heads are P(hateful) and P(abusive | not hateful), h and a, so that the model's probabilities of fine, toxic and hateful are
(1 - h) (1 - a), (1 - h) a and h. What a row knows are three weights, one for each label: how likely its answers are if that is the right
one. They are 0 or 1 where the answers can be trusted, (0, 1, 1) for a row that is abusive and otherwise unknown; those of a source that
errs come from :mod:`training.label_noise.source_confusion`. A row contributes the logarithm of the sum of the model's probabilities, so
weighted (forward correction; Patrini et al. 2017), and, with weight ``sharing``, log a so far as it is hateful, since hateful words are
abusive too. Where a teacher has given the row a distribution over the labels, its cross-entropy with the model's takes the place of the
sum.

Sources differ in their share of hateful comments, because they were collected differently: one by key words, another by asking people
to write hate. So that the n-grams need not learn the style of each source to explain that, every source that answers the question both
ways has an intercept of its own in the first head during the fit; the calibration replaces it afterwards. (On the dev rows of the
corpus that raises the mean AUC for hateful within sources from 0.798 to 0.818, and the recall of hateful comments at a false-positive
rate of 1 % from 0.46 to 0.48.)

All heads are fitted in one pass over the features by AdaGrad (Duchi, Hazan & Singer 2011), whose steps shrink for features that
occur often; the weights are averaged over the course of the run (Polyak & Juditsky 1992). It uses one thread and a fixed order,
so that the same data and seed give the same weights.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack

from model.array_types import FloatArray, Int8Array
from model.comment import Comment
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.heads import LABEL_HEADS
from model.ngrams.packed_texts import pack_bytes
from model.normaliser.lexicon import load_lexicon
from model.numba_cache import kernel
from model.text.pipeline import prepare
from model.threads import available_cores
from training.fit.feature_matrix import build_feature_matrix
from training.label_noise.known_labels import KnownLabels
from training.tables.labelled import Labelled
from training.tables.source_rows import has_both_answers

__all__ = ["FitSettings", "LinearWeights", "fit_on_base", "fit_weights", "quantise"]

_INTERCEPT_RATE = 0.01  # as a share of the step size of the weights
_EPOCH_PARTS = 4  # after each of which the weights enter the average
_LARGEST_CODE = 127  # of a weight in 8 bits


@dataclass(frozen=True, slots=True)
class FitSettings:
    """How weights are fitted.

    Attributes:
        features: the settings of the features.
        epochs: passes over the rows; the average leaves out the first, unless it is the only one.
        rate: step size of AdaGrad.
        damping: initial value of its sums of squared gradients; the larger, the less a rare feature may move.
        sharing: weight of a hateful row in the head P(abusive | not hateful).
        seed: of the order of the rows.
    """

    features: FeatureSettings = field(default_factory=FeatureSettings)
    epochs: int = 6
    rate: float = 0.3
    damping: float = 1.0
    sharing: float = 0.5
    seed: int = 0


@dataclass(frozen=True, slots=True)
class LinearWeights:
    """The weights of a linear model.

    Attributes:
        values, biases: float32, shape (2**bits, heads), and float64, shape (heads,).
    """

    values: npt.NDArray[np.float32]
    biases: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class QuantisedWeights:
    """Weights in 8 bits: ``values * abs(values) * scales`` approximates the fitted weights.

    Attributes:
        values: int8, shape (2**bits, heads).
        scales: float64, shape (heads,).
    """

    values: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float64]


@kernel
def _take_steps(
    starts: npt.NDArray[np.int64],
    features: npt.NDArray[np.int32],
    amounts: npt.NDArray[np.float32],
    order: npt.NDArray[np.int64],
    known: npt.NDArray[np.float64],
    is_distribution: npt.NDArray[np.bool_],
    weights: npt.NDArray[np.float64],
    sources: npt.NDArray[np.int64],
    sharing: float,
    rate: float,
    values: npt.NDArray[np.float32],
    squares: npt.NDArray[np.float32],
    biases: npt.NDArray[np.float64],
    offsets: npt.NDArray[np.float64],
) -> None:
    """Take one AdaGrad step for each row of order; values, squares, biases and the sources' offsets change in place.

    The rows are those of a CSR matrix (starts, features, amounts); ``known`` and ``is_distribution`` are those of ``KnownLabels``. A
    row whose source is negative has no offset. The function is long because it is one loop over memory.
    """
    heads = values.shape[1]
    z = np.empty(heads)
    d = np.empty(heads)
    for place in range(order.size):
        row = order[place]
        source = sources[row]
        z[:] = biases
        if source >= 0:
            z[0] += offsets[source]
        for k in range(starts[row], starts[row + 1]):
            for h in range(heads):
                z[h] += amounts[k] * values[features[k], h]
        for h in range(heads):
            z[h] = 1 / (1 + np.exp(-z[h]))
        fine, toxic, hateful = known[row, 0], known[row, 1], known[row, 2]
        if fine == toxic and toxic == hateful:  # the row knows nothing
            d[0] = d[1] = 0.0
        else:
            if not is_distribution[row]:
                fine *= (1 - z[0]) * (1 - z[1])
                toxic *= (1 - z[0]) * z[1]
                hateful *= z[0]
            either = fine + toxic + hateful + 1e-12
            fine, toxic, hateful = fine / either, toxic / either, hateful / either
            d[0] = z[0] - hateful
            d[1] = (fine + toxic) * z[1] - toxic + sharing * hateful * (z[1] - 1)
        for h in range(heads):
            d[h] *= weights[row]
            biases[h] -= _INTERCEPT_RATE * rate * d[h]
        if source >= 0:
            offsets[source] -= _INTERCEPT_RATE * rate * d[0]
        for h in range(heads):
            if d[h] != 0:
                for k in range(starts[row], starts[row + 1]):
                    g = np.float32(d[h] * amounts[k])
                    j = features[k]
                    squares[j, h] += g * g
                    values[j, h] -= np.float32(rate) * g / np.sqrt(squares[j, h])


@kernel
def _take_logistic_steps(
    starts: npt.NDArray[np.int64],
    features: npt.NDArray[np.int32],
    amounts: npt.NDArray[np.float32],
    order: npt.NDArray[np.int64],
    answers: npt.NDArray[np.int8],
    weights: npt.NDArray[np.float64],
    rate: float,
    values: npt.NDArray[np.float32],
    squares: npt.NDArray[np.float32],
    biases: npt.NDArray[np.float64],
) -> None:
    """Take one AdaGrad step of a logistic regression for each row of order and each head; values, squares and biases change in place.

    The rows are those of a CSR matrix (starts, features, amounts); an answer below 0 moves nothing.
    """
    heads = values.shape[1]
    z = np.empty(heads)
    for place in range(order.size):
        row = order[place]
        z[:] = biases
        for k in range(starts[row], starts[row + 1]):
            for h in range(heads):
                z[h] += amounts[k] * values[features[k], h]
        for h in range(heads):
            if answers[row, h] < 0:
                continue
            step = weights[row] * (1 / (1 + np.exp(-z[h])) - answers[row, h])
            biases[h] -= _INTERCEPT_RATE * rate * step
            for k in range(starts[row], starts[row + 1]):
                g = np.float32(step * amounts[k])
                j = features[k]
                squares[j, h] += g * g
                values[j, h] -= np.float32(rate) * g / np.sqrt(squares[j, h])


def fit_weights(
    rows: Labelled,
    *,
    settings: FitSettings,
    known: KnownLabels | None = None,
    features: csr_matrix | None = None,
    progress: Callable[[float], None] | None = None,
) -> LinearWeights:
    """Fit the weights of the two label heads.

    Args:
        rows: labelled comments.
        settings: of the fit.
        known: what is known of the labels of the rows; None for what their answers say.
        features: of the rows, shape (n, 2**bits); None to take them from the texts as English is read.
        progress: called with the share of the work that is done.

    Raises:
        ValueError: there is no row.
    """
    if not len(rows):
        raise ValueError("no rows to fit: give labelled comments")
    if features is None:
        packed = pack_bytes(prepare([Comment("", text) for text in rows.text]))
        features = build_feature_matrix(packed, settings=settings.features, lexicon=load_lexicon(), threads=available_cores())
    starts = features.indptr.astype(np.int64)
    # A confusion says what the style of a source would otherwise have to explain.
    sources = _number_sources(rows) if known is None else np.full(len(rows), -1, np.int64)
    known = known or KnownLabels.from_answers(rows)
    values = np.zeros((1 << settings.features.bits, LABEL_HEADS), np.float32)
    squares = np.full_like(values, settings.damping)
    biases = np.zeros(values.shape[1])
    offsets = np.zeros(int(sources.max(initial=-1)) + 1)
    sum_values, sum_biases, terms = np.zeros(values.shape), np.zeros_like(biases), 0
    random = np.random.default_rng(settings.seed)
    for epoch in range(settings.epochs):
        for part, order in enumerate(np.array_split(random.permutation(len(rows)), _EPOCH_PARTS)):
            _take_steps(
                *(starts, features.indices, features.data, order, known.weights, known.is_distribution, rows.weight, sources),
                *(settings.sharing, settings.rate, values, squares, biases, offsets),
            )
            if epoch or settings.epochs == 1:
                sum_values += values
                sum_biases += biases
                terms += 1
            if progress:
                progress((epoch + (part + 1) / _EPOCH_PARTS) / settings.epochs)
    return LinearWeights((sum_values / terms).astype(np.float32), sum_biases / terms)


def fit_on_base(
    features: csr_matrix, answers: Int8Array, weights: FloatArray, *, base: LinearWeights, settings: FitSettings
) -> LinearWeights:
    """Fit logistic regressions that start from other heads: each is the sum of these, times factors, and of weights of its own.

    Args:
        features: of n rows, shape (n, 2**bits).
        answers: 1, 0 or -1 (unknown), shape (n, heads).
        weights: of the rows, shape (n,); those that weigh 0 are left out.
        base: the heads to start from.
        settings: of the fit.
    """
    bases = base.values.shape[1]
    of_base = features @ base.values
    spreads = np.maximum(of_base.std(axis=0), 1e-6)
    extended = hstack([features, csr_matrix((of_base / spreads).astype(np.float32))], format="csr")
    values = np.zeros((extended.shape[1], answers.shape[1]), np.float32)
    squares, biases = np.full_like(values, settings.damping), np.zeros(answers.shape[1])
    sum_values, sum_biases, terms = np.zeros_like(values), np.zeros_like(biases), 0
    order, random = np.flatnonzero(weights > 0), np.random.default_rng(settings.seed)
    starts = extended.indptr.astype(np.int64)
    for epoch in range(settings.epochs):
        shuffled = random.permutation(order)
        _take_logistic_steps(starts, extended.indices, extended.data, shuffled, answers, weights, settings.rate, values, squares, biases)
        if epoch or settings.epochs == 1:
            sum_values += values
            sum_biases += biases
            terms += 1
    own, factors = sum_values[:-bases] / terms, sum_values[-bases:] / terms / spreads[:, None]
    return LinearWeights((own + base.values @ factors).astype(np.float32), sum_biases / terms)


def _number_sources(rows: Labelled) -> npt.NDArray[np.int64]:
    """Return a number for each row's source; -1 where it lacks hateful or not hateful rows, and everywhere if fewer than two have both."""
    names, numbers = np.unique(np.array(rows.source, dtype=np.str_), return_inverse=True)
    is_mixed = [has_both_answers(rows.hateful[numbers == number]) for number in range(len(names))]
    if sum(is_mixed) < 2:
        return np.full(len(rows), -1, np.int64)
    return np.where(is_mixed, np.arange(len(names)), -1)[numbers].astype(np.int64)


def quantise(values: npt.NDArray[np.float32]) -> QuantisedWeights:
    """Round weights to 8 bits, each head with a scale of its own, by the square root of their size.

    Most weights are a hundredth of the largest, which counts most. Equal steps lose either the small ones or the large ones: on the dev
    rows of the corpus 0.004 of the mean AUC for hateful and 0.026 of the recall at a false-positive rate of 1 %. These steps lose next
    to nothing.

    Args:
        values: shape (2**bits, heads).
    """
    largest = np.abs(values).max(axis=0).astype(np.float64)
    scales = np.where(largest > 0, largest, 1.0) / _LARGEST_CODE**2
    codes = np.sign(values) * np.rint(np.sqrt(np.abs(values) / scales))
    return QuantisedWeights(np.clip(codes, -_LARGEST_CODE, _LARGEST_CODE).astype(np.int8), scales)
