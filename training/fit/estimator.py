"""CommentClassifier: the classifier that Tipstaff serves, as a scikit-learn estimator."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
from scipy.special import log_expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d

from model.array_types import FloatArray
from model.artefact.manifest import HEADS, Calibration, LabelThresholds, Prior
from model.classifier import Classifier, NgramReader
from model.comment import LABELS, Comment, Label
from model.ngrams.feature_settings import FeatureSettings
from model.normaliser.lexicon import load_lexicon
from model.normaliser.version import normaliser_version
from model.text.pipeline import prepare
from training.fit.ngram_weights import FitSettings, fit_weights, quantise
from training.tables.labelled import UNKNOWN, Labelled, Place
from training.tables.row_weights import scale_to_mean

__all__ = ["CommentClassifier"]

Column = Sequence[str] | npt.NDArray[Any]

_BOUNDS = {"epochs": (1, 1000), "rate": (1e-6, 1e3), "damping": (1e-9, 1e9), "sharing": (0, 1), "bits": (10, 24)}
"""Parameter → its lowest and highest value."""


class CommentClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Labels comments as fine, toxic or hateful.

    The weights are fitted and quantised as by ``tipstaff train``, but on all comments: there are no dev rows, no calibration to a prior
    and no thresholds. The probabilities hold where the classes are as common as in the data of ``fit``, and ``predict`` returns the
    most probable class. Where abuse is rarer than in the training data, ``tipstaff train`` makes the better classifier.

    A comment is a ``str`` of plain text. A target is ``"fine"``, ``"toxic"`` or ``"hateful"``; two of the three suffice.

    Args:
        epochs: passes over the comments, at least 1.
        rate: step size, above 0.
        damping: the larger, the less a rare feature may move; above 0.
        sharing: weight of a hateful comment in the head of abusive comments, from 0 to 1. Only used with all three classes.
        bits: the weights are a table of 2**bits rows; from 10 to 24.
        class_weight: class → weight of its comments, "balanced" for the same total weight of every class, or None for 1.
        random_state: of the order of the comments in training.

    Attributes:
        classes_: the classes, sorted; shape (c,).
        weights_: int8, shape (2**bits, 2): the heads P(hateful) and P(abusive | not hateful), rounded as by
            ``training.fit.ngram_weights.quantise``.
        scales_: float64, shape (2,): of the weights.
        biases_: float64, shape (2,): log-odds of a comment without features.
        normaliser_: version of the text normalisation that the weights were fitted on.
    """

    def __init__(
        self,
        *,
        epochs: int = 6,
        rate: float = 0.3,
        damping: float = 1.0,
        sharing: float = 0.25,
        bits: int = 18,
        class_weight: Mapping[str, float] | Literal["balanced"] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.epochs = epochs
        self.rate = rate
        self.damping = damping
        self.sharing = sharing
        self.bits = bits
        self.class_weight = class_weight
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn that a sample is a string."""
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array = tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags

    def fit(self, X: Column, y: Column, sample_weight: npt.ArrayLike | None = None) -> Self:  # noqa: N803
        """Learn from labelled comments.

        Args:
            X: n comments; a list, array or Series of ``str``.
            y: (n,) the class of each.
            sample_weight: (n,) how much each counts, at least 0; None for 1.

        Raises:
            ValueError: the comments, classes, weights or a parameter cannot be used.
        """
        settings = self._settings()
        texts, labels = _texts(X), _labels(y)
        check_consistent_length(texts, labels)
        if not texts:
            raise ValueError("X is empty; give comments of two classes at least")
        weights = _weights(sample_weight, len(texts))
        if self.class_weight is not None:
            weights = weights * compute_sample_weight(self.class_weight, labels)
        counted = np.flatnonzero(weights > 0)
        classes = np.unique(labels[counted])
        if classes.size < 2:
            raise ValueError(f"y holds one class only ({', '.join(classes)}) that counts; give comments of two classes at least")
        rows = _labelled([texts[row] for row in counted], labels[counted], scale_to_mean(weights[counted]), classes=tuple(classes))
        fitted = fit_weights(rows, settings=settings)
        self.classes_ = classes
        quantised = quantise(fitted.values)
        self.weights_, self.scales_, self.biases_ = quantised.values, quantised.scales, fitted.biases
        self.normaliser_ = normaliser_version()
        return self

    def decision_function(self, X: Column) -> FloatArray:  # noqa: N803
        """Return the log-odds of the second of two classes, shape (n,), or the log-probabilities of all three, shape (n, 3)."""
        log_odds = self._log_odds(X)
        hateful, abusive = log_odds[:, 0], log_odds[:, 1]
        if self.classes_.size == 2:
            of_second = {(Label.FINE, Label.HATEFUL): hateful, (Label.FINE, Label.TOXIC): abusive, (Label.HATEFUL, Label.TOXIC): -hateful}
            return of_second[Label(self.classes_[0]), Label(self.classes_[1])]
        columns = {
            Label.FINE: log_expit(-hateful) + log_expit(-abusive),
            Label.TOXIC: log_expit(-hateful) + log_expit(abusive),
            Label.HATEFUL: log_expit(hateful),
        }
        return np.column_stack([columns[Label(name)] for name in self.classes_])

    def predict_log_proba(self, X: Column) -> FloatArray:  # noqa: N803
        """Return the logarithm of ``predict_proba``."""
        decision = self.decision_function(X)
        return decision if decision.ndim == 2 else np.column_stack([log_expit(-decision), log_expit(decision)])

    def predict_proba(self, X: Column) -> FloatArray:  # noqa: N803
        """Return the probability of each class.

        Args:
            X: n comments.

        Returns:
            Shape (n, c), columns in the order of ``classes_``; rows sum to 1.
        """
        probabilities: FloatArray = np.exp(self.predict_log_proba(X))
        return probabilities

    def predict(self, X: Column) -> npt.NDArray[np.str_]:  # noqa: N803
        """Return the most probable class of each of n comments, shape (n,)."""
        numbers = self.predict_log_proba(X).argmax(axis=1)
        predicted: npt.NDArray[np.str_] = self.classes_[numbers]
        return predicted

    def _settings(self) -> FitSettings:
        for name, (low, high) in _BOUNDS.items():
            value = getattr(self, name)
            is_whole = name in {"epochs", "bits"}
            if not isinstance(value, (int, np.integer) if is_whole else (int, float, np.number)) or not low <= value <= high:
                raise ValueError(f"{name} is {value!r}; give a {'whole ' if is_whole else ''}number from {low:g} to {high:g}")
        seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        return FitSettings(
            features=FeatureSettings(bits=int(self.bits)),
            epochs=int(self.epochs),
            rate=float(self.rate),
            damping=float(self.damping),
            sharing=float(self.sharing),
            seed=seed,
        )

    def _log_odds(self, X: Column) -> FloatArray:  # noqa: N803
        """Return the log-odds of both heads, shape (n, 2)."""
        check_is_fitted(self)
        if self.normaliser_ != normaliser_version():
            raise ValueError(f"fitted with text normaliser {self.normaliser_}, this Tipstaff has {normaliser_version()}; fit it anew")
        bits = self.weights_.shape[0].bit_length() - 1
        # Copies, since the kernel would be compiled anew for mapped ones.
        reader = NgramReader(FeatureSettings(bits=bits), load_lexicon(), self.weights_, np.array(self.scales_), np.array(self.biases_))
        uncalibrated = dict.fromkeys(HEADS, Calibration(slope=1.0, intercept=0.0))
        classifier = Classifier(HEADS, reader, uncalibrated, LabelThresholds(abusive=0.5, hateful=0.5), Prior())
        return classifier.calibrated_log_odds(prepare([Comment("", text) for text in _texts(X)])).log_odds


def _texts(comments: Column) -> list[str]:
    """Return a column of comments as a list.

    Raises:
        ValueError: it is one string, no column, or holds something that is no string.
    """
    if isinstance(comments, (str, bytes)):
        raise ValueError("X is one string; hand over a list, array or Series of comments")
    shape = getattr(comments, "shape", (0,))
    if len(shape) != 1:
        raise ValueError(f"X has shape {shape}; hand over one column of comments, shape (n,)")
    texts = list(comments)
    for place, text in enumerate(texts):
        if not isinstance(text, str):
            raise ValueError(f"X[{place}] is no string but {type(text).__name__}; every comment has to be a str")
    return texts


def _labels(classes: Column) -> npt.NDArray[np.str_]:
    """Return the classes of n comments, shape (n,).

    Raises:
        ValueError: one of them is no label.
    """
    values = column_or_1d(classes, warn=True, dtype=object)
    for value in values:
        if not isinstance(value, str) or value not in LABELS:
            raise ValueError(f"y holds {value!r}; the classes are {', '.join(LABELS)}")
    labels: npt.NDArray[np.str_] = values.astype(np.str_)
    return labels


def _weights(weights: npt.ArrayLike | None, count: int) -> FloatArray:
    """Return how much each of n comments counts, shape (n,).

    Raises:
        ValueError: they are not n finite numbers of 0 or more, at least one of them above 0.
    """
    if weights is None:
        return np.ones(count)
    values = np.asarray(weights, np.float64)
    if values.shape != (count,):
        raise ValueError(f"sample_weight has shape {values.shape}; give one number for each comment, shape ({count},)")
    if not np.isfinite(values).all() or (values < 0).any():
        raise ValueError("sample_weight holds a negative or infinite number; give finite numbers of 0 or more")
    if not values.any():
        raise ValueError("sample_weight is zero for every comment; give some a weight above 0")
    return values


def _labelled(texts: list[str], labels: npt.NDArray[np.str_], weights: FloatArray, *, classes: tuple[str, ...]) -> Labelled:
    """Return labelled rows whose answers are unknown to questions on which the classes do not differ."""
    abusive, hateful = (labels != Label.FINE).astype(np.int8), (labels == Label.HATEFUL).astype(np.int8)
    if Label.FINE not in classes or Label.TOXIC not in classes:
        abusive[hateful == 0] = UNKNOWN
    count = len(texts)
    return Labelled(
        text=texts,
        abusive=abusive,
        hateful=hateful,
        source=[""] * count,
        split=[None] * count,
        id=[""] * count,
        weight=weights,
        target=[None] * count,
        attributes={},
        place=[Place("", row + 1) for row in range(count)],
    )
