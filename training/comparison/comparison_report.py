"""Writes a comparison as JSON for programs, a page for people, tables for the terminal and a list of the comments whose label changed."""

import json
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.comparison.paired import COMPARED_METRICS, MEAN, POOLED, Comparison, McNemar, MetricDifference
from training.evaluation.report.report_folder import write_private_file, write_report_folder
from training.metrics.metric_names import SHORT_TITLES
from training.tables.labelled_tables import TableReading
from training.terminal import describe_reading, print_remark, replace_unprintable

if TYPE_CHECKING:
    from rich.table import Table

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
"""The files in the folder of a comparison."""
_PROTOCOL = 1
_SMALLEST_P = 0.001  # that is printed as a number
_PLAIN_WIDTH = 150  # characters of a table where standard output is not a terminal
_MOST_SOURCES = 40
_MOST_PROBLEMS = 20
_TITLES = [SHORT_TITLES[metric] for metric in COMPARED_METRICS]


def comparison_json(comparison: Comparison, reading: TableReading, *, indent: int | None = None) -> str:
    """Return a comparison as JSON; it counts the changes of label and leaves out the single comments."""
    document: dict[str, Any] = {"protocol": _PROTOCOL, **asdict(comparison)}
    document["changes"] = [
        dict(zip(("first", "second", "outcome", "comments"), transition, strict=True)) for transition in _transitions(comparison)
    ]
    document["reading"] = reading.account()
    return json.dumps(document, allow_nan=False, ensure_ascii=False, indent=indent)


def changed_lines(comparison: Comparison, texts: Sequence[str] | None = None) -> Iterator[str]:
    """Yield a line of JSON for each comment whose label changed.

    Args:
        comparison: holds the comments.
        texts: of the rows compared, to be added to the lines; None to keep them private.
    """
    for change in comparison.changes:
        fields = asdict(change)
        row = fields.pop("row")
        yield json.dumps(fields if texts is None else fields | {"text": texts[row]}, ensure_ascii=False) + "\n"


def comparison_html(comparison: Comparison) -> str:
    """Return a comparison as one page that loads nothing from elsewhere."""
    from jinja2 import Environment, StrictUndefined

    page = resources.files("training.comparison").joinpath("compare.html.j2").read_text("utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(page).render(
        comparison=comparison,
        titles=_TITLES,
        differences=_by_source(comparison),
        transitions=_transitions(comparison),
        outcomes=Counter(change.outcome for change in comparison.changes),
        interval=_format_interval,
        p=_format_p,
    )


def write_comparison(comparison: Comparison, reading: TableReading, folder: Path) -> None:
    """Write compare.json, compare.html and changed.jsonl in one step, so that a folder never holds files of two comparisons.

    Args:
        comparison: its content.
        reading: how the tables were read.
        folder: absent, empty, or of an earlier comparison, which is replaced.

    Raises:
        ArtefactError: it cannot be written.
    """
    contents = "".join(changed_lines(comparison)), comparison_html(comparison), comparison_json(comparison, reading, indent=1) + "\n"
    write_report_folder(folder, dict(zip(COMPARISON_FILES, contents, strict=True)))


def write_changed_texts(comparison: Comparison, texts: Sequence[str], file: Path) -> None:
    """Write the comments whose label changed with their texts to a file that only its owner can read, all of them or none.

    Args:
        comparison: holds the comments.
        texts: of the rows compared.
        file: JSONL; replaced if it is there.

    Raises:
        ArtefactError: it cannot be written.
    """
    write_private_file(file, (line.encode("utf-8", "backslashreplace") for line in changed_lines(comparison, texts)))


def print_comparison(comparison: Comparison, reading: TableReading) -> None:
    """Print differences, tests and changed labels to standard output, what was read to standard error."""
    from rich.console import Console

    for line in _remarks(comparison, reading):
        print_remark(line)
    sources = _largest_sources(comparison)
    console = Console(width=None if sys.stdout.isatty() else _PLAIN_WIDTH, markup=False, highlight=False)
    console.print(_difference_table(comparison, sources))
    console.print(_test_table(comparison, sources))
    if more := len(comparison.sources) + 2 - len(sources):
        print(f"and {more:,} smaller sources; --json lists them all")
    print(f"{len(comparison.changes):,} of {comparison.rows:,} comments changed their label")
    for before, after, outcome, comments in _transitions(comparison):
        print(f"  {before} → {after}: {comments:,} ({outcome})")


def _difference_table(comparison: Comparison, sources: Collection[str]) -> "Table":
    from rich.table import Table

    table = Table(
        "source", title=f"{replace_unprintable(comparison.second)} less {replace_unprintable(comparison.first)}, {comparison.rows:,} rows"
    )
    for heading in _TITLES:
        table.add_column(heading, justify="right")
    for source, row in _by_source(comparison):
        if source in sources:
            table.add_row(
                replace_unprintable(source),
                *("" if difference is None else _format_interval(difference).replace(" (", "\n(") for difference in row),
            )
    return table


def _test_table(comparison: Comparison, sources: Collection[str]) -> "Table":
    from rich.table import Table

    table = Table("source", "question", title="McNemar's test of the labels")
    for name in ("rows", "only first right", "only second right", "p", "method"):
        table.add_column(name, justify="right")
    for test in comparison.tests:
        if test.source in sources and (test.question == "label" or test.source == POOLED):
            table.add_row(replace_unprintable(test.source), test.question, *_format_test(test))
    return table


def _remarks(comparison: Comparison, reading: TableReading) -> Iterator[str]:
    yield from describe_reading(reading, most=_MOST_PROBLEMS, rest="--json lists them all")
    yield f"{comparison.rows:,} rows compared, {comparison.clean_rows:,} of them clean conversation"


def _largest_sources(comparison: Comparison) -> set[str]:
    """Return the sources with the most rows, the mean and the pool."""
    largest = sorted(comparison.sources, key=lambda name: -comparison.sources[name])[:_MOST_SOURCES]
    return {*largest, MEAN, POOLED}


def _by_source(comparison: Comparison) -> list[tuple[str, list[MetricDifference | None]]]:
    """Return a row of differences for each source, mean and pool, in the order of ``COMPARED_METRICS``."""
    rows: dict[str, dict[str, MetricDifference]] = {}
    for difference in comparison.differences:
        rows.setdefault(difference.source, {})[difference.figure] = difference
    return [(source, [row.get(metric) for metric in COMPARED_METRICS]) for source, row in rows.items()]


def _transitions(comparison: Comparison) -> list[tuple[str, str, str, int]]:
    """Return first label, second label, outcome and number of comments of each change of label, the most frequent first."""
    counts = Counter((change.first, change.second, change.outcome) for change in comparison.changes)
    return [(*kind, count) for kind, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def _format_interval(difference: MetricDifference) -> str:
    if difference.low is None or difference.high is None:
        return f"{difference.change:+.3f}"
    return f"{difference.change:+.3f} ({difference.low:+.3f} to {difference.high:+.3f})"


def _format_p(value: float | None) -> str:
    return "" if value is None else f"< {_SMALLEST_P}" if value < _SMALLEST_P else f"{value:.3f}"


def _format_test(test: McNemar) -> tuple[str, ...]:
    return f"{test.rows:,}", f"{test.only_first:,}", f"{test.only_second:,}", _format_p(test.p), test.method
