"""The section about profiles of an artefact with two readers: how well each judges, and what it costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.array_types import FloatArray
from model.artefact.folder import StoredArtefact
from model.encoder.combined import CombinedReader
from model.moderator import Moderator
from model.profile import Profile
from training.evaluation.both_readings import BothReadings, CascadeMetrics, read_with_both, sample_rows
from training.evaluation.report.curve_charts import Axis, line_chart
from training.evaluation.report.sections import Cell, Picture, ReportColumn, ReportSection, ReportTable
from training.evaluation.report.ticks import ticks_around
from training.evaluation.results import EvaluationResults
from training.evaluation.scored_rows import ScoredRows
from training.evaluation.subject import EvaluationSubject

__all__ = ["MOST_COMPARED", "profiles_section"]

MOST_COMPARED = 20_000
"""Comments that both readers read, at most: a minute or two of one core."""

_STEPS = 25
_HIGHEST_RISK = 1.0
_GAIN_CURVES = {"auc_abusive": "AUC abusive", "auc_hateful": "AUC hateful", "macro_f1": "macro F1"}
_METRIC_COLUMNS = (
    *(ReportColumn("AUC abusive"), ReportColumn("AUC hateful"), ReportColumn("recall abusive at 5 % FPR")),
    *(ReportColumn("recall hateful at 1 % FPR"), ReportColumn("macro F1"), ReportColumn("calib. error")),
    *(ReportColumn("read by both", percent=True), ReportColumn("clean read by both", percent=True), ReportColumn("CPU s per 1,000")),
)


@dataclass(frozen=True, slots=True)
class _Cascade:
    """A cascade: its risk, the share of comments that the artefact expects it to pass on, and its metrics."""

    risk: float
    expected: float
    metrics: CascadeMetrics


@dataclass(frozen=True)
class _ProfileResults:
    """Metrics of the profiles, by name, and of cascades at several risks; ``current`` is the cascade at the moderator's risk."""

    profiles: Mapping[str, CascadeMetrics]
    cascades: Sequence[_Cascade]
    current: _Cascade


def profiles_section(
    stored: StoredArtefact,
    subject: EvaluationSubject,
    scored: ScoredRows,
    results: EvaluationResults,
    *,
    most: int = MOST_COMPARED,
) -> ReportSection | None:
    """Measure every profile on the same rows; see ``training.evaluation.evaluate.section_builders_for``.

    Args:
        stored: the artefact.
        subject: the same artefact, with any profile; gives the prior and the risk.
        scored: the rows.
        results: what was measured of them; gives the seed.
        most: number of rows that are read; if there are more, as many as that are drawn at random.

    Returns:
        None where the artefact has no encoder.
    """
    prior, risk = subject.moderator.prior, subject.moderator.risk
    full = Moderator(stored, prior=prior, profile=Profile.FULL, risk=risk) if len(stored.manifest.readers) > 1 else None
    if full is None or full.combined is None:
        return None
    fast = Moderator(stored, prior=prior, profile=Profile.FAST, risk=risk)
    rows = scored.rows.take(sample_rows(len(scored.rows), most, results.seed))
    cascade = Moderator(stored, prior=prior, profile=Profile.CASCADE, risk=_HIGHEST_RISK)
    readings = read_with_both(
        fast, cascade, full, full.combined, rows, clean=scored.clean, seed=results.seed, judge_with=subject.judge_with
    )
    profiles = _measure_profiles(readings, full.combined, risk)
    figures = {
        **{"rows": len(rows), "of": len(scored.rows), "risk": risk, "expected": profiles.current.expected},
        "profiles": {name: metrics.figures() for name, metrics in profiles.profiles.items()},
        "cascades": [{"risk": cascade.risk, "expected": cascade.expected, **cascade.metrics.figures()} for cascade in profiles.cascades],
    }
    pictures = [*_gain_picture(profiles), *_risk_picture(full.combined.curve, profiles.current.expected)]
    introduction = _introduction(profiles, subject.moderator, rows=len(rows), total=len(scored.rows))
    return ReportSection("Profiles", introduction, _tables(profiles), pictures, figures)


def _measure_profiles(readings: BothReadings, combined: CombinedReader, risk: float) -> _ProfileResults:
    """Measure the three profiles, and cascades at the risk asked for and at others spread over the curve."""
    current = max(int((combined.curve[:, 1] <= risk).sum()) - 1, 0)
    points = sorted({current, *np.linspace(0, len(combined.curve) - 1, _STEPS).astype(int).tolist()})
    cascades = {
        point: _Cascade(risk, share, readings.measure_cascade(threshold))
        for point, (threshold, risk, share) in zip(points, combined.curve[points].tolist(), strict=True)
    }
    thresholds = {Profile.FAST: None, Profile.CASCADE: combined.encoder_threshold(risk), Profile.FULL: 0.0}
    profiles = {profile.value: readings.measure_cascade(threshold) for profile, threshold in thresholds.items()}
    return _ProfileResults(profiles, list(cascades.values()), cascades[current])


def _tables(results: _ProfileResults) -> tuple[ReportTable, ...]:
    profiles = [(name, *_cells(metrics)) for name, metrics in results.profiles.items()]
    risks = [(f"{100 * cascade.risk:.3g} %", *_cells(cascade.metrics)) for cascade in results.cascades]
    return (
        ReportTable("The profiles", (ReportColumn("profile"), *_METRIC_COLUMNS), profiles),
        ReportTable("The cascade at other risks", (ReportColumn("risk"), *_METRIC_COLUMNS), risks),
    )


def _introduction(results: _ProfileResults, moderator: Moderator, *, rows: int, total: int) -> str:
    which = f"{rows:,} of the {total:,} rows, drawn at random" if rows < total else f"all {total:,} rows"
    return (
        "A profile is a choice of readers. fast: the n-grams alone. full: n-grams and encoder, always. cascade: both where P(abusive) by "
        f"the n-grams reaches {results.profiles[Profile.CASCADE].threshold:.3g}; below, both would change no more than "
        f"{100 * moderator.risk:.3g} % of all labels (the risk). Measured on {which}; figures are means over sources. Abuse is more common "
        f"among labelled rows than on a site: where {100 * moderator.prior.abusive:.3g} % of the comments are abusive, the "
        f"artefact expects the cascade to pass on {100 * results.current.expected:.3g} %, and the cost falls with it. CPU time is that of "
        "one thread on this machine; the encoder's is estimated from the length of the comments passed on, and differs from run to run. "
        "docs/encoder.md says how the readers work together."
    )


def _cells(metrics: CascadeMetrics) -> tuple[Cell, ...]:
    means = metrics.means
    return (
        *(means.auc_abusive, means.auc_hateful, means.recall_at_fpr5_abusive, means.recall_at_fpr1_hateful, means.macro_f1),
        *(metrics.calibration_error, metrics.encoder_share, metrics.clean_encoder_share, metrics.seconds),
    )


def _gain_picture(results: _ProfileResults) -> list[Picture]:
    """Draw what each cascade gains over the n-grams alone, and what it costs; nothing where no row answers."""
    fast, cascade, full = results.profiles.values()
    points = sorted([fast, *(point.metrics for point in results.cascades)], key=lambda point: point.seconds)
    costs = [point.seconds / full.seconds for point in points]
    curves = []
    for metric, title in _GAIN_CURVES.items():
        values = [getattr(point.means, metric) for point in points]
        if None not in values:
            curves.append((title, costs, [value - getattr(fast.means, metric) for value in values]))
    if not curves:
        return []
    gains = [gain for _, _, values in curves for gain in values]
    return [
        line_chart(
            "What the encoder gains, for every cost",
            "By how much each figure is above that of the n-grams alone, over the CPU time as a share of what the profile full takes, as "
            "the cascade passes on more and more; on the far right everything is. The dashed line marks the cascade at the risk chosen.",
            curves=curves,
            x_axis=Axis(ticks_around(0.0, 1.0)),
            y_axis=Axis(ticks_around(min(gains), max(gains)), label=lambda gain: f"{gain:+.3g}" if gain else "0"),
            x_title="CPU time, share of that of full",
            marks=[cascade.seconds / full.seconds],
        )
    ]


def _risk_picture(curve: FloatArray, expected: float) -> list[Picture]:
    """Draw the artefact's curve of risk over the share passed on; nothing where it has but one point."""
    if len(curve) == 1:
        return []
    _, risks, shares = curve[::-1].T.tolist()
    return [
        line_chart(
            "The risk, for every share passed on",
            "What the artefact states, at its prior: the share of all labels that both readers would change although the encoder was not "
            "asked, over the share of comments that it is asked about. The dashed line marks the risk chosen.",
            curves=[("risk", shares, risks)],
            x_axis=Axis(ticks_around(0.0, 1.0)),
            y_axis=Axis(ticks_around(0.0, max(risks))),
            x_title="share of comments passed on to the encoder",
            marks=[expected],
            height=260,
        )
    ]
