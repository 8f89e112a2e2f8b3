"""``tipstaff compare``: two artefacts and labelled tables in, what differs out."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from model.errors import ArtefactError
from model.moderator import Moderator
from training.comparison import comparison_report as compare_report
from training.comparison.paired import Comparison, compare_rows
from training.evaluation.evaluate import check_clean_sources, select_split
from training.evaluation.intervals import RESAMPLES
from training.evaluation.scoreboard import score_rows
from training.tables.labelled_tables import TablesRead, read_tables

__all__ = ["CompareJob", "ComparisonRun", "Progress", "run_comparison"]

Progress = Callable[[str, float], None]
"""Is told the step at work and the share of it that is done."""


@dataclass(frozen=True, slots=True)
class CompareJob:
    """What to compare, and on what.

    Attributes:
        first, second: folders of the artefacts; None for the one that ships.
        tables: files and folders of labelled tables.
        out: folder of the report; None for none.
        texts: JSONL file for the changed comments with their texts; None for none.
        columns: field → column, where the tables name them otherwise.
        labels: the tables' label → fine, toxic or hateful.
        split: which rows, as in ``training.evaluation.evaluate.SPLITS``.
        clean: sources whose fine rows are clean conversation; none stands for all.
        resamples: how many the intervals rest on.
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
    """What came of a comparison.

    Attributes:
        comparison: everything that was found.
        reading: what came of reading the tables.
    """

    comparison: Comparison
    reading: TablesRead


def run_comparison(job: CompareJob, progress: Progress | None = None) -> ComparisonRun:
    """Let two artefacts judge labelled tables, compare them, and write what the job asks for.

    Args:
        job: what, and on what.
        progress: is told how far the work is.

    Raises:
        ArtefactError: an artefact cannot be used, or something cannot be written.
        TableError: a table cannot be read, no row is to be judged, a source does not exist, or ``strict`` and a row is bad.
    """
    tell = progress or (lambda step, share: None)
    _check(job)
    moderators = [Moderator.load(folder, profile=None) for folder in (job.first, job.second)]
    tell("reading", 0.0)
    reading = read_tables(job.tables, columns=job.columns, labels=job.labels, strict=job.strict)
    rows = select_split(reading.rows, job.split)
    check_clean_sources(job.clean, rows)
    judged = []
    for step, moderator in zip(("first", "second"), moderators, strict=True):
        tell(step, 0.0)
        judged.append(score_rows(moderator, rows, clean=job.clean or None, progress=partial(tell, step)))
    tell("comparing", 0.0)
    comparison = compare_rows(*judged, resamples=job.resamples, seed=job.seed, progress=lambda share: tell("comparing", share))
    if job.out is not None:
        compare_report.write_comparison(comparison, reading, job.out)
    if job.texts is not None:
        compare_report.write_changed_texts(comparison, judged[0].rows.text, job.texts)
    return ComparisonRun(comparison, reading)


def _check(job: CompareJob) -> None:
    """Refuse, before the long work, places that cannot be written to."""
    if job.out is not None:
        _check_folder(job.out)
    if job.texts is not None and (job.texts.is_dir() or not _writable(Path(os.path.realpath(job.texts)).parent)):
        raise ArtefactError(f"{job.texts}: cannot be written: name a file in a folder that is there and writable")


def _check_folder(folder: Path) -> None:
    place = Path(os.path.realpath(folder))
    if place.is_dir():
        if other := sorted(path.name for path in place.iterdir() if path.name not in compare_report.COMPARISON_FILES):
            raise ArtefactError(f"{folder}: holds something other than a comparison ({other[0]!a}): choose another folder")
    elif place.exists():
        raise ArtefactError(f"{folder}: is a file: give a folder")
    if not _writable(next(parent for parent in place.parents if parent.exists())):
        raise ArtefactError(f"{folder}: cannot be written: choose another folder")


def _writable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
