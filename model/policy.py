"""Policies: named thresholds that lead from scores to the verdict that a community wants, and how to derive them."""

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from model.array_types import FloatArray, Int8Array
from model.errors import PolicyError

__all__ = ["Policy", "derive_policy", "unknown_policy_error"]


_REVIEW_RATE = 0.05
_REJECT_RATE = 0.005
_THRESHOLDS = ("review_abusive", "review_hateful", "reject_abusive", "reject_hateful")


@dataclass(frozen=True, slots=True)
class Policy:
    """Named thresholds: a comment that reaches one of them gets its verdict.

    Every threshold is a probability in [0, 1] and inclusive: a score equal to it triggers. Rejecting is never easier
    than reviewing.

    Attributes:
        name: the name that the community gives it.
        review_abusive: lowest P(abusive) = 1 - P(fine) that a human should see.
        review_hateful: lowest P(hateful) that a human should see.
        reject_abusive: lowest P(abusive) that is rejected.
        reject_hateful: lowest P(hateful) that is rejected.

    Raises:
        PolicyError: a threshold is no number in [0, 1], or a review threshold lies above its reject threshold.
    """

    name: str
    review_abusive: float
    review_hateful: float
    reject_abusive: float
    reject_hateful: float

    def __post_init__(self) -> None:
        """Refuse thresholds that make no sense."""
        if not self.name:
            raise PolicyError("a policy has no name: give it one")
        for field in _THRESHOLDS:
            value = getattr(self, field)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
                raise PolicyError(f"policy {self.name!r}: {field} is {value!r}: give a number from 0 to 1")
        for kind in ("abusive", "hateful"):
            review, reject = getattr(self, f"review_{kind}"), getattr(self, f"reject_{kind}")
            if review > reject:
                raise PolicyError(
                    f"policy {self.name!r}: review_{kind} ({review}) is above reject_{kind} ({reject}): lower the first or raise the second"
                )

    def verdicts(self, abusive: FloatArray, hateful: FloatArray) -> Int8Array:
        """Return the verdicts that scores lead to.

        Args:
            abusive: (n,) P(abusive) = 1 - P(fine); NaN where a comment was not judged.
            hateful: (n,) P(hateful); NaN where a comment was not judged.

        Returns:
            (n,) codes into ``VERDICTS``: the gravest verdict that either score asks for; -1 where either score is NaN.

        Raises:
            ValueError: the two differ in shape.
        """
        if abusive.shape != hateful.shape:
            raise ValueError(f"abusive has shape {abusive.shape}, hateful {hateful.shape}: they must agree")
        from model.ngrams.heads import verdict_codes  # here, because it loads the kernels

        review = float(self.review_abusive), float(self.review_hateful)
        reject = float(self.reject_abusive), float(self.reject_hateful)
        return verdict_codes(abusive, hateful, review=review, reject=reject)


def unknown_policy_error(policy: str, names: Collection[str]) -> PolicyError:
    """Return the error of a policy that is none of those that an artefact has."""
    return PolicyError(f"policy {policy!r} is unknown: use one of {', '.join(sorted(names))}")


@dataclass(frozen=True, slots=True)
class _Thresholds:
    """The two thresholds of one verdict."""

    abusive: float
    hateful: float


def derive_policy(
    abusive: FloatArray,
    hateful: FloatArray,
    *,
    name: str = "default",
    review_rate: float = _REVIEW_RATE,
    reject_rate: float = _REJECT_RATE,
    hateful_share: float = 0.5,
) -> Policy:
    """Choose the lowest thresholds that let no more clean comments be reviewed and rejected than stated.

    Each rate is a budget of comments that either threshold may spend. ``hateful_share`` of it goes to the hateful
    threshold: the lowest that no more comments than these reach. The rest goes to the abusive threshold, with all that the
    hateful one left unspent: the lowest with which the comments that reach *either* threshold stay within the
    budget. A comment that reaches both is counted once, so the overlap, which is large, costs nothing.

    Args:
        abusive: (n,) P(abusive) of clean comments that the classifier was not trained on, in [0, 1].
        hateful: (n,) their P(hateful), in [0, 1].
        name: the name of the policy.
        review_rate: largest share of the comments that may get ``review`` or ``reject``, in [0, 1).
        reject_rate: largest share of the comments that may get ``reject``, in [0, review_rate].
        hateful_share: share of each budget that the hateful threshold may spend, in [0, 1].

    Returns:
        The policy, which stays within both rates on these comments.

    Raises:
        PolicyError: no comments, scores that are no probabilities, impossible rates, or so many comments with a score of
            exactly 1 that no threshold keeps within the rate.
    """
    _check_rates(review_rate, reject_rate, hateful_share)
    abusive, hateful = _clean_scores(abusive, hateful)
    review = _thresholds_within(abusive, hateful, rate=review_rate, hateful_share=hateful_share)
    reject = _thresholds_within(abusive, hateful, rate=reject_rate, hateful_share=hateful_share)
    return Policy(
        name=name,
        review_abusive=review.abusive,
        review_hateful=review.hateful,
        # With ties among the hateful scores the smaller budget can leave more to the abusive threshold.
        reject_abusive=max(reject.abusive, review.abusive),
        reject_hateful=max(reject.hateful, review.hateful),
    )


def _check_rates(review_rate: float, reject_rate: float, hateful_share: float) -> None:
    if not 0 <= reject_rate <= review_rate < 1:
        raise PolicyError(f"review rate {review_rate}, reject rate {reject_rate}: give 0 <= reject rate <= review rate < 1")
    if not 0 <= hateful_share <= 1:
        raise PolicyError(f"hateful share {hateful_share}: give a number from 0 to 1")


def _clean_scores(abusive: FloatArray, hateful: FloatArray) -> tuple[FloatArray, FloatArray]:
    abusive, hateful = np.asarray(abusive, np.float64), np.asarray(hateful, np.float64)
    if abusive.ndim != 1 or abusive.shape != hateful.shape:
        raise PolicyError(f"scores of shapes {abusive.shape} and {hateful.shape}: give two columns of the same length")
    if not abusive.size:
        raise PolicyError("no clean comments: thresholds can only be derived from the scores of some")
    for field, scores in (("abusive", abusive), ("hateful", hateful)):
        if not np.all((scores >= 0) & (scores <= 1)):
            raise PolicyError(f"{field}: a score is no probability: give numbers from 0 to 1 only")
    return abusive, hateful


def _thresholds_within(abusive: FloatArray, hateful: FloatArray, *, rate: float, hateful_share: float) -> _Thresholds:
    budget = math.floor(rate * abusive.size)
    lowest_hateful = _lowest(hateful, math.floor(hateful_share * budget))
    abusive_below = abusive[hateful < lowest_hateful]
    spent = abusive.size - abusive_below.size
    return _Thresholds(abusive=_lowest(abusive_below, budget - spent), hateful=lowest_hateful)


def _lowest(scores: FloatArray, budget: int) -> float:
    """Return the lowest threshold that at most ``budget`` (fewer than all) of ``scores`` reach."""
    highest_below = float(np.partition(scores, scores.size - budget - 1)[scores.size - budget - 1])
    if highest_below >= 1:
        raise PolicyError("too many clean comments score exactly 1 for the rates asked: raise the rates or mend the classifier")
    return math.nextafter(highest_below, math.inf)
