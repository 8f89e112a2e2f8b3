"""Rules about comments that name a group of people: the kit's, group by group, and the site's own."""

from collections.abc import Iterable

import numpy as np

from model.array_types import BoolArray
from training.evaluation.slices import IDENTITY_FAMILY, assign_slices
from training.gate.gate_kit import GateKit
from training.gate.gate_report import RuleResult, RuleVerdict, skipped_rule
from training.gate.kit_reading import KitReading
from training.gate.paired_areas import PairedChange, change_of_means
from training.gate.rules.kit_rules import mean_area_change
from training.gate.rules.rule_verdicts import judge_harm, several_looks
from training.gate.ruling_evidence import RulingEvidence

__all__ = ["identity_kit_rules", "identity_ruling_rule"]

_LEVEL = 0.025  # probability with which a rule that looks at many groups calls one worse for nothing
_NEUTRAL_LIMIT = 0.02  # of the share of neutral mentions that are called fine
_GROUP_LIMIT = 0.25  # of the share of a group's fine comments that are called fine; there are some 20 about each
_FEWEST_OF_GROUP = 12
_KIND_LIMIT = 0.02  # of AUC within the comments about one kind of group
_RULING_LIMIT = 0.03  # of AUC within the rulings that name one group


def identity_kit_rules(kit: GateKit, before: KitReading, after: KitReading) -> list[RuleResult]:
    """Return the lines of neutral mentions, all and group by group, and of telling fine from hateful about each kind of group.

    Args:
        kit: n comments, of which some speak of a group.
        before: what the champion says of them.
        after: what the candidate says.
    """
    return [_neutral_rule(kit, before, after), _group_rule(kit, before, after), _kind_rule(kit, before, after)]


def _neutral_rule(kit: GateKit, before: KitReading, after: KitReading) -> RuleResult:
    rule, about = "identity-neutral", "Change in the share of neutral mentions of groups that are called fine."
    fine = [(reading.labels == 0).astype(np.float64) for reading in (before, after)]
    change = change_of_means(*fine, weights=kit.is_neutral.astype(np.float64), clusters=kit.clusters)
    if change is None:
        return skipped_rule(rule, about, "The kit holds no neutral mentions.")
    return judge_harm(rule, about, change, limit=_NEUTRAL_LIMIT, is_kit=True)


def _group_rule(kit: GateKit, before: KitReading, after: KitReading) -> RuleResult:
    rule, about = "identity-groups", "Change in the share of the fine comments about one group that are called fine: the worst group."
    groups, is_fine = np.array([group or "" for group in kit.groups]), kit.labels == 0
    changes = []
    for group in sorted(set(groups.tolist()) - {""}):
        rows = (groups == group) & is_fine
        if rows.sum() >= _FEWEST_OF_GROUP:
            changes.append(float(((after.labels == 0)[rows]).mean() - ((before.labels == 0)[rows]).mean()))
    if not changes:
        return skipped_rule(rule, about, "The kit holds too few comments about any group.")
    worst = min(changes)
    verdict = RuleVerdict.WORSE if worst < -_GROUP_LIMIT else RuleVerdict.NO_CHANGE
    return RuleResult(rule, about, worst, None, None, -_GROUP_LIMIT, len(changes), verdict, "n counts groups.")


def _kind_rule(kit: GateKit, before: KitReading, after: KitReading) -> RuleResult:
    rule, about = "identity-kinds", "Change in mean AUC within the kit's comments about one kind of group, such as religions: the worst."
    kinds = np.array([kit.kinds.get(group or "", "") for group in kit.groups])
    changes = []
    for kind in sorted(set(kinds.tolist()) - {""}):
        rows = np.flatnonzero(kinds == kind)
        change = mean_area_change(
            kit.abusive[rows], kit.hateful[rows], before.scores[rows], after.scores[rows], clusters=kit.clusters[rows]
        )
        if change is not None:
            changes.append(change)
    if not changes:
        return skipped_rule(rule, about, "The kit holds too few comments about any kind of group.")
    worst, doubt = _worst(changes, limit=_KIND_LIMIT)
    return judge_harm(rule, about, worst, limit=_KIND_LIMIT, doubt=doubt, is_kit=True)


def identity_ruling_rule(evidence: RulingEvidence) -> RuleResult:
    """Return the line of the group about which the candidate judges worst beside the champion, on the site's own rulings."""
    rule, about = "identity-rulings", "Change in mean AUC, cross-fitted, within the site's rulings that name one group: the worst."
    changes = []
    for rows in _group_members(evidence):
        change = evidence.restricted(rows).mean_change()
        if change is not None:
            changes.append(change)
    if not changes:
        return skipped_rule(rule, about, "Too few rulings name any group.")
    worst, doubt = _worst(changes, limit=_RULING_LIMIT)
    return judge_harm(rule, about, worst, limit=_RULING_LIMIT, doubt=doubt)


def _group_members(evidence: RulingEvidence) -> Iterable[BoolArray]:
    """Return which rulings name each group, and which name any."""
    membership = assign_slices(evidence.texts)
    numbers = [number for number, each in enumerate(membership.slices) if each.family == IDENTITY_FAMILY]
    members = [membership.rows_in(number) for number in numbers]
    return [*members, np.logical_or.reduce(members)]


def _worst(changes: list[PairedChange], *, limit: float) -> tuple[PairedChange, float]:
    """Return the change that is most surely worse, else the smallest, and the standard errors at which one of so many is no accident."""
    doubt = several_looks(_LEVEL, len(changes))
    sure = [change for change in changes if change.change + doubt * change.error < 0 and change.change < -limit]
    return min(sure or changes, key=lambda change: change.change), doubt
