"""What a training shows while it runs and when it is done."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from model.artefact.folder import artefact_version
from training.evaluation.metric_names import SHORT_TITLES
from training.evaluation.source_metrics import SourceMetrics, largest_sources
from training.fit.train import TrainedArtefact
from training.progress import ReportProgress
from training.public_keys import key_of
from training.tables.labelled_tables import TablesRead

__all__ = ["print_trained", "progress_bar", "trained_json"]

_SHOWN = 20
_SHOWN_SOURCES = 40


@contextmanager
def progress_bar() -> Iterator[ReportProgress]:
    """Show a bar for each step on standard error where that is a terminal, a line for each elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:12}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, share: float) -> None:
            if step not in tasks:
                for task in tasks.values():
                    progress.update(task, total=1.0, completed=1.0)
                tasks[step] = progress.add_task(step, total=None)
                if not console.is_terminal:
                    _say(step)
            if share:
                progress.update(tasks[step], total=1.0, completed=share)

        yield tell
        for task in tasks.values():
            progress.update(task, total=1.0, completed=1.0)


def _say(line: str) -> None:
    print(f"tipstaff: {_printable(line)}", file=sys.stderr)


def _printable(words: str) -> str:
    """Return words that a table may hold, such as the name of a source, so that they cannot command a terminal."""
    return "".join(char if char.isprintable() else " " for char in words)


def print_trained(made: TrainedArtefact) -> None:
    """Print what was read and left out to standard error, the figures on the dev rows as a table to standard output."""
    for line in _story(made):
        _say(line)
    keys = [key_of(field) for field in fields(SourceMetrics)]
    table = Table("source", title=f"dev rows, {artefact_version(made.manifest)}")
    for key in keys:
        table.add_column(SHORT_TITLES.get(key, key), justify="right")
    shown = largest_sources(made.figures, _SHOWN_SOURCES)
    for source, row in shown.items():
        values = row.by_key().values()
        table.add_row(_printable(source), *("" if v is None else f"{v:,}" if isinstance(v, int) else f"{v:.3f}" for v in values))
    console = Console(width=None if sys.stdout.isatty() else 140, markup=False, highlight=False)
    console.print(table)
    if more := len(made.figures) - len(shown):
        print(f"and {more:,} smaller sources; --json lists them all")
    for name, evidence in made.manifest.attributes.items():
        print(f"attribute {name}: AUC {evidence.auc:.3f} (at least {evidence.auc_low:.3f}) on {_printable(evidence.source)}")
    if made.calibration_error is not None:
        print(f"calibration error of P(abusive) at a prior of {made.manifest.prior.abusive:.0%}: {made.calibration_error:.3f}")


def _story(made: TrainedArtefact) -> Iterator[str]:
    if made.reading:
        yield from _read(made.reading)
    cleaned, split = made.cleaned, made.split
    yield f"{cleaned.copies:,} copies merged, {cleaned.near:,} near duplicates and {cleaned.undecided:,} undecided rows left out"
    if made.reading:
        yield from _first([str(contradiction) for contradiction in cleaned.contradictions], "contradictions")
    yield f"{len(split.train):,} rows to learn from, {len(split.dev):,} to judge by, {len(split.dropped):,} dropped as too near to these"
    yield from made.remarks
    yield f"{artefact_version(made.manifest)} is written to {made.out}"


def _read(reading: TablesRead) -> Iterator[str]:
    yield from _first([str(problem) for problem in reading.problems], "problems")
    yield f"{reading.read:,} rows read: {reading.used:,} used, {reading.skipped:,} answer no question, {reading.bad:,} bad"


def _first(lines: list[str], what: str) -> Iterator[str]:
    yield from lines[:_SHOWN]
    if len(lines) > _SHOWN:
        yield f"and {len(lines) - _SHOWN:,} {what} more; --json lists them all"


def trained_json(made: TrainedArtefact) -> str:
    """Return what came of a training as one line of JSON."""
    reading, cleaned, split = made.reading, made.cleaned, made.split
    return json.dumps(
        {
            "model": artefact_version(made.manifest),
            "dev": {source: row.by_key() for source, row in made.figures.items()},
            "calibration_error": made.calibration_error,
            "attributes": {name: evidence.model_dump() for name, evidence in made.manifest.attributes.items()},
            "rows": {"train": len(split.train), "dev": len(split.dev), "dropped": len(split.dropped)},
            "duplicates": {"copies": cleaned.copies, "near": cleaned.near, "undecided": cleaned.undecided},
            "reading": reading
            and {
                "read": reading.read,
                "used": reading.used,
                "skipped": reading.skipped,
                "bad": reading.bad,
                "problems": [str(problem) for problem in reading.problems],
            },
            "contradictions": [str(contradiction) for contradiction in cleaned.contradictions],
            "remarks": list(made.remarks),
        },
        allow_nan=False,
    )
