"""The section about robustness: how many flagged comments escape when somebody attacks their spelling or length."""

from collections.abc import Mapping
from typing import cast

import numpy as np

from model.profile import Profile
from training.evaluation.report.sections import ReportColumn, ReportSection, ReportTable
from training.evaluation.results import EvaluationResults
from training.evaluation.scored_rows import ScoredRows
from training.evaluation.subject import EvaluationSubject
from training.metrics.estimate import Estimate
from training.metrics.source_metrics import ABUSIVE_FPR
from training.public_keys import with_public_keys
from training.robustness.attacks import ATTACK_FAMILIES
from training.robustness.robustness import AttackResult, ShareInterval, measure_robustness

__all__ = ["robustness_section"]

_MOST_WITH_NGRAMS, _MOST_WITH_ENCODER = 4000, 400
"""Flagged abusive comments, and clean ones, that are attacked. 4,000 give intervals of about a percentage point, 400 of about three."""

_COLUMNS = (
    *(ReportColumn("attack"), ReportColumn("family"), ReportColumn("true positives"), ReportColumn("escaped", percent=True)),
    *(ReportColumn("clean"), ReportColumn("newly flagged", percent=True), ReportColumn("over-reach", percent=True)),
)
_INTRODUCTION = (
    "Each comment is rewritten as people do to get past a filter. Attacks on words edit the three words that weigh most, each once; "
    "those whose name ends in whole edit all their letters. Escaped: of the abusive comments flagged at 5 % false positives, the share "
    "that is no longer flagged after the attack. Newly flagged: of clean conversation, the share that is flagged only after it. "
    "Over-reach: by how much the share of flagged ones grows in all. docs/robustness.md says what each attack does."
)


def robustness_section(subject: EvaluationSubject, scored: ScoredRows, results: EvaluationResults) -> ReportSection:
    """Attack scored rows and report how many escape; one of ``training.evaluation.evaluate.SECTION_BUILDERS``.

    Args:
        subject: what scored them, and what is attacked.
        scored: the rows.
        results: what was measured of them; gives the seed.
    """
    threshold = np.quantile(scored.abusive[scored.is_clean], 1 - ABUSIVE_FPR) if scored.is_clean.any() else np.inf
    if not ((scored.rows.abusive == 1) & (scored.abusive > threshold)).any():
        return ReportSection(
            "Robustness", "No abusive comment is flagged at 5 % false positives, or there is no clean conversation: nothing to attack."
        )
    most = _MOST_WITH_NGRAMS if subject.moderator.profile is Profile.FAST else _MOST_WITH_ENCODER
    robustness = measure_robustness(
        subject.moderator,
        scored.rows,
        judge=subject.judge,
        clean=scored.clean,
        limit=most,
        seed=results.seed,
        scores=scored.abusive,
    )
    families = {name: family for family, names in ATTACK_FAMILIES.items() for name in names}
    rows = [
        (
            *(result.attack.replace("_", " "), families.get(result.attack, ""), result.true_positives, _estimate(result.escaped)),
            *(result.clean, _estimate(result.newly_flagged), _estimate(result.over_reach)),
        )
        for result in robustness.attacks
    ]
    figures = {
        **{"threshold": robustness.threshold, "abusive": robustness.abusive, "caught": robustness.true_positives},
        "attacks": {result.attack: _figures(result) for result in robustness.attacks},
    }
    return ReportSection("Robustness", _INTRODUCTION, (ReportTable("Comments under attack", _COLUMNS, rows),), figures=figures)


def _estimate(interval: ShareInterval) -> Estimate:
    return Estimate(interval.value, interval.low, interval.high)


def _figures(result: AttackResult) -> Mapping[str, object]:
    """Return the figures of an attack under their public keys; its name is the key of them all."""
    figures = cast("dict[str, object]", with_public_keys(result))
    return {key: figure for key, figure in figures.items() if key != "attack"}
