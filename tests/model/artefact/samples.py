"""A small artefact to write, damage and forge."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.array_types import AnyArray
from model.artefact.folder import StoredArtefact, read_artefact
from model.artefact.manifest import (
    HEADS,
    AttributeEvidence,
    Calibration,
    DataSource,
    Description,
    LabelThresholds,
    PolicyThresholds,
    Prior,
)
from model.errors import ArtefactError

NORMALISER = "7"
CONTENT_FIELDS = (
    *("protocol", "normaliser", "labels", "features", "readers", "heads"),
    *("prior", "calibration", "thresholds", "policies", "arrays"),
)


def build_description(**changes: Any) -> Description:
    """Return a full description, with other values for some fields."""
    fields: dict[str, Any] = {
        "name": "forum",
        "normaliser": NORMALISER,
        "features": {"bits": 12, "damping": 0.1, "pairs": True, "weighting": "sublinear"},
        "readers": ({"kind": "ngrams", "weights": "weights.npy", "scale": "scale.npy"},),
        "heads": (*HEADS, "attribute.insult"),
        "prior": Prior(abusive=0.1, hateful=0.2),
        "calibration": {head: Calibration(slope=1.1, intercept=-0.3) for head in (*HEADS, "attribute.insult")},
        "thresholds": LabelThresholds(abusive=0.5, hateful=0.4),
        "policies": {"default": PolicyThresholds(review_abusive=0.5, review_hateful=0.3, reject_abusive=0.9, reject_hateful=0.7)},
        "attributes": {"insult": AttributeEvidence(source="hearth", positives=120, negatives=400, auc=0.93, auc_low=0.9)},
        "data": (DataSource(source="/home/me/a.csv", sha256="ab" * 32, rows=12, licence="CC-BY-4.0", origin="https://example.org/a"),),
        "metrics": {"macro_f1": 0.1 + 0.2, "by_source": {"hearth": [1, 2.5, None]}},
        "settings": {"seed": 7, "table": "/home/me/a.csv"},
        "libraries": {"numpy": "2.0.0"},
    }
    return Description(**(fields | changes))


def build_arrays(seed: int = 0) -> dict[str, AnyArray]:
    """Return arrays as a small classifier has them."""
    random = np.random.default_rng(seed)
    return {
        "weights.npy": random.integers(-128, 128, (40, 3)).astype(np.int8),
        "scale.npy": random.random(3).astype(np.float32),
    }


def read_sample(folder: Path) -> StoredArtefact:
    """Read an artefact with the right normaliser."""
    return read_artefact(folder, normaliser=NORMALISER)


def refusal(folder: Path, *, normaliser: str = NORMALISER) -> str:
    """Return the one line in which an artefact is refused."""
    with pytest.raises(ArtefactError) as refused:
        read_artefact(folder, normaliser=normaliser)
    line = str(refused.value)
    assert line.startswith(f"{folder}: ")
    assert line.isprintable()
    return line


def forge(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest and make its hashes fit again, as somebody who knows the format could."""
    path = folder / "manifest.json"
    document = json.loads(path.read_bytes())
    change(document)

    def digest(part: object) -> str:
        return hashlib.sha256((json.dumps(part, indent=1, sort_keys=True) + "\n").encode()).hexdigest()

    document["content_hash"] = digest({key: document.get(key) for key in CONTENT_FIELDS})
    document["seal"] = digest({key: value for key, value in document.items() if key != "seal"})
    path.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")


def forge_array(folder: Path, name: str, data: bytes) -> None:
    """Put other bytes in the place of an array file and make all hashes fit again."""
    (folder / name).write_bytes(data)
    forge(folder, lambda document: document["arrays"][name].update(sha256=hashlib.sha256(data).hexdigest()))
