"""Cross-fits the difference that a candidate adds to the champion, so that every ruling is judged by a model that has not seen it."""

from collections.abc import Callable, Sequence

import numpy as np

from model.array_types import BoolArray, FloatArray, IntArray
from model.classifier import Classifier
from model.profile import Profile
from training.gate.persons import number_persons
from training.gate.ruling_evidence import RulingEvidence
from training.gate.ruling_folds import FOLDS, assign_time_folds
from training.retrain.difference import Difference
from training.retrain.difference_fit import DifferenceFit
from training.retrain.ruling_rows import RulingRows
from training.tables.labelled import Labelled

__all__ = ["CrossFit"]

_ATTACKED_FOLD = FOLDS - 1  # the latest rulings


class CrossFit:
    """The rulings of a site, judged by champion and cross-fitted candidates.

    Args:
        fit: holds champion and rulings; its strength is the candidate's.
        rows: n rulings, those that the fit was built with.
        learned: whether the champion has learned from each already: such a row teaches, but is no witness. None for none.
        progress: called with the share of the fits that is done.

    Attributes:
        evidence: what champion and cross-fitted candidates say of the rulings.
    """

    def __init__(
        self,
        fit: DifferenceFit,
        rows: RulingRows,
        *,
        learned: Sequence[bool] | BoolArray | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> None:
        self._fit, self._rows = fit, rows
        self._folds = assign_time_folds(rows.created_at, rows.group, rows.labelled.text)
        everything = np.arange(len(rows))
        persons, names = number_persons(rows)
        weights = fit.weights(everything)
        if learned is not None:
            weights = np.where(np.asarray(learned, np.bool_), 0.0, weights)
        self.evidence = RulingEvidence(
            answers={"hateful": rows.labelled.hateful, "abusive": rows.labelled.abusive},
            before=self._scores(None, everything),
            after=self._cross_fitted(np.ones(len(rows), np.bool_), progress),
            weights=weights,
            clusters=rows.group,
            persons=persons,
            names=names,
            texts=rows.labelled.text,
            communities=rows.community,
        )

    def scores_without(self, person: int) -> FloatArray:
        """Return (n, 3) scores of cross-fitted models that have not learned from a person either."""
        return self._cross_fitted(self.evidence.persons != person, None)

    def taught_by(self, person: int) -> FloatArray:
        """Return (n, 3) scores of the champion after it has learned from one person's rulings alone."""
        own = np.flatnonzero(self.evidence.persons == person)
        return self._scores(self._fit.fit(own), np.arange(len(self._rows)))

    def held_out_pair(self) -> tuple[Classifier, Classifier, Labelled]:
        """Return the champion, a model that has not learned from one part of the rulings, and that part."""
        rows = np.arange(len(self._rows))
        difference = self._fit.fit(rows[self._folds != _ATTACKED_FOLD])
        return self._fit.champion, self._fit.classifier(difference), self._rows.labelled.take(rows[self._folds == _ATTACKED_FOLD])

    def _cross_fitted(self, teaches: BoolArray, progress: Callable[[float], None] | None) -> FloatArray:
        scores = np.empty((len(self._rows), 3))
        for fold in range(FOLDS):
            held_out = np.flatnonzero(self._folds == fold)
            if held_out.size:
                difference = self._fit.fit(np.flatnonzero((self._folds != fold) & teaches))
                scores[held_out] = self._scores(difference, held_out)
            if progress:
                progress((fold + 1) / FOLDS)
        return scores

    def _scores(self, difference: Difference | None, rows: IntArray) -> FloatArray:
        """Return the probabilities of the labels, shape (n, 3)."""
        if self._fit.profile is not Profile.FAST:
            return self._fit.scores(difference, rows)
        # The same scores but for the windows of long comments, without building a classifier for each of many fits.
        hateful, abusive = (1 / (1 + np.exp(-np.clip(self._fit.log_odds(difference, rows), -700, 700)))).T
        return np.column_stack([(1 - hateful) * (1 - abusive), (1 - hateful) * abusive, hateful])
