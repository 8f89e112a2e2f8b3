"""Synthetic training rows: comments of our own as labelled rows, which are added to those of the corpus."""

import hashlib

import numpy as np

from model.artefact.manifest import DataSource
from model.comment import Label
from training.shipped_model.synthetic_comments import make_synthetic_comments
from training.tables.labelled import Labelled, Place

__all__ = ["SYNTHETIC_SOURCE", "describe_synthetic_rows", "load_synthetic_rows"]

SYNTHETIC_SOURCE = "lessons"
"""The source of the synthetic rows. The shipped model was fitted under this name: sources are divided and weighed by their names."""


def load_synthetic_rows() -> Labelled:
    """Return the synthetic comments as train rows, each with the weight 1."""
    comments = make_synthetic_comments()
    return Labelled(
        text=[comment.text for comment in comments],
        abusive=np.array([comment.label is not Label.FINE for comment in comments], np.int8),
        hateful=np.array([comment.label is Label.HATEFUL for comment in comments], np.int8),
        source=[SYNTHETIC_SOURCE] * len(comments),
        split=["train"] * len(comments),
        id=[str(number) for number in range(len(comments))],
        weight=np.ones(len(comments)),
        target=[comment.group for comment in comments],
        attributes={},
        place=[Place(SYNTHETIC_SOURCE, number) for number in range(1, len(comments) + 1)],
    )


def describe_synthetic_rows() -> DataSource:
    """Return the description of the synthetic rows for a manifest."""
    comments = make_synthetic_comments()
    digest = hashlib.sha256("\n".join(f"{comment.label} {comment.text}" for comment in comments).encode()).hexdigest()
    return DataSource(
        source=SYNTHETIC_SOURCE,
        sha256=digest,
        rows=len(comments),
        licence="Apache-2.0",
        origin="written for Tipstaff: training/shipped_model",
    )
