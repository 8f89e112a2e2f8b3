"""How the encoder that all packs share is combined with the n-grams of each, fitted on the dev rows of all languages together.

A language has a few dozen dev rows to choose by, too few to say how much either reader counts. That is much the same everywhere
once the n-grams are calibrated, so both factors are those of all languages. The constant is a language's own, shrunk towards that of all.
Every class of rows has its share under the prior, so that what comes out are calibrated log-odds.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from model.array_types import BoolArray, FloatArray
from model.artefact.manifest import Prior
from model.classifier import Classifier
from training.both_readers.long_reading import scores_from_log_odds
from training.tables.labelled import Labelled

__all__ = ["PackReadings", "fit_pooled_combination"]

_FEWEST = 3  # rows of each answer, for a language to have a say, and a constant of its own
_SHRINKAGE = 60.0  # of the constant of a language: as if so many rows said that it is that of all
_START = (0.5, 0.5, 0.0)


@dataclass(frozen=True)
class PackReadings:
    """What both readers make of the dev rows of one language.

    Attributes:
        rows: n rows; those whose weight is 0 may only measure.
        classifier: the calibrated n-grams.
        ngrams: their log-odds, not calibrated, shape (n, 2).
        encoder: the log-odds of the encoder, shape (n, 2).
    """

    rows: Labelled
    classifier: Classifier
    ngrams: FloatArray
    encoder: FloatArray

    @property
    def calibrated(self) -> FloatArray:
        """The calibrated log-odds of the n-grams, shape (n, 2)."""
        log_odds: FloatArray = self.ngrams * self.classifier.slopes + self.classifier.intercepts
        return log_odds

    @property
    def fast_scores(self) -> FloatArray:
        """The scores by the n-grams alone, shape (n, 3)."""
        return scores_from_log_odds(self.calibrated)

    def take(self, rows: npt.NDArray[np.intp]) -> "PackReadings":
        """Return some rows alone."""
        return PackReadings(self.rows.take(rows), self.classifier, self.ngrams[rows], self.encoder[rows])


def fit_pooled_combination(readings: Mapping[str, PackReadings], prior: Prior) -> dict[str, FloatArray]:
    """Return for each language the factor of its n-grams, that of the encoder and the constant, for both heads; each of shape (3, 2).

    Args:
        readings: by tag; rows whose weight is 0 have no say.
        prior: the shares of abusive and hateful comments to calibrate for.
    """
    tags = list(readings)
    hateful = prior.abusive * prior.hateful
    shares = hateful, (prior.abusive - hateful) / (1 - hateful)
    fitted = [_fit_head(readings, head, share) for head, share in enumerate(shares)]
    combinations = {}
    for number, tag in enumerate(tags):
        classifier = readings[tag].classifier
        columns = []
        for head, (first, second, constant, own) in enumerate(fitted):
            slope, intercept = classifier.slopes[head], classifier.intercepts[head]
            columns.append([first * slope, second, first * intercept + constant + own[number]])
        combinations[tag] = np.ascontiguousarray(np.array(columns, np.float64).T)
    return combinations


def _fit_head(readings: Mapping[str, PackReadings], head: int, share: float) -> tuple[float, float, float, FloatArray]:
    """Return the two factors, the constant of all languages, and what is added to it for each, shape (languages,).

    Args:
        readings: by tag.
        head: 0 for hateful, 1 for abusive given not hateful.
        share: of the rows that answer yes, under the prior.
    """
    parts = []
    for number, reading in enumerate(readings.values()):
        rows, yes = _answers(reading.rows, head)
        if min(int(yes.sum()), int((~yes).sum())) >= _FEWEST:
            weights = np.where(yes, share / yes.sum(), (1 - share) / (~yes).sum()) * yes.size
            readers = np.column_stack([reading.calibrated[rows, head], reading.encoder[rows, head]])
            parts.append((readers, yes, weights, np.full(yes.size, number)))
    size = len(readings)
    if not parts:
        return *_START, np.zeros(size)
    readers, yes, weights, language = (np.concatenate(columns) for columns in zip(*parts, strict=True))

    def loss(parameters: FloatArray) -> tuple[float, FloatArray]:
        factors, constant, own = parameters[:2], parameters[2], parameters[3:]
        log_odds = readers @ factors + constant + own[language]
        value = (weights * (np.logaddexp(0, log_odds) - yes * log_odds)).sum() + _SHRINKAGE * share * (own**2).sum() / 2
        slope = weights * (expit(log_odds) - yes)
        own_slope = np.bincount(language, slope, size) + _SHRINKAGE * share * own
        return float(value), np.concatenate([slope @ readers, [slope.sum()], own_slope])

    bounds = [(0.0, None), (0.0, None)] + [(None, None)] * (1 + size)
    best = minimize(loss, np.concatenate([_START, np.zeros(size)]), jac=True, method="L-BFGS-B", bounds=bounds)
    return float(best.x[0]), float(best.x[1]), float(best.x[2]), best.x[3:]


def _answers(rows: Labelled, head: int) -> tuple[npt.NDArray[np.intp], BoolArray]:
    """Return the rows that answer the question of a head and may choose, and whether each says yes."""
    answers = rows.hateful if head == 0 else np.where(rows.hateful == 1, -1, rows.abusive)
    known = np.flatnonzero((answers >= 0) & (rows.weight > 0))
    return known, answers[known] == 1
