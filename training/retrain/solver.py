"""Fits a penalised difference to the log-odds of the two label heads, in one order of sums.

For a row whose label is known the loss is that of two logistic regressions: is it hateful, and, if not, is it abusive; with weight
``sharing`` a hateful row counts as abusive as well. Where a row leaves labels open, it is the logarithm of what the model makes of those
that it may have, as in ``training.fit.ngram_weights``. Rarer answers count more, by the root of how rare they are.

Beside the weights of features there is one number that says how much of the log-odds of abuse is added to those of hate. Sites differ most
in how near to plain abuse what they call hateful is, and a few rulings are enough to tell that. It is bounded: the more is added, the more
is lost for everybody else.

What the difference adds to comments of every kind, those that it is anchored to, costs too.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from model.array_types import BoolArray, FloatArray, IntArray
from model.ngrams.heads import ABUSIVE_HEAD, HATEFUL_HEAD, LABEL_HEADS
from training.retrain.difference_kernels import label_losses
from training.retrain.packed_features import FeatureMatrix

__all__ = ["FitProblem", "Penalty", "Solution", "solve", "taught_heads"]

_MOST_STEPS = 200
_MANY_ROWS, _STEPS_OF_MANY = 20_000, 40  # so many rows are fitted well enough by then, and further steps take minutes
_MEMORY = 10  # steps that the approximation of the curvature goes back
_TOLERANCE = 1e-7  # of the loss of a row
_BALANCE = 0.5  # power of the factor by which the answers to a question would weigh the same
_MOST_MIXING, _FULLY_MIXED = 0.15, 500.0  # up to rulings of this weight; of more, less is taken from there, since words say it better
_SHARE, _INTERCEPTS = -3, slice(-2, None)  # of the point that is searched for


@dataclass(frozen=True, eq=False)
class FitProblem:
    """What a difference is fitted to.

    Attributes:
        matrix: the features of all rows there are.
        rows: the numbers of the n rows among them that count, shape (n,).
        offset: log-odds of the two heads that the difference is added to, float64, shape (n, 2).
        known: how likely the answers of a row are for each label, float64, shape (n, 3); see ``KnownLabels``.
        weights: of the rows, shape (n,).
        anchor: the features of the comments that the difference is anchored to; of the same columns.

    A head that the rows answer in one way alone is left as it is.
    """

    matrix: FeatureMatrix
    rows: IntArray
    offset: FloatArray
    known: FloatArray
    weights: FloatArray
    anchor: FeatureMatrix


@dataclass(frozen=True, eq=False)
class Penalty:
    """What a difference costs.

    Attributes:
        features: what half the square of a weight costs, float64, shape (k,).
        mixing: what half the square of the mixed share costs for each unit of the rows' weight; infinite to mix nothing.
        anchor: what half the mean square of what is added to the anchoring comments costs for each unit of the rows' weight.
        sharing: weight of a hateful row in the head of abuse.
    """

    features: FloatArray
    mixing: float
    anchor: float
    sharing: float


@dataclass(frozen=True, eq=False)
class Solution:
    """A fitted difference.

    Attributes:
        features: weights of the features, float64, shape (k, 2).
        mixing: how much of the log-odds of abuse is added to those of hate.
        intercepts: what the rows have more than the model gives, shape (2,): they are no random sample.
    """

    features: FloatArray
    mixing: float
    intercepts: FloatArray


def solve(problem: FitProblem, penalty: Penalty, *, tolerance: float = _TOLERANCE) -> Solution:
    """Return the difference with the least loss and penalty.

    Args:
        problem: what it is fitted to.
        penalty: what it costs.
        tolerance: share of the loss that a step must gain for another one to be taken.
    """
    size = penalty.features.size
    n, total = problem.rows.size, max(float(problem.weights.sum()), 1e-300)
    losses, errors = np.zeros((n, LABEL_HEADS)), np.zeros((n, LABEL_HEADS))
    answers = _head_answers(problem.known)
    weights = problem.weights[:, None] * _balance(answers, problem.weights)
    is_taught = taught_heads(problem.known[problem.weights > 0])
    anchors = len(problem.anchor)
    everywhere = np.arange(anchors)
    anchoring = penalty.anchor * total / max(anchors, 1)
    roots = np.sqrt(penalty.features)[:, None]  # in steps of equal cost the search is shorter
    abuse = problem.offset[:, ABUSIVE_HEAD]

    def loss(point: FloatArray, mixing: float | None) -> tuple[float, FloatArray]:
        """Return loss and gradient where the mixed share is the one given, or that of the point."""
        gradient = np.zeros(point.size)
        scaled, share = point[:_SHARE].reshape(size, LABEL_HEADS), point[_SHARE] if mixing is None else mixing
        own = scaled / roots
        log_odds = problem.offset + point[_INTERCEPTS]
        log_odds[:, HATEFUL_HEAD] += share * abuse
        problem.matrix.add(problem.rows, own, log_odds)
        label_losses(log_odds, problem.known, penalty.sharing, losses, errors)
        weighted = errors * weights * is_taught
        of_features = np.zeros((size, LABEL_HEADS))
        problem.matrix.add_gradient(problem.rows, weighted, of_features)
        added = np.zeros((anchors, LABEL_HEADS))
        problem.anchor.add(everywhere, own, added)
        problem.anchor.add_gradient(everywhere, added * anchoring, of_features)
        gradient[:_SHARE] = (of_features / roots + scaled).ravel()
        if mixing is None:
            gradient[_SHARE] = float((weighted[:, HATEFUL_HEAD] * abuse).sum()) + penalty.mixing * total * share
        gradient[_INTERCEPTS] = weighted.sum(axis=0)
        squares = anchoring * (added * added).sum() + (scaled * scaled).sum()
        if mixing is None:
            squares += penalty.mixing * total * share**2
        return (float((losses * weights).sum()) + float(squares) / 2) / total, gradient / total

    steps = _STEPS_OF_MANY if n > _MANY_ROWS else _MOST_STEPS
    options = {"maxiter": steps, "maxcor": _MEMORY, "ftol": tolerance, "gtol": 1e-8}

    def search(start: FloatArray, mixing: float | None) -> FloatArray:
        found: FloatArray = minimize(loss, start, args=(mixing,), jac=True, method="L-BFGS-B", options=options).x
        return found

    best = search(np.zeros(size * LABEL_HEADS + 3), None if np.isfinite(penalty.mixing) else 0.0)
    most = _MOST_MIXING * min(1.0, (_FULLY_MIXED / total) ** (1 / 3))
    share = float(np.clip(best[_SHARE], 0.0, most)) if np.isfinite(penalty.mixing) else 0.0
    if share != best[_SHARE]:
        # The loss is convex, so what is best within the bounds is best on the one that was passed.
        best = search(best, share)
    return Solution(best[:_SHARE].reshape(size, LABEL_HEADS) / roots, share, best[_INTERCEPTS].copy())


def taught_heads(known: FloatArray) -> BoolArray:
    """Return which of the two heads rows answer with yes and with no, by what is known of their labels; shape (n, 3) to (2,)."""
    answers = _head_answers(known)
    is_taught: BoolArray = (answers == 1).any(axis=0) & (answers == 0).any(axis=0)
    return is_taught


def _head_answers(known: FloatArray) -> IntArray:
    """Return what rows answer to the questions of the two heads: 1 yes, 0 no, -1 where they leave it open; shape (n, 3) to (n, 2)."""
    fine, toxic, hateful = (known > 0).T
    answers = np.full((len(known), LABEL_HEADS), -1, np.int64)
    answers[hateful & ~fine & ~toxic, HATEFUL_HEAD] = 1
    answers[~hateful & (fine | toxic), HATEFUL_HEAD] = 0
    answers[~fine & toxic, ABUSIVE_HEAD] = 1
    answers[fine & ~toxic & ~hateful, ABUSIVE_HEAD] = 0
    return answers


def _balance(answers: IntArray, weights: FloatArray) -> FloatArray:
    """Return factors of the losses of the two heads, shape (n, 2): the rarer an answer, the larger; their weighted mean is 1."""
    factors = np.ones(answers.shape)
    for head in range(LABEL_HEADS):
        members = [answers[:, head] == answer for answer in (0, 1)]
        sums = [float(weights[own].sum()) for own in members]
        if min(sums) > 0:
            for own, of_answer in zip(members, sums, strict=True):
                factors[own, head] = (sum(sums) / (2 * of_answer)) ** _BALANCE
            either = members[0] | members[1]
            factors[either, head] *= sum(sums) / float((weights[either] * factors[either, head]).sum())
    factors[answers[:, HATEFUL_HEAD] < 0] = 1.0  # what leaves that open concerns both heads at once
    return factors
