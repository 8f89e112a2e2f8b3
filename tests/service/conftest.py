"""What tests of several parts of the service share."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.artefact.folder import write_artefact
from model.artefact.manifest import HEADS, Calibration, Description, LabelThresholds, PolicyThresholds
from model.ngrams.feature_settings import FeatureSettings
from model.normaliser.version import normaliser_version
from service.registry.registry import Registry, open_registry
from service.registry.registry_documents import VersionRecord
from service.settings import read_settings
from tests.service.registry.versions import MakeVersion, Publish, gate


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


@pytest.fixture
def make_version(tmp_path: Path) -> MakeVersion:
    """A function that writes a small artefact; each seed gives another content hash."""

    def make(seed: int = 0, *, name: str = "small", bias: float = 0.0, **description: Any) -> Path:
        bits = 10
        fixed: dict[str, Any] = {
            "name": name,
            "normaliser": normaliser_version(),
            "features": asdict(FeatureSettings(bits=bits)),
            "readers": ({"kind": "ngrams", "weights": "weights.npy", "scales": "scales.npy", "biases": "biases.npy"},),
            "heads": HEADS,
            "calibration": {head: Calibration(slope=1.0, intercept=0.0) for head in HEADS},
            "thresholds": LabelThresholds(abusive=0.5, hateful=0.5),
            "policies": {"default": PolicyThresholds(review_abusive=0.5, review_hateful=0.5, reject_abusive=0.9, reject_hateful=0.9)},
        }
        weights = np.random.default_rng(seed).integers(-127, 128, (1 << bits, len(HEADS))).astype(np.int8)
        arrays = {"weights.npy": weights, "scales.npy": np.full(2, 0.05 / 127), "biases.npy": np.full(2, bias)}
        place = tmp_path / "artefacts" / f"{name}-{seed}"
        write_artefact(
            place, description=Description(**(fixed | description)), arrays=arrays, documents={"MODEL_CARD.md": f"# Card of {seed}\n"}
        )
        return place

    return make


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """An empty registry in a data folder of its own."""
    return open_registry(read_settings(data_dir=tmp_path / "data"))


@pytest.fixture
def publish(registry: Registry, make_version: MakeVersion) -> Publish:
    """A function that publishes a small artefact of a seed, which the gate has compared with what is in force and let pass."""

    def publish(seed: int, *, into: Registry | None = None, **record: Any) -> str:
        target = into or registry
        known: dict[str, Any] = {
            "created_at": f"2026-01-01T00:00:{seed:02}+00:00",
            "made_by": "ann@desk",
            "gate": gate(target.in_force().version),
        }
        return target.publish(make_version(seed), VersionRecord(**(known | record)))

    return publish
