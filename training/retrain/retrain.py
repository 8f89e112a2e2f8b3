"""Retrains a champion on rulings: fits what is to be added, refits what depends on it, and writes the candidate."""

from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

import numpy as np

from model.artefact.folder import StoredArtefact, read_artefact, write_artefact
from model.artefact.manifest import DataSource, Description
from model.errors import TableError
from model.normaliser.version import normaliser_version
from training.fit.artefact_draft import LIBRARIES
from training.output_places import check_output_folder
from training.retrain.difference_fit import DifferenceFit
from training.retrain.retrain_job import Candidate, RetrainJob
from training.retrain.ruling_rows import RulingRows
from training.tables.source_rows import has_both_answers
from training.terminal import StepProgress

__all__ = ["retrain"]

_FEWEST_ROWS = 20
_MOST_SOURCES = 500  # of the manifest, so that it stays small enough to be read
_NOTICE = "NOTICE"


def retrain(job: RetrainJob, progress: StepProgress | None = None) -> Candidate:
    """Make a candidate from a champion and rulings, and write it.

    The same champion and rows make the same ``content_hash``, in whatever order the rows come and however many threads work.

    Args:
        job: what to retrain on.
        progress: called with the name of each step, and the share of it that is done.

    Raises:
        TableError: the rows are too few, or all answer the same.
        ArtefactError: the champion cannot be read, has another normaliser, or the candidate cannot be written.
    """
    report = progress or (lambda step, share: None)
    check_output_folder(job.out)
    stored = read_artefact(job.champion, normaliser=normaliser_version())
    _check_rows(job.rows)
    report("reading", 0.0)
    fit = DifferenceFit(stored, job.rows, learned=job.learned, threads=job.threads)
    report("fitting", 0.0)
    difference = fit.fit(np.arange(len(fit)))
    classifier = fit.classifier(difference)
    report("writing", 0.0)
    reader = classifier.reader
    names = stored.manifest.readers[0]
    arrays = dict(stored.arrays) | {
        str(names["weights"]): reader.values,
        str(names["scales"]): reader.scales,
        str(names["biases"]): reader.biases,
    }
    fields = {name: getattr(stored.manifest, name) for name in Description.model_fields}
    description = Description(**fields).model_copy(
        update={
            "name": job.name or stored.manifest.name,
            "calibration": dict(classifier.calibration),
            "data": _merge_data(stored, job.data),
            "libraries": {name: metadata.version(name) for name in LIBRARIES},
        }
    )
    manifest = write_artefact(job.out, description=description, arrays=arrays, documents=_read_notice(job.champion))
    return Candidate(manifest, job.out, difference, (), {"strength": difference.strength})


def _check_rows(rows: RulingRows) -> None:
    labelled = rows.labelled
    if len(rows) < _FEWEST_ROWS:
        raise TableError(f"only {len(rows)} rulings: give at least {_FEWEST_ROWS}")
    if has_both_answers(labelled.abusive) or has_both_answers(labelled.hateful):
        return
    raise TableError("all rulings say the same: nothing can be learned from one answer alone; give rows of at least two labels")


def _merge_data(stored: StoredArtefact, added: Sequence[DataSource]) -> tuple[DataSource, ...]:
    merged = {source.sha256: source for source in (*stored.manifest.data, *added)}
    return tuple(merged.values())[-_MOST_SOURCES:]


def _read_notice(folder: Path) -> Mapping[str, str]:
    return {_NOTICE: (folder / _NOTICE).read_text("utf-8")} if (folder / _NOTICE).is_file() else {}
