"""Keeps the probabilities and thresholds of a candidate as right as those of its champion were.

Rulings are no random sample of a site's comments: what is flagged is ruled on, what is plain is not. A calibration to them alone would
mostly learn how they were chosen. So the same question is put twice, with the champion's log-odds and with those of fits without each fold:
what the second answer differs from the first is what the difference did, and is taken up in full; of the first answer, which is what
the rulings say of the champion, a part is taken up that grows with their number and is never more than a half. Of thresholds it is never
more than a fifth: a site whose rulings are more lenient, or stricter, than our definitions would otherwise move the labels of every
comment.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize

from model.array_types import FloatArray
from model.artefact.manifest import LabelThresholds, PolicyThresholds, Prior
from model.ngrams.heads import LABEL_HEADS
from training.both_readers.long_reading import scores_from_log_odds
from training.fit.derived_policy import policy_from_dev_rows
from training.fit.label_thresholds import choose_thresholds
from training.label_noise.known_labels import KnownLabels
from training.retrain.difference_kernels import label_losses
from training.tables.labelled import Labelled

__all__ = ["fit_head_maps", "move_policies", "move_thresholds", "trust"]

_SLOPE_SPREAD, _SHIFT_SPREAD = 0.1, 0.3  # how far logarithms of slopes, and the shift of both heads, are expected to be from 0
_MOST_EVIDENCE = 300.0  # rows; systematic errors do not shrink with their number
_PIVOT = -1.0  # log-odds about which slopes turn: where comments are neither clearly this nor that
_HALF_TRUST = 500.0  # rows
_MOST_STEP = 0.1  # of the log-odds of a threshold
_MOST_OF_CHAMPIONS = 0.2  # of what many rulings say of the champion itself
_SMALLEST = 1e-6


def trust(rows: int) -> float:
    """Return how far what some rows say is believed, from 0 to 1."""
    return rows / (rows + _HALF_TRUST)


def fit_head_maps(before: FloatArray, after: FloatArray, rows: Labelled, weights: FloatArray, prior: Prior) -> FloatArray:
    """Return what makes the log-odds of two label heads as right as the champion's: factor and constant of each, shape (2, 2).

    Args:
        before: calibrated log-odds by the champion, shape (n, 2).
        after: log-odds that neither were fitted on these rows, nor are calibrated, shape (n, 2).
        rows: n labelled comments.
        weights: what they count, shape (n,).
        prior: how common abuse is where the probabilities are to hold.

    Returns:
        Factors in the first row, constants in the second.
    """
    own, champions = (_best_map(log_odds, rows, weights, prior) for log_odds in (after, before))
    slopes_and_shift = own - (1 - trust(len(rows)) / 2) * champions
    factors = np.exp(slopes_and_shift[:LABEL_HEADS])
    return np.stack([factors, _PIVOT * (1 - factors) + slopes_and_shift[LABEL_HEADS]])


def _best_map(log_odds: FloatArray, rows: Labelled, weights: FloatArray, prior: Prior) -> FloatArray:
    """Return the logarithms of the slopes and the shift of both heads that suit rows best, near 0 where these say little; shape (3,)."""
    known = KnownLabels.from_answers(rows).weights
    counted = weights * _prior_weights(known, weights, prior)
    if not counted.any():
        return np.zeros(LABEL_HEADS + 1)
    counted = counted / counted.sum() * min(_MOST_EVIDENCE, float(weights.sum() ** 2 / (weights**2).sum()))
    losses, errors = np.zeros(log_odds.shape), np.zeros(log_odds.shape)
    turned = log_odds - _PIVOT
    spreads = np.array([_SLOPE_SPREAD] * LABEL_HEADS + [_SHIFT_SPREAD])

    def loss(point: FloatArray) -> tuple[float, FloatArray]:
        factors = np.exp(point[:LABEL_HEADS])
        label_losses(factors * turned + _PIVOT + point[LABEL_HEADS], known, 0.0, losses, errors)
        weighted = errors * counted[:, None]
        gradient = np.append((weighted * turned).sum(axis=0) * factors, weighted.sum())
        scaled = point / spreads
        return float((losses * counted[:, None]).sum() + (scaled * scaled).sum() / 2), gradient + scaled / spreads

    found: FloatArray = minimize(loss, np.zeros(LABEL_HEADS + 1), jac=True, method="L-BFGS-B").x
    return found


def _prior_weights(known: FloatArray, weights: FloatArray, prior: Prior) -> FloatArray:
    """Return factors that give fine and abusive rows, and among these toxic and hateful ones, the shares that the prior states."""
    fine, toxic, hateful = (known > 0).T
    hateful_share = prior.abusive * prior.hateful
    classes = [
        (fine & ~toxic & ~hateful, 1 - prior.abusive),
        (toxic & ~fine & ~hateful, prior.abusive - hateful_share),
        (hateful & ~fine & ~toxic, hateful_share),
    ]
    abusive = (toxic | hateful) & ~fine
    if not (classes[1][0] & (weights > 0)).any() or not (classes[2][0] & (weights > 0)).any():
        classes = [classes[0], (abusive, prior.abusive)]
    factors = np.zeros(len(known))
    for members, share in classes:
        if (total := float(weights[members].sum())) > 0:
            factors[members] = share / total
    if sum(bool(factors[members].any()) for members, _ in classes) < 2:
        return np.zeros(len(known))
    return factors


def move_thresholds(
    rule: LabelThresholds, before: Sequence[FloatArray], after: Sequence[FloatArray], rows: Labelled, prior: Prior
) -> LabelThresholds:
    """Return the champion's label rule, moved as far as the best rule for the rows has moved.

    Args:
        rule: of the champion.
        before: calibrated log-odds by the champion: by the reader that judges, then by others that are to keep within bounds too.
        after: the same by the candidate, from fits without each row.
        rows: n labelled comments.
        prior: how common abuse is.
    """
    first, second = (_choose(log_odds, rows, prior) for log_odds in (before, after))
    believed = trust(len(rows))
    moved = {}
    for name in ("abusive", "hateful"):
        old, new, champions = (_log_odds(getattr(each, name)) for each in (first, second, rule))
        step = believed * (new - old) + _MOST_OF_CHAMPIONS * believed * (old - champions)
        moved[name] = _probability(champions + float(np.clip(step, -_MOST_STEP, _MOST_STEP)))
    return rule.model_copy(update=moved)


def _choose(log_odds: Sequence[FloatArray], rows: Labelled, prior: Prior) -> LabelThresholds:
    scores, *within = (scores_from_log_odds(each) for each in log_odds)
    return choose_thresholds(scores, rows, prior=prior, within=within)


def move_policies(
    policies: dict[str, PolicyThresholds],
    rules: tuple[LabelThresholds, LabelThresholds],
    log_odds: tuple[FloatArray, FloatArray],
    rows: Labelled,
    prior: Prior,
) -> dict[str, PolicyThresholds]:
    """Return the policies of the champion: what was equal to its label rule remains so, what rejects follows what is rejected.

    Args:
        policies: of the champion, by name.
        rules: the label rules of champion and candidate.
        log_odds: calibrated log-odds of the rows by both.
        rows: n labelled comments.
        prior: how common abuse is.
    """
    derived = [
        policy_from_dev_rows(scores_from_log_odds(each), rows, prior=prior, rule=rule, clean=None)
        for rule, each in zip(rules, log_odds, strict=True)
    ]
    believed = trust(int((rows.abusive == 0).sum()))
    steps = {}
    for name in ("reject_abusive", "reject_hateful"):
        old, new = (_log_odds(getattr(policy, name)) for policy in derived)
        steps[name] = float(np.clip(believed * (new - old), -_MOST_STEP, _MOST_STEP))
    moved = {}
    for name, policy in policies.items():
        values = policy.model_dump()
        for field in ("review_abusive", "review_hateful"):
            if values[field] == rules[0].abusive:
                values[field] = rules[1].abusive
        for question in ("abusive", "hateful"):
            field = f"reject_{question}"
            if 0 < values[field] < 1:
                values[field] = _probability(_log_odds(values[field]) + steps[field])
            values[field] = max(values[field], values[f"review_{question}"])
        moved[name] = PolicyThresholds(**values)
    return moved


def _log_odds(probability: float) -> float:
    clipped = min(max(probability, _SMALLEST), 1 - _SMALLEST)
    return float(np.log(clipped) - np.log1p(-clipped))


def _probability(log_odds: float) -> float:
    return float(min(max(1 / (1 + np.exp(-log_odds)), _SMALLEST), 1 - _SMALLEST))
