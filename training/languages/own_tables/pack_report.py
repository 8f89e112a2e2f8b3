"""Prints the result of the training of a language pack: for people, or as JSON for programs."""

import json

from model.artefact.public_view import artefact_version
from training.languages.own_tables.train_pack import TrainedPack
from training.terminal import describe_reading, print_remark

__all__ = ["print_trained_pack", "trained_pack_json"]

_MOST_LINES = 20


def print_trained_pack(trained: TrainedPack) -> None:
    """Print what was read and left out to standard error, the figures of the pack to standard output."""
    for line in describe_reading(trained.reading, most=_MOST_LINES, rest="--json lists them all"):
        print_remark(line)
    print_remark(f"{trained.rows:,} rows to learn from, without copies and near duplicates")
    for line in trained.remarks:
        print_remark(line)
    print_remark(f"{artefact_version(trained.manifest)} is written to {trained.out}")
    for name, value in trained.summary.items():
        print(f"{name}: {value}")


def trained_pack_json(trained: TrainedPack) -> str:
    """Return the result as one line of JSON."""
    manifest = trained.manifest
    return json.dumps(
        {
            "model": artefact_version(manifest),
            "language": manifest.languages[0],
            "answers": manifest.answers,
            "metrics": manifest.metrics,
            "rows": {"train": trained.rows},
            "reading": trained.reading.account(),
            "remarks": list(trained.remarks),
        },
        allow_nan=False,
    )
