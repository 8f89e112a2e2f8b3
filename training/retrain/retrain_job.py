"""The request to retrain a champion, and the candidate that comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from model.artefact.manifest import DataSource, Manifest
from training.retrain.difference import Difference
from training.retrain.difference_fit import DifferenceFit
from training.retrain.ruling_rows import RulingRows

__all__ = ["Candidate", "RetrainJob"]


@dataclass(frozen=True)
class RetrainJob:
    """What a champion is to be retrained on.

    Attributes:
        rows: the rulings, and other labelled rows.
        champion: folder of the artefact to start from.
        out: folder of the candidate.
        name: what the candidate is called; None for the champion's name.
        learned: whether each row has taught the champion or one of those that it comes from; None for none.
        languages: codes of languages that the rows teach, beside those that enough rows are in anyway.
        data: where the rows come from, for the manifest; what the champion learned from stays in it.
        threads: how many threads may share the work; the candidate does not depend on it.
    """

    rows: RulingRows
    champion: Path
    out: Path
    name: str | None = None
    learned: Sequence[bool] | None = None
    languages: Sequence[str] = ()
    data: Sequence[DataSource] = ()
    threads: int | None = None


@dataclass(frozen=True, eq=False)
class Candidate:
    """What a retraining made.

    Attributes:
        manifest: of the artefact that was written.
        out: its folder.
        fit: champion and rows, with what was fitted without each fold.
        difference: what was added to the champion's label heads.
        remarks: what the rows did not suffice for, a line each.
        settings: how the fit was done, ready for JSON.
    """

    manifest: Manifest
    out: Path
    fit: DifferenceFit = field(repr=False)
    difference: Difference = field(repr=False)
    remarks: tuple[str, ...]
    settings: dict[str, float | int | str] = field(default_factory=dict)
