"""How the encoder is combined with the new n-grams: near the champion's ways, and toward what the rulings say."""

from dataclasses import replace

import numpy as np
import pytest

from model.artefact.folder import read_artefact, shipped_folder
from model.encoder.combined import CombinedReader
from model.moderator import Moderator, build_classifier
from model.normaliser.version import normaliser_version
from model.profile import Profile
from tests.training.conftest import make_rows
from training.retrain.refits.encoder_refit import EncoderRows, refit_alone, refit_combination, refit_curve

STORED = read_artefact(shipped_folder(), normaliser=normaliser_version())
KINDS = ["fine"] * 200 + ["toxic"] * 100 + ["hateful"] * 100
TRUTH = np.array([[-2.0, -2.0]] * 200 + [[-2.0, 2.0]] * 100 + [[2.0, 0.0]] * 100)


@pytest.fixture(scope="module")
def combined() -> CombinedReader:
    """The shipped encoder, as it is combined."""
    found = Moderator(STORED, profile=Profile.FULL).combined
    assert found is not None
    return found


def read(*, ngrams: float, encoder: float, count: int = 400) -> EncoderRows:
    """Return what two readers say who know so much of the truth."""
    random = np.random.default_rng(1)
    chosen = np.linspace(0, 399, count).astype(np.intp)
    noise = [random.normal(size=TRUTH.shape) for _ in range(3)]
    of_rows = [(share * TRUTH + own)[chosen] for share, own in zip((0.5, ngrams, encoder), noise, strict=True)]
    return EncoderRows(make_rows(KINDS).take(chosen), np.ones(count), *of_rows)


def test_the_better_reader_gains_weight(combined: CombinedReader) -> None:
    """A reader that knows the site better counts more, one that knows nothing of it less, and neither beyond bounds."""
    old = combined.combination
    good, poor = (refit_combination(combined, read(ngrams=share, encoder=1 - share)).combination for share in (1.0, 0.0))
    assert (good[0, :2] / old[0, :2] > poor[0, :2] / old[0, :2]).all()
    assert (good[1, :2] / old[1, :2] < poor[1, :2] / old[1, :2]).all()
    for found in (good, poor):
        assert (np.abs(np.log(found[:2, :2] / old[:2, :2])) < 0.36).all()
        np.testing.assert_array_equal(found[:, 2:], old[:, 2:])


def test_few_rows_change_little(combined: CombinedReader) -> None:
    """A dozen rulings leave the combination nearly as it is."""
    found = refit_combination(combined, read(ngrams=1.0, encoder=0.0, count=12)).combination
    np.testing.assert_allclose(found[:2, :2], combined.combination[:2, :2], rtol=0.25)


def test_what_is_unread_follows(combined: CombinedReader) -> None:
    """The map of what the encoder has not read moves with the combination, as far as the rows are believed, and not at all without it."""
    rows = read(ngrams=1.0, encoder=0.0)
    new = refit_combination(combined, rows)
    moved, still = (refit_alone(combined, new, rows, believed=believed) for believed in (0.5, 0.0))
    assert moved is not None
    assert combined.alone is not None
    np.testing.assert_array_equal(still, combined.alone)
    assert (moved[:, :2] != combined.alone[:, :2]).all()
    assert (moved[0] >= 0).all()


def test_the_curve_stays_a_curve(combined: CombinedReader) -> None:
    """Thresholds stay, risks ascend, and all is within 0 and 1."""
    classifier = build_classifier(STORED)
    other = replace(combined, combination=combined.combination * np.array([[2.0], [0.5], [1.0]]))
    curve = refit_curve((combined, classifier), (other, classifier), read(ngrams=0.5, encoder=1.0))
    np.testing.assert_array_equal(curve[:, 0], combined.curve[:, 0])
    assert (np.diff(curve[:, 1]) >= 0).all()
    assert ((curve >= 0) & (curve <= 1)).all()
    assert not np.array_equal(curve[:, 1], combined.curve[:, 1])


def test_the_curve_stays_where_nothing_changed(combined: CombinedReader) -> None:
    """What the cascade loses on a few rows is noise: a candidate that judges as the champion does keeps its curve."""
    rows, champion = read(ngrams=0.5, encoder=1.0, count=60), (combined, build_classifier(STORED))
    same = replace(rows, after=rows.before)
    np.testing.assert_array_equal(refit_curve(champion, champion, same), combined.curve)
