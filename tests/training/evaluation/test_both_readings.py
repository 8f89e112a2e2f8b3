"""Rows that both readers have read: every cascade can be measured from them, and what it costs."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model.artefact.folder import StoredArtefact, read_artefact
from model.moderator import Moderator
from model.normaliser.version import normaliser_version
from model.profile import Profile
from training.evaluation.both_readings import BothReadings, read_with_both, sample_rows
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]
CURVE = np.array([[0.0, 0.0, 1.0], [0.05, 0.004, 0.5], [0.3, 0.01, 0.2], [1.0, 0.06, 0.0]])
TEXTS = [*(f"thank you for the {thing}" for thing in ("bus", "song", "cake")), "shut up you idiot", "you are a stupid moron", " "]


@pytest.fixture(scope="module")
def stored(write_both: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> StoredArtefact:
    """The shipped n-grams with a tiny encoder beside them."""
    folder = write_both(tmp_path_factory.mktemp("artefacts") / "both", **{"curve.npy": CURVE})
    return read_artefact(folder, normaliser=normaliser_version())


@pytest.fixture(scope="module")
def readings(stored: StoredArtefact, rows: MakeRows) -> BothReadings:
    """Six rows of one source, the last of which holds no text."""
    full = Moderator(stored, profile=Profile.FULL)
    assert full.combined is not None
    table = rows(["fine", "fine", "fine", "toxic", "toxic", "fine"], text=TEXTS)
    fast, cascade = (Moderator(stored, profile=profile, risk=1.0) for profile in (Profile.FAST, Profile.CASCADE))
    return read_with_both(fast, cascade, full, full.combined, table, clean=["forum"], seed=0)


def test_a_comment_without_text_is_fine_and_is_never_passed_on(readings: BothReadings) -> None:
    """Neither reader has a say about it, whatever the threshold."""
    assert readings.has_text.tolist() == [True] * 5 + [False]
    assert readings.ngram_scores[-1].tolist() == readings.combined_scores[-1].tolist() == [1.0, 0.0, 0.0]
    assert readings.measure_cascade(0.0).encoder_share == pytest.approx(5 / 6)


def test_the_profile_fast_passes_nothing_on(readings: BothReadings) -> None:
    """Without a threshold the n-grams decide alone, of clean conversation too."""
    fast = readings.measure_cascade(None)
    assert (fast.threshold, fast.encoder_share, fast.clean_encoder_share) == (None, 0.0, 0.0)


def test_a_lower_threshold_passes_more_on(readings: BothReadings) -> None:
    """The encoder reads the comments from the threshold on, itself included."""
    scores = np.sort(readings.first_pass[:5])
    shares = [readings.measure_cascade(float(score)).encoder_share for score in scores]
    assert shares == pytest.approx([5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6])


def test_what_is_passed_on_costs(readings: BothReadings) -> None:
    """The n-grams cost the same in every profile; the encoder costs more the more it reads."""
    threshold = float(np.median(readings.first_pass[:5]))
    fast, some, full = (readings.measure_cascade(at).seconds for at in (None, threshold, 0.0))
    assert 0 < fast == readings.ngram_seconds < some < full == pytest.approx(fast + readings.encoder_seconds.mean())


def test_figures_have_their_public_keys(readings: BothReadings) -> None:
    """The means over sources are among the others, under the keys that they were first published under."""
    assert set(readings.measure_cascade(0.3).figures()) == {
        *("rows", "auc_hateful", "auc_abusive", "caught_abusive", "caught_hateful", "macro_f1"),
        *("threshold", "calibration_error", "passed", "passed_clean", "seconds"),
    }


@pytest.mark.parametrize(("count", "most", "size"), [(0, 5, 0), (5, 5, 5), (100, 5, 5)])
def test_a_sample_of_rows(count: int, most: int, size: int) -> None:
    """Its numbers ascend, occur once, and depend on the seed alone."""
    sample = sample_rows(count, most, 0)
    assert sample.tolist() == sorted(set(sample.tolist()))
    assert sample.size == size
    assert all(0 <= number < count for number in sample.tolist())
    assert sample.tolist() == sample_rows(count, most, 0).tolist()
