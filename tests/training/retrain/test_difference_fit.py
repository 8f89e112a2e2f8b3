"""Differences fitted to a champion's heads: on any part of the rows, the same every time, stored as they were fitted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.artefact.folder import read_artefact
from model.classifier import Classifier
from model.normaliser.version import normaliser_version
from tests.training.retrain.conftest import FINE, HATEFUL, NEW_HATE, TOXIC, labelled, sentences
from training.fit.ngram_weights import quantise
from training.retrain.difference_fit import DifferenceFit
from training.retrain.ruling_rows import RulingRows


@pytest.fixture(scope="module")
def fit(champion: Path, site_rows: RulingRows) -> DifferenceFit:
    """A fit of the rulings of the site."""
    return DifferenceFit(champion, site_rows)


def test_what_is_stored_judges_as_what_was_fitted(fit: DifferenceFit) -> None:
    """Weights in 16 bits give the log-odds of the fit to a thousandth; in 8 bits the small differences of few rulings vanish."""
    difference = fit.fit(np.arange(len(fit)), strength=1000.0)
    classifier = fit.classifier(difference)
    texts = [text.encode() for text in fit.rows.labelled.text]
    # Of those that are read in windows, another one may be the worst now.
    by_window = [each.calibrated_log_odds(texts).windows for each in (fit.champion, classifier)]
    ends = np.max([windows[:, :, 1].max(axis=1) for windows in by_window], axis=0)
    short = np.flatnonzero(np.all([(w[:, :, 0] == 0).all(axis=1) & (w[:, :, 1] == ends[:, None]).all(axis=1) for w in by_window], axis=0))
    wanted = fit.log_odds(difference, short)

    def judged(by: Classifier) -> np.ndarray:
        return by.calibrated_log_odds([texts[row] for row in short]).log_odds[:, :2]

    assert np.abs(judged(classifier) - wanted).max() < 1e-3
    old, new = (_weights(each)[difference.buckets, 0] for each in (fit.champion, classifier))
    steps = [
        quantise(np.append(values, np.abs(_weights(fit.champion)[:, 0]).max())[:, None].astype(np.float32)).values for values in (old, new)
    ]
    assert (new != old).mean() > 0.95
    assert (steps[0] == steps[1]).mean() > 0.5


def _weights(classifier: Classifier) -> np.ndarray:
    """Return the weights of a classifier in log-odds, shape (2**bits, heads)."""
    codes = classifier.reader.values.astype(np.float64)
    weights: np.ndarray = codes * np.abs(codes) * classifier.reader.scales
    return weights


def test_parts_are_fitted_alone(fit: DifferenceFit) -> None:
    """A fit of some rows is that of a fit that never saw the others, in whatever order they are named."""
    some = np.arange(0, len(fit), 2)
    alone = DifferenceFit(fit.stored, fit.rows.take(some))
    one, other = fit.fit(some[::-1], strength=1.0), alone.fit(np.arange(some.size), strength=1.0)

    np.testing.assert_array_equal(one.buckets, other.buckets)
    np.testing.assert_allclose(fit.scores(one, some), alone.scores(other, np.arange(some.size)), atol=0.02)
    assert one.buckets.size < fit.fit(np.arange(len(fit)), strength=1.0).buckets.size


def test_scores_are_those_of_the_classifier(fit: DifferenceFit) -> None:
    """Without a difference the scores are the champion's; with one they follow its log-odds."""
    rows = np.arange(20)
    np.testing.assert_allclose(fit.scores(None, rows), fit.champion.score([t.encode() for t in fit.rows.labelled.text[:20]]).scores)
    difference = fit.fit(np.arange(len(fit)), strength=1.0)
    hateful = 1 / (1 + np.exp(-fit.log_odds(difference, rows)[:, 0]))
    np.testing.assert_allclose(fit.scores(difference, rows)[:, 2], hateful, atol=1e-3)


@pytest.mark.parametrize("kinds", [("fine", "hateful"), ("fine", "toxic"), ("toxic", "hateful")])
def test_two_labels_teach_what_tells_them_apart(champion: Path, kinds: tuple[str, str]) -> None:
    """Where one of the labels is missing, what tells the other two apart is learned all the same."""
    texts = {"fine": sentences(FINE, 40, seed=20), "toxic": sentences(TOXIC, 40, seed=21), "hateful": sentences(NEW_HATE, 40, seed=22)}
    fit = DifferenceFit(champion, RulingRows.of(labelled({kind: texts[kind] for kind in kinds})))
    difference = fit.fit(np.arange(80), strength=1.0)
    head = 0 if "hateful" in kinds else 1
    before, after = (fit.log_odds(each, np.arange(80))[:, head] for each in (None, difference))
    assert after[40:].mean() - after[:40].mean() > before[40:].mean() - before[:40].mean() + 0.01


def test_rows_of_one_label_add_nothing(fit: DifferenceFit) -> None:
    """Rows of one label alone, or none at all, teach nothing and raise nothing."""
    fine = np.flatnonzero(fit.rows.labelled.abusive == 0)
    assert fit.fit(fine, strength=1.0).is_none
    assert fit.fit(fine[:0], strength=1.0).is_none


def test_folds_hold_every_new_row_once(champion: Path, site_rows: RulingRows) -> None:
    """Each row that has not taught the champion is in one fold, near duplicates in the same; fits leave their fold out."""
    learned = np.arange(len(site_rows)) % 4 == 0
    fit = DifferenceFit(champion, site_rows, learned=learned)
    folds = fit.folds

    assert sorted(np.concatenate(folds).tolist()) == np.flatnonzero(~learned).tolist()
    assert [set(site_rows.group[one]) & set(site_rows.group[other]) for one in folds for other in folds if one is not other] == [set()] * 20
    assert len(fit.fold_differences(1.0)) == len(folds)
    rest = np.setdiff1d(np.arange(len(site_rows)), folds[0])
    expected, found = fit.fit(rest, strength=1.0), fit.fold_differences(1.0)[0]
    np.testing.assert_allclose(fit.log_odds(found, folds[0]), fit.log_odds(expected, folds[0]), atol=0.05)


def test_noise_is_not_learned(champion: Path) -> None:
    """Rulings that contradict what the champion knows by the toss of a coin leave it nearly as it is."""
    texts = {"fine": sentences(FINE, 60, seed=31), "toxic": sentences(TOXIC, 60, seed=32), "hateful": sentences(HATEFUL, 60, seed=33)}
    rows = labelled(texts)
    order = np.random.default_rng(1).permutation(len(rows))
    tossed = replace(rows, abusive=rows.abusive[order], hateful=rows.hateful[order])
    fit = DifferenceFit(champion, RulingRows.of(tossed))
    before, after = (fit.log_odds(each, np.arange(len(rows)))[:, 0] for each in (None, fit.fit(np.arange(len(rows)))))
    assert fit.strength > 0.7
    assert np.corrcoef(before, after)[0, 1] > 0.95


def test_a_champion_in_16_bits_is_left_exact(champion: Path, site_rows: RulingRows, fit: DifferenceFit) -> None:
    """Without a difference the weights mean exactly what they meant, to the last bit of every score."""
    difference = fit.fit(np.arange(0), strength=1.0)
    one, other = fit.classifier(None), fit.classifier(difference)
    texts = [text.encode() for text in site_rows.labelled.text]
    np.testing.assert_array_equal(one.score(texts).scores, other.score(texts).scores)
    assert other.reader.values.dtype == np.int16
    assert read_artefact(champion, normaliser=normaliser_version()).arrays["weights.npy"].dtype == np.int8
