"""Rules about what the site would do with comments: verdicts in each community, recent verdicts that would change, speed and size."""

from collections.abc import Mapping, Sequence
from math import sqrt

import numpy as np

from model.comment import VERDICTS, Comment, Verdict
from model.decisions import CommentJudge, Decisions
from training.gate.gate_kit import GateKit
from training.gate.gate_report import RuleResult, RuleVerdict, skipped_rule
from training.gate.kit_reading import KitReading
from training.gate.paired_areas import PairedChange, change_of_means
from training.gate.rules.rule_verdicts import DOUBT, judge_harm, several_looks

__all__ = ["MOST_COMMUNITIES", "community_rule", "recent_rule", "size_rule", "speed_rule", "verdict_change"]

MOST_COMMUNITIES = 8
"""Communities that are looked at, those with the most rulings first."""
_COMMUNITY_LIMIT = 0.04  # of the share of verdicts that are right
_RECENT_LIMIT = 0.2  # of the recent verdicts
_SPEED_LIMIT = 0.05  # of the comments
_SIZE_LIMIT = 2.2  # times the bytes
_APPROVE = VERDICTS.index(Verdict.APPROVE)


def verdict_change(kit: GateKit, rows: Sequence[int], before: Decisions, after: Decisions) -> PairedChange | None:
    """Return the share of right verdicts on some comments of the kit: a fine comment approved, another not; both kinds count the same.

    Args:
        kit: the comments.
        rows: the numbers of those that were judged.
        before: what the site decides with the champion.
        after: what it would decide with the candidate.
    """
    is_fine = kit.labels[list(rows)] == 0
    weights = np.where(is_fine, 0.5 / max(int(is_fine.sum()), 1), 0.5 / max(int((~is_fine).sum()), 1))
    right = [((decisions.verdicts == _APPROVE) == is_fine).astype(np.float64) for decisions in (before, after)]
    return change_of_means(*right, weights=weights, clusters=kit.clusters[list(rows)])


def community_rule(changes: Mapping[str | None, PairedChange | None]) -> RuleResult:
    """Return the line of the community in which the verdicts get worst.

    Args:
        changes: community → `verdict_change` by the site's own rules there; None stands for comments of no community.
    """
    rule, about = "communities", "Change in the share of the kit's comments with the right verdict by the rules of a community: the worst."
    known = [change for change in changes.values() if change is not None]
    if not known:
        return skipped_rule(rule, about, "No comment could be judged.")
    worst, doubt = min(known, key=lambda change: change.change), several_looks(0.025, len(known))
    remark = f"{len(known):,} looked at." if len(known) > 1 else ""
    return judge_harm(rule, about, worst, limit=_COMMUNITY_LIMIT, doubt=doubt, is_kit=True, remark=remark)


def recent_rule(comments: Sequence[Comment], champion: CommentJudge, candidate: CommentJudge) -> RuleResult:
    """Return the line of the recent comments whose verdict would change."""
    rule, about = "recent", "Share of recent comments about which the verdict would change."
    if not comments:
        return skipped_rule(rule, about, "No recent comments are known.")
    before, after = (judge.decide(comments).verdicts for judge in (champion, candidate))
    n, changed = len(comments), before != after
    share = float(changed.mean())
    half = DOUBT * sqrt(share * (1 - share) / n)
    stricter = int((changed & (after > before)).sum())
    remark = f"{stricter:,} would be judged more strictly, {int(changed.sum()) - stricter:,} less."
    low, high = max(0.0, share - half), min(1.0, share + half)
    verdict = RuleVerdict.NO_CHANGE if share <= _RECENT_LIMIT else RuleVerdict.WORSE if low > _RECENT_LIMIT else RuleVerdict.CANNOT_TELL
    return RuleResult(rule, about, share, low, high, _RECENT_LIMIT, n, verdict, remark)


def speed_rule(before: KitReading, after: KitReading, heads: tuple[int, int]) -> RuleResult:
    """Return the line of speed, by what is counted rather than timed: the second reader takes a thousand times as long as the first.

    Args:
        before: what the champion says of some comments.
        after: what the candidate says of them.
        heads: how many heads the n-grams of champion and candidate have.
    """
    rule, about = "speed", "Change in the share of comments that the second reader is asked about, which is what takes time."
    n = len(before)
    change = (after.encoder_count - before.encoder_count) / max(n, 1)
    is_slower = change > _SPEED_LIMIT or heads[1] > heads[0]
    remark = f"The n-grams have {heads[1]} heads in place of {heads[0]}." if heads[0] != heads[1] else ""
    is_faster = change < -_SPEED_LIMIT
    verdict = RuleVerdict.WORSE if is_slower else RuleVerdict.BETTER if is_faster else RuleVerdict.NO_CHANGE
    return RuleResult(rule, about, change, None, None, _SPEED_LIMIT, n, verdict, remark)


def size_rule(champion: Mapping[str, int], candidate: Mapping[str, int]) -> RuleResult:
    """Return the line of the bytes of the arrays, which are what a loaded model takes.

    Args:
        champion: array → its bytes.
        candidate: array → its bytes.
    """
    ratio = sum(candidate.values()) / max(sum(champion.values()), 1)
    about = "Bytes of the candidate's arrays, as a multiple of the champion's."
    verdict = RuleVerdict.WORSE if ratio > _SIZE_LIMIT else RuleVerdict.NO_CHANGE
    return RuleResult("size", about, ratio, None, None, _SIZE_LIMIT, len(candidate), verdict)
