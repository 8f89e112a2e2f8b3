"""Rules about the persons behind the rulings: does the gain rest on one of them, and is one of them against all the others?

A person is *under suspicion* whose rulings alone, learned from, make the model worse in the eyes of everybody else, or who gives one
answer whatever the comment. What such a person says still teaches, within the cap of the fit, but counts as no witness of a gain.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from model.array_types import BoolArray, FloatArray, IntArray
from training.gate.gate_report import RuleResult, RuleVerdict, skipped_rule
from training.gate.paired_areas import PairedChange
from training.gate.persons import FEWEST_RULINGS
from training.gate.rules.rule_verdicts import DOUBT, several_looks
from training.gate.ruling_evidence import QUESTIONS, RulingEvidence, question_scores
from training.retrain.ruling_rows import RulingRows

__all__ = [
    "agreement_rule",
    "fixed_answer_rule",
    "flood_rule",
    "influence_rule",
    "persons_against_others",
    "persons_with_one_answer",
    "raid_rule",
    "without_one_rule",
]

_LEVEL = 0.02  # probability with which one of the persons is suspected for nothing
_LEAST_HARM = 0.003  # of AUC, below which nobody is suspected
_FIXED_SHARE = 0.98  # of the answers of one who always gives the same
_SURPRISE = 1e-4  # probability of so few other answers from which on it is no accident
_CONTESTED_LIMIT = 0.2
_FLOOD_LIMIT = 0.5
_RAID_LIMIT, _SMALLEST_RAID = 0.1, 10


def rows_of_others(evidence: RulingEvidence, person: int) -> BoolArray:
    """Return which rulings are another's and no near duplicates of one of this person's, shape (n,)."""
    own = evidence.persons == person
    is_other: BoolArray = ~own & ~np.isin(evidence.clusters, evidence.clusters[own])
    return is_other


def persons_against_others(evidence: RulingEvidence, taught_by: Mapping[int, FloatArray]) -> dict[int, PairedChange]:
    """Return the persons whose rulings alone make the model worse in the eyes of the others, with that change.

    Args:
        evidence: the rulings.
        taught_by: person → (n, 3) scores of the champion after it has learned from this person's rulings alone.
    """
    found = {}
    for person, scores in taught_by.items():
        change = evidence.restricted(rows_of_others(evidence, person)).mean_change(after=scores)
        if change is not None and change.change < -_LEAST_HARM and change.change + several_looks(_LEVEL, len(taught_by)) * change.error < 0:
            found[person] = change
    return found


def persons_with_one_answer(evidence: RulingEvidence) -> dict[int, bool]:
    """Return the persons who always give the same answer where the others would give another.

    Returns:
        Person → whether the answer has little to do with the comments: by the champion's scores these do not stand out from the comments
        to which the others give the other answer as those do that the others give the same answer. If it has, that person may just be
        given one kind of comment.
    """
    found: dict[int, bool] = {}
    for person, size in enumerate(evidence.sizes.tolist()):
        own = evidence.persons == person
        if size < FEWEST_RULINGS:
            continue
        for question in QUESTIONS:
            answers = evidence.answers[question]
            known = own & (answers >= 0)
            yes = int((answers[known] == 1).sum())
            total = int(known.sum())
            if total < FEWEST_RULINGS or max(yes, total - yes) < _FIXED_SHARE * total:
                continue
            chances = _chances(evidence, question, ~own)
            if chances is None:
                continue
            other = chances[known] if yes < total - yes else 1 - chances[known]
            expected, seen = float(other.sum()), min(yes, total - yes)
            if _poisson_tail(seen, expected) < _SURPRISE:
                found[person] = found.get(person, False) or not _stands_out(evidence, question, known, yes > total - yes)
    return found


def _stands_out(evidence: RulingEvidence, question: str, rows: BoolArray, answer: bool) -> bool:
    """Return whether rows stand out from the others' with the other answer at least halfway as far as the others' with the same do."""
    answers, scores = evidence.answers[question], question_scores(evidence.before, question)
    others = ~rows & (evidence.weights > 0)
    same, other = scores[others & (answers == answer)], scores[others & (answers == (not answer))]
    own, usual = _area(scores[rows], other), _area(same, other)
    side = 1.0 if answer else -1.0
    return side * (own - 0.5) >= side * (usual - 0.5) / 2


def _area(first: FloatArray, second: FloatArray) -> float:
    """Return the share of pairs in which the first scores higher; a tie counts half."""
    ordered = np.sort(second)
    below, up_to = (np.searchsorted(ordered, first, side=side) for side in ("left", "right"))
    return float((below + up_to).mean() / 2 / max(ordered.size, 1))


def without_one_rule(evidence: RulingEvidence, gain: PairedChange | None) -> RuleResult:
    """Return the line that says whether the gain rests on one person: it is measured without the rulings of each in turn."""
    rule, about = "without-one", "Gain in mean AUC on the rulings of all but one person: that without whom it is smallest."
    if len(evidence.names) < 2 or gain is None:
        return skipped_rule(rule, about, "The rulings name fewer than two persons." if len(evidence.names) < 2 else "No gain was measured.")
    changes = {}
    for person in range(len(evidence.names)):
        change = evidence.restricted(evidence.persons != person).mean_change()
        if change is not None:
            changes[person] = change
    if not changes:
        return RuleResult(rule, about, None, None, None, 0.0, len(evidence.names), RuleVerdict.CANNOT_TELL, "The others ruled too little.")
    person = min(changes, key=lambda each: (changes[each].change, each))
    smallest, doubt = changes[person], several_looks(0.025, len(changes))
    low, high = smallest.change - doubt * smallest.error, smallest.change + doubt * smallest.error
    shown = gain.change - DOUBT * gain.error > 0
    if smallest.change <= 0 and (shown or high < 0):
        verdict, remark = RuleVerdict.WORSE, f"Without the person who gave {evidence.sizes[person]:,} rulings there is none."
    elif smallest.change <= 0:
        verdict, remark = RuleVerdict.CANNOT_TELL, ""
    elif all(change.change - doubt * change.error > 0 for change in changes.values()):
        verdict, remark = RuleVerdict.BETTER, ""
    else:
        verdict, remark = RuleVerdict.NO_CHANGE, "It rests on nobody alone."
    return RuleResult(rule, about, smallest.change, low, high, 0.0, smallest.n, verdict, remark)


def influence_rule(
    evidence: RulingEvidence,
    against: Mapping[int, PairedChange],
    scores_without: Callable[[int], FloatArray],
    gain: PairedChange | None,
) -> RuleResult:
    """Return the line that says whether somebody's rulings make the model worse in the eyes of all others.

    Args:
        evidence: the rulings.
        against: what `persons_against_others` found.
        scores_without: returns (n, 3) cross-fitted scores of models that did not learn from a person.
        gain: what the others' rulings say of the candidate.
    """
    rule = "one-against-all"
    about = "Change in mean AUC, on the rulings of all others, that comes of learning from one person: the worst."
    if len(evidence.names) < 2:
        return skipped_rule(rule, about, "The rulings name fewer than two persons.")
    n = len(evidence.names)
    if not against:
        return RuleResult(rule, about, 0.0, None, None, -_LEAST_HARM, n, RuleVerdict.NO_CHANGE, "Nobody rules against all the others.")
    changes = {}
    for person in against:
        others = evidence.restricted(rows_of_others(evidence, person))
        change = others.mean_change(before=scores_without(person), after=evidence.after)
        if change is not None:
            changes[person] = change
    if not changes:
        return RuleResult(rule, about, None, None, None, -_LEAST_HARM, n, RuleVerdict.CANNOT_TELL)
    person = min(changes, key=lambda each: (changes[each].change, each))
    worst = changes[person]
    low, high = worst.change - DOUBT * worst.error, worst.change + DOUBT * worst.error
    is_harm = high < 0 and worst.change < -_LEAST_HARM
    is_gain = gain is not None and gain.change - DOUBT * gain.error > 0
    verdict = RuleVerdict.WORSE if is_harm and not is_gain else RuleVerdict.CANNOT_TELL
    sizes = ", ".join(f"{evidence.sizes[each]:,}" for each in sorted(changes))
    remark = f"Against all others: who gave {sizes} rulings; they count as no witness of the gain."
    return RuleResult(rule, about, worst.change, low, high, -_LEAST_HARM, worst.n, verdict, remark)


def fixed_answer_rule(evidence: RulingEvidence, fixed: Mapping[int, bool], gain: PairedChange | None) -> RuleResult:
    """Return the line that says whether somebody gives one answer whatever the comment."""
    rule = "fixed-answers"
    about = "Share of the rulings that come from persons who always give one answer where the others would give another."
    if not evidence.names or not evidence.sizes.max(initial=0) >= FEWEST_RULINGS:
        return skipped_rule(rule, about, f"Nobody is named who gave {FEWEST_RULINGS} rulings.")
    share = sum(int(evidence.sizes[person]) for person in fixed) / max(1, int(evidence.sizes.sum()))
    is_gain = gain is not None and gain.change - DOUBT * gain.error > 0
    is_blind = any(fixed.values())
    verdict = RuleVerdict.NO_CHANGE if not fixed else RuleVerdict.CANNOT_TELL if is_gain or not is_blind else RuleVerdict.WORSE
    sizes = ", ".join(f"{evidence.sizes[person]:,}" for person in sorted(fixed))
    witness = "whatever the comment, so that they are no witness of the gain" if is_blind else "perhaps because all were of one kind"
    remark = f"One answer in all of {sizes} rulings, {witness}." if fixed else ""
    return RuleResult(rule, about, share, None, None, 0.0, int(evidence.sizes.sum()), verdict, remark)


def agreement_rule(rows: RulingRows) -> RuleResult:
    """Return the line that says how often persons contradict each other about one comment."""
    rule, about = "agreement", "Share of the comments that several persons ruled on about which they do not agree."
    several = (rows.agreeing + rows.contesting) > 1
    n = int(several.sum())
    if not n:
        return skipped_rule(rule, about, "No comment was ruled on by two persons.")
    share = float((rows.contesting[several] > 0).mean())
    error = float(np.sqrt(share * (1 - share) / n))
    low, high = max(0.0, share - DOUBT * error), min(1.0, share + DOUBT * error)
    verdict = RuleVerdict.NO_CHANGE if share <= _CONTESTED_LIMIT else RuleVerdict.CANNOT_TELL
    remark = "" if share <= _CONTESTED_LIMIT else "Agree on the rules first: rulings that contradict each other teach little."
    return RuleResult(rule, about, share, low, high, _CONTESTED_LIMIT, n, verdict, remark)


def flood_rule(persons: IntArray, names: Sequence[str]) -> RuleResult:
    """Return the line that says whether most rulings come from one person."""
    rule, about = "floods", "Largest share of the rulings that come from one person."
    if len(names) < 2:
        return skipped_rule(rule, about, "The rulings name fewer than two persons.")
    share = float(np.bincount(persons[persons >= 0]).max()) / persons.size
    remark = "" if share <= _FLOOD_LIMIT else "Most rulings come from one person; they count for no more than the cap of the fit."
    verdict = RuleVerdict.NO_CHANGE if share <= _FLOOD_LIMIT else RuleVerdict.CANNOT_TELL
    return RuleResult(rule, about, share, None, None, _FLOOD_LIMIT, persons.size, verdict, remark)


def raid_rule(rows: RulingRows) -> RuleResult:
    """Return the line that says whether many rulings are about near duplicates of one comment."""
    rule, about = "raids", "Largest share of the rulings that are about near duplicates of one comment."
    n = len(rows)
    if not n:
        return skipped_rule(rule, about, "There are no rulings.")
    share = int(np.unique(rows.group, return_counts=True)[1].max()) / n
    is_raid = share > _RAID_LIMIT and share * n > _SMALLEST_RAID
    remark = "They count as one ruling in the fit and here." if is_raid else ""
    verdict = RuleVerdict.CANNOT_TELL if is_raid else RuleVerdict.NO_CHANGE
    return RuleResult(rule, about, share, None, None, _RAID_LIMIT, n, verdict, remark)


def _chances(evidence: RulingEvidence, question: str, rows: BoolArray) -> FloatArray | None:
    """Return the probability that the others would answer yes to each ruling, by a logistic map of the candidate's score; shape (n,)."""
    answers = evidence.answers[question]
    learn = rows & (answers >= 0) & (evidence.weights > 0)
    positives = int((answers[learn] == 1).sum())
    if min(positives, int(learn.sum()) - positives) < 5:
        return None
    p = np.clip(question_scores(evidence.before, question), 1e-6, 1 - 1e-6)
    z = np.log(p / (1 - p))
    weights = evidence.weights[learn] / evidence.weights[learn].mean()
    slope, intercept = _fit_logistic(z[learn], (answers[learn] == 1).astype(float), weights)
    chances: FloatArray = 1 / (1 + np.exp(-(slope * z + intercept)))
    return chances


def _fit_logistic(z: FloatArray, y: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """Return slope and intercept by Newton's method, with a ridge that keeps the slope of few or separated rows finite."""
    x = np.column_stack([z, np.ones_like(z)])
    point = np.array([0.5, 0.0])
    for _ in range(25):
        p = 1 / (1 + np.exp(-np.clip(x @ point, -30, 30)))
        gradient = x.T @ (weights * (y - p)) - np.array([1e-1 * (point[0] - 0.5), 1e-3 * point[1]])
        curvature = (x * (weights * np.maximum(p * (1 - p), 1e-6))[:, None]).T @ x + np.diag([1e-1, 1e-3])
        point = point + np.clip(np.linalg.solve(curvature, gradient), -2, 2)
    return float(point[0]), float(point[1])


def _poisson_tail(seen: int, expected: float) -> float:
    """Return the probability of at most ``seen`` events where ``expected`` are expected (Poisson); an upper bound for rarer mixtures."""
    term, total = float(np.exp(-expected)), 0.0
    for k in range(seen + 1):
        total += term
        term *= expected / (k + 1)
    return total
