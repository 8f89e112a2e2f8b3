"""The part of a report that compares the profiles of an artefact with two readers: how well each judges, and what it costs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.artefact.folder import StoredArtefact
from model.decisions import CommentJudge
from model.encoder.combined import CombinedReader
from model.moderator import Moderator
from model.profile import Profile
from training.evaluation.both_readings import BothReadings, CascadeMetrics, read_with_both, sample_rows
from training.evaluation.report.pictures import Axis, lines, ticks_around
from training.evaluation.report.sections import Cell, Picture, ReportColumn, ReportSection, ReportTable
from training.evaluation.results import EvaluationResults
from training.evaluation.scoreboard import ScoredRows

__all__ = ["MAX_ROWS", "profiles_section"]

MAX_ROWS = 20_000
"""Comments that both readers read: a minute or two of a core."""

_STEPS = 25
_LINES = {"auc_abusive": "AUC abusive", "auc_hateful": "AUC hateful", "macro_f1": "macro F1"}
_FIGURES = (
    *(
        ReportColumn("AUC abusive"),
        ReportColumn("AUC hateful"),
        ReportColumn("caught abusive at 5 %"),
        ReportColumn("caught hateful at 1 %"),
        ReportColumn("macro F1"),
    ),
    *(ReportColumn("calib. error"), ReportColumn("read by both", percent=True), ReportColumn("clean read by both", percent=True)),
    ReportColumn("CPU s per 1,000"),
)


@dataclass(frozen=True, slots=True)
class _Step:
    """A point of the artefact's curve: the risk, the share of comments that it expects to be passed on, and what was measured."""

    risk: float
    expected: float
    judgement: CascadeMetrics


@dataclass(frozen=True)
class _Compared:
    """What came of the profiles, by name, and of cascades with other thresholds; ``chosen`` is the one of the risk asked for."""

    profiles: Mapping[str, CascadeMetrics]
    cascades: Sequence[_Step]
    chosen: _Step


def profiles_section(
    stored: StoredArtefact,
    moderator: Moderator,
    judged: ScoredRows,
    results: EvaluationResults,
    *,
    judge_with: Callable[[Moderator], CommentJudge] = lambda moderator: moderator,
) -> ReportSection | None:
    """Score rows by every profile and compare them, as a report section; see ``training.evaluation.evaluate.section_builders_for``.

    Args:
        stored: the artefact.
        moderator: of the same, by whatever profile; gives the prior and the risk.
        judged: the rows; of more than ``LIMIT`` as many are drawn.
        results: what was measured of them; gives the seed.
        judge_with: makes the judge of a moderator, as for the rest of the report.

    Returns:
        None where the artefact has no encoder.
    """
    prior, risk = moderator.prior, moderator.risk
    full = Moderator(stored, prior=prior, profile=Profile.FULL, risk=risk) if len(stored.manifest.readers) > 1 else None
    if full is None or full.combined is None:
        return None
    fast = Moderator(stored, prior=prior, profile=Profile.FAST, risk=risk)
    rows = judged.rows.take(sample_rows(len(judged.rows), MAX_ROWS, results.seed))
    read = read_with_both(fast, full, full.combined, rows, clean=judged.clean, seed=results.seed, judge_with=judge_with)
    found = _compared(read, full.combined, moderator.risk)
    figures = {
        **{"rows": len(rows), "of": len(judged.rows), "risk": moderator.risk, "expected": found.chosen.expected},
        "profiles": {name: one.told() for name, one in found.profiles.items()},
        "cascades": [{"risk": one.risk, "expected": one.expected} | one.judgement.told() for one in found.cascades],
    }
    pictures = [*_judgement_picture(found), *_risk_picture(full.combined.curve, found.chosen.expected)]
    return ReportSection("Profiles", _introduction(found, moderator, len(rows), len(judged.rows)), _tables(found), pictures, figures)


def _compared(read: BothReadings, second: CombinedReader, asked: float) -> _Compared:
    at = max(int((second.curve[:, 1] <= asked).sum()) - 1, 0)
    some = sorted({at, *np.linspace(0, len(second.curve) - 1, _STEPS).astype(int).tolist()})
    steps = {
        row: _Step(risk, share, read.judged_from(start))
        for row, (start, risk, share) in zip(some, second.curve[some].tolist(), strict=True)
    }
    profiles = {Profile.FAST: None, Profile.CASCADE: second.encoder_threshold(asked), Profile.FULL: 0.0}
    return _Compared({name.value: read.judged_from(threshold) for name, threshold in profiles.items()}, list(steps.values()), steps[at])


def _tables(found: _Compared) -> tuple[ReportTable, ...]:
    risks = [(f"{100 * one.risk:.3g} %", *_cells(one.judgement)) for one in found.cascades]
    return (
        ReportTable("The profiles", (ReportColumn("profile"), *_FIGURES), [(name, *_cells(one)) for name, one in found.profiles.items()]),
        ReportTable("The cascade at other risks", (ReportColumn("risk"), *_FIGURES), risks),
    )


def _introduction(found: _Compared, moderator: Moderator, rows: int, of: int) -> str:
    which = f"{rows:,} of the {of:,} rows, drawn at random" if rows < of else f"all {of:,} rows"
    return (
        "A profile is a choice of readers. fast: the n-grams alone. full: n-grams and encoder, always. cascade: both where P(abusive) by "
        f"the n-grams reaches {found.profiles[Profile.CASCADE].threshold:.3g}; below, both would change no more than "
        f"{100 * moderator.risk:.3g} % of all labels (the risk). Measured on {which}; figures are means over sources. Abuse is more common "
        f"among labelled rows than on a site: where {100 * moderator.classifier.prior.abusive:.3g} % of the comments are abusive, the "
        f"artefact expects the cascade to pass on {100 * found.chosen.expected:.3g} %, and the cost falls with it. CPU time is that of one "
        "thread on this machine, the encoder's by the length of what was passed on; it differs from run to run. docs/encoder.md says how "
        "the readers work together."
    )


def _cells(one: CascadeMetrics) -> tuple[Cell, ...]:
    of = one.figures
    return (
        *(of.auc_abusive, of.auc_hateful, of.caught_abusive, of.caught_hateful, of.macro_f1),
        *(one.calibration_error, one.passed, one.passed_clean, one.seconds),
    )


def _judgement_picture(found: _Compared) -> list[Picture]:
    """Draw what each cascade gains over the n-grams alone and costs; nothing where no row answers."""
    fast, cascade, full = found.profiles.values()
    points = sorted([fast, *(one.judgement for one in found.cascades)], key=lambda one: one.seconds)
    costs = [one.seconds / full.seconds for one in points]
    curves = []
    for figure, name in _LINES.items():
        values = [getattr(one.figures, figure) for one in points]
        if None not in values:
            curves.append((name, costs, [value - getattr(fast.figures, figure) for value in values]))
    if not curves:
        return []
    gains = [gain for _, _, values in curves for gain in values]
    return [
        lines(
            "What the encoder gains, for every cost",
            "By how much each figure is above that of the n-grams alone, over the CPU time as a share of what the profile full takes, as "
            "the cascade passes on more and more; on the far right everything is. The dashed line marks the cascade at the risk chosen.",
            curves=curves,
            across=Axis(ticks_around(0.0, 1.0)),
            up=Axis(ticks_around(min(gains), max(gains)), show=lambda gain: f"{gain:+.3g}" if gain else "0"),
            below="CPU time, share of that of full",
            marks=[cascade.seconds / full.seconds],
        )
    ]


def _risk_picture(curve: npt.NDArray[np.float64], expected: float) -> list[Picture]:
    """Draw the artefact's curve of risk over the share passed on; nothing where it has but one point."""
    if len(curve) == 1:
        return []
    _, risks, shares = curve[::-1].T.tolist()
    return [
        lines(
            "The risk, for every share passed on",
            "What the artefact states, at its prior: the share of all labels that both readers would change although the encoder was not "
            "asked, over the share of comments that it is asked about. The dashed line marks the risk chosen.",
            curves=[("risk", shares, risks)],
            across=Axis(ticks_around(0.0, 1.0)),
            up=Axis(ticks_around(0.0, max(risks))),
            below="share of comments passed on to the encoder",
            marks=[expected],
            height=260,
        )
    ]
