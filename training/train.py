"""From labelled tables to a published artefact: read, clean, split, fit, calibrate, choose thresholds, judge, write."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib import metadata
from pathlib import Path

import numpy as np
import numpy.typing as npt

from model import artefact
from model.artefact import Stored
from model.classifier import Classifier, NgramReader
from model.comment import Comment
from model.errors import TableError
from model.lexicon import load_lexicon
from model.manifest import (
    ATTRIBUTE_PREFIX,
    HEADS,
    AttributeEvidence,
    Calibration,
    DataSource,
    Description,
    LabelThresholds,
    Manifest,
    PolicyThresholds,
    Prior,
)
from model.policy import Policy, derive
from model.text import normaliser_version, prepare
from training.calibrate import calibrate, calibrate_attribute, choose_thresholds
from training.duplicates import Deduplicated, deduplicate
from training.evaluate import Figures, auc, auc_low, calibration_error, evaluate
from training.fit import FitSettings, fit, quantise
from training.labelled import Labelled
from training.splits import Split, split_rows
from training.tables import Reading, read_tables

__all__ = ["Progress", "TrainJob", "Trained", "attribute_evidence", "build", "train"]

Floats = npt.NDArray[np.float64]
Progress = Callable[[str, float], None]
"""Is told the step at work and the share of it that is done."""

LEAST_ANSWERS = 100
LEAST_AUC = 0.85
_LIBRARIES = ("numba", "numpy", "scikit-learn", "scipy", "tipstaff")
_CLEAN_LEAST = 20


@dataclass(frozen=True, slots=True)
class TrainJob:
    """What to train on, and how.

    Attributes:
        tables: files and folders of labelled tables.
        out: folder of the artefact.
        name: what the artefact is called.
        columns: field → column, where the tables name them otherwise.
        labels: the tables' label → fine, toxic or hateful.
        dev_share: share of the rows without a split that is held back to calibrate and judge.
        strict: whether the first bad row ends the run.
        prior: how common abuse is where the artefact will judge.
        fit: how the weights are fitted, the seed included.
    """

    tables: Sequence[Path]
    out: Path
    name: str = "custom"
    columns: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    dev_share: float = 0.1
    strict: bool = False
    prior: Prior = field(default_factory=Prior)
    fit: FitSettings = field(default_factory=FitSettings)


@dataclass(frozen=True)
class Trained:
    """What came of a training.

    Attributes:
        manifest: of the artefact that was written.
        figures: on the dev rows, by source and as "MEAN".
        calibration_error: of P(abusive) on the dev rows, weighted to the prior; None without clean and abusive dev rows.
        split: which rows taught, judged, and were left out.
        cleaned: what became of duplicates.
        reading: what came of reading the tables; None where rows were handed over.
    """

    manifest: Manifest
    figures: Mapping[str, Figures]
    calibration_error: float | None
    split: Split
    cleaned: Deduplicated
    reading: Reading | None = None


def train(job: TrainJob, progress: Progress | None = None) -> Trained:
    """Train an artefact from labelled tables.

    Raises:
        TableError: a table cannot be read, too few rows are left, or ``strict`` and a row is bad.
        ArtefactError: the artefact cannot be written.
    """
    tell = progress or (lambda step, share: None)
    tell("reading", 0.0)
    reading = read_tables(job.tables, columns=job.columns, labels=job.labels, strict=job.strict)
    made = build(reading.rows, job=job, data=_data(reading.rows), tell=tell)
    return replace(made, reading=reading)


def _data(rows: Labelled) -> tuple[DataSource, ...]:
    """Describe the files that the rows were read from."""
    files = sorted({place.file for place in rows.place})
    counts = {file: sum(place.file == file for place in rows.place) for file in files}
    return tuple(
        DataSource(source=Path(file).name, sha256=_sha256(Path(file)), rows=counts[file], licence="not stated", origin="given to tipstaff train")
        for file in files
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def build(
    rows: Labelled,
    *,
    job: TrainJob,
    data: Sequence[DataSource],
    tell: Progress,
    clean: Collection[str] | None = None,
    documents: Callable[[Description], Mapping[str, str]] | None = None,
) -> Trained:
    """Make an artefact of labelled rows and write it.

    Args:
        rows: what to learn from and to judge by.
        job: how; its tables are not read here.
        data: where the rows are from, for the manifest.
        tell: is told how far the work is.
        clean: sources whose fine rows are clean conversation, from which the policy is derived; None for all.
        documents: makes further texts for the folder, such as a model card.

    Raises:
        TableError: too few rows.
        ArtefactError: the artefact cannot be written.
    """
    tell("duplicates", 0.0)
    cleaned = deduplicate(rows)
    split = split_rows(cleaned.rows, cleaned.clusters, dev_share=job.dev_share, seed=job.fit.seed)
    learn, dev = cleaned.rows.take(split.train), cleaned.rows.take(split.dev)
    _check_answers(learn)
    classifier, evidence = _fit(learn, dev, job, tell)
    tell("judging", 0.0)
    classifier = _calibrated(classifier, dev, job.prior)
    told = classifier.score(prepare([Comment("", text) for text in dev.text]))
    figures = evaluate(told.scores, classifier.labels(told.scores), dev, clean=clean)
    error = calibration_error(1 - told.scores[:, 0], dev, prior=job.prior.abusive)
    policy = _policy(told.scores, dev, clean)
    description = _described(classifier, policy, job, data=data, evidence=evidence, figures=figures, error=error)
    manifest = artefact.write(job.out, description=description, arrays=_arrays(classifier), documents=documents and documents(description))
    return Trained(manifest, figures, error, split, cleaned)


def _check_answers(rows: Labelled) -> None:
    for question, answers in (("abusive", rows.abusive), ("hateful", rows.hateful)):
        if (answers == 0).sum() and (answers == 1).sum():
            return
        if question == "hateful":
            raise TableError("no question is answered both ways: give rows that are fine as well as rows that are toxic or hateful")


def _fit(learn: Labelled, dev: Labelled, job: TrainJob, tell: Progress) -> tuple[Classifier, dict[str, AttributeEvidence]]:
    """Fit all heads whose quality can be shown, and keep those attributes whose quality is."""
    possible = tuple(name for name in sorted(learn.attributes) if _judges(dev, name))
    fitted = fit(learn, settings=job.fit, attributes=possible, progress=lambda share: tell("fitting", share))
    small = quantise(fitted.values)
    reader = NgramReader(job.fit.features, load_lexicon(), small.values, small.scales, fitted.biases)
    heads = (*HEADS, *(ATTRIBUTE_PREFIX + name for name in possible))
    plain = Calibration(slope=1.0, intercept=0.0)
    whole = Classifier(heads, (reader,), dict.fromkeys(heads, plain), LabelThresholds(abusive=0.5, hateful=0.5), job.prior)
    if not possible:
        return whole, {}
    log_odds = whole.read(prepare([Comment("", text) for text in dev.text])).log_odds
    evidence = {name: attribute_evidence(dev, name, log_odds[:, 2 + column]) for column, name in enumerate(possible)}
    kept = [name for name in possible if evidence[name].auc_low >= LEAST_AUC]
    columns = [0, 1, *(2 + possible.index(name) for name in kept)]
    reader = replace(reader, values=small.values[:, columns], scales=small.scales[columns], biases=fitted.biases[columns])
    calibration = {head: plain for head in HEADS}
    for name in kept:
        calibration[ATTRIBUTE_PREFIX + name] = calibrate_attribute(log_odds[:, 2 + possible.index(name)], dev.attributes[name])
    classifier = replace(whole, heads=tuple(calibration), readers=(reader,), calibration=calibration)
    return classifier, {name: evidence[name] for name in kept}


def _judges(dev: Labelled, name: str) -> list[str]:
    """Return the sources whose dev rows can show the quality of an attribute."""
    if name not in dev.attributes:
        return []
    sources, answers = np.array(dev.source), dev.attributes[name]
    counts = {source: np.bincount(answers[(sources == source) & (answers >= 0)], minlength=2).min() for source in set(dev.source)}
    return sorted(source for source, least in counts.items() if least >= LEAST_ANSWERS)


def attribute_evidence(dev: Labelled, name: str, log_odds: Floats) -> AttributeEvidence:
    """Return how well an attribute head does on the source that shows it best, of those with enough answers."""
    found = []
    for source in _judges(dev, name):
        of = (np.array(dev.source) == source) & (dev.attributes[name] >= 0)
        yes, no = int((dev.attributes[name][of] == 1).sum()), int((dev.attributes[name][of] == 0).sum())
        area = auc(dev.attributes[name][of], log_odds[of]) or 0.0
        low = max(0.0, auc_low(area, positives=yes, negatives=no))
        found.append(AttributeEvidence(source=source, positives=yes, negatives=no, auc=area, auc_low=low))
    return max(found, key=lambda evidence: evidence.auc_low)


def _calibrated(classifier: Classifier, dev: Labelled, prior: Prior) -> Classifier:
    texts = prepare([Comment("", text) for text in dev.text])
    hateful, given = calibrate(classifier.read(texts).log_odds[:, :2], dev, prior)
    classifier = replace(classifier, calibration={**classifier.calibration, HEADS[0]: hateful, HEADS[1]: given})
    return replace(classifier, thresholds=choose_thresholds(classifier.score(texts).scores, dev))


def _policy(scores: Floats, dev: Labelled, clean: Collection[str] | None) -> Policy:
    """Derive the default policy from clean conversation; without enough of it, from the label thresholds' plain meaning."""
    calm = (dev.abusive == 0) & (np.isin(dev.source, list(clean)) if clean is not None else True)
    if calm.sum() < _CLEAN_LEAST:
        return Policy("default", review_abusive=0.5, review_hateful=0.5, reject_abusive=0.9, reject_hateful=0.9)
    return derive(1 - scores[calm, 0], scores[calm, 2])


def _arrays(classifier: Classifier) -> dict[str, npt.NDArray[np.int8] | Floats]:
    (reader,) = classifier.readers
    return {"weights.npy": reader.values, "scales.npy": reader.scales, "biases.npy": reader.biases}


def _described(
    classifier: Classifier,
    policy: Policy,
    job: TrainJob,
    *,
    data: Sequence[DataSource],
    evidence: Mapping[str, AttributeEvidence],
    figures: Mapping[str, Figures],
    error: float | None,
) -> Description:
    how = asdict(job.fit)
    features = how.pop("features")
    thresholds = {key: value for key, value in asdict(policy).items() if key != "name"}
    return Description(
        name=job.name,
        normaliser=normaliser_version(),
        features=features,
        readers=({"kind": "ngrams", "weights": "weights.npy", "scales": "scales.npy", "biases": "biases.npy"},),
        heads=classifier.heads,
        prior=job.prior,
        calibration=dict(classifier.calibration),
        thresholds=classifier.thresholds,
        policies={"default": PolicyThresholds(**thresholds)},
        attributes=dict(evidence),
        data=tuple(data),
        metrics={"dev": {name: asdict(row) for name, row in figures.items()}, "calibration_error": error},
        settings=how | {"dev_share": job.dev_share},
        libraries={name: metadata.version(name) for name in _LIBRARIES},
    )
