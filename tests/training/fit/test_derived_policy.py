"""The policy that an artefact comes with: derived from clean conversation, and never foolish."""

from collections.abc import Callable

import numpy as np
import pytest

from model.array_types import FloatArray
from model.artefact.manifest import Prior
from training.fit.derived_policy import policy_from_dev_rows, policy_thresholds
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]
PRIOR = Prior(abusive=0.1, hateful=0.2)


def scores(abusive: FloatArray, hateful: FloatArray) -> FloatArray:
    """Scores in the order of the labels."""
    return np.column_stack([1 - abusive, abusive - hateful, hateful])


def test_review_takes_a_share_of_clean_conversation(rows: MakeRows) -> None:
    """About 5 % of the fine rows reach the threshold of review, however the abusive rows score."""
    abusive = np.concatenate([np.linspace(0.0, 0.8, 1000), np.full(100, 0.99)])
    dev = rows(["fine"] * 1000 + ["toxic"] * 100)
    policy = policy_from_dev_rows(scores(abusive, np.zeros(1100)), dev, prior=PRIOR, clean=None)
    assert (abusive[:1000] >= policy.review_abusive).mean() == pytest.approx(0.05, abs=0.01)
    assert policy.reject_abusive >= policy.review_abusive


def test_only_clean_sources_count(rows: MakeRows) -> None:
    """Fine rows of sources that are not clean conversation leave the policy alone."""
    abusive = np.concatenate([np.linspace(0.0, 0.6, 500), np.full(500, 0.9)])
    dev = rows(["fine"] * 1000, source=["talk"] * 500 + ["searched"] * 500)
    policy = policy_from_dev_rows(scores(abusive, np.zeros(1000)), dev, prior=PRIOR, clean=["talk"])
    assert policy.review_abusive < 0.6


def test_nobody_is_reviewed_for_being_average(rows: MakeRows) -> None:
    """Where all clean comments score next to 0, thresholds stay at the prior, and rejection at what is more likely than not."""
    dev = rows(["fine"] * 1000)
    policy = policy_from_dev_rows(scores(np.linspace(0, 1e-3, 1000), np.linspace(0, 1e-4, 1000)), dev, prior=PRIOR, clean=None)
    assert [policy.review_abusive, policy.review_hateful] == pytest.approx([0.1, 0.02])
    assert [policy.reject_abusive, policy.reject_hateful] == pytest.approx([0.5, 0.1])


def test_without_clean_conversation_it_is_even(rows: MakeRows) -> None:
    """Without a fine row review begins where abuse is as likely as not."""
    policy = policy_from_dev_rows(scores(np.ones(5), np.zeros(5)), rows(["toxic"] * 5), prior=PRIOR, clean=None)
    assert (policy.review_abusive, policy.reject_abusive) == (0.5, 0.9)
    assert policy_thresholds(policy).review_hateful == 0.5
