"""Runs ``tipstaff check-labels``: reads labelled tables, finds the labels to doubt, and writes them as a table and a page."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from model.decisions import CommentJudge
from model.errors import ArtefactError, TableError
from training.evaluation.report.report_folder import write_private_file
from training.label_quality.doubt_table import DOUBT_TABLE_SUFFIXES, doubt_columns, encode_doubt_table
from training.label_quality.label_doubts import LabelDoubts, find_doubts
from training.label_quality.quality_report import LabelQuality, quality_html, summarise_quality
from training.output_places import is_writable_folder
from training.tables.labelled import UNKNOWN
from training.tables.labelled_tables import TableReading, read_tables
from training.tables.table_records import find_tables
from training.terminal import StepProgress

__all__ = ["CheckLabelsJob", "CheckedLabels", "run_label_check"]


@dataclass(frozen=True, slots=True)
class CheckLabelsJob:
    """Which labels to check, and where the doubts are written.

    Attributes:
        tables: files and folders of labelled tables; nothing in them is changed.
        out: CSV, JSONL or Parquet file, by its suffix; the page lies beside it, with the suffix .html.
        columns: field → column, where the tables have other names for them.
        labels: the tables' label → fine, toxic or hateful.
        folds: how many parts the rows are divided into, 2 at least.
        seed: of the order in which rows are fitted.
        strict: whether the first bad row ends the run.
    """

    tables: Sequence[Path]
    out: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    folds: int = 5
    seed: int = 0
    strict: bool = False

    @property
    def page(self) -> Path:
        """The page for people, beside the table."""
        return self.out.with_suffix(".html")


@dataclass(frozen=True, eq=False)
class CheckedLabels:
    """The outcome of a check.

    Attributes:
        doubts: about each row that answers one of the two questions.
        quality: of all of them together.
        reading: the rows and problems of the tables.
    """

    doubts: LabelDoubts
    quality: LabelQuality
    reading: TableReading


def run_label_check(job: CheckLabelsJob, judge: CommentJudge, progress: StepProgress | None = None) -> CheckedLabels:
    """Find the labels of tables that are to be doubted, and write them.

    Args:
        job: the tables and the settings.
        judge: the model whose scores are joined with what is fitted to the tables.
        progress: called with the step that runs and the share of it that is done.

    Raises:
        ArtefactError: the result cannot be written, or would overwrite a table.
        TableError: a table cannot be read, its rows are too few or all of one kind, or ``strict`` and a row is bad.
    """
    report_progress = progress or (lambda step, share: None)
    check_doubts_place(job.out, job.page, job.tables)
    report_progress("reading", 0.0)
    reading = read_tables(job.tables, columns=job.columns, labels=job.labels, strict=job.strict)
    answering = np.flatnonzero((reading.rows.abusive != UNKNOWN) | (reading.rows.hateful != UNKNOWN))
    if not answering.size:
        raise TableError("no row says whether it is abusive or hateful: only these labels can be checked, attributes cannot")
    doubts = find_doubts(reading.rows.take(answering), judge, folds=job.folds, seed=job.seed, progress=report_progress)
    quality = summarise_quality(doubts, model=judge.version)
    report_progress("writing", 0.0)
    write_private_file(job.out, [encode_doubt_table(doubt_columns(doubts), job.out.suffix.lower())])
    write_private_file(job.page, [quality_html(quality, doubts).encode("utf-8", "backslashreplace")])
    return CheckedLabels(doubts, quality, reading)


def check_doubts_place(out: Path, page: Path, tables: Collection[Path]) -> None:
    """Refuse, before the long work, a file that doubts cannot be written to, or must not, because it is, or would become, a table to read.

    Raises:
        ArtefactError: it is refused.
        TableError: a table is not there.
    """
    if out.suffix.lower() not in DOUBT_TABLE_SUFFIXES:
        raise ArtefactError(f"{out}: the name must end in {', '.join(DOUBT_TABLE_SUFFIXES)}, which says the format")
    place = Path(os.path.realpath(out))
    for path in (out, page):
        if path.is_dir() or not is_writable_folder(place.parent):
            raise ArtefactError(f"{path}: cannot be written: name a file in a folder that is there and writable")
    if place in {Path(os.path.realpath(table)) for table in find_tables(tables)}:
        raise ArtefactError(f"{out}: is one of the tables to check, which stay as they are: choose another file")
    for folder in tables:
        if folder.is_dir() and place.is_relative_to(os.path.realpath(folder)):
            raise ArtefactError(f"{out}: lies in {folder}, whose tables are read, and would be one of them: choose another folder")
