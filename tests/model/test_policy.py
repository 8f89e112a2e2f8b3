"""Policies: what their verdicts promise, what they refuse, and how the default is derived."""

import math
import re
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.array_types import FloatArray
from model.comment import VERDICTS, Verdict
from model.errors import PolicyError
from model.policy import Policy, derive_policy

STRICT = Policy("strict", review_abusive=0.4, review_hateful=0.2, reject_abusive=0.8, reject_hateful=0.6)

probabilities = st.floats(0, 1)
# Few distinct values, so that ties are common.
coarse = st.integers(0, 6).map(lambda tenths: tenths / 10)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Any valid policy."""
    abusive, hateful = (sorted((draw(probabilities), draw(probabilities))) for _ in range(2))
    return Policy("any", abusive[0], hateful[0], abusive[1], hateful[1])


@st.composite
def clean_scores(draw: st.DrawFn) -> tuple[FloatArray, FloatArray]:
    """Two score columns of the same length, below 1, with and without ties."""
    score = draw(st.sampled_from([coarse, st.floats(0, 1, exclude_max=True)]))
    pairs = draw(st.lists(st.tuples(score, score), min_size=1, max_size=60))
    abusive, hateful = np.array(pairs, np.float64).T
    return abusive, hateful


def words(policy: Policy, abusive: float, hateful: float) -> Verdict:
    """Return the verdict on one comment."""
    return VERDICTS[int(policy.verdicts(np.array([abusive]), np.array([hateful]))[0])]


@pytest.mark.parametrize(
    ("abusive", "hateful", "verdict"),
    [
        (0.0, 0.0, Verdict.APPROVE),
        (0.39, 0.19, Verdict.APPROVE),
        (0.4, 0.0, Verdict.REVIEW),
        (0.0, 0.2, Verdict.REVIEW),
        (0.79, 0.59, Verdict.REVIEW),
        (0.8, 0.0, Verdict.REJECT),
        (0.0, 0.6, Verdict.REJECT),
        (1.0, 1.0, Verdict.REJECT),
    ],
)
def test_threshold_is_inclusive_and_either_score_suffices(abusive: float, hateful: float, verdict: Verdict) -> None:
    """A score equal to a threshold triggers, and the gravest verdict that either score asks for is given."""
    assert words(STRICT, abusive, hateful) == verdict


def test_what_was_not_judged_gets_no_verdict() -> None:
    """NaN in either score gives -1, whatever the other one says."""
    abusive, hateful = np.array([np.nan, 0.9, np.nan, 0.9]), np.array([0.9, np.nan, np.nan, 0.9])

    assert STRICT.verdicts(abusive, hateful).tolist() == [-1, -1, -1, 2]


def test_no_comments_no_verdicts() -> None:
    """An empty batch is a batch."""
    verdicts = STRICT.verdicts(np.empty(0), np.empty(0))

    assert verdicts.shape == (0,)
    assert verdicts.dtype == np.int8


def test_columns_of_different_length_are_refused() -> None:
    """Scores that do not belong together are never broadcast."""
    with pytest.raises(ValueError, match="must agree"):
        STRICT.verdicts(np.zeros(3), np.zeros(1))


@given(policies(), st.lists(st.tuples(probabilities, probabilities), max_size=20))
def test_batch_or_single_makes_no_difference(policy: Policy, pairs: list[tuple[float, float]]) -> None:
    """The verdict on a comment does not depend on its neighbours."""
    abusive, hateful = np.array(pairs, np.float64).reshape(-1, 2).T

    together = policy.verdicts(abusive, hateful)

    assert [VERDICTS[code] for code in together] == [words(policy, *pair) for pair in pairs]


@given(policies(), probabilities, probabilities, probabilities, probabilities)
def test_higher_scores_never_get_a_milder_verdict(policy: Policy, a: float, b: float, c: float, d: float) -> None:
    """Verdicts are monotone in both scores."""
    milder = policy.verdicts(np.array([min(a, b)]), np.array([min(c, d)]))
    graver = policy.verdicts(np.array([max(a, b)]), np.array([max(c, d)]))

    assert milder[0] <= graver[0]


@given(policies(), policies(), probabilities, probabilities)
def test_lower_thresholds_never_give_a_milder_verdict(one: Policy, two: Policy, abusive: float, hateful: float) -> None:
    """Verdicts are monotone in the thresholds."""
    stricter = Policy("stricter", *(min(getattr(one, field), getattr(two, field)) for field in one.__slots__[1:]))

    scores = np.array([abusive]), np.array([hateful])

    assert stricter.verdicts(*scores)[0] >= one.verdicts(*scores)[0]


@pytest.mark.parametrize("field", ["review_abusive", "review_hateful", "reject_abusive", "reject_hateful"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.1, 1.0001, "0.5", None, True])
def test_threshold_that_is_no_probability_is_refused_by_name(field: str, value: Any) -> None:
    """The error names the policy and the field, in one line."""
    with pytest.raises(PolicyError, match=f"^policy 'strict': {field} is .*: give a number from 0 to 1$"):
        replace(STRICT, **{field: value})


@pytest.mark.parametrize("kind", ["abusive", "hateful"])
def test_rejecting_is_never_easier_than_reviewing(kind: str) -> None:
    """A review threshold above its reject threshold is refused, and the error names both."""
    changed: dict[str, Any] = {f"review_{kind}": 0.9}

    with pytest.raises(PolicyError, match=re.escape(f"review_{kind} (0.9) is above reject_{kind}")):
        replace(STRICT, **changed)


def test_equal_thresholds_and_the_ends_of_the_range_are_allowed() -> None:
    """0 and 1 are thresholds, and a community may reject all that it would review."""
    assert words(Policy("nothing passes", 0, 0, 0, 0), 0.0, 0.0) == Verdict.REJECT
    assert words(Policy("nearly all passes", 1, 1, 1, 1), math.nextafter(1, 0), 0.5) == Verdict.APPROVE


def test_policy_needs_a_name() -> None:
    """A policy without a name could not be asked for."""
    with pytest.raises(PolicyError, match="no name"):
        replace(STRICT, name="")


def test_policy_cannot_be_changed() -> None:
    """Who shares a policy cannot move somebody else's thresholds."""
    with pytest.raises(FrozenInstanceError):
        STRICT.review_abusive = 0.0  # type: ignore[misc]


@given(clean_scores(), st.floats(0, 0.99), st.floats(0, 1), st.floats(0, 1))
def test_derived_policy_keeps_within_its_rates(
    scores: tuple[FloatArray, FloatArray], review: float, share: float, hateful_share: float
) -> None:
    """No more of the clean comments than stated are reviewed or rejected, ties or not, however the budget is split."""
    reject = review * share

    policy = derive_policy(*scores, review_rate=review, reject_rate=reject, hateful_share=hateful_share)

    codes = policy.verdicts(*scores)
    assert np.count_nonzero(codes >= 1) <= review * codes.size
    assert np.count_nonzero(codes == 2) <= reject * codes.size


@given(clean_scores(), st.floats(0, 0.99), st.floats(0, 1))
def test_derived_review_threshold_is_no_higher_than_it_must_be(
    scores: tuple[FloatArray, FloatArray], rate: float, hateful_share: float
) -> None:
    """The abusive threshold of review could not be lower by one step without leaving the budget, unless it is at the bottom."""
    abusive, hateful = scores
    policy = derive_policy(abusive, hateful, review_rate=rate, reject_rate=0, hateful_share=hateful_share)

    lower = math.nextafter(policy.review_abusive, 0)

    assert np.count_nonzero((abusive >= lower) | (hateful >= policy.review_hateful)) > math.floor(rate * abusive.size)


def test_budget_without_ties_is_spent_whole() -> None:
    """With distinct scores the rates are reached, not just kept; both conditions take part."""
    random = np.random.default_rng(20)
    abusive = random.random(20_000)
    hateful = abusive * random.random(20_000)

    policy = derive_policy(abusive, hateful)

    codes = policy.verdicts(abusive, hateful)
    assert np.mean(codes >= 1) == 0.05
    assert np.mean(codes == 2) == 0.005
    assert np.mean(hateful >= policy.review_hateful) == 0.025
    assert policy.name == "default"


def test_ties_never_make_rejecting_easier_than_reviewing() -> None:
    """Where ties among the hateful scores leave more of the smaller budget to the abusive threshold, reject is raised to review."""
    abusive, hateful = np.array([0.6, 0.3, 0.7, 0.0, 0.0]), np.array([0.1, 0.0, 0.1, 0.2, 0.2])

    policy = derive_policy(abusive, hateful, review_rate=0.81, reject_rate=0.61)

    assert policy.reject_abusive == policy.review_abusive == math.nextafter(0.3, 1)


def test_derived_policy_does_not_depend_on_the_order() -> None:
    """Shuffling the comments changes nothing."""
    random = np.random.default_rng(3)
    abusive, hateful = random.random((2, 999)).round(2) * 0.9
    order = random.permutation(999)

    assert derive_policy(abusive, hateful) == derive_policy(abusive[order], hateful[order])


@pytest.mark.parametrize(
    ("abusive", "hateful", "rates", "complaint"),
    [
        ([], [], {}, "no clean comments"),
        ([0.1, 0.2], [0.1], {}, "same length"),
        ([[0.1]], [[0.1]], {}, "two columns"),
        ([0.1, math.nan], [0.1, 0.1], {}, "abusive: a score is no probability"),
        ([0.1, 0.2], [0.1, 1.1], {}, "hateful: a score is no probability"),
        ([0.1], [0.1], {"review_rate": 1.0}, "review rate 1.0"),
        ([0.1], [0.1], {"reject_rate": 0.06}, "reject rate 0.06"),
        ([0.1], [0.1], {"reject_rate": -0.1}, "reject rate -0.1"),
        ([0.1], [0.1], {"review_rate": math.nan}, "review rate nan"),
        ([0.1], [0.1], {"hateful_share": 2.0}, "hateful share 2.0"),
        ([1.0, 0.2], [0.1, 0.1], {}, "score exactly 1"),
    ],
)
def test_nothing_is_derived_from_nonsense(abusive: list[float], hateful: list[float], rates: dict[str, Any], complaint: str) -> None:
    """Scores and rates that allow no promise are refused in one line that says why."""
    with pytest.raises(PolicyError, match=complaint) as caught:
        derive_policy(np.array(abusive), np.array(hateful), **rates)

    assert "\n" not in str(caught.value)
