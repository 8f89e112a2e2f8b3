"""The policy that an artefact comes with: derived from clean conversation, and never foolish."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from model.array_types import FloatArray
from model.artefact.manifest import LabelThresholds, Prior
from training.fit.derived_policy import policy_from_dev_rows, policy_sources, policy_thresholds
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]
PRIOR = Prior(abusive=0.1, hateful=0.2)
RULE = LabelThresholds(abusive=0.2, hateful=0.4)


def scores(abusive: FloatArray, hateful: FloatArray) -> FloatArray:
    """Scores in the order of the labels."""
    return np.column_stack([1 - abusive, abusive - hateful, hateful])


def test_what_the_label_rule_calls_fine_is_approved(rows: MakeRows) -> None:
    """Review begins at the threshold of the label rule, rejection at what 0.5 % of the fine rows reach."""
    abusive = np.concatenate([np.linspace(0.0, 0.8, 1000), np.full(100, 0.99)])
    dev = rows(["fine"] * 1000 + ["toxic"] * 100)
    policy = policy_from_dev_rows(scores(abusive, np.zeros(1100)), dev, prior=PRIOR, rule=RULE, clean=None)
    assert policy.review_abusive == policy.review_hateful == RULE.abusive
    assert (abusive[:1000] >= policy.reject_abusive).mean() == pytest.approx(0.005, abs=0.001)


def test_only_clean_sources_count(rows: MakeRows) -> None:
    """Fine rows of sources that are not clean conversation leave the policy alone, unless labels that were read again say so."""
    abusive = np.concatenate([np.linspace(0.0, 0.6, 500), np.full(500, 0.9)])
    dev = rows(["fine"] * 1000, source=["talk"] * 500 + ["searched"] * 500)
    policy = policy_from_dev_rows(scores(abusive, np.zeros(1000)), dev, prior=PRIOR, rule=RULE, clean=policy_sources(dev, ["talk"]))
    assert policy.reject_abusive < 0.6
    assert policy_sources(replace(dev, reread=np.ones(1000, np.bool_)), ["talk"]) is None


def test_nobody_is_rejected_for_being_average(rows: MakeRows) -> None:
    """Where all clean comments score next to 0, rejection begins at what is more likely than not, and never before review."""
    dev = rows(["fine"] * 1000)
    low = scores(np.linspace(0, 1e-3, 1000), np.linspace(0, 1e-4, 1000))
    policy = policy_from_dev_rows(low, dev, prior=PRIOR, rule=RULE, clean=None)
    assert [policy.reject_abusive, policy.reject_hateful] == pytest.approx([0.5, RULE.abusive])
    strict = policy_from_dev_rows(low, dev, prior=PRIOR, rule=LabelThresholds(abusive=0.7, hateful=0.5), clean=None)
    assert [strict.reject_abusive, strict.reject_hateful] == pytest.approx([0.7, 0.7])


def test_without_clean_conversation_rejection_is_rare(rows: MakeRows) -> None:
    """Without a fine row only what is almost certainly abusive is rejected."""
    policy = policy_from_dev_rows(scores(np.ones(5), np.zeros(5)), rows(["toxic"] * 5), prior=PRIOR, rule=RULE, clean=None)
    assert (policy.review_abusive, policy.reject_abusive) == (RULE.abusive, 0.9)
    assert policy_thresholds(policy).review_hateful == RULE.abusive
