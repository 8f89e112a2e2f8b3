"""Synthetic training rows: the comments of our own as labelled rows, with the hash that the shipped model names."""

import pytest

from model.artefact.folder import read_artefact, shipped_folder
from model.normaliser.version import normaliser_version
from training.shipped_model.synthetic_rows import SYNTHETIC_SOURCE, describe_synthetic_rows, load_synthetic_rows


def test_rows_teach_and_never_judge() -> None:
    """All of them are train rows of one source, answer both questions, and have ids of their own."""
    rows = load_synthetic_rows()
    assert set(rows.split) == {"train"}
    assert set(rows.source) == {SYNTHETIC_SOURCE}
    assert (rows.label >= 0).all()
    assert len(set(rows.id)) == len(set(rows.text)) == len(rows)
    assert describe_synthetic_rows().rows == len(rows)


@pytest.mark.nightly
def test_they_are_those_that_the_shipped_model_learned_from() -> None:
    """The hash of texts and labels is the one in the manifest of the model that ships."""
    manifest = read_artefact(shipped_folder(), normaliser=normaliser_version()).manifest
    (shipped,) = (source for source in manifest.data if source.source == SYNTHETIC_SOURCE)
    assert (describe_synthetic_rows().sha256, describe_synthetic_rows().rows) == (shipped.sha256, shipped.rows)
