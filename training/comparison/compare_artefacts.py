"""Runs ``tipstaff compare``: scores labelled tables with two artefacts, compares them and writes the results."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from model.errors import ArtefactError
from model.moderator import Moderator
from training.comparison.comparison_report import COMPARISON_FILES, write_changed_texts, write_comparison
from training.comparison.paired import Comparison, compare_rows
from training.evaluation.evaluate import check_clean_sources, select_split
from training.evaluation.intervals import RESAMPLES
from training.evaluation.report.report_folder import check_report_folder
from training.evaluation.scored_rows import score_labelled_rows
from training.output_places import is_writable_folder
from training.tables.labelled_tables import TableReading, read_tables
from training.terminal import StepProgress

__all__ = ["CompareJob", "run_comparison"]


@dataclass(frozen=True, slots=True)
class CompareJob:
    """What to compare, on which rows, and how.

    Attributes:
        first, second: folders of the artefacts; None for the one that ships.
        tables: files and folders of labelled tables.
        out: folder of the report; None for none.
        texts: JSONL file for the changed comments with their texts; None for none.
        columns: field → column, where the tables have other names for them.
        labels: the tables' label → fine, toxic or hateful.
        split: which rows: ``dev``, ``train``, ``all``, or ``held-out``, those that are not ``train``.
        clean: sources whose fine rows are clean conversation; none means all.
        resamples: number of resamples that the intervals rest on.
        seed: of the resamples.
        strict: whether the first bad row ends the run.
    """

    first: Path | None
    second: Path | None
    tables: Sequence[Path]
    out: Path | None = None
    texts: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    split: str = "held-out"
    clean: Sequence[str] = ()
    resamples: int = RESAMPLES
    seed: int = 0
    strict: bool = False


@dataclass(frozen=True)
class ComparisonRun:
    """The outcome of ``tipstaff compare``.

    Attributes:
        comparison: all results.
        reading: the rows and problems of the tables.
    """

    comparison: Comparison
    reading: TableReading


def run_comparison(job: CompareJob, progress: StepProgress | None = None) -> ComparisonRun:
    """Score labelled tables with two artefacts, compare the scores, and write the files that the job asks for.

    Args:
        job: the artefacts, the rows and the settings.
        progress: called with the step that runs and the share of it that is done.

    Raises:
        ArtefactError: an artefact cannot be used, or something cannot be written.
        TableError: a table cannot be read, there is no row to judge, a source does not exist, or ``strict`` and a row is bad.
    """
    report_step = progress or (lambda step, share: None)
    _check_outputs(job)
    moderators = [Moderator.load(folder, profile=None) for folder in (job.first, job.second)]
    report_step("reading", 0.0)
    reading = read_tables(job.tables, columns=job.columns, labels=job.labels, strict=job.strict)
    rows = select_split(reading.rows, job.split)
    check_clean_sources(job.clean, rows)
    scored = []
    for step, moderator in zip(("first", "second"), moderators, strict=True):
        report_step(step, 0.0)
        scored.append(score_labelled_rows(moderator, rows, clean=job.clean or None, progress=partial(report_step, step)))
    report_step("comparing", 0.0)
    comparison = compare_rows(*scored, resamples=job.resamples, seed=job.seed, progress=partial(report_step, "comparing"))
    if job.out is not None:
        write_comparison(comparison, reading, job.out)
    if job.texts is not None:
        write_changed_texts(comparison, scored[0].rows.text, job.texts)
    return ComparisonRun(comparison, reading)


def _check_outputs(job: CompareJob) -> None:
    """Refuse, before the long work, places that cannot be written to."""
    if job.out is not None:
        check_report_folder(job.out, files=COMPARISON_FILES, content="a comparison")
    if job.texts is not None and (job.texts.is_dir() or not is_writable_folder(Path(os.path.realpath(job.texts)).parent)):
        raise ArtefactError(f"{job.texts}: cannot be written: name a file in a folder that is there and writable")
