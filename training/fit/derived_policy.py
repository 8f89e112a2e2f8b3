"""Derives the default policy of an artefact from the scores of dev rows."""

from collections.abc import Collection
from dataclasses import asdict

import numpy as np

from model.array_types import FloatArray
from model.artefact.manifest import LabelThresholds, PolicyThresholds, Prior
from model.errors import PolicyError
from model.policy import Policy, derive_policy
from training.tables.labelled import Labelled

__all__ = ["policy_from_dev_rows", "policy_sources", "policy_thresholds"]

_EVEN = 0.5  # probability at which both answers are equally likely
_FALLBACK_REJECT = 0.9  # used without clean conversation


def policy_from_dev_rows(
    scores: FloatArray, dev: Labelled, *, prior: Prior, rule: LabelThresholds, clean: Collection[str] | None
) -> Policy:
    """Derive the default policy: what the label rule calls fine is approved, and what clean conversation hardly ever reaches is rejected.

    However low the scores of clean conversation are, a comment is not rejected below even odds.

    Args:
        scores: of the rows, in the order of ``LABELS``, shape (n, 3).
        dev: n rows that the weights were not fitted on.
        prior: the shares of abusive and hateful comments.
        rule: the label rule.
        clean: sources whose fine rows are clean conversation; None for all.
    """
    is_clean = (dev.abusive == 0) & (np.isin(dev.source, list(clean)) if clean is not None else True)
    try:
        derived = derive_policy(1 - scores[is_clean, 0], scores[is_clean, 2])
        reject_abusive, reject_hateful = max(derived.reject_abusive, _EVEN), max(derived.reject_hateful, _EVEN * prior.hateful)
    except PolicyError:  # there are no clean comments, or some have the highest possible score
        reject_abusive = reject_hateful = _FALLBACK_REJECT
    # Whoever is hateful with that probability is abusive with at least the same, so both thresholds of review are that of the label rule.
    review = rule.abusive
    return Policy(
        "default",
        review_abusive=review,
        review_hateful=review,
        reject_abusive=max(reject_abusive, review),
        reject_hateful=max(reject_hateful, review),
    )


def policy_sources(dev: Labelled, clean: Collection[str] | None) -> Collection[str] | None:
    """Return the sources whose fine rows the policy is derived from: all, as None, where the labels of rows that were read again say so.

    Args:
        dev: the dev rows.
        clean: sources whose fine rows are clean conversation; None for all.
    """
    return None if dev.reread.any() else clean


def policy_thresholds(policy: Policy) -> PolicyThresholds:
    """Return the thresholds of a policy as a manifest holds them."""
    return PolicyThresholds(**{key: value for key, value in asdict(policy).items() if key != "name"})
