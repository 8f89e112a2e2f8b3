"""Calibrates a pack and chooses its label rule and its policy, by rows that it has judged without having learnt from them."""

from dataclasses import dataclass, replace

import numpy as np

from model.array_types import FloatArray
from model.artefact.manifest import HEADS, Prior
from model.classifier import Classifier
from model.policy import Policy
from training.both_readers.long_reading import scores_from_log_odds
from training.fit.calibrate import calibrate, calibrate_to_prior
from training.fit.derived_policy import policy_from_dev_rows
from training.fit.label_thresholds import choose_thresholds
from training.languages.fit_packs import FittedNgrams
from training.tables.labelled import Labelled

__all__ = ["MOST_FINE_FLAGGED_BY_PACKS", "JudgingNgrams", "calibrate_pack"]

MOST_FINE_FLAGGED_BY_PACKS = 0.075
"""Share of fine comments that may be called otherwise: more than in English, since packs miss more of the abuse."""

_NEVER_HATEFUL = 1 - 1e-6  # threshold on P(hateful) / P(abusive) without hateful rows to choose it by
_FEWEST_HATEFUL = 5


@dataclass(frozen=True)
class JudgingNgrams:
    """The calibrated n-grams of a pack.

    Attributes:
        classifier: with calibration and label rule.
        policy: the default policy.
        scores: of the rows by which they were chosen, shape (n, 3).
    """

    classifier: Classifier
    policy: Policy
    scores: FloatArray


def calibrate_pack(fitted: FittedNgrams, learnt: Labelled, prior: Prior) -> JudgingNgrams:
    """Calibrate the n-grams of a pack for a prior, and choose the label rule and the policy.

    Args:
        fitted: the n-grams, and the rows to choose by.
        learnt: the rows that the n-grams have learnt from.
        prior: how common abuse is taken to be.
    """
    judged = fitted.judged
    otherwise = calibrate_to_prior(learnt, prior, sharing=fitted.settings.sharing)
    maps = calibrate(fitted.log_odds, judged, prior, otherwise=otherwise)
    slopes, intercepts = (np.array([getattr(head_map, name) for head_map in maps]) for name in ("slope", "intercept"))
    scores = scores_from_log_odds(fitted.log_odds * slopes + intercepts)
    hateful = None if (judged.hateful == 1).sum() >= _FEWEST_HATEFUL else _NEVER_HATEFUL
    rule = choose_thresholds(scores, judged, prior=prior, hateful=hateful, fine_flagged=MOST_FINE_FLAGGED_BY_PACKS)
    classifier = replace(fitted.classifier, calibration=dict(zip(HEADS, maps, strict=True)), thresholds=rule, prior=prior)
    return JudgingNgrams(classifier, policy_from_dev_rows(scores, judged, prior=prior, rule=rule, clean=None), scores)
