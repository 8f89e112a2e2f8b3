"""Drafts an artefact before it is written: its description and its arrays, for n-grams alone or with an encoder."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any

import numpy.typing as npt

from model.array_types import FloatArray
from model.artefact.manifest import DataSource, Description
from model.classifier import assign_labels
from model.encoder.combined import CombinedReader
from model.normaliser.version import normaliser_version
from model.policy import Policy
from training.fit.attribute_combination import describe_evidence
from training.fit.combination import describe_encoder, fit_combination
from training.fit.derived_policy import policy_from_dev_rows, policy_sources, policy_thresholds
from training.fit.heads_fit import FittedClassifier, LearnableLabels
from training.fit.train_job import TrainJob
from training.metrics.halves import choosing_rows, measure_reporting, unchosen_rows
from training.metrics.source_metrics import SourceMetrics, largest_sources, measure_sources
from training.tables.labelled import Labelled

__all__ = ["LIBRARIES", "ArtefactDraft", "add_encoder", "draft_artefact"]

LIBRARIES = ("numba", "numpy", "scipy", "tipstaff")
_MOST_SOURCES = 500  # so that the manifest stays small enough to be read


@dataclass(frozen=True)
class ArtefactDraft:
    """An artefact that is not yet written.

    Attributes:
        description: the fields of the manifest that the training decides.
        arrays: file name → array.
    """

    description: Description
    arrays: Mapping[str, npt.NDArray[Any]]


def draft_artefact(
    fitted: FittedClassifier,
    *,
    job: TrainJob,
    data: Sequence[DataSource],
    metrics: Mapping[str, SourceMetrics],
    calibration_error: float | None,
    policy: Policy,
) -> ArtefactDraft:
    """Return the draft of an artefact of n-grams.

    Args:
        fitted: the classifier.
        job: the settings of the training.
        data: the origin of its rows.
        metrics: on the dev rows, by source and as "MEAN".
        calibration_error: of P(abusive) on the dev rows; None where it cannot be measured.
        policy: the default policy.
    """
    classifier, reader = fitted.classifier, fitted.classifier.reader
    settings = asdict(job.fit)
    features = settings.pop("features")
    settings |= {"dev_share": job.dev_share, "source_weights": dict(job.source_weights), "class_weights": dict(job.class_weights)}
    description = Description(
        name=job.name,
        normaliser=normaliser_version(),
        features=features,
        readers=({"kind": "ngrams", "weights": "weights.npy", "scales": "scales.npy", "biases": "biases.npy"},),
        heads=classifier.heads,
        prior=job.prior,
        calibration=dict(classifier.calibration),
        thresholds=classifier.thresholds,
        policies={"default": policy_thresholds(policy)},
        attributes=dict(fitted.evidence),
        data=tuple(data),
        metrics={
            "dev": {name: source_metrics.by_key() for name, source_metrics in largest_sources(metrics, _MOST_SOURCES).items()},
            "calibration_error": calibration_error,
        },
        settings=settings,
        libraries={name: metadata.version(name) for name in LIBRARIES},
    )
    return ArtefactDraft(description, {"weights.npy": reader.values, "scales.npy": reader.scales, "biases.npy": reader.biases})


def add_encoder(
    draft: ArtefactDraft,
    encoder: tuple[CombinedReader, Mapping[str, npt.NDArray[Any]]],
    *,
    fitted: FittedClassifier,
    learnable: LearnableLabels,
    dev: Labelled,
    fast_scores: FloatArray,
    clean_sources: Collection[str] | None,
) -> ArtefactDraft:
    """Return a draft with an encoder beside the n-grams; their combination is fitted here, and the policy derived anew.

    The policy is derived from the scores of the cascade, because a service judges by them.

    Args:
        draft: the draft of the n-grams.
        encoder: as :func:`training.fit.combination.read_encoder` returns it.
        fitted: the classifier of the n-grams.
        learnable: the labels that its rows can teach.
        dev: rows that neither reader has learnt from, n.
        fast_scores: the scores of these rows by the n-grams, shape (n, 3).
        clean_sources: sources whose fine rows are clean conversation; None for all.
    """
    stored_reader, encoder_arrays = encoder
    classifier = fitted.classifier
    together = fit_combination(
        classifier, stored_reader.encoder, dev, hateful_threshold=learnable.hateful_threshold, stored=stored_reader.combination
    )
    combined, scores = together.reader, together.scores
    labels, measured, chosen_by = assign_labels(scores, combined.thresholds), unchosen_rows(dev), choosing_rows(dev)
    metrics = measure_sources(scores[measured], labels[measured], dev.take(measured), clean=clean_sources)["MEAN"]
    of_reread = {
        name: measure_reporting(each, assign_labels(each, combined.thresholds), dev)
        for name, each in (("ngrams", fast_scores), ("cascade", together.cascade), ("both", scores))
    }
    policy = policy_from_dev_rows(
        together.cascade[chosen_by],
        dev.take(chosen_by),
        prior=classifier.prior,
        rule=combined.thresholds,
        clean=policy_sources(dev, clean_sources),
    )
    entry, combination_arrays = describe_encoder(combined)
    changes = {
        "readers": (*draft.description.readers, entry),
        "metrics": draft.description.metrics
        | {"profiles": {"both": metrics.by_key()}, "attributes": describe_evidence(together.evidence)}
        | {"reread": {name: figures.by_key() for name, figures in of_reread.items() if figures}},
        "policies": {"default": policy_thresholds(policy)},
        "thresholds": combined.thresholds,
    }
    return ArtefactDraft(draft.description.model_copy(update=changes), {**draft.arrays, **encoder_arrays, **combination_arrays})
