"""Rules about what the candidate gains on the site's own rulings."""

import numpy as np

from model.array_types import FloatArray
from training.gate.gate_report import GAIN, RuleResult, RuleVerdict, skipped_rule
from training.gate.paired_areas import PairedChange, change_of_means
from training.gate.rules.rule_verdicts import DOUBT, judge_gain, judge_harm
from training.gate.ruling_evidence import QUESTIONS, RulingEvidence, question_scores

__all__ = ["LEAST_GAIN", "as_fitted_rule", "gain_rules", "trust_rule"]

LEAST_GAIN = 0.005
"""The smallest gain in mean AUC that is worth an exchange."""
_LARGEST_FALL = 0.01  # of AUC on one question
_CALIBRATION_LIMIT = 0.01  # of the Brier score
_FEWEST_COMPARED = 10  # rulings
_LARGEST_CONTRADICTION = 0.1  # of AUC below chance; a champion that does not read the language is near chance on either side
_LEAST_CHANGE = 0.05  # of the log-odds, below which a candidate changes next to nothing
_UNEXPLAINED, _UNEXPLAINED_OF_MANY = 0.25, 0.8  # shares of the change


def gain_rules(evidence: RulingEvidence, gain: PairedChange | None) -> list[RuleResult]:
    """Return the lines of the gain in mean AUC, of the AUC on each question, and of the calibration.

    Args:
        evidence: the rulings of those who are no witnesses count nothing.
        gain: `RulingEvidence.mean_change` of it.
    """
    about = "Gain in AUC on the site's rulings, cross-fitted; the mean over the questions that they answer."
    by_question = {question: evidence.change(question) for question in QUESTIONS}
    lines = [_gain_rule(about, gain, by_question, evidence)]
    for question, change in by_question.items():
        rule, about = f"gain-{question}", f"Change in AUC of {question} on the site's rulings, cross-fitted."
        if change is None:
            lines.append(skipped_rule(rule, about, "The rulings answer this question too seldom, or all in one way."))
        else:
            lines.append(judge_harm(rule, about, change, limit=_LARGEST_FALL))
    return [*lines, _calibration_rule(evidence)]


def _gain_rule(about: str, gain: PairedChange | None, by_question: dict[str, PairedChange | None], evidence: RulingEvidence) -> RuleResult:
    if gain is None:
        n = int((evidence.weights > 0).sum())
        remark = "There are too few rulings of either kind from witnesses who count."
        return RuleResult(GAIN, about, None, None, None, LEAST_GAIN, n, RuleVerdict.CANNOT_TELL, remark, 200)
    line = judge_gain(GAIN, about, gain, least=LEAST_GAIN)
    falls = [question for question, change in by_question.items() if change is not None and change.change < -_LARGEST_FALL / 2]
    if line.verdict is RuleVerdict.BETTER and falls:
        remark = f"AUC of {falls[0]} fell, so that a gain in the mean is not enough."
        return RuleResult(GAIN, about, line.figure, line.low, line.high, line.limit, line.n, RuleVerdict.CANNOT_TELL, remark)
    return line


def trust_rule(evidence: RulingEvidence) -> RuleResult:
    """Return the line that says whether the rulings contradict the champion on the whole, as they do where labels were swapped."""
    rule, about = "trust", "AUC of the champion on the rulings, less one half; far below 0 they say the opposite of what it has learned."
    nothing = np.full_like(evidence.before, 1 / 3)
    change = evidence.mean_change(before=nothing, after=evidence.before)
    if change is None:
        return skipped_rule(rule, about, "The rulings answer too seldom, or all in one way.")
    low, high = change.change - DOUBT * change.error, change.change + DOUBT * change.error
    contradicts = high < 0 and change.change < -_LARGEST_CONTRADICTION
    verdict = RuleVerdict.WORSE if contradicts else RuleVerdict.NO_CHANGE if low > 0 else RuleVerdict.CANNOT_TELL
    return RuleResult(rule, about, change.change, low, high, -_LARGEST_CONTRADICTION, change.n, verdict)


def as_fitted_rule(champion: FloatArray, fitted: FloatArray, candidate: FloatArray, *, exact: bool) -> RuleResult:
    """Return the line that says whether the candidate is what retraining makes of the rulings; if not, cross-fitting says nothing of it.

    Args:
        champion: calibrated log-odds of the label heads, shape (n, 2).
        fitted: those that champion and rulings make together.
        candidate: those of the candidate; calibration may stretch and move each head.
        exact: whether the candidate was fitted on no more rows than these, so that it has to be the same.
    """
    rule = "as-fitted"
    about = "Share of what the candidate changes in the log-odds of the rulings that retraining on them does not explain."
    if len(fitted) < _FEWEST_COMPARED:
        return skipped_rule(rule, about, "There are too few rulings that the champion has not learned from.")
    share = 0.0
    for head in range(candidate.shape[1]):
        basis = np.column_stack([fitted[:, head], np.ones(len(fitted))])
        stretched = basis @ np.linalg.lstsq(basis, candidate[:, head], rcond=None)[0]
        unexplained = float(np.sqrt(np.mean((candidate[:, head] - stretched) ** 2)))
        changed = float(np.sqrt(np.mean((candidate[:, head] - champion[:, head]) ** 2)))
        share = max(share, unexplained / max(changed, _LEAST_CHANGE))
    limit = _UNEXPLAINED if exact else _UNEXPLAINED_OF_MANY
    verdict = RuleVerdict.NO_CHANGE if share <= limit else RuleVerdict.WORSE
    remark = "" if share <= limit else "It was not made of these rulings by retraining, so that what is cross-fitted says nothing of it."
    return RuleResult(rule, about, share, None, None, limit, len(fitted), verdict, remark)


def _calibration_rule(evidence: RulingEvidence) -> RuleResult:
    rule = "calibration"
    about = "Fall of the Brier score of P(abusive) and P(hateful) on the site's rulings, cross-fitted (more is better)."
    sums, known = [np.zeros(len(evidence)), np.zeros(len(evidence))], np.zeros(len(evidence))
    for question in QUESTIONS:
        answers = evidence.answers[question]
        is_known = answers >= 0
        known += is_known
        for column, scores in zip(sums, (evidence.before, evidence.after), strict=True):
            column += np.where(is_known, -((question_scores(scores, question) - np.maximum(answers, 0)) ** 2), 0.0)
    weights = np.where(known > 0, evidence.weights, 0.0)
    before, after = (column / np.maximum(known, 1) for column in sums)
    change = change_of_means(before, after, weights=weights, clusters=evidence.clusters)
    if change is None:
        return skipped_rule(rule, about, "There are no rulings that count.")
    return judge_harm(rule, about, change, limit=_CALIBRATION_LIMIT)
