"""The shared encoder beside the n-grams of packs: one rule, a cascade, and figures of rows that chose nothing."""

from pathlib import Path

import numpy as np
import pytest

from model.artefact.folder import read_artefact
from model.classifier import assign_labels
from model.encoder.session import EncoderReader
from model.errors import ArtefactError
from model.moderator import Moderator
from model.normaliser.version import normaliser_version
from model.profile import DEFAULT_RISK, Profile
from tests.training.languages.test_pooled_combination import PRIOR, readings
from training.languages.pack_encoder import CombinedPack, SharedEncoder, combine_packs


@pytest.fixture(scope="module")
def packs() -> dict[str, CombinedPack]:
    """Combine an encoder with the n-grams of a language with many rows, of one with few, and of one with none that may choose."""
    every = {"de": readings(600, seed=1), "fr": readings(40, seed=2), "cs": readings(50, seed=3, weight=0.0)}
    return combine_packs(every, encoder(), PRIOR)


def encoder() -> EncoderReader:
    """Return a reader that is only carried along: the log-odds are given."""
    combined = Moderator(read_artefact(Path("model/default"), normaliser=normaliser_version()), profile=Profile.FULL).combined
    assert combined is not None
    return combined.encoder


def test_few_fine_comments_are_called_otherwise(packs: dict[str, CombinedPack]) -> None:
    """The label rule keeps its bound on rows that had no say in the combination, and most abuse is found."""
    rows = readings(600, seed=1).rows
    labels = assign_labels(packs["de"].full, packs["de"].reader.thresholds)
    assert (labels[rows.abusive == 0] != 0).mean() <= 0.08
    assert (labels[rows.abusive == 1] != 0).mean() > 0.5


def test_one_rule_for_all_profiles(packs: dict[str, CombinedPack]) -> None:
    """What is called fine is what the policy approves, whichever reader judges."""
    for pack in packs.values():
        assert pack.classifier.thresholds == pack.reader.thresholds
        assert pack.policy.review_abusive == pack.policy.review_hateful == pack.reader.thresholds.abusive
        assert pack.policy.reject_abusive >= pack.policy.review_abusive


def test_few_rows_follow_all_languages(packs: dict[str, CombinedPack]) -> None:
    """A language with no rows to choose by has the rule of all languages; one with few is nearer to it than its rows alone are."""
    thresholds = {tag: pack.reader.thresholds for tag, pack in packs.items()}
    assert thresholds["cs"].hateful == thresholds["de"].hateful == thresholds["fr"].hateful
    assert thresholds["cs"].abusive > 0


def test_the_cascade_reads_from_its_threshold_on(packs: dict[str, CombinedPack]) -> None:
    """The scores of the cascade are those of both readers where the n-grams give enough, else those to be expected of both."""
    reading = readings(600, seed=1)
    pack = packs["de"]
    is_read = 1 - reading.fast_scores[:, 0] >= pack.reader.encoder_threshold(DEFAULT_RISK)
    np.testing.assert_array_equal(pack.cascade[is_read], pack.full[is_read])
    assert (np.diff(pack.reader.curve[:, :2], axis=0) >= 0).all()


def test_files_of_an_encoder_that_are_missing(tmp_path: Path) -> None:
    """A folder without the files of an encoder is refused by name."""
    with pytest.raises(ArtefactError, match=r"network\.npy"):
        SharedEncoder.read(tmp_path)
