"""What a teacher and the errors of a source make of rows that were not read again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.encoder.session import EncoderReader
from model.moderator import Moderator
from model.profile import Profile
from training.label_noise.source_confusion import SourceConfusion
from training.label_noise.teacher import doubtful_rows, know_labels
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]
TEXTS = ["thank you, that was kind", "you are a pathetic idiot", "see you tomorrow", "what a day"]


@pytest.fixture(scope="module")
def encoder() -> EncoderReader:
    """That of the shipped artefact."""
    combined = Moderator.load(profile=Profile.FULL).combined
    assert combined is not None
    return combined.encoder


@pytest.fixture
def table(rows: MakeRows) -> Labelled:
    """Four rows that are called toxic: two of a source that errs, one of these read again, and two of another source."""
    labelled = rows(["toxic"] * 4, text=TEXTS, source=["crowd", "crowd", "crowd", "own"])
    return replace(labelled, reread=np.array([False, False, True, False]))


def crowd(says_toxic_of: tuple[float, float, float]) -> SourceConfusion:
    """Return the confusion of a source that calls so many comments of each label toxic, and the others fine."""
    matrix = np.zeros((3, 9))
    matrix[:, 7], matrix[:, 4] = says_toxic_of, 1 - np.array(says_toxic_of)
    return SourceConfusion({"crowd": matrix})


def test_doubtful_are_the_rows_of_sources_that_err(table: Labelled) -> None:
    """Rows that were read again, and those of sources of which nothing is known, are taken at their word."""
    assert doubtful_rows(table, crowd((0.5, 0.5, 0.5))).tolist() == [0, 1]


def test_without_a_teacher_the_errors_of_the_source_count(table: Labelled) -> None:
    """Doubtful rows have the likelihoods of their answers, which the model's own probabilities will weigh; the others their label."""
    known = know_labels(table, crowd((0.4, 0.9, 0.5)))
    np.testing.assert_allclose(known.weights, np.array([(0.4, 0.9, 0.5)] * 2 + [(0.0, 1.0, 0.0)] * 2))
    assert not known.is_distribution.any()


def test_a_teacher_is_asked_about_what_is_doubtful(table: Labelled, encoder: EncoderReader) -> None:
    """Of two rows with one answer, the friendly one is fine and the insult is not; a source that never errs is believed all the same."""
    known = know_labels(table, crowd((0.5, 0.5, 0.5)), encoder=encoder)
    assert known.is_distribution.tolist() == [True, True, False, False]
    np.testing.assert_allclose(known.weights[:2].sum(axis=1), 1)
    assert known.weights[0, 0] > 0.5 > known.weights[1, 0]
    trusted = know_labels(table, crowd((0.0, 1.0, 0.0)), encoder=encoder)
    assert trusted.weights[0, 1] > 0.5 > known.weights[0, 1]


def test_what_was_read_once_is_kept(table: Labelled, encoder: EncoderReader, tmp_path: Path) -> None:
    """The second run takes what the first has read, other texts are read anew, and the progress ends at 1."""
    shares: list[float] = []
    first = know_labels(table, crowd((0.5, 0.5, 0.5)), encoder=encoder, cache=tmp_path / "kept", progress=shares.append)
    assert shares[-1] == 1
    shares.clear()
    again = know_labels(table, crowd((0.5, 0.5, 0.5)), encoder=encoder, cache=tmp_path / "kept", progress=shares.append)
    assert not shares
    np.testing.assert_array_equal(first.weights, again.weights)
    know_labels(replace(table, text=TEXTS[::-1]), crowd((0.5, 0.5, 0.5)), encoder=encoder, cache=tmp_path / "kept")
    assert len(list((tmp_path / "kept").iterdir())) == 2
