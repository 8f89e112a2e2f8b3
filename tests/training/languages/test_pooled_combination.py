"""The combination of both readers, fitted on the rows of all languages."""

import numpy as np
import pytest

from model.artefact.manifest import HEADS, Calibration, LabelThresholds, Prior
from model.classifier import Classifier, NgramReader
from model.ngrams.feature_settings import FeatureSettings
from model.normaliser.lexicon import parse_lexicon
from training.languages.pooled_combination import PackReadings, fit_pooled_combination
from training.tables.labelled import Labelled, Place

SLOPE, INTERCEPT = 2.0, -1.0
PRIOR = Prior()


def readings(n: int, *, seed: int, shift: float = 0.0, noise: float = 1.0, weight: float = 1.0) -> PackReadings:
    """Return rows of which the encoder knows more than the n-grams, shifted in one language."""
    random = np.random.default_rng(seed)
    label = random.integers(0, 3, n)
    truth = np.column_stack([label == 2, label == 1]) * 4.0 - 2.0
    reader = NgramReader(FeatureSettings(bits=10), parse_lexicon(b""), np.zeros((1 << 10, 2), np.int8), np.ones(2), np.zeros(2))
    calibration = dict.fromkeys(HEADS, Calibration(slope=SLOPE, intercept=INTERCEPT))
    classifier = Classifier(HEADS, reader, calibration, LabelThresholds(abusive=0.3, hateful=0.4), PRIOR)
    rows = Labelled(
        text=[""] * n,
        abusive=(label > 0).astype(np.int8),
        hateful=(label == 2).astype(np.int8),
        source=["forum"] * n,
        split=["dev"] * n,
        id=[f"{seed}-{number}" for number in range(n)],
        weight=np.full(n, weight),
        target=[None] * n,
        attributes={},
        place=[Place("forum", 1)] * n,
        reread=np.ones(n, np.bool_),
    )
    ngrams = truth / SLOPE + random.normal(0, 4, (n, 2))
    return PackReadings(rows, classifier, ngrams, truth + shift + random.normal(0, noise, (n, 2)))


def test_the_better_reader_counts_more() -> None:
    """The encoder, which errs less, gets the larger factor, and the n-grams one in their own scale."""
    fitted = fit_pooled_combination({"de": readings(400, seed=1), "fr": readings(400, seed=2)}, PRIOR)
    for combination in fitted.values():
        assert combination.shape == (3, 2)
        assert (combination[:2] >= 0).all()
        assert (combination[1] > combination[0] / SLOPE).all()


def test_a_language_has_a_constant_of_its_own() -> None:
    """Where the encoder gives a language more than others, the constant takes it back, the more the more rows there are."""
    many, few = (
        fit_pooled_combination({"de": readings(900, seed=1), "fr": readings(size, seed=2, shift=2.0)}, PRIOR) for size in (900, 30)
    )
    differences = [float(np.mean(fitted["de"][2] - fitted["fr"][2])) for fitted in (many, few)]
    assert differences[0] > differences[1] > 0


def test_probabilities_hold_at_the_prior() -> None:
    """Weighted to the prior, as many rows are hateful as the log-odds say."""
    reading = readings(3000, seed=3)
    combination = fit_pooled_combination({"de": reading}, PRIOR)["de"]
    log_odds = combination[0] * reading.ngrams + combination[1] * reading.encoder + combination[2]
    hateful = reading.rows.hateful == 1
    share = PRIOR.abusive * PRIOR.hateful
    weights = np.where(hateful, share / hateful.sum(), (1 - share) / (~hateful).sum())
    assert (weights / (1 + np.exp(-log_odds[:, 0]))).sum() == pytest.approx(share, rel=0.1)


def test_rows_that_may_only_measure_choose_nothing() -> None:
    """Rows with the weight 0 change nothing; a language that has no others gets what holds for all."""
    alone = fit_pooled_combination({"de": readings(300, seed=1)}, PRIOR)["de"]
    beside = fit_pooled_combination({"de": readings(300, seed=1), "cs": readings(300, seed=2, shift=5.0, weight=0.0)}, PRIOR)
    np.testing.assert_allclose(beside["de"], alone, rtol=1e-3)
    np.testing.assert_allclose(beside["cs"], alone, rtol=0.2, atol=0.2)
