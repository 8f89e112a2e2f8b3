"""What becomes of the scores and the verdict of a comment in a language that is not read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from model.array_types import IntArray
from model.policy import Policy
from service.judging.foreign import OnForeign

if TYPE_CHECKING:
    # Importing these at run time would load the compiled kernels, which not every process needs.
    from model.artefact.manifest import Prior
    from model.decisions import Decisions

__all__ = ["treat_foreign"]


def treat_foreign(
    decisions: "Decisions", foreign: Sequence[bool], *, on_foreign: OnForeign, policy: Policy, prior: "Prior"
) -> "tuple[Decisions, IntArray]":
    """Pull the scores of foreign comments to the prior, and replace their verdicts.

    Args:
        decisions: the decisions about n comments.
        foreign: for each of them whether it is foreign; n.
        on_foreign: what happens to foreign comments.
        policy: the policy that led to the verdicts.
        prior: how common abuse is taken to be.

    Returns:
        The decisions, whose verdicts on foreign comments are those to which the pulled scores lead, and never graver than those before;
        and the verdicts that count: codes into ``VERDICTS``, shape (n,).
    """
    verdict = on_foreign.verdict
    if verdict is None:
        return decisions, decisions.verdicts
    rows = np.flatnonzero(np.array(foreign, np.bool_) & (decisions.verdicts >= 0))
    pulled = decisions.pulled_to_prior(rows, prior)
    own, verdicts = decisions.verdicts.copy(), decisions.verdicts.copy()
    verdicts[rows] = verdict
    scores = pulled.scores[rows]
    own[rows] = np.minimum(own[rows], np.maximum(policy.verdicts(1 - scores[:, 0], scores[:, 2]), 0))
    return pulled.with_verdicts(own), verdicts
