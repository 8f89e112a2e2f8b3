"""``tipstaff evaluate``: labelled tables in, a report out."""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from model.artefact.folder import StoredArtefact, read_artefact, shipped_folder
from model.errors import ArtefactError, TableError
from model.moderator import Moderator
from model.normaliser.version import normaliser_version
from model.profile import Profile
from training.evaluation.intervals import RESAMPLES
from training.evaluation.report.behaviour_section import behaviour_section
from training.evaluation.report.profile_section import profiles_section
from training.evaluation.report.report_files import REPORT_FILES, EvaluationReport, ScoredTable, write_report
from training.evaluation.report.robustness_section import robustness_section
from training.evaluation.report.sections import ReportSection
from training.evaluation.results import EvaluationResults, compute_results
from training.evaluation.scoreboard import ScoredRows, score_rows
from training.tables.labelled import Labelled
from training.tables.labelled_tables import TablesRead, read_tables

__all__ = [
    "SECTION_BUILDERS",
    "SHIPPED_NAME",
    "SPLITS",
    "EvaluateJob",
    "Evaluation",
    "Progress",
    "SectionBuilder",
    "check_clean_sources",
    "run_evaluation",
    "section_builders_for",
    "select_split",
]

Progress = Callable[[str, float], None]
"""Is told the step at work and the share of it that is done."""
SectionBuilder = Callable[[Moderator, ScoredRows, EvaluationResults], ReportSection | None]
"""Makes a further part of the report of what was judged and measured, if there is anything to tell."""

SECTION_BUILDERS: Sequence[tuple[str, SectionBuilder]] = (("behaviour", behaviour_section), ("attacks", robustness_section))
"""The further parts of every report, each with the name of its step; ``extras_of`` has one more."""
SHIPPED_NAME = "default"
"""What the artefact that ships is called."""
SPLITS = ("held-out", "dev", "train", "all")


@dataclass(frozen=True, slots=True)
class EvaluateJob:
    """What to judge, and by what.

    Attributes:
        artefact: folder of the artefact; None for the one that ships.
        tables: files and folders of labelled tables.
        out: folder of the report.
        columns: field → column, where the tables name them otherwise.
        labels: the tables' label → fine, toxic or hateful.
        split: which rows: ``dev``, ``train``, ``all``, or ``held-out``, those that are not ``train``.
        clean: sources whose fine rows are clean conversation; none stands for all.
        resamples: how many the intervals rest on.
        seed: of all that is random.
        strict: whether the first bad row ends the run.
        profile: which readers judge; as Moderator.load has it if None.
    """

    artefact: Path | None
    tables: Sequence[Path]
    out: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    split: str = "held-out"
    clean: Sequence[str] = ()
    resamples: int = RESAMPLES
    seed: int = 0
    strict: bool = False
    profile: Profile | None = None


@dataclass(frozen=True)
class Evaluation:
    """What came of an evaluation.

    Attributes:
        report: everything that was found.
        reading: what came of reading the tables.
        out: where the report was written.
    """

    report: EvaluationReport
    reading: TablesRead
    out: Path


def run_evaluation(
    job: EvaluateJob, progress: Progress | None = None, *, extras: Sequence[tuple[str, SectionBuilder]] | None = None
) -> Evaluation:
    """Judge labelled tables and write report.html and report.json.

    Args:
        job: what, and by what.
        progress: is told how far the work is.
        extras: further parts of the report; None for those that ``extras_of`` gives.

    Raises:
        ArtefactError: the artefact cannot be used, or the report cannot be written.
        TableError: a table cannot be read, no row is to be judged, a source does not exist, or ``strict`` and a row is bad.
    """
    tell = progress or (lambda step, share: None)
    check_out(job.out)
    stored = read_artefact(job.artefact or shipped_folder(), normaliser=normaliser_version())
    moderator = Moderator(stored, profile=job.profile)
    tell("reading", 0.0)
    reading = read_tables(job.tables, columns=job.columns, labels=job.labels, strict=job.strict)
    rows = select_split(reading.rows, job.split)
    check_clean_sources(job.clean, rows)
    tables = _tables(rows)
    tell("judging", 0.0)
    judged = score_rows(moderator, rows, clean=job.clean or None, progress=lambda share: tell("judging", share))
    tell("measuring", 0.0)
    results = compute_results(judged, resamples=job.resamples, seed=job.seed, progress=lambda share: tell("measuring", share))
    sections = []
    for step, extra in section_builders_for(stored) if extras is None else extras:
        tell(step, 0.0)
        if (section := extra(moderator, judged, results)) is not None:
            sections.append(section)
    tell("writing", 0.0)
    report = EvaluationReport(results, tuple(sections), tables, reading, job.split, _remarks(moderator, rows, tables))
    write_report(report, job.out)
    return Evaluation(report, reading, job.out)


def section_builders_for(stored: StoredArtefact) -> Sequence[tuple[str, SectionBuilder]]:
    """Return the further parts of a report on an artefact: those of every report, and how its profiles compare if it has several."""
    return (*SECTION_BUILDERS, ("profiles", partial(profiles_section, stored)))


def select_split(rows: Labelled, split: str) -> Labelled:
    """Return the rows to judge: those of a split, all, or those held out of training.

    Args:
        rows: what the tables hold.
        split: one of ``SPLITS``; rows without a split are ``held-out``.

    Raises:
        TableError: there is none.
    """
    wanted = {"all": ("train", "dev", None), "held-out": ("dev", None)}.get(split, (split,))
    kept = [row for row, side in enumerate(rows.split) if side in wanted]
    if not kept:
        found = ", ".join(sorted({side or "empty" for side in rows.split}))
        raise TableError(f"no row to judge: --split is {split}, the column split of all rows used is {found}: choose another --split")
    return rows if len(kept) == len(rows) else rows.take(kept)


def check_out(folder: Path) -> None:
    """Refuse, before the long work, a folder that the report cannot be written to.

    Raises:
        ArtefactError: it is a file, holds something else, or cannot be written.
    """
    place = Path(os.path.realpath(folder))
    if place.is_dir():
        if other := sorted(
            path.name for path in place.iterdir() if path.name not in REPORT_FILES or not path.is_file() or path.is_symlink()
        ):
            raise ArtefactError(f"{folder}: holds something other than a report ({other[0]!a}): choose another folder")
    elif place.exists():
        raise ArtefactError(f"{folder}: is a file: give a folder")
    above = next(parent for parent in place.parents if parent.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise ArtefactError(f"{folder}: {above} is {'not writable' if above.is_dir() else 'a file'}: choose another folder")


def check_clean_sources(clean: Sequence[str], rows: Labelled) -> None:
    """Refuse clean sources that none of the rows is of.

    Raises:
        TableError: there is such a source.
    """
    sources = set(rows.source)
    if unknown := [name for name in clean if name not in sources]:
        shown = sorted(sources)
        listed = ", ".join(shown[:20]) + (f" and {len(shown) - 20} more" if len(shown) > 20 else "")
        raise TableError(f"--clean {unknown[0]}: no row to judge is of that source; the sources are {listed}")


def _tables(rows: Labelled) -> tuple[ScoredTable, ...]:
    counts: dict[str, int] = {}
    for place in rows.place:
        counts[place.file] = counts.get(place.file, 0) + 1
    return tuple(ScoredTable(file, _sha256(Path(file)), count) for file, count in sorted(counts.items()))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remarks(moderator: Moderator, rows: Labelled, tables: Sequence[ScoredTable]) -> tuple[str, ...]:
    """Say which figures are flattered: those of rows that the artefact may have learned from."""
    known = {source["sha256"] for source in moderator.public_manifest()["data"]}
    seen = {one.file for one in tables if one.sha256 in known}
    taught = sum(place.file in seen and split != "dev" for place, split in zip(rows.place, rows.split, strict=True))
    if not taught:
        return ()
    return (f"{taught:,} of the rows are in tables that the artefact was trained with and are not dev rows: it may know them by heart",)
