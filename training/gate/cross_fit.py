"""Cross-fits the difference that a candidate adds to the champion, so that every ruling is judged by a model that has not seen it.

The parts are stretches of time, and no near-duplicate group lies in two of them: what people say changes, and a model that only
remembers last week's raid must not look good on last week's raid. A model is fitted on all parts but one and measured on that one, for
each in turn, so that every ruling takes part in the measure; a fifth held out once would have no power at 200 rulings.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from model.array_types import BoolArray, FloatArray, IntArray
from model.classifier import Classifier
from model.ngrams.heads import LABEL_HEADS
from model.profile import Profile
from training.gate.persons import number_persons
from training.gate.ruling_evidence import RulingEvidence
from training.retrain.difference import Difference
from training.retrain.difference_fit import DifferenceFit
from training.tables.labelled import Labelled

__all__ = ["CrossFit"]

_MOST_OF_ONE = 2000  # rulings of one person that the champion learns from alone
_MOST_REFITTED = 10_000  # rows that are all fitted once more


class CrossFit:
    """The rulings of a site, judged by champion and cross-fitted candidates.

    Args:
        fit: champion and rulings, with the profile in which they are judged.
        learned: whether the champion has learned from each row already: such a row teaches, but is no witness. None for none.

    Attributes:
        persons: (n,) the number of the person behind each row; -1 where none is known.
        names: the identity of each number.
        numbers: (m,) the rows of the evidence: those that can be witnesses, at most some thousands.
        evidence: what champion and cross-fitted candidates say of these.
    """

    def __init__(self, fit: DifferenceFit, *, learned: Sequence[bool] | BoolArray | None = None) -> None:
        self._fit, rows = fit, fit.rows
        self.persons, self.names = number_persons(rows)
        self._folds = fit.folds
        self.numbers = np.sort(np.concatenate(self._folds)).astype(np.int64)
        before = self._scores(None, self.numbers)
        after = before.copy()
        for fold, difference in zip(self._folds, fit.fold_differences(), strict=True):
            after[self._places(fold)] = self._scores(difference, fold)
        weights = fit.weights(self.numbers)
        if learned is not None:
            weights = np.where(np.asarray(learned, np.bool_)[self.numbers], 0.0, weights)
        self.evidence = RulingEvidence(
            answers={"hateful": rows.labelled.hateful[self.numbers], "abusive": rows.labelled.abusive[self.numbers]},
            before=before,
            after=after,
            weights=weights,
            clusters=rows.group[self.numbers],
            persons=self.persons[self.numbers],
            names=self.names,
            texts=[rows.labelled.text[row] for row in self.numbers.tolist()],
        )

    def scores_without(self, person: int) -> FloatArray:
        """Return scores of the evidence by cross-fitted models that have not learned from a person either, shape (m, 3)."""
        teaches = self.persons != person
        scores = self.evidence.after.copy()
        for fold in self._folds:
            is_held_out = np.zeros(teaches.size, np.bool_)
            is_held_out[fold] = True
            scores[self._places(fold)] = self._scores(self._fit.fit(np.flatnonzero(teaches & ~is_held_out)), fold)
        return scores

    def taught_by(self, person: int) -> FloatArray:
        """Return scores of the evidence by the champion after it has learned from one person's latest rulings alone, shape (m, 3)."""
        own = np.flatnonzero(self.persons == person)
        texts = self._fit.rows.labelled.text
        created_at = np.nan_to_num(self._fit.rows.created_at, nan=-np.inf)
        latest = sorted(own.tolist(), key=lambda row: (-created_at[row], texts[row]))[:_MOST_OF_ONE]
        return self._scores(self._fit.fit(np.array(latest, np.intp)), self.numbers)

    def held_out_pair(self) -> tuple[Classifier, Classifier, Labelled]:
        """Return the champion, a model that has not learned from the latest part of the rulings, and that part."""
        return self._fit.champion, self._without_latest, self._fit.rows.labelled.take(self._folds[-1])

    @cached_property
    def _without_latest(self) -> Classifier:
        return self._fit.classifier(self._fit.fold_differences()[-1])

    @property
    def is_complete(self) -> bool:
        """Whether the evidence is of all rows, and these so few that fitting them all once more takes no time."""
        return self.numbers.size == len(self._fit) <= _MOST_REFITTED

    def log_odds_as_fitted(self, candidate: Classifier) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the calibrated log-odds of the label heads by the champion, by what the rulings make of it, and by a candidate.

        Returns:
            Three arrays of shape (k, 2), of the same k comments of the evidence. Where that is not complete, the second one is that of a
            model without the latest part of the rulings.
        """
        labelled = self._fit.rows.labelled.take(self.numbers[:_MOST_REFITTED])
        texts = self._fit.champion.reader.form.prepare(labelled.comments())
        fitted = self._fit.classifier(self._fit.fit(np.arange(len(self._fit)))) if self.is_complete else self._without_latest
        champion, made, given = (
            classifier.calibrated_log_odds(texts).log_odds[:, :LABEL_HEADS] for classifier in (self._fit.champion, fitted, candidate)
        )
        return champion, made, given

    def _places(self, rows: IntArray) -> IntArray:
        """Return where rows are in the evidence."""
        return np.searchsorted(self.numbers, rows)

    def _scores(self, difference: Difference | None, rows: IntArray) -> FloatArray:
        """Return the probabilities of the labels, shape (n, 3)."""
        if self._fit.profile is not Profile.FAST:
            scores = self._fit.scores(difference, rows)
            # A comment without text has no scores; it counts as fine.
            return np.where(np.isnan(scores), np.array([1.0, 0.0, 0.0]), scores)
        # The same scores but for the windows of long comments, without building a classifier for each of many fits.
        hateful, abusive = (1 / (1 + np.exp(-np.clip(self._fit.log_odds(difference, rows), -700, 700)))).T
        return np.column_stack([(1 - hateful) * (1 - abusive), (1 - hateful) * abusive, hateful])
