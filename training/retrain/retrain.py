"""Retrains a champion on rulings: fits what is to be added, refits what depends on it, and writes the candidate."""

from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from model.array_types import AnyArray
from model.artefact.folder import StoredArtefact
from model.artefact.manifest import DataSource, Description
from model.errors import TableError
from model.threads import available_cores
from training.fit.artefact_draft import LIBRARIES
from training.languages.read_model import ENCODER_ARRAYS, is_pack, read_model, write_model
from training.output_places import check_output_folder
from training.retrain.difference import apply_difference
from training.retrain.difference_fit import DifferenceFit
from training.retrain.refits.attribute_refit import refit_attributes
from training.retrain.refits.pack_evidence import answers_after, measure_on_rulings
from training.retrain.refits.refit_artefact import RefittedArtefact, refit
from training.retrain.retrain_job import Candidate, RetrainJob
from training.retrain.row_languages import taught_languages
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
    stored = read_model(job.champion)
    _check_rows(job.rows)
    report("reading", 0.0)
    fit = DifferenceFit(stored, job.rows, learned=job.learned, threads=job.threads)
    report("fitting", 0.0)
    difference = fit.fit(np.arange(len(fit)))
    report("judging", 0.0)
    classifier = refit_attributes(fit, apply_difference(fit.champion, difference))
    fitted = refit(fit, classifier, threads=job.threads or available_cores())
    report("writing", 0.0)
    description, arrays = _draft(fit, fitted, job)
    manifest = write_model(job.out, description, arrays, _read_notice(job.champion), like=job.champion)
    settings = {"strength": difference.strength if np.isfinite(difference.strength) else "infinite", "rows": len(fit)}
    remarks = fitted.remarks
    if difference.is_none:
        remarks = ("nothing in the rulings makes the champion better: the candidate judges as it does", *remarks)
    return Candidate(manifest, job.out, fit, difference, remarks, settings)


def _draft(fit: DifferenceFit, fitted: RefittedArtefact, job: RetrainJob) -> tuple[Description, dict[str, AnyArray]]:
    """Return the description and the arrays of the candidate."""
    old, reader = fit.stored.manifest, fitted.classifier.reader
    names = old.readers[0]
    weights = {str(names["weights"]): reader.values, str(names["scales"]): reader.scales, str(names["biases"]): reader.biases}
    readers = old.readers
    arrays = dict(fit.stored.arrays) | weights
    if fitted.encoder is not None:
        # The encoder itself stays under the names that it has, so that both artefacts share it in memory.
        entry = dict(old.readers[1]) | dict(fitted.encoder) | {name: old.readers[1][name] for name in ENCODER_ARRAYS}
        readers = (names, entry)
        arrays |= fitted.arrays
    named = {value for entry in readers for value in entry.values() if isinstance(value, str) and value.endswith(".npy")}
    answered = (fit.rows.labelled.abusive >= 0) | (fit.rows.labelled.hateful >= 0)
    taught = [*old.languages, *job.languages, *taught_languages(fit.languages, answered)]
    changes: dict[str, Any] = {
        "name": job.name or old.name,
        "readers": readers,
        "calibration": dict(fitted.classifier.calibration),
        "thresholds": fitted.thresholds,
        "policies": dict(fitted.policies),
        "languages": tuple(dict.fromkeys(taught)),
        "data": _merge_data(fit.stored, job.data),
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
    }
    if is_pack(old):
        figures = measure_on_rulings(fit)
        metrics = {"dev": figures, "measured_on": "rulings, each judged by a fit without it"}
        changes |= {"languages": old.languages, "answers": answers_after(old, figures), "metrics": metrics}
    fields = {name: getattr(old, name) for name in Description.model_fields}
    return Description(**fields).model_copy(update=changes), {name: array for name, array in arrays.items() if name in named}


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
