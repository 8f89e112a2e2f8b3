"""Trains a model of the kind that ships, on the public corpus or on other labelled tables: ``make train``.

The corpus is not distributed with the code. Without it the same command makes a model of the shipped kind from any folder of
labelled tables; ``docs/shipped-model.md`` says what of the shipped model itself can be made again, and what cannot.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from model.errors import TipstaffError
from model.ngrams.feature_settings import FeatureSettings
from training.authored.authored_rows import describe_authored_rows, load_authored_rows
from training.fit.ngram_weights import FitSettings
from training.fit.train import TrainedArtefact, build_artefact
from training.fit.train_job import TrainJob
from training.progress_bar import progress_bar
from training.shipped_model.corpus import CORPUS_FOLDER
from training.shipped_model.model_card import compose_model_card
from training.shipped_model.synthetic_rows import describe_synthetic_rows, load_synthetic_rows
from training.shipped_model.training_tables import TrainingTables, load_training_tables
from training.tables.labelled import Labelled
from training.training_report import print_trained

__all__ = ["build_shipped", "build_shipped_command"]

_SHIPPED_FOLDER = Path("model/default")
_OWN_FOLDER = Path("build/model")
_TEACHER_CACHE = Path("build/teacher")
_FIT = FitSettings(features=FeatureSettings(bits=20, pairs=0.7), epochs=8, rate=0.5, sharing=0.9)
"""The settings with which the n-grams of the shipped model were fitted."""


def build_shipped(tables: TrainingTables, *, out: Path, encoder: Path | None = None) -> TrainedArtefact:
    """Train an artefact as the shipped one was trained, and write it with its model card.

    Args:
        tables: the rows to learn from; comments of our own, synthetic and authored, are added to them.
        out: folder of the artefact.
        encoder: folder of an artefact whose encoder joins the n-grams; None for n-grams alone.

    Raises:
        TableError: the rows are too few, or teach nothing.
        ArtefactError: the encoder cannot be read, or the artefact cannot be written.
    """
    job = TrainJob(tables=(), out=out, name="default" if tables.from_corpus else "custom", fit=_FIT, encoder=encoder)
    with progress_bar() as report_progress:
        trained = build_artefact(
            Labelled.concat([tables.rows, load_synthetic_rows(), load_authored_rows()]),
            job=job,
            data=[*tables.data, describe_synthetic_rows(), describe_authored_rows()],
            report_progress=report_progress,
            clean_sources=tables.clean_sources,
            confusion=tables.confusion,
            teacher_cache=_TEACHER_CACHE,
            documents=lambda description: {"MODEL_CARD.md": compose_model_card(description, from_corpus=tables.from_corpus)},
        )
    return replace(trained, reading=tables.reading)


def build_shipped_command(arguments: Sequence[str] | None = None) -> int:
    """Train a model of the kind that ships, and return the exit code."""
    options = _parse(arguments)
    out = options.out or (_SHIPPED_FOLDER if options.corpus == CORPUS_FOLDER else _OWN_FOLDER)
    try:
        tables = load_training_tables(options.corpus, reread=not options.source_labels)
        for remark in tables.remarks:
            print(f"tipstaff: {remark}", file=sys.stderr)
        trained = build_shipped(tables, out=out, encoder=options.encoder)
    except TipstaffError as error:
        print(f"tipstaff: {error}", file=sys.stderr)
        return 1
    print_trained(trained)
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m training.shipped_model.build_shipped",
        description="Train a model of the kind that ships, on the public corpus or on any folder of labelled tables: CSV, JSONL or Parquet "
        "with a column text and a column label (fine, toxic or hateful), or columns abusive and hateful (yes or no) in its place.",
    )
    parser.add_argument(
        "--corpus", metavar="FOLDER", type=Path, default=CORPUS_FOLDER, help="folder of the labelled tables (default: %(default)s)"
    )
    parser.add_argument(
        "-o",
        "--out",
        metavar="FOLDER",
        type=Path,
        help=f"folder of the artefact to write (default: {_SHIPPED_FOLDER} from {CORPUS_FOLDER}, {_OWN_FOLDER} from another folder)",
    )
    encoders = parser.add_mutually_exclusive_group()
    encoders.add_argument(
        "--encoder",
        metavar="FOLDER",
        type=Path,
        default=_SHIPPED_FOLDER,
        help="folder of an artefact whose encoder joins the n-grams as it is (default: %(default)s)",
    )
    encoders.add_argument("--no-encoder", dest="encoder", action="store_const", const=None, help="train n-grams alone")
    parser.add_argument(
        "--source-labels",
        action="store_true",
        help="learn from the labels of the corpus' sources alone, without those that were read again",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(build_shipped_command())
