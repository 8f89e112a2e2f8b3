"""What is probably a threat is probably abusive: by the definitions of the labels, a threat is abuse.

Threats have a head of their own, which tells them from other talk better than the heads of the label do: it learned from the comments that
were read with threats in mind, not from what sources call abuse. So P(abusive) is at least 0.4 of P(threat). What is surely a threat is
looked at by somebody, then; a larger share would send threats in jest, and figures of speech, to them as well.
"""

from collections.abc import Sequence

import numpy as np

from model.array_types import FloatArray
from model.ngrams.heads import ABUSIVE_HEAD, HATEFUL_HEAD

__all__ = ["find_threat_head", "raise_by_threats"]

_THREAT = "attribute.threat"
_ABUSE_OF_THREATS = 0.4
_SMALLEST = 1e-12


def find_threat_head(heads: Sequence[str]) -> int | None:
    """Return the number of the head of threats among names as a manifest lists them; None if it is not there."""
    return heads.index(_THREAT) if _THREAT in heads else None


def raise_by_threats(log_odds: FloatArray, threat: int) -> FloatArray:
    """Return calibrated log-odds in which abuse is at least 0.4 times as probable as a threat.

    Args:
        log_odds: of n comments, shape (n, heads); they stay as they are.
        threat: the number of the head of threats.
    """
    with np.errstate(over="ignore"):
        hateful, abusive_given_not_hateful, threatening = (
            1 / (1 + np.exp(-log_odds[:, head])) for head in (HATEFUL_HEAD, ABUSIVE_HEAD, threat)
        )
    least = (_ABUSE_OF_THREATS * threatening - hateful) / np.maximum(1 - hateful, _SMALLEST)
    is_raised = abusive_given_not_hateful < least
    raised = log_odds.copy()
    raised[is_raised, ABUSIVE_HEAD] = np.log(least[is_raised] / (1 - least[is_raised]))
    return raised
