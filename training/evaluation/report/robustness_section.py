"""The part of a report that tells how many caught comments escape when somebody attacks their spelling or length."""

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np

from model.moderator import Moderator
from model.profile import Profile
from training.evaluation.report.sections import Estimate, ReportColumn, ReportSection, ReportTable
from training.evaluation.results import EvaluationResults
from training.evaluation.scoreboard import ScoredRows
from training.robustness.attacks import ATTACK_FAMILIES
from training.robustness.robustness import AttackResult, ShareInterval, measure_robustness

__all__ = ["MAX_ATTACKED_ENCODER", "MAX_ATTACKED_FAST", "robustness_section"]

MAX_ATTACKED_FAST, MAX_ATTACKED_ENCODER = 4000, 400
"""Caught comments, and clean ones, that are attacked: enough for intervals of a percentage point; of three where an encoder reads them."""

_COLUMNS = (
    *(ReportColumn("attack"), ReportColumn("family"), ReportColumn("caught"), ReportColumn("escaped", percent=True)),
    *(ReportColumn("clean"), ReportColumn("newly flagged", percent=True), ReportColumn("over-reach", percent=True)),
)
_INTRODUCTION = (
    "Each comment is rewritten as people do to get past a filter. Attacks on words edit the three words that weigh most, each once; "
    "those whose name ends in whole edit all their letters. Escaped: of the abusive comments caught at 5 % false alarms, the share "
    "that is not caught after the attack. Newly flagged: of clean conversation, the share that is flagged only after it; over-reach: "
    "by how much the share of flagged ones grows in all. docs/robustness.md says what each attack does."
)


def robustness_section(moderator: Moderator, judged: ScoredRows, results: EvaluationResults) -> ReportSection:
    """Attack judged rows and tell what becomes of them, as a part of the report; for ``training.evaluation.evaluate.SECTION_BUILDERS``.

    Args:
        moderator: what judged them.
        judged: the rows.
        results: what was measured of them; gives the seed.
    """
    title = "Robustness"
    caught = (judged.rows.abusive == 1) & (judged.abusive > np.quantile(judged.abusive[judged.calm], 0.95) if judged.calm.any() else False)
    if not caught.any():
        return ReportSection(
            title, "No abusive comment is caught at 5 % false alarms, or there is no clean conversation: nothing to attack."
        )
    limit = MAX_ATTACKED_FAST if moderator.profile is Profile.FAST else MAX_ATTACKED_ENCODER
    found = measure_robustness(moderator, judged.rows, clean=judged.clean, limit=limit, seed=results.seed, known=judged.abusive)
    family = {name: family for family, names in ATTACK_FAMILIES.items() for name in names}
    rows = [
        (
            *(one.attack.replace("_", " "), family.get(one.attack, ""), one.caught, _estimate(one.escaped)),
            *(one.clean, _estimate(one.newly_flagged), _estimate(one.over_reach)),
        )
        for one in found.attacks
    ]
    figures = {
        **{"threshold": found.threshold, "abusive": found.abusive, "caught": found.caught},
        "attacks": {one.attack: _told(one) for one in found.attacks},
    }
    return ReportSection(title, _INTRODUCTION, (ReportTable("What becomes of comments under attack", _COLUMNS, rows),), figures=figures)


def _estimate(interval: ShareInterval) -> Estimate:
    return Estimate(interval.value, interval.low, interval.high)


def _told(one: AttackResult) -> Mapping[str, object]:
    told = asdict(one)
    told.pop("attack")
    return told
