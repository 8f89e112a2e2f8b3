"""The policy that an artefact comes with."""

from collections.abc import Collection
from dataclasses import asdict

import numpy as np

from model.array_types import FloatArray
from model.artefact.manifest import PolicyThresholds, Prior
from model.errors import PolicyError
from model.policy import Policy, derive_policy
from training.tables.labelled import Labelled

__all__ = ["policy_from_dev_rows", "policy_thresholds"]

_EVEN = 0.5


def policy_from_dev_rows(scores: FloatArray, dev: Labelled, *, prior: Prior, clean: Collection[str] | None) -> Policy:
    """Derive the default policy from clean conversation.

    A comment is not reviewed for being less suspicious than the average comment, nor rejected for being more likely not abusive,
    however well all clean comments score.

    Args:
        scores: of the rows, in the order of ``LABELS``, shape (n, 3).
        dev: n rows that nothing was fitted on.
        prior: how common abuse is.
        clean: sources whose fine rows are clean conversation; None for all.
    """
    calm = (dev.abusive == 0) & (np.isin(dev.source, list(clean)) if clean is not None else True)
    try:
        found = derive_policy(1 - scores[calm, 0], scores[calm, 2])
    except PolicyError:  # no clean comments, or some that could not be worse
        return Policy("default", review_abusive=_EVEN, review_hateful=_EVEN, reject_abusive=0.9, reject_hateful=0.9)
    review_abusive = max(found.review_abusive, prior.abusive)
    review_hateful = max(found.review_hateful, prior.abusive * prior.hateful)
    return Policy(
        "default",
        review_abusive=review_abusive,
        review_hateful=review_hateful,
        reject_abusive=max(found.reject_abusive, review_abusive, _EVEN),
        reject_hateful=max(found.reject_hateful, review_hateful, _EVEN * prior.hateful),
    )


def policy_thresholds(policy: Policy) -> PolicyThresholds:
    """Return the thresholds as a manifest holds them."""
    return PolicyThresholds(**{key: value for key, value in asdict(policy).items() if key != "name"})
