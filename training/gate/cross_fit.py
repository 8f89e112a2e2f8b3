"""Cross-fits the difference that a candidate adds to the champion, so that every ruling is judged by a model that has not seen it.

The parts are stretches of time, and no near-duplicate group lies in two of them: what people say changes, and a model that only
remembers last week's raid must not look good on last week's raid. A model is fitted on all parts but one and measured on that one, for
each in turn, so that every ruling takes part in the measure; a fifth held out once would have no power at 200 rulings.
"""

from collections.abc import Sequence

import numpy as np

from model.array_types import BoolArray, FloatArray, IntArray
from model.classifier import Classifier
from model.ngrams.heads import LABEL_HEADS
from model.profile import Profile
from model.text.pipeline import prepare
from training.gate.persons import number_persons
from training.gate.ruling_evidence import RulingEvidence
from training.retrain.difference import Difference
from training.retrain.difference_fit import DifferenceFit
from training.tables.labelled import Labelled

__all__ = ["CrossFit"]


class CrossFit:
    """The rulings of a site, judged by champion and cross-fitted candidates.

    Args:
        fit: champion and rulings, with the profile in which they are judged.
        learned: whether the champion has learned from each row already: such a row teaches, but is no witness. None for none.

    Attributes:
        evidence: what champion and cross-fitted candidates say of the rulings.
    """

    def __init__(self, fit: DifferenceFit, *, learned: Sequence[bool] | BoolArray | None = None) -> None:
        self._fit, rows = fit, fit.rows
        everything = np.arange(len(rows))
        persons, names = number_persons(rows)
        before = self._scores(None, everything)
        after = before.copy()
        is_witness = np.zeros(len(rows), np.bool_)
        for fold, difference in zip(fit.folds, fit.fold_differences(), strict=True):
            after[fold] = self._scores(difference, fold)
            is_witness[fold] = True
        if learned is not None:
            is_witness &= ~np.asarray(learned, np.bool_)
        self.evidence = RulingEvidence(
            answers={"hateful": rows.labelled.hateful, "abusive": rows.labelled.abusive},
            before=before,
            after=after,
            weights=np.where(is_witness, fit.weights(everything), 0.0),
            clusters=rows.group,
            persons=persons,
            names=names,
            texts=rows.labelled.text,
        )

    def scores_without(self, person: int) -> FloatArray:
        """Return (n, 3) scores of cross-fitted models that have not learned from a person either."""
        teaches = self.evidence.persons != person
        scores = self.evidence.after.copy()
        for fold in self._fit.folds:
            is_held_out = np.zeros(teaches.size, np.bool_)
            is_held_out[fold] = True
            scores[fold] = self._scores(self._fit.fit(np.flatnonzero(teaches & ~is_held_out)), fold)
        return scores

    def taught_by(self, person: int) -> FloatArray:
        """Return (n, 3) scores of the champion after it has learned from one person's rulings alone."""
        own = np.flatnonzero(self.evidence.persons == person)
        return self._scores(self._fit.fit(own), np.arange(len(self.evidence)))

    def held_out_pair(self) -> tuple[Classifier, Classifier, Labelled]:
        """Return the champion, a model that has not learned from the latest part of the rulings, and that part."""
        latest, difference = self._fit.folds[-1], self._fit.fold_differences()[-1]
        return self._fit.champion, self._fit.classifier(difference), self._fit.rows.labelled.take(latest)

    def log_odds_as_fitted(self, candidate: Classifier) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the calibrated log-odds of the label heads by champion, by what the rulings make of it, by a candidate; (n, 2) each."""
        fitted = self._fit.classifier(self._fit.fit(np.arange(len(self.evidence))))
        texts = prepare(self._fit.rows.labelled.comments())
        champion, made, given = (
            classifier.calibrated_log_odds(texts).log_odds[:, :LABEL_HEADS] for classifier in (self._fit.champion, fitted, candidate)
        )
        return champion, made, given

    def _scores(self, difference: Difference | None, rows: IntArray) -> FloatArray:
        """Return the probabilities of the labels, shape (n, 3)."""
        if self._fit.profile is not Profile.FAST:
            return self._fit.scores(difference, rows)
        # The same scores but for the windows of long comments, without building a classifier for each of many fits.
        hateful, abusive = (1 / (1 + np.exp(-np.clip(self._fit.log_odds(difference, rows), -700, 700)))).T
        return np.column_stack([(1 - hateful) * (1 - abusive), (1 - hateful) * abusive, hateful])
