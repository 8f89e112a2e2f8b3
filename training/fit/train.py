"""From labelled tables to a published artefact: read, clean, split, fit, calibrate, choose thresholds, judge, write."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy.typing as npt

from model.array_types import FloatArray
from model.artefact.folder import MANIFEST, write_artefact
from model.artefact.manifest import DataSource, Description, Manifest, Prior
from model.classifier import Classifier, assign_labels
from model.comment import Comment
from model.encoder.combined import CombinedReader
from model.errors import ArtefactError, TableError
from model.normaliser.version import normaliser_version
from model.policy import Policy
from model.text.pipeline import prepare
from training.evaluation.source_metrics import SourceMetrics, calibration_error, largest_sources, measure_sources
from training.fit.combination import cascade_scores, describe_encoder, fit_combination, read_encoder
from training.fit.derived_policy import policy_from_dev_rows, policy_thresholds
from training.fit.heads_fit import FittedClassifier, LearnableLabels, fit_heads
from training.fit.ngram_weights import FitSettings
from training.progress import ReportProgress
from training.tables.describe_files import describe_files
from training.tables.duplicates import DeduplicatedRows, deduplicate
from training.tables.labelled import Labelled
from training.tables.labelled_tables import TablesRead, read_tables
from training.tables.row_weights import check_source_names, weigh_rows
from training.tables.splits import DEV_SHARE, Split, split_rows

__all__ = ["TrainJob", "TrainedArtefact", "build_artefact", "train_artefact"]

_LIBRARIES = ("numba", "numpy", "scipy", "tipstaff")
_FEW_DEV_ROWS = 100
_MOST_SOURCES = 500  # so that the manifest stays small enough to be read


@dataclass(frozen=True, slots=True)
class TrainJob:
    """What to train on, and how.

    Attributes:
        tables: files and folders of labelled tables.
        out: folder of the artefact.
        name: what the artefact is called.
        columns: field → column, where the tables name them otherwise.
        labels: the tables' label → fine, toxic or hateful.
        source_weights: source → how much each of its rows counts in training; 1 where it is not named.
        class_weights: fine, toxic or hateful → how much each of its rows counts in training; 1 where it is not named.
        dev_share: share of the rows without a split that is held back to calibrate and judge.
        strict: whether the first bad row ends the run.
        prior: how common abuse is where the artefact will judge.
        fit: how the weights are fitted, the seed included.
        encoder: folder of an artefact whose encoder joins the new n-grams, as it is; None for n-grams alone.
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


@dataclass(frozen=True)
class TrainedArtefact:
    """What came of a training.

    Attributes:
        manifest: of the artefact that was written.
        out: where it was written.
        figures: on the dev rows, by source and as "MEAN".
        calibration_error: of P(abusive) on the dev rows, weighted to the prior; None without clean and abusive dev rows.
        remarks: what the rows could not teach or show, a line each.
        split: which rows taught, judged, and were left out.
        cleaned: what became of duplicates.
        reading: what came of reading the tables; None where rows were handed over.
    """

    manifest: Manifest
    out: Path
    figures: Mapping[str, SourceMetrics]
    calibration_error: float | None
    remarks: tuple[str, ...]
    split: Split
    cleaned: DeduplicatedRows
    reading: TablesRead | None = None


def train_artefact(job: TrainJob, progress: ReportProgress | None = None) -> TrainedArtefact:
    """Train an artefact from labelled tables.

    Raises:
        TableError: a table cannot be read, too few rows are left, they teach nothing, or ``strict`` and a row is bad.
        ArtefactError: the artefact cannot be written.
    """
    report_progress = progress or (lambda step, share: None)
    _check_out(job.out)
    report_progress("reading", 0.0)
    reading = read_tables(job.tables, columns=job.columns, labels=job.labels, strict=job.strict)
    made = build_artefact(reading.rows, job=job, data=describe_files(reading.rows), report_progress=report_progress)
    return replace(made, reading=reading)


def _check_out(folder: Path) -> None:
    """Refuse, before the long work, a folder that the artefact cannot be written to."""
    place = Path(os.path.realpath(folder))
    if place.is_dir():
        if any(place.iterdir()) and not (place / MANIFEST).is_file():
            raise ArtefactError(f"{folder}: holds something other than an artefact: choose another folder")
    elif place.exists():
        raise ArtefactError(f"{folder}: is a file: give a folder")
    above = next(parent for parent in place.parents if parent.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise ArtefactError(f"{folder}: {above} is {'not writable' if above.is_dir() else 'a file'}: choose another folder")


def build_artefact(
    rows: Labelled,
    *,
    job: TrainJob,
    data: Sequence[DataSource],
    report_progress: ReportProgress,
    clean_sources: Collection[str] | None = None,
    documents: Callable[[Description], Mapping[str, str]] | None = None,
) -> TrainedArtefact:
    """Make an artefact of labelled rows and write it.

    Args:
        rows: what to learn from and to judge by.
        job: how; its tables are not read here.
        data: where the rows are from, for the manifest.
        report_progress: is told how far the work is.
        clean_sources: sources whose fine rows are clean conversation, from which the policy is derived; None for all.
        documents: makes further texts for the folder, such as a model card.

    Raises:
        TableError: too few rows are left, they teach nothing, or a weight is for a source that is not there.
        ArtefactError: the artefact cannot be written.
    """
    check_source_names(job.source_weights, rows.source)
    encoder = read_encoder(job.encoder) if job.encoder is not None else None
    report_progress("duplicates", 0.0)
    cleaned = deduplicate(rows)
    with _contradictions_told(cleaned):
        split = split_rows(cleaned.rows, cleaned.clusters, dev_share=job.dev_share, seed=job.fit.seed)
        learn = weigh_rows(cleaned.rows.take(split.train), sources=job.source_weights, labels=job.class_weights)
        dev = cleaned.rows.take(split.dev)
        fitted = fit_heads(learn, dev, settings=job.fit, prior=job.prior, progress=lambda share: report_progress("fitting", share))
    report_progress("judging", 0.0)
    classifier = fitted.classifier
    scores = classifier.score(prepare([Comment("", text) for text in dev.text])).scores
    figures = measure_sources(scores, classifier.labels(scores), dev, clean=clean_sources)
    error = calibration_error(1 - scores[:, 0], dev, prior=job.prior.abusive)
    policy = policy_from_dev_rows(scores, dev, prior=job.prior, clean=clean_sources)
    description = _described(fitted, policy, job, data=data, figures=figures, error=error)
    arrays, texts = _arrays(classifier), dict[str, str]()
    if encoder is not None:
        description = _joined(description, encoder, fitted, learn, dev, fast=scores, arrays=arrays, clean=clean_sources)
    notice = job.encoder / "NOTICE" if job.encoder is not None else None
    if notice is not None and notice.is_file():
        texts["NOTICE"] = notice.read_text("utf-8")
    texts |= documents(description) if documents else {}
    report_progress("writing", 0.0)
    manifest = write_artefact(job.out, description=description, arrays=arrays, documents=texts)
    few = (f"only {len(dev)} dev rows: figures, probabilities and thresholds are rough",) if len(dev) < _FEW_DEV_ROWS else ()
    return TrainedArtefact(manifest, job.out, figures, error, (*fitted.remarks, *few), split, cleaned)


@contextmanager
def _contradictions_told(cleaned: DeduplicatedRows) -> Iterator[None]:
    """Add to an error about rows that are missing how many went because they contradict each other."""
    try:
        yield
    except TableError as error:
        if not cleaned.contradictions:
            raise
        first = cleaned.contradictions[0].places[0]
        told = f"{len(cleaned.contradictions)} times copies of a text contradict each other, first those of {first.file} line {first.line}"
        raise TableError(f"{error}; {told}") from error


def _arrays(classifier: Classifier) -> dict[str, npt.NDArray[Any]]:
    reader = classifier.reader
    return {"weights.npy": reader.values, "scales.npy": reader.scales, "biases.npy": reader.biases}


def _joined(
    description: Description,
    encoder: tuple[CombinedReader, Mapping[str, npt.NDArray[Any]]],
    fitted: FittedClassifier,
    learn: Labelled,
    dev: Labelled,
    *,
    fast: FloatArray,
    arrays: dict[str, npt.NDArray[Any]],
    clean: Collection[str] | None,
) -> Description:
    """Put the encoder of an artefact beside the n-grams: how the two are put together is fitted, and what follows from their scores.

    The policy keeps its promise for the cascade, which is what a service judges by.
    """
    old, own = encoder
    second, scores = fit_combination(fitted.classifier, old.encoder, dev, share=LearnableLabels.from_rows(learn).hateful_threshold)
    both = measure_sources(scores, assign_labels(scores, second.thresholds), dev, clean=clean)["MEAN"]
    metrics = description.metrics | {"profiles": {"both": both.by_key()}}
    policy = policy_from_dev_rows(cascade_scores(fast, scores, second), dev, prior=fitted.classifier.prior, clean=clean)
    entry, more = describe_encoder(second)
    arrays |= {**own, **more}
    return description.model_copy(
        update={"readers": (*description.readers, entry), "metrics": metrics, "policies": {"default": policy_thresholds(policy)}}
    )


def _described(
    fitted: FittedClassifier,
    policy: Policy,
    job: TrainJob,
    *,
    data: Sequence[DataSource],
    figures: Mapping[str, SourceMetrics],
    error: float | None,
) -> Description:
    how = asdict(job.fit)
    features = how.pop("features")
    how |= {"dev_share": job.dev_share, "source_weights": dict(job.source_weights), "class_weights": dict(job.class_weights)}
    classifier = fitted.classifier
    return Description(
        name=job.name,
        normaliser=normaliser_version(),
        features=features,
        readers=({"kind": "ngrams", "weights": "weights.npy", "scales": "scales.npy", "biases": "biases.npy"},),
        heads=classifier.heads,
        prior=job.prior,
        calibration=dict(classifier.calibration),
        thresholds=classifier.thresholds,
        policies={"default": policy_thresholds(policy)},
        attributes=fitted.evidence,
        data=tuple(data),
        metrics={"dev": {name: row.by_key() for name, row in largest_sources(figures, _MOST_SOURCES).items()}, "calibration_error": error},
        settings=how,
        libraries={name: metadata.version(name) for name in _LIBRARIES},
    )
