"""Writes what an evaluation came to: a page for people, JSON for programs, a table for the terminal."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from model.artefact.atomic import replace_folder, sync_to_disk
from model.errors import ArtefactError
from training.evaluation.report.pictures import told
from training.evaluation.report.sections import Cell, Estimate, ReportSection
from training.evaluation.report.standard_sections import HEADLINES, build_sections
from training.evaluation.results import EvaluationResults
from training.tables.labelled_tables import TablesRead

__all__ = ["REPORT_FILES", "EvaluationReport", "ScoredTable", "print_report", "report_html", "report_json", "write_report"]

REPORT_FILES = ("report.html", "report.json")
"""What the folder of a report holds."""
_PROTOCOL = 1
_SHOWN_SOURCES = 40
_SHOWN_PROBLEMS = 20
_COLUMNS = {
    "auc_abusive": "AUC abusive",
    "auc_hateful": "AUC hateful",
    "caught_abusive": "caught abusive",
    "caught_hateful": "caught hateful",
    "false_alarms": "false alarms",
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "calibration_error": "calib. error",
}


@dataclass(frozen=True, slots=True)
class ScoredTable:
    """A file that rows were judged of: its path, hash and number of these rows."""

    file: str
    sha256: str
    rows: int


@dataclass(frozen=True)
class EvaluationReport:
    """Everything that a report tells.

    Attributes:
        results: what was measured.
        sections: further parts, after those that every report has.
        tables: where the rows are from.
        reading: what came of reading these.
        split: which of their rows were judged.
        remarks: what the reader must know to judge the figures, a line each.
    """

    results: EvaluationResults
    sections: Sequence[ReportSection]
    tables: Sequence[ScoredTable]
    reading: TablesRead
    split: str
    remarks: Sequence[str] = ()


def report_json(report: EvaluationReport) -> str:
    """Return a report as JSON; a figure that cannot be told is null."""
    reading = report.reading
    document: dict[str, Any] = {
        "protocol": _PROTOCOL,
        **asdict(report.results),
        "sections": {section.title: _section(section) for section in report.sections},
        "tables": [asdict(table) for table in report.tables],
        "split": report.split,
        "reading": {
            **{"read": reading.read, "used": reading.used, "skipped": reading.skipped, "bad": reading.bad},
            "problems": [str(problem) for problem in reading.problems],
        },
        "remarks": list(report.remarks),
    }
    return json.dumps(document, allow_nan=False, ensure_ascii=False, indent=1)


def _section(section: ReportSection) -> Mapping[str, object]:
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
    """Return a report as one page that needs nothing from elsewhere."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("training", "evaluation/report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    results = report.results
    return environment.get_template("report.html.j2").render(
        results=results,
        sections=[*build_sections(results), *report.sections],
        headlines=[(title, note, _shown(_headline(results, name), percent=percent)) for name, title, note, percent in HEADLINES],
        tables=report.tables,
        reading=report.reading,
        split=report.split,
        remarks=report.remarks,
        tidy=lambda words: words.replace(" %", "\N{NO-BREAK SPACE}%"),
        show=lambda cell, percent: _shown(cell, percent=percent),
    )


def _headline(results: EvaluationResults, name: str) -> Estimate | None:
    return (results.pooled if name == "calibration_error" else results.mean)[name]


def _shown(cell: Cell, *, percent: bool) -> tuple[str, str]:
    """Return a cell in words, and its interval."""
    if cell is None:
        return "–", ""
    if isinstance(cell, str):
        return cell, ""
    if isinstance(cell, Estimate):
        figure, _, interval = told(cell, percent=percent).partition(" (")
        return figure, interval.rstrip(")")
    if isinstance(cell, int) and not percent:
        return f"{cell:,}", ""
    return told(Estimate(float(cell)), percent=percent), ""


def write_report(report: EvaluationReport, folder: Path) -> None:
    """Write report.html and report.json in one step: a folder holds both of one evaluation, or those of the one before.

    Args:
        report: what to tell.
        folder: absent, empty, or of an earlier report, which is replaced.

    Raises:
        ArtefactError: it cannot be written.
    """
    place = Path(os.path.realpath(folder))
    texts = report_html(report), report_json(report) + "\n"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with replace_folder(place) as fresh:
            for name, text in zip(REPORT_FILES, texts, strict=True):
                (fresh / name).write_text(text, encoding="utf-8")
                sync_to_disk(fresh / name)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ArtefactError(f"{folder}: not written, what was there is untouched: {reason}: make room or choose another folder") from error


def print_report(report: EvaluationReport, folder: Path) -> None:
    """Print the figures as a table to standard output, what was read and where the report lies to standard error."""
    from rich.console import Console
    from rich.table import Table

    results = report.results
    for line in _story(report):
        print(f"tipstaff: {_printable(line)}", file=sys.stderr)
    table = Table("source", title=f"{results.artefact}, {results.rows:,} rows")
    for name in ("rows", *_COLUMNS.values()):
        table.add_column(name, justify="right")
    ranked = sorted(results.sources, key=lambda one: -one.rows)[:_SHOWN_SOURCES]
    kept = {one.source for one in ranked}
    for one in results.sources:
        if one.source in kept:
            table.add_row(_printable(one.source), f"{one.rows:,}", *(_figure(one.figures[name]) for name in _COLUMNS))
    table.add_section()
    for title, figures in (("MEAN", results.mean), ("pooled", results.pooled)):
        table.add_row(title, f"{results.rows:,}" if title == "pooled" else "", *(_figure(figures[name]) for name in _COLUMNS))
    Console(width=None if sys.stdout.isatty() else 140, markup=False, highlight=False).print(table)
    if more := len(results.sources) - len(ranked):
        print(f"and {more:,} smaller sources; report.json lists them all")
    for name, title, note, percent in HEADLINES:
        if (estimate := _headline(results, name)) is not None:
            print(f"{title}, {note}: {told(estimate, percent=percent)}")
    print(f"the report is {folder / REPORT_FILES[0]}", file=sys.stderr)


def _story(report: EvaluationReport) -> list[str]:
    reading = report.reading
    lines = [str(problem) for problem in reading.problems[:_SHOWN_PROBLEMS]]
    if more := len(reading.problems) - len(lines):
        lines.append(f"and {more:,} problems more; report.json lists them all")
    lines.append(f"{reading.read:,} rows read: {reading.used:,} used, {reading.skipped:,} answer no question, {reading.bad:,} bad")
    lines.append(f"{report.results.rows:,} rows judged (split: {report.split})")
    return [*lines, *report.remarks]


def _figure(estimate: Estimate | None) -> str:
    return "" if estimate is None else f"{estimate.value:.3f}"


def _printable(words: str) -> str:
    """Return words that a table may hold, such as the name of a source, so that they cannot command a terminal."""
    return "".join(char if char.isprintable() else " " for char in words)
