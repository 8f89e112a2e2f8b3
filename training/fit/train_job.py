"""The request to train an artefact: which tables, into which folder, and with which settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from model.artefact.manifest import Prior
from training.fit.ngram_weights import FitSettings
from training.tables.splits import DEV_SHARE

__all__ = ["TrainJob"]


@dataclass(frozen=True, slots=True)
class TrainJob:
    """What to train an artefact on, and how.

    Attributes:
        tables: files and folders of labelled tables.
        out: folder of the artefact.
        name: what the artefact is called.
        columns: field → column, where the tables have other names for them.
        labels: the tables' label → fine, toxic or hateful.
        source_weights: source → weight of each of its rows in training; 1 if it is not named.
        class_weights: fine, toxic or hateful → weight of each of its rows in training; 1 if it is not named.
        dev_share: share of the rows without a split that is held back to calibrate and to judge by.
        strict: whether the first bad row ends the run.
        prior: how common abuse is where the artefact will judge.
        fit: how the weights are fitted, the seed included.
        encoder: folder of an artefact whose encoder joins the new n-grams as it is; None for n-grams alone.
    """

    tables: Sequence[Path]
    out: Path
    name: str = "custom"
    columns: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    source_weights: Mapping[str, float] = field(default_factory=dict)
    class_weights: Mapping[str, float] = field(default_factory=dict)
    dev_share: float = DEV_SHARE
    strict: bool = False
    prior: Prior = field(default_factory=Prior)
    fit: FitSettings = field(default_factory=FitSettings)
    encoder: Path | None = None
