"""What tests of several parts of the service share."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from model.artefact.folder import write_artefact
from model.artefact.manifest import HEADS, Calibration, Description, LabelThresholds, PolicyThresholds
from model.ngrams.feature_settings import FeatureSettings
from model.normaliser.version import normaliser_version


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small artefact with arbitrary weights."""
    place = tmp_path_factory.mktemp("artefact") / "small"
    bits = 12
    description = Description(
        name="small",
        normaliser=normaliser_version(),
        features=asdict(FeatureSettings(bits=bits)),
        readers=({"kind": "ngrams", "weights": "weights.npy", "scales": "scales.npy", "biases": "biases.npy"},),
        heads=HEADS,
        calibration={head: Calibration(slope=1.0, intercept=0.0) for head in HEADS},
        thresholds=LabelThresholds(abusive=0.5, hateful=0.5),
        policies={"default": PolicyThresholds(review_abusive=0.5, review_hateful=0.5, reject_abusive=0.9, reject_hateful=0.9)},
    )
    weights = np.random.default_rng(0).integers(-127, 128, (1 << bits, len(HEADS))).astype(np.int8)
    write_artefact(
        place, description=description, arrays={"weights.npy": weights, "scales.npy": np.full(2, 0.05 / 127), "biases.npy": np.zeros(2)}
    )
    return place
