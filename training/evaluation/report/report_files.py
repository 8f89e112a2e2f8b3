"""Writes an evaluation as a page for people, as JSON for programs, and as a table for the terminal."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from training.evaluation.report.report_folder import write_report_folder
from training.evaluation.report.sections import Cell, ReportSection
from training.evaluation.report.standard_sections import HEADLINES, build_sections
from training.evaluation.results import EvaluationResults
from training.metrics.estimate import Estimate
from training.metrics.metric_names import CALIBRATION_ERROR, SHORT_TITLES
from training.public_keys import with_public_keys
from training.tables.labelled_tables import TableReading
from training.terminal import describe_reading, print_remark, replace_unprintable

__all__ = ["REPORT_FILES", "EvaluationReport", "ScoredTable", "print_report", "report_html", "report_json", "write_report"]

REPORT_FILES = ("report.html", "report.json")
"""The files in the folder of a report."""
_PROTOCOL = 1
_MOST_SOURCES = 40
_MOST_PROBLEMS = 20
_PLAIN_WIDTH = 140  # characters of the table where standard output is not a terminal


@dataclass(frozen=True, slots=True)
class ScoredTable:
    """A file of rows that were scored: its path, its SHA-256 and the number of these rows."""

    file: str
    sha256: str
    rows: int


@dataclass(frozen=True)
class EvaluationReport:
    """The content of a report.

    Attributes:
        results: what was measured.
        sections: further sections, after those that every report has.
        tables: the files that the rows are from.
        reading: the rows and problems of the tables.
        split: the split of the rows that were scored.
        remarks: warnings about the figures, a line each.
    """

    results: EvaluationResults
    sections: Sequence[ReportSection]
    tables: Sequence[ScoredTable]
    reading: TableReading
    split: str
    remarks: Sequence[str] = ()


def report_json(report: EvaluationReport) -> str:
    """Return a report as JSON; a figure that the rows cannot answer is null."""
    reading = report.reading
    document: dict[str, Any] = {
        "protocol": _PROTOCOL,
        **cast("dict[str, object]", with_public_keys(report.results)),
        "sections": {section.title: _section_figures(section) for section in report.sections},
        "tables": [asdict(table) for table in report.tables],
        "split": report.split,
        "reading": reading.account(),
        "remarks": list(report.remarks),
    }
    return json.dumps(document, allow_nan=False, ensure_ascii=False, indent=1)


def _section_figures(section: ReportSection) -> Mapping[str, object]:
    if section.figures:
        return section.figures
    return {
        table.caption: [
            {column.name: asdict(cell) if isinstance(cell, Estimate) else cell for column, cell in zip(table.columns, row, strict=True)}
            for row in table.rows
        ]
        for table in section.tables
    }


def report_html(report: EvaluationReport) -> str:
    """Return a report as one page that loads nothing from elsewhere."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("training", "evaluation/report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    results = report.results
    headlines = [
        (headline.title, headline.note, _format_cell(_headline(results, headline.metric), percent=headline.percent))
        for headline in HEADLINES
    ]
    return environment.get_template("report.html.j2").render(
        results=results,
        sections=[*build_sections(results), *report.sections],
        headlines=headlines,
        tables=report.tables,
        reading=report.reading,
        split=report.split,
        remarks=report.remarks,
        keep_units=lambda words: words.replace(" %", "\N{NO-BREAK SPACE}%"),
        format_cell=lambda cell, percent: _format_cell(cell, percent=percent),
    )


def _headline(results: EvaluationResults, metric: str) -> Estimate | None:
    return (results.pooled if metric == CALIBRATION_ERROR else results.mean)[metric]


def _format_cell(cell: Cell, *, percent: bool) -> tuple[str, str]:
    """Return the text of a cell, and that of its interval."""
    if cell is None:
        return "–", ""
    if isinstance(cell, str):
        return cell, ""
    if isinstance(cell, Estimate):
        figure, _, interval = cell.describe(percent=percent).partition(" (")
        return figure, interval.rstrip(")")
    if isinstance(cell, int) and not percent:
        return f"{cell:,}", ""
    return Estimate(float(cell)).describe(percent=percent), ""


def write_report(report: EvaluationReport, folder: Path) -> None:
    """Write report.html and report.json in one step, so that a folder never holds files of two evaluations.

    Args:
        report: its content.
        folder: absent, empty, or of an earlier report, which is replaced.

    Raises:
        ArtefactError: it cannot be written.
    """
    write_report_folder(folder, dict(zip(REPORT_FILES, (report_html(report), report_json(report) + "\n"), strict=True)))


def print_report(report: EvaluationReport, folder: Path) -> None:
    """Print the figures as a table to standard output, what was read and the path of the report to standard error."""
    from rich.console import Console
    from rich.table import Table

    results = report.results
    for line in _remarks(report):
        print_remark(line)
    table = Table("source", title=f"{results.artefact}, {results.rows:,} rows")
    for title in ("rows", *SHORT_TITLES.values()):
        table.add_column(title, justify="right")
    largest = {source.source for source in sorted(results.sources, key=lambda source: -source.rows)[:_MOST_SOURCES]}
    for source in results.sources:
        if source.source in largest:
            table.add_row(
                replace_unprintable(source.source),
                f"{source.rows:,}",
                *(_three_decimals(source.figures[metric]) for metric in SHORT_TITLES),
            )
    table.add_section()
    for title, count, figures in (("MEAN", "", results.mean), ("pooled", f"{results.rows:,}", results.pooled)):
        table.add_row(title, count, *(_three_decimals(figures[metric]) for metric in SHORT_TITLES))
    Console(width=None if sys.stdout.isatty() else _PLAIN_WIDTH, markup=False, highlight=False).print(table)
    if more := len(results.sources) - len(largest):
        print(f"and {more:,} smaller sources; report.json lists them all")
    for headline in HEADLINES:
        if (estimate := _headline(results, headline.metric)) is not None:
            print(f"{headline.title}, {headline.note}: {estimate.describe(percent=headline.percent)}")
    print(f"the report is {folder / REPORT_FILES[0]}", file=sys.stderr)


def _remarks(report: EvaluationReport) -> Iterator[str]:
    yield from describe_reading(report.reading, most=_MOST_PROBLEMS, rest="report.json lists them all")
    yield f"{report.results.rows:,} rows judged (split: {report.split})"
    yield from report.remarks


def _three_decimals(estimate: Estimate | None) -> str:
    return "" if estimate is None else f"{estimate.value:.3f}"
