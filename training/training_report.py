"""Prints the result of a training: for people, or as JSON for programs."""

import json
import sys
from collections.abc import Iterator
from dataclasses import fields

from rich.console import Console
from rich.table import Table

from model.artefact.public_view import artefact_version
from training.fit.train import TrainedArtefact
from training.metrics.metric_names import SHORT_TITLES
from training.metrics.source_metrics import SourceMetrics, largest_sources
from training.public_keys import key_of
from training.terminal import describe_reading, print_remark, replace_unprintable

__all__ = ["print_trained", "trained_json"]

_MOST_LINES = 20
_MOST_SOURCES = 40
_PLAIN_WIDTH = 140  # characters of the table where standard output is not a terminal


def print_trained(trained: TrainedArtefact) -> None:
    """Print what was read and left out to standard error, the figures on the dev rows as a table to standard output."""
    for line in _summarise(trained):
        print_remark(line)
    keys = [key_of(field) for field in fields(SourceMetrics)]
    table = Table("source", title=f"dev rows, {artefact_version(trained.manifest)}")
    for key in keys:
        table.add_column(SHORT_TITLES.get(key, key), justify="right")
    largest = largest_sources(trained.figures, _MOST_SOURCES)
    for source, metrics in largest.items():
        values = metrics.by_key().values()
        table.add_row(replace_unprintable(source), *(_format_value(value) for value in values))
    console = Console(width=None if sys.stdout.isatty() else _PLAIN_WIDTH, markup=False, highlight=False)
    console.print(table)
    if more := len(trained.figures) - len(largest):
        print(f"and {more:,} smaller sources; --json lists them all")
    for name, evidence in trained.manifest.attributes.items():
        on = "" if evidence.source is None else f" on {replace_unprintable(evidence.source)}"
        print(f"attribute {name}: AUC {evidence.auc:.3f} (at least {evidence.auc_low:.3f}){on}")
    if trained.calibration_error is not None:
        print(f"calibration error of P(abusive) at a prior of {trained.manifest.prior.abusive:.0%}: {trained.calibration_error:.3f}")


def _format_value(value: float | None) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def _summarise(trained: TrainedArtefact) -> Iterator[str]:
    """Yield the lines that say what was read, what was left out, and where the artefact is."""
    deduplicated, split = trained.deduplicated, trained.split
    if trained.reading:
        yield from describe_reading(trained.reading, most=_MOST_LINES, rest="--json lists them all")
    near, undecided = f"{deduplicated.near:,} near duplicates", f"{deduplicated.undecided:,} undecided rows"
    yield f"{deduplicated.copies:,} copies merged, {near} and {undecided} left out"
    if trained.reading:
        yield from _limit([str(contradiction) for contradiction in deduplicated.contradictions], "contradictions")
    yield f"{len(split.train):,} rows to learn from, {len(split.dev):,} to judge by, {len(split.dropped):,} dropped as too near to these"
    yield from trained.remarks
    yield f"{artefact_version(trained.manifest)} is written to {trained.out}"


def _limit(lines: list[str], noun: str) -> Iterator[str]:
    """Yield the first of many lines, and how many more there are."""
    yield from lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        yield f"and {len(lines) - _MOST_LINES:,} {noun} more; --json lists them all"


def trained_json(trained: TrainedArtefact) -> str:
    """Return the result of a training as one line of JSON."""
    tables, deduplicated, split = trained.reading, trained.deduplicated, trained.split
    return json.dumps(
        {
            "model": artefact_version(trained.manifest),
            "dev": {source: metrics.by_key() for source, metrics in trained.figures.items()},
            "calibration_error": trained.calibration_error,
            "attributes": {name: evidence.model_dump() for name, evidence in trained.manifest.attributes.items()},
            "rows": {"train": len(split.train), "dev": len(split.dev), "dropped": len(split.dropped)},
            "duplicates": {"copies": deduplicated.copies, "near": deduplicated.near, "undecided": deduplicated.undecided},
            "reading": tables and tables.account(),
            "contradictions": [str(contradiction) for contradiction in deduplicated.contradictions],
            "remarks": list(trained.remarks),
        },
        allow_nan=False,
    )
