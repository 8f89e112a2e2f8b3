"""What a training shows while it runs and when it is done."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from model.artefact import version
from training.evaluate import Figures
from training.train import Progress as Tell
from training.train import Trained

__all__ = ["print_trained", "progress_bar", "trained_json"]

_SHOWN_PROBLEMS = 20


@contextmanager
def progress_bar() -> Iterator[Tell]:
    """Show a bar for each step on standard error, where that is a terminal; plain lines elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:12}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        tasks: dict[str, int] = {}

        def tell(step: str, share: float) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=1.0)
                if not console.is_terminal:
                    print(f"tipstaff: {step}", file=sys.stderr)
            progress.update(tasks[step], completed=share)  # type: ignore[arg-type]

        yield tell


def print_trained(made: Trained) -> None:
    """Print what was read and left out to standard error, the figures on the dev rows as a table to standard output."""
    for line in _story(made):
        print(f"tipstaff: {line}", file=sys.stderr)
    names = [field.name for field in fields(Figures)]
    table = Table("source", *(name.replace("_", " ") for name in names), title=f"dev rows, {version(made.manifest)}")
    for source, row in made.figures.items():
        values = [getattr(row, name) for name in names]
        table.add_row(source, *("" if v is None else f"{v:,}" if isinstance(v, int) else f"{v:.3f}" for v in values))
    Console(width=None if sys.stdout.isatty() else 140).print(table)
    for name, evidence in made.manifest.attributes.items():
        print(f"attribute {name}: AUC {evidence.auc:.3f} (at least {evidence.auc_low:.3f}) on {evidence.source}")
    if made.calibration_error is not None:
        print(f"calibration error of P(abusive) at a prior of {made.manifest.prior.abusive:.0%}: {made.calibration_error:.3f}")


def _story(made: Trained) -> Iterator[str]:
    if made.reading:
        read = made.reading
        for problem in read.problems[:_SHOWN_PROBLEMS]:
            yield str(problem)
        if len(read.problems) > _SHOWN_PROBLEMS:
            yield f"and {len(read.problems) - _SHOWN_PROBLEMS} problems more"
        yield f"{read.read:,} rows read: {read.used:,} used, {read.skipped:,} answer no question, {read.bad:,} bad"
    cleaned, split = made.cleaned, made.split
    yield f"{cleaned.copies:,} copies merged, {cleaned.near:,} near duplicates and {cleaned.undecided:,} undecided rows left out"
    for contradiction in cleaned.contradictions[: 0 if made.reading is None else _SHOWN_PROBLEMS]:
        yield str(contradiction)
    yield f"{len(split.train):,} rows to learn from, {len(split.dev):,} to judge by, {len(split.dropped):,} dropped as too near to these"


def trained_json(made: Trained) -> str:
    """Return what came of a training as JSON."""
    reading = made.reading
    return json.dumps(
        {
            "model": version(made.manifest),
            "dev": {source: asdict(row) for source, row in made.figures.items()},
            "calibration_error": made.calibration_error,
            "attributes": {name: evidence.model_dump() for name, evidence in made.manifest.attributes.items()},
            "rows": {"train": len(made.split.train), "dev": len(made.split.dev), "dropped": len(made.split.dropped)},
            "reading": reading
            and {
                "read": reading.read,
                "used": reading.used,
                "skipped": reading.skipped,
                "bad": reading.bad,
                "problems": [str(problem) for problem in reading.problems],
            },
            "contradictions": [str(contradiction) for contradiction in made.cleaned.contradictions],
        }
    )
