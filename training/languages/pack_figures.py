"""How well a pack tells abuse and hate: the AUC on rows that it has not learnt from, with the interval of the bootstrap."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from scipy.stats import rankdata

from model.array_types import BoolArray, FloatArray
from model.artefact.manifest import Answer
from training.tables.labelled import Labelled

__all__ = ["LEAST_TOLD_AUC", "Figures", "area", "measure_pack", "told_answers"]

_RESAMPLES = 1000
_TAILS = (2.5, 97.5)  # percent: a 95 % interval
_FEWEST = 5  # rows of each answer, for a figure
LEAST_TOLD_AUC = 0.75
"""Below it, an answer is not told: one in four pairs of comments would be ranked the wrong way round."""
_MANY_ROWS = 10_000
"""A pack that has learnt from so many rows tells abuse unless its whole interval is below: a few dozen rows say little against it."""

Figures: TypeAlias = dict[str, float]
"""The figures of one answer: ``auc``, ``auc_low``, ``auc_high``, and how many rows are ``positives`` and ``negatives``."""


def measure_pack(scores: FloatArray, rows: Labelled) -> dict[str, Figures]:
    """Return the figures of a pack on n rows: for ``abusive`` and ``hateful``, where enough rows of each answer are there.

    Args:
        scores: (n, 3) in the order of ``LABELS``.
        rows: n rows that it has not learnt from.
    """
    measured: dict[str, Figures] = {}
    for name, answers, given in (("abusive", rows.abusive, 1 - scores[:, 0]), ("hateful", rows.hateful, scores[:, 2])):
        known = answers >= 0
        yes = answers[known] == 1
        if min(int(yes.sum()), int((~yes).sum())) >= _FEWEST:
            low, high = _interval(yes, given[known])
            measured[name] = {
                "auc": round(area(yes, given[known]), 4),
                "auc_low": round(low, 4),
                "auc_high": round(high, 4),
                "positives": int(yes.sum()),
                "negatives": int((~yes).sum()),
            }
    return measured


def told_answers(figures: Mapping[str, Figures], *, learned_rows: int) -> tuple[Answer, ...]:
    """Return what a pack tells well enough to be believed; nothing if that is not abuse.

    Args:
        figures: of the pack, by answer.
        learned_rows: how many rows it has learnt from.
    """
    decisive = "auc" if learned_rows < _MANY_ROWS else "auc_high"
    if "abusive" not in figures or figures["abusive"][decisive] < LEAST_TOLD_AUC:
        return ()
    return ("abusive", "hateful") if "hateful" in figures and figures["hateful"]["auc"] >= LEAST_TOLD_AUC else ("abusive",)


def area(yes: BoolArray, scores: FloatArray) -> float:
    """Return the area under the ROC curve: the share of pairs, one positive and one negative, in which the positive scores higher."""
    positives = int(yes.sum())
    ranks = rankdata(scores)[yes].sum()
    return float((ranks - positives * (positives + 1) / 2) / (positives * (yes.size - positives)))


def _interval(yes: BoolArray, scores: FloatArray) -> tuple[float, float]:
    random = np.random.default_rng(0)
    resampled = []
    for _ in range(_RESAMPLES):
        drawn = random.integers(0, yes.size, yes.size)
        if 0 < yes[drawn].sum() < yes.size:
            resampled.append(area(yes[drawn], scores[drawn]))
    low, high = np.percentile(resampled, _TAILS)
    return float(low), float(high)
