"""Tells what a comparison came to: JSON for programs, a page for people, tables for the terminal, a list of changed labels."""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

from model.artefact.atomic import replace_folder, sync_to_disk
from model.errors import ArtefactError
from training.comparison.paired import COMPARED_METRICS, MEAN, POOLED, Comparison, Difference, McNemar
from training.tables.labelled_tables import TablesRead

__all__ = [
    "COMPARISON_FILES",
    "changed_lines",
    "comparison_html",
    "comparison_json",
    "print_comparison",
    "write_changed_texts",
    "write_comparison",
]

COMPARISON_FILES = ("changed.jsonl", "compare.html", "compare.json")
"""What the folder of a comparison holds."""
_PROTOCOL = 1
_SHOWN_SOURCES = 40
_SHOWN_PROBLEMS = 20


def comparison_json(comparison: Comparison, reading: TablesRead, *, indent: int | None = None) -> str:
    """Return a comparison as JSON, all but the single comments; of those it tells how many changed from which label to which."""
    document: dict[str, Any] = {"protocol": _PROTOCOL, **asdict(comparison)}
    document["changes"] = [dict(zip(("first", "second", "outcome", "comments"), one, strict=True)) for one in _transitions(comparison)]
    document["reading"] = {
        **{"read": reading.read, "used": reading.used, "skipped": reading.skipped, "bad": reading.bad},
        "problems": [str(problem) for problem in reading.problems],
    }
    return json.dumps(document, allow_nan=False, ensure_ascii=False, indent=indent)


def changed_lines(comparison: Comparison, texts: Sequence[str] | None = None) -> Iterator[str]:
    """Yield a line of JSON for each comment whose label changed.

    Args:
        comparison: what to tell.
        texts: of the rows compared, to be told too; None to keep them private.
    """
    for change in comparison.changes:
        told = asdict(change)
        row = told.pop("row")
        yield json.dumps(told if texts is None else told | {"text": texts[row]}, ensure_ascii=False) + "\n"


def comparison_html(comparison: Comparison) -> str:
    """Return a comparison as one page that needs nothing from elsewhere."""
    from jinja2 import Environment, StrictUndefined

    page = resources.files("training.comparison").joinpath("compare.html.j2").read_text("utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(page).render(
        comparison=comparison,
        figures=COMPARED_METRICS,
        differences=_by_source(comparison),
        transitions=_transitions(comparison),
        outcomes=Counter(change.outcome for change in comparison.changes),
        interval=_interval,
        p=_p,
    )


def write_comparison(comparison: Comparison, reading: TablesRead, folder: Path) -> None:
    """Write compare.json, compare.html and changed.jsonl in one step: a folder holds all of one comparison, or of the one before.

    Args:
        comparison: what to tell.
        reading: what came of reading the tables.
        folder: absent, empty, or of an earlier comparison, which is replaced.

    Raises:
        ArtefactError: it cannot be written.
    """
    place = Path(os.path.realpath(folder))
    contents = "".join(changed_lines(comparison)), comparison_html(comparison), comparison_json(comparison, reading, indent=1) + "\n"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with replace_folder(place) as fresh:
            for name, content in zip(COMPARISON_FILES, contents, strict=True):
                (fresh / name).write_text(content, encoding="utf-8")
                sync_to_disk(fresh / name)
    except OSError as error:
        raise _unwritten(folder, error) from error


def write_changed_texts(comparison: Comparison, texts: Sequence[str], file: Path) -> None:
    """Write the comments whose label changed with their texts, for the eyes of whoever owns the file; all of it or nothing.

    Args:
        comparison: what to tell.
        texts: of the rows compared.
        file: JSONL; replaced if it is there.

    Raises:
        ArtefactError: it cannot be written.
    """
    fresh = file.with_name(f".{file.name}.tipstaff-{os.getpid()}")
    try:
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as lines:  # noqa: PTH123
            lines.writelines(changed_lines(comparison, texts))
        sync_to_disk(fresh)
        fresh.replace(file)
    except OSError as error:
        raise _unwritten(file, error) from error
    finally:
        fresh.unlink(missing_ok=True)


def print_comparison(comparison: Comparison, reading: TablesRead) -> None:
    """Print differences, tests and changed labels to standard output, what was read to standard error."""
    from rich.console import Console
    from rich.table import Table

    for line in _story(comparison, reading):
        print(f"tipstaff: {_printable(line)}", file=sys.stderr)
    console = Console(width=None if sys.stdout.isatty() else 150, markup=False, highlight=False)
    table = Table("source", title=f"{_printable(comparison.second)} less {_printable(comparison.first)}, {comparison.rows:,} rows")
    for figure in COMPARED_METRICS:
        table.add_column(figure.replace("_", " "), justify="right")
    shown = _shown(comparison)
    for source, row in _by_source(comparison):
        if source in shown:
            table.add_row(_printable(source), *("" if one is None else _interval(one).replace(" (", "\n(") for one in row))
    console.print(table)
    table = Table("source", "question", title="McNemar's test of the labels")
    for name in ("rows", "only first right", "only second right", "p", "method"):
        table.add_column(name, justify="right")
    for test in comparison.tests:
        if test.source in shown and (test.question == "label" or test.source == POOLED):
            table.add_row(_printable(test.source), test.question, *_cells(test))
    console.print(table)
    if more := len(comparison.sources) + 2 - len(shown):
        print(f"and {more:,} smaller sources; --json lists them all")
    print(f"{len(comparison.changes):,} of {comparison.rows:,} comments changed their label")
    for before, after, outcome, comments in _transitions(comparison):
        print(f"  {before} → {after}: {comments:,} ({outcome})")


def _unwritten(place: Path, error: OSError) -> ArtefactError:
    reason = error.strerror or type(error).__name__
    return ArtefactError(f"{place}: not written, what was there is untouched: {reason}: make room or choose another place")


def _shown(comparison: Comparison) -> set[str]:
    largest = sorted(comparison.sources, key=lambda name: -comparison.sources[name])[:_SHOWN_SOURCES]
    return {*largest, MEAN, POOLED}


def _by_source(comparison: Comparison) -> list[tuple[str, list[Difference | None]]]:
    """Return a row of differences for each source, mean and pool, in the order of ``COMPARED``."""
    found: dict[str, dict[str, Difference]] = {}
    for one in comparison.differences:
        found.setdefault(one.source, {})[one.figure] = one
    return [(source, [row.get(figure) for figure in COMPARED_METRICS]) for source, row in found.items()]


def _transitions(comparison: Comparison) -> list[tuple[str, str, str, int]]:
    """Return how many comments went from which label to which, and whether that is better, worse or open; the most first."""
    counts = Counter((change.first, change.second, change.outcome) for change in comparison.changes)
    return [(*kind, count) for kind, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def _interval(one: Difference) -> str:
    if one.low is None or one.high is None:
        return f"{one.change:+.3f}"
    return f"{one.change:+.3f} ({one.low:+.3f} to {one.high:+.3f})"


def _p(value: float | None) -> str:
    return "" if value is None else "< 0.001" if value < 0.001 else f"{value:.3f}"


def _cells(test: McNemar) -> tuple[str, ...]:
    return f"{test.rows:,}", f"{test.only_first:,}", f"{test.only_second:,}", _p(test.p), test.method


def _story(comparison: Comparison, reading: TablesRead) -> Iterator[str]:
    yield from map(str, reading.problems[:_SHOWN_PROBLEMS])
    if (more := len(reading.problems) - _SHOWN_PROBLEMS) > 0:
        yield f"and {more:,} problems more; --json lists them all"
    yield f"{reading.read:,} rows read: {reading.used:,} used, {reading.skipped:,} answer no question, {reading.bad:,} bad"
    yield f"{comparison.rows:,} rows compared, {comparison.clean_rows:,} of them clean conversation"


def _printable(words: str) -> str:
    """Return words that a table may hold, such as the name of a source, so that they cannot command a terminal."""
    return "".join(char if char.isprintable() else " " for char in words)
