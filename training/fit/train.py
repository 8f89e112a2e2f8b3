"""Trains an artefact from labelled tables: reads, deduplicates and splits them, fits and calibrates a classifier, and writes it."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from model.artefact.folder import read_artefact, write_artefact
from model.artefact.manifest import DataSource, Description, Manifest
from model.artefact.open_artefact import MANIFEST
from model.comment import Comment
from model.encoder.combined import CombinedReader
from model.errors import ArtefactError, TableError
from model.normaliser.version import normaliser_version
from model.text.pipeline import prepare
from training.fit.artefact_draft import add_encoder, draft_artefact
from training.fit.attribute_fit import AttributeHeads, inherit_attributes
from training.fit.combination import read_encoder
from training.fit.derived_policy import policy_from_dev_rows, policy_sources
from training.fit.heads_fit import LearnableLabels, fit_heads
from training.fit.train_job import TrainJob
from training.label_noise.source_confusion import SourceConfusion
from training.label_noise.teacher import know_labels
from training.metrics.halves import choosing_rows, reporting_rows, unchosen_rows
from training.metrics.source_metrics import SourceMetrics, calibration_error, measure_sources
from training.output_places import check_output_folder
from training.tables.describe_files import describe_files
from training.tables.duplicates import DeduplicatedRows, deduplicate
from training.tables.labelled import Labelled
from training.tables.labelled_tables import TableReading, read_tables
from training.tables.row_weights import check_source_names, weigh_rows
from training.tables.splits import Split, split_rows
from training.terminal import StepProgress

__all__ = ["TrainedArtefact", "build_artefact", "train_artefact"]

_FEW_DEV_ROWS = 100
_NOTICE = "NOTICE"


@dataclass(frozen=True)
class TrainedArtefact:
    """The result of a training.

    Attributes:
        manifest: of the artefact that was written.
        out: where it was written.
        figures: on the dev rows, by source and as "MEAN".
        calibration_error: of P(abusive) on the dev rows, weighted to the prior; None without clean and abusive dev rows.
        remarks: what the rows did not suffice for, a line each.
        split: the numbers of the train and dev rows, and of those left out.
        deduplicated: the rows without duplicates, and the numbers of duplicates.
        reading: the rows and problems of the tables; None if rows were handed over.
    """

    manifest: Manifest
    out: Path
    figures: Mapping[str, SourceMetrics]
    calibration_error: float | None
    remarks: tuple[str, ...]
    split: Split
    deduplicated: DeduplicatedRows
    reading: TableReading | None = None


def train_artefact(job: TrainJob, progress: StepProgress | None = None) -> TrainedArtefact:
    """Train an artefact from labelled tables.

    Raises:
        TableError: a table cannot be read, too few rows are left, they teach nothing, or ``strict`` and a row is bad.
        ArtefactError: the artefact cannot be written.
    """
    report_progress = progress or (lambda step, share: None)
    _check_out(job.out)
    report_progress("reading", 0.0)
    reading = read_tables(job.tables, columns=job.columns, labels=job.labels, strict=job.strict)
    trained = build_artefact(reading.rows, job=job, data=describe_files(reading.rows), report_progress=report_progress)
    return replace(trained, reading=reading)


def _check_out(folder: Path) -> None:
    """Refuse, before the long work, a folder that the artefact cannot be written to."""
    place = Path(os.path.realpath(folder))
    if place.is_dir() and any(place.iterdir()) and not (place / MANIFEST).is_file():
        raise ArtefactError(f"{folder}: holds something other than an artefact: choose another folder")
    check_output_folder(folder)


def build_artefact(
    rows: Labelled,
    *,
    job: TrainJob,
    data: Sequence[DataSource],
    report_progress: StepProgress,
    clean_sources: Collection[str] | None = None,
    documents: Callable[[Description], Mapping[str, str]] | None = None,
    confusion: SourceConfusion | None = None,
    teacher_cache: Path | None = None,
) -> TrainedArtefact:
    """Train an artefact on labelled rows and write it.

    Args:
        rows: train and dev rows.
        job: the settings and the folder; its tables are not read here.
        data: the origin of the rows, for the manifest.
        report_progress: called at the beginning of each step, and while the weights are fitted.
        clean_sources: sources whose fine rows are clean conversation, from which the policy is derived; None for all.
        confusion: how sources err, by which those of their rows are corrected that were not read again; if the job has an encoder, it
            teaches the n-grams these rows.
        teacher_cache: folder where what the encoder says of the rows is kept for the next run; None to keep nothing.
        documents: returns further texts for the folder, such as a model card, by file name.

    Raises:
        TableError: too few rows are left, they teach nothing, or a weight is for a source that is not there.
        ArtefactError: the encoder cannot be read, or the artefact cannot be written.
    """
    check_source_names(job.source_weights, rows.source)
    encoder = read_encoder(job.encoder) if job.encoder is not None else None
    report_progress("duplicates", 0.0)
    deduplicated = deduplicate(rows)
    with _add_contradictions_to_errors(deduplicated):
        split = split_rows(deduplicated.rows, deduplicated.clusters, dev_share=job.dev_share, seed=job.fit.seed)
        learn = weigh_rows(deduplicated.rows.take(split.train), sources=job.source_weights, labels=job.class_weights)
        dev = deduplicated.rows.take(split.dev)
        known = None
        if confusion is not None and confusion.by_source:
            teacher = encoder[0].encoder if encoder else None
            report_reading = partial(report_progress, "teaching")
            known = know_labels(learn, confusion, encoder=teacher, cache=teacher_cache, progress=report_reading)
        report_fit = partial(report_progress, "fitting")
        inherited = _inherit_attributes(job, encoder[0]) if encoder else None
        fitted = fit_heads(learn, dev, settings=job.fit, prior=job.prior, known=known, inherited=inherited, progress=report_fit)
    report_progress("judging", 0.0)
    classifier = fitted.classifier
    scores = classifier.score(prepare([Comment("", text) for text in dev.text])).scores
    measured, labels = unchosen_rows(dev), classifier.labels(scores)
    metrics = measure_sources(scores[measured], labels[measured], dev.take(measured), clean=clean_sources)
    reporting = reporting_rows(dev)
    error = calibration_error(1 - scores[reporting, 0], dev.take(reporting), prior=job.prior.abusive)
    chosen_by = choosing_rows(dev)
    policy = policy_from_dev_rows(
        scores[chosen_by],
        dev.take(chosen_by),
        prior=job.prior,
        rule=classifier.thresholds,
        clean=policy_sources(dev, clean_sources),
    )
    draft = draft_artefact(fitted, job=job, data=data, metrics=metrics, calibration_error=error, policy=policy)
    if encoder is not None:
        learnable = LearnableLabels.from_rows(learn)
        draft = add_encoder(draft, encoder, fitted=fitted, learnable=learnable, dev=dev, fast_scores=scores, clean_sources=clean_sources)
    texts = _read_notice(job.encoder) | dict(documents(draft.description) if documents else {})
    report_progress("writing", 0.0)
    manifest = write_artefact(job.out, description=draft.description, arrays=draft.arrays, documents=texts)
    remarks = (
        *fitted.remarks,
        *([f"only {len(dev)} dev rows: figures, probabilities and thresholds are rough"] if len(dev) < _FEW_DEV_ROWS else []),
    )
    return TrainedArtefact(manifest, job.out, metrics, error, remarks, split, deduplicated)


def _inherit_attributes(job: TrainJob, combined: CombinedReader) -> AttributeHeads | None:
    if job.encoder is None:
        return None
    stored = read_artefact(job.encoder, normaliser=normaliser_version())
    return inherit_attributes(stored, job.fit.features, encoder_heads=combined.encoder.heads)


@contextmanager
def _add_contradictions_to_errors(deduplicated: DeduplicatedRows) -> Iterator[None]:
    """Add to an error about the rows that copies of a text contradict each other, if some do."""
    try:
        yield
    except TableError as error:
        if not deduplicated.contradictions:
            raise
        count, first = len(deduplicated.contradictions), deduplicated.contradictions[0].places[0]
        raise TableError(
            f"{error}; {count} times copies of a text contradict each other, first those of {first.file} line {first.line}"
        ) from error


def _read_notice(folder: Path | None) -> dict[str, str]:
    """Return file name → text of the notice of the artefact whose encoder is used; empty if there is none."""
    if folder is None or not (folder / _NOTICE).is_file():
        return {}
    return {_NOTICE: (folder / _NOTICE).read_text("utf-8")}
