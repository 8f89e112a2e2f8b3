"""Runs ``tipstaff evaluate``: scores labelled tables with an artefact, measures the scores and writes the report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from model.artefact.folder import StoredArtefact, shipped_folder
from model.artefact.manifest import Prior
from model.errors import TableError
from model.moderator import Moderator
from model.profile import DEFAULT_RISK, Profile
from training.evaluation.intervals import RESAMPLES
from training.evaluation.languages.language_section import language_section
from training.evaluation.measurement import compute_results
from training.evaluation.report.behaviour_section import behaviour_section
from training.evaluation.report.profile_section import profiles_section
from training.evaluation.report.report_files import REPORT_FILES, EvaluationReport, ScoredTable, write_report
from training.evaluation.report.report_folder import check_report_folder
from training.evaluation.report.robustness_section import robustness_section
from training.evaluation.report.sections import ReportSection
from training.evaluation.results import EvaluationResults
from training.evaluation.scored_rows import ScoredRows, score_labelled_rows
from training.evaluation.subject import EvaluationSubject, JudgeBuilder
from training.languages.read_model import is_pack, read_model
from training.metrics.halves import only_reports
from training.tables.describe_files import hash_file
from training.tables.labelled import Labelled
from training.tables.labelled_tables import TableReading, read_tables
from training.terminal import StepProgress

__all__ = [
    "SECTION_BUILDERS",
    "SHIPPED_NAME",
    "EvaluateJob",
    "check_clean_sources",
    "run_evaluation",
    "section_builders_for",
    "select_split",
]

SectionBuilder = Callable[[EvaluationSubject, ScoredRows, EvaluationResults], ReportSection | None]
"""Returns a further section of the report from scored rows and their results; None if there is nothing to report."""

SECTION_BUILDERS: Sequence[tuple[str, SectionBuilder]] = (
    ("languages", language_section),
    ("behaviour", behaviour_section),
    ("attacks", robustness_section),
)
"""The further sections of every report, each with the name of its step; ``section_builders_for`` has one more."""
SHIPPED_NAME = "default"
"""The name by which a user asks for the artefact that ships."""
_SPLITS: Mapping[str, Sequence[str | None]] = {
    "held-out": ("dev", None),
    "dev": ("dev",),
    "reporting": ("dev",),
    "train": ("train",),
    "all": ("train", "dev", None),
}
_MOST_SOURCES = 20


@dataclass(frozen=True, slots=True)
class EvaluateJob:
    """What to evaluate, on which rows, and how.

    Attributes:
        artefact: folder of the artefact; None for the one that ships.
        tables: files and folders of labelled tables.
        out: folder of the report.
        columns: field → column, where the tables have other names for them.
        labels: the tables' label → fine, toxic or hateful.
        split: which rows: ``dev``, ``train``, ``all``, ``held-out``, those that are not ``train``, or ``reporting``, the half of the dev
            rows by which a model of the kind that ships chooses nothing.
        clean: sources whose fine rows are clean conversation; none means all.
        resamples: number of resamples that the intervals rest on.
        seed: of all that is random.
        strict: whether the first bad row ends the run.
        profile: which readers judge; None leaves the choice to Moderator.load.
        prior: how common abuse is on the site; None for what the artefact states.
        risk: the share of labels that the cascade may leave to the n-grams although the encoder would change them.
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
    prior: Prior | None = None
    risk: float = DEFAULT_RISK


@dataclass(frozen=True)
class Evaluation:
    """The outcome of an evaluation.

    Attributes:
        report: all results.
        reading: the rows and problems of the tables.
        out: the folder that the report was written to.
    """

    report: EvaluationReport
    reading: TableReading
    out: Path


def run_evaluation(
    job: EvaluateJob,
    progress: StepProgress | None = None,
    *,
    builders: Sequence[tuple[str, SectionBuilder]] | None = None,
    judge_with: JudgeBuilder = lambda moderator: moderator,
) -> Evaluation:
    """Evaluate an artefact on labelled tables and write report.html and report.json.

    Args:
        job: the artefact, the rows and the settings.
        progress: called with the step that runs and the share of it that is done.
        builders: of further sections of the report; None for those that ``section_builders_for`` gives.
        judge_with: returns what judges comments with the artefact: by default the model alone, or a site that adds its rules.

    Raises:
        ArtefactError: the artefact cannot be used, or the report cannot be written.
        TableError: a table cannot be read, there is no row to judge, a source does not exist, or ``strict`` and a row is bad.
    """
    report_step = progress or (lambda step, share: None)
    check_report_folder(job.out, files=REPORT_FILES, content="a report")
    stored = read_model(job.artefact or shipped_folder())
    moderator = Moderator(stored, prior=job.prior, profile=job.profile, risk=job.risk)
    # A pack is evaluated by itself: a site judges by it the comments in its language alone.
    subject = EvaluationSubject(moderator) if is_pack(stored.manifest) else EvaluationSubject(moderator, judge_with)
    report_step("reading", 0.0)
    reading = read_tables(job.tables, columns=job.columns, labels=job.labels, strict=job.strict)
    rows = select_split(reading.rows, job.split)
    check_clean_sources(job.clean, rows)
    tables = _scored_tables(rows)
    report_step("judging", 0.0)
    scored = score_labelled_rows(subject.judge, rows, clean=job.clean or None, progress=partial(report_step, "judging"))
    report_step("measuring", 0.0)
    results = compute_results(scored, resamples=job.resamples, seed=job.seed, progress=partial(report_step, "measuring"))
    sections = []
    for step, build in section_builders_for(stored) if builders is None else builders:
        report_step(step, 0.0)
        if (section := build(subject, scored, results)) is not None:
            sections.append(section)
    report_step("writing", 0.0)
    report = EvaluationReport(results, tuple(sections), tables, reading, job.split, _remarks(moderator, rows, tables))
    write_report(report, job.out)
    return Evaluation(report, reading, job.out)


def section_builders_for(stored: StoredArtefact) -> Sequence[tuple[str, SectionBuilder]]:
    """Return the builders of the further sections: those of every report, and the one that compares an artefact's profiles."""
    return (*SECTION_BUILDERS, ("profiles", partial(profiles_section, stored)))


def select_split(rows: Labelled, split: str) -> Labelled:
    """Return the rows of a split, or all rows, or those held out of training.

    Args:
        rows: all rows of the tables.
        split: ``dev``, ``train``, ``all``, ``held-out`` or ``reporting``; rows without a split are ``held-out``.

    Raises:
        TableError: the split is empty.
    """
    selected = [row for row, side in enumerate(rows.split) if side in _SPLITS[split]]
    if split == "reporting":
        selected = [row for row in selected if only_reports(rows.id[row])]
    if not selected:
        sides = ", ".join(sorted({side or "empty" for side in rows.split}))
        raise TableError(f"no row to judge: --split is {split}, the column split of all rows used is {sides}: choose another --split")
    return rows if len(selected) == len(rows) else rows.take(selected)


def check_clean_sources(clean: Sequence[str], rows: Labelled) -> None:
    """Refuse clean sources that no row is from.

    Raises:
        TableError: no row is from one of them.
    """
    sources = sorted(set(rows.source))
    if unknown := [name for name in clean if name not in sources]:
        names = ", ".join(sources[:_MOST_SOURCES]) + (f" and {len(sources) - _MOST_SOURCES} more" if len(sources) > _MOST_SOURCES else "")
        raise TableError(f"--clean {unknown[0]}: no row to judge is of that source; the sources are {names}")


def _scored_tables(rows: Labelled) -> tuple[ScoredTable, ...]:
    counts: dict[str, int] = {}
    for place in rows.place:
        counts[place.file] = counts.get(place.file, 0) + 1
    return tuple(ScoredTable(file, hash_file(Path(file)), count) for file, count in sorted(counts.items()))


def _remarks(moderator: Moderator, rows: Labelled, tables: Sequence[ScoredTable]) -> tuple[str, ...]:
    """Return a warning if the artefact may have been trained on some of the rows, whose figures are then too good."""
    hashes = {source["sha256"] for source in moderator.public_manifest()["data"]}
    files = {table.file for table in tables if table.sha256 in hashes}
    training_rows = sum(place.file in files and split != "dev" for place, split in zip(rows.place, rows.split, strict=True))
    if not training_rows:
        return ()
    return (
        f"{training_rows:,} of the rows are in tables that the artefact was trained with and are not dev rows: it may know them by heart",
    )
