"""How well a language pack tells abuse and hate after it has learned from rulings: measured on each of them by a fit without it.

A pack that ships with thin data may not tell a thing well enough to be believed, and says nothing of it then. Once rulings show that it
does, it says it.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from model.artefact.manifest import Answer, Manifest, ProfileName
from model.profile import Profile
from training.languages.pack_figures import LEAST_TOLD_AUC, measure_pack
from training.retrain.difference_fit import DifferenceFit

__all__ = ["answers_after", "measure_on_rulings"]

_ByProfile = Mapping[ProfileName, Mapping[str, Mapping[str, float | int]]]
"""Profile → answer → figures, as ``measure_pack`` returns them."""

_FEWEST = 50  # rulings of either kind, without which an answer stays untold
_ANSWERS: tuple[Answer, ...] = ("abusive", "hateful")


def measure_on_rulings(fit: DifferenceFit) -> _ByProfile:
    """Return the figures of each profile of a pack on rulings that have not taught its champion, each judged by a fit without it."""
    profiles = (Profile.FAST,) if len(fit.stored.manifest.readers) == 1 else (Profile.FAST, Profile.CASCADE, Profile.FULL)
    numbers = np.concatenate(fit.folds)
    counted = fit.weights(numbers) > 0
    rows = fit.rows.labelled.take(numbers[counted])
    figures: dict[ProfileName, Mapping[str, Mapping[str, float | int]]] = {}
    for profile in profiles:
        judged = fit.for_profile(profile)
        folds = zip(fit.fold_differences(), fit.folds, strict=True)
        scores = np.concatenate([judged.scores(difference, fold) for difference, fold in folds])[counted]
        figures[profile.value] = measure_pack(np.where(np.isnan(scores), [1.0, 0.0, 0.0], scores), rows)
    return figures


def answers_after(manifest: Manifest, figures: _ByProfile) -> dict[ProfileName, tuple[Answer, ...]]:
    """Return what each profile of a retrained pack tells: what its champion told, and what rulings show that it tells well enough.

    Args:
        manifest: of the champion.
        figures: of the pack on the rulings.
    """
    if not manifest.answers:
        return {}
    told: dict[ProfileName, tuple[Answer, ...]] = dict(manifest.answers)
    for profile, measured in figures.items():
        shown = {answer for answer in _ANSWERS if _is_shown(measured.get(answer))} | set(told.get(profile, ()))
        told[profile] = tuple(answer for answer in _ANSWERS if answer in shown) if "abusive" in shown else ()
    return told


def _is_shown(figure: Mapping[str, Any] | None) -> bool:
    return figure is not None and figure["auc"] >= LEAST_TOLD_AUC and min(figure["positives"], figure["negatives"]) >= _FEWEST
