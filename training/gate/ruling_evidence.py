"""The site's rulings as the gate weighs them: answers, who gave them, and what champion and cross-fitted candidate say of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from model.array_types import BoolArray, FloatArray, Int8Array, IntArray
from training.gate.paired_areas import PairedChange, change_of_areas, join_changes

__all__ = ["FEWEST_ANSWERS", "QUESTIONS", "RulingEvidence", "question_scores"]

QUESTIONS = ("hateful", "abusive")
"""The questions that rulings answer."""
FEWEST_ANSWERS = 5
"""Rulings with each answer to a question, without which nothing is measured on it."""


def question_scores(scores: FloatArray, question: str) -> FloatArray:
    """Return P(hateful) or P(abusive) of scores in the order of ``LABELS``, shape (n, 3); shape (n,)."""
    column: FloatArray = scores[:, 2] if question == "hateful" else 1 - scores[:, 0]
    return column


@dataclass(frozen=True, eq=False)
class RulingEvidence:
    """n rulings, column by column.

    Attributes:
        answers: question → (n,) 1, 0 or -1 (unknown).
        before: (n, 3) the champion's scores in the order of ``LABELS``.
        after: (n, 3) the scores of models that were fitted as the candidate was, but without the part of the rulings that a row is of.
        weights: (n,) what each row counts, at least 0: as in the fit, so that nobody's rulings count for more than the cap.
        clusters: (n,) the near-duplicate group of each.
        persons: (n,) the number of the person whose ruling it is; -1 where no person is known.
        names: number → the identity of that person.
        texts: (n,) the comments.
    """

    answers: Mapping[str, Int8Array]
    before: FloatArray
    after: FloatArray
    weights: FloatArray
    clusters: IntArray
    persons: IntArray
    names: tuple[str, ...]
    texts: Sequence[str]

    def __len__(self) -> int:
        """Return n."""
        return self.weights.size

    @cached_property
    def sizes(self) -> IntArray:
        """(persons,) how many rulings each person gave."""
        return np.bincount(self.persons[self.persons >= 0], minlength=len(self.names))

    def restricted(self, rows: BoolArray) -> Self:
        """Return the same evidence in which the other rows count nothing.

        Args:
            rows: (n,) whether a row still counts.
        """
        return replace(self, weights=np.where(rows, self.weights, 0.0))

    def change(self, question: str, *, before: FloatArray | None = None, after: FloatArray | None = None) -> PairedChange | None:
        """Return the AUC of champion and candidate on one question; None with too few of either answer.

        Args:
            question: one of ``QUESTIONS``.
            before: scores, shape (n, 3), in place of the champion's.
            after: scores, shape (n, 3), in place of the candidate's.
        """
        answers = self.answers[question]
        if any(((answers == answer) & (self.weights > 0)).sum() < FEWEST_ANSWERS for answer in (0, 1)):
            return None
        scores = (question_scores(own if other is None else other, question) for own, other in ((self.before, before), (self.after, after)))
        return change_of_areas(answers, *scores, weights=self.weights, clusters=self.clusters)

    def mean_change(self, *, before: FloatArray | None = None, after: FloatArray | None = None) -> PairedChange | None:
        """Return the mean AUC over the questions that the rulings answer; None if they answer neither both ways."""
        changes = [self.change(question, before=before, after=after) for question in QUESTIONS]
        return join_changes([change for change in changes if change is not None])
