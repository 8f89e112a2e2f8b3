"""Trains an encoder on labelled tables and writes it beside the n-grams of an artefact."""

from model.artefact.folder import read_artefact
from model.encoder.session import EncoderReader
from model.encoder.wordpiece import WordPiece
from model.normaliser.lexicon import load_lexicon
from model.normaliser.version import normaliser_version
from training.encoder.artefact_with_encoder import TrainedEncoder, mean_auc, measure_encoder, write_with_encoder
from training.encoder.encoder_job import EncoderJob
from training.encoder.network import Network, find_pretrained, read_pretrained
from training.encoder.onnx_export import export_network
from training.encoder.training_loop import compute_log_odds, train_network
from training.encoder.training_rows import encode_rows, normalise_for_encoder
from training.encoder.vocabulary import choose_pieces
from training.tables.duplicates import deduplicate
from training.tables.labelled import Labelled
from training.tables.labelled_tables import read_tables
from training.tables.row_weights import check_source_names, weigh_rows
from training.tables.splits import split_rows
from training.terminal import StepProgress

__all__ = ["train_encoder"]


def train_encoder(job: EncoderJob, report_progress: StepProgress = lambda step, share: None) -> TrainedEncoder:
    """Train an encoder and put it beside the n-grams of an artefact.

    The state of the training is stored beside ``out``, so that the same call resumes after a kill; it is removed at the end.

    Raises:
        TableError: a table cannot be read, too few rows are left, or there are no pretrained weights.
        ArtefactError: the artefact cannot be read or written.
    """
    import torch

    torch.manual_seed(job.settings.seed)
    stored = read_artefact(job.beside, normaliser=normaliser_version())
    pretrained = read_pretrained(job.base or find_pretrained())
    report_progress("reading", 0.0)
    learn, dev = _read_rows(job, report_progress)
    texts, dev_texts = normalise_for_encoder(learn.text), normalise_for_encoder(dev.text)
    pieces = choose_pieces(texts, pretrained.pieces)
    words, tokens = WordPiece(pieces), job.settings.tokens
    rows, dev_rows = encode_rows(learn, texts, words, tokens=tokens), encode_rows(dev, dev_texts, words, tokens=tokens)
    network = Network.from_pretrained(pretrained, pieces, sources=len(rows.has_intercept), layers=job.settings.layers or None)
    state_file = job.out.with_name(job.out.name + ".training")
    state_file.parent.mkdir(parents=True, exist_ok=True)

    def judge(candidate: Network) -> float:
        return mean_auc(measure_encoder(compute_log_odds(candidate, dev_rows, device=job.device), dev))

    train_network(network, rows, judge, settings=job.settings, state_file=state_file, device=job.device, report_progress=report_progress)
    network.to("cpu")
    float_log_odds = compute_log_odds(network, dev_rows)
    encoder = EncoderReader(export_network(network), words, tokens, load_lexicon())
    report_progress("judging", 0.0)
    trained = write_with_encoder(stored, encoder, pieces, dev, job=job, pretrained=pretrained, float_log_odds=float_log_odds)
    state_file.unlink(missing_ok=True)
    return trained


def _read_rows(job: EncoderJob, report_progress: StepProgress) -> tuple[Labelled, Labelled]:
    """Return the rows to learn from and those to judge by, without duplicates."""
    rows = read_tables(job.tables).rows
    check_source_names(job.source_weights, rows.source)
    report_progress("duplicates", 0.0)
    deduplicated = deduplicate(rows if job.extra is None else Labelled.concat([rows, job.extra]))
    split = split_rows(deduplicated.rows, deduplicated.clusters, dev_share=job.dev_share, seed=job.settings.seed)
    learn = weigh_rows(deduplicated.rows.take(split.train), sources=job.source_weights, labels={})
    return learn, deduplicated.rows.take(split.dev)
