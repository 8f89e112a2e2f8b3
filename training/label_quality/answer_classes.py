"""The classes among which the answer of a row is right or wrong: the three labels, or the two answers to the one question it answers."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.array_types import BoolArray, FloatArray, IntArray
from model.comment import LABELS
from model.errors import TableError
from training.label_noise.known_labels import possible_labels
from training.tables.labelled import UNKNOWN, Labelled

__all__ = ["ClassGroup", "contradicts", "group_by_classes"]

_QUESTIONS = {("fine", "abusive"): ((1, 0, 0), (0, 1, 1)), ("not hateful", "hateful"): ((1, 1, 0), (0, 0, 1))}
"""The answers to each question, and which of fine, toxic and hateful each allows."""


@dataclass(frozen=True, eq=False)
class ClassGroup:
    """Rows whose answers are among the same classes.

    Attributes:
        names: of the classes.
        rows: numbers of the m rows.
        given: (m,) int64 the class that each was given.
        labels: which labels each class consists of, shape (classes, 3).
        examples: which of all n rows are known to be of each class, shape (n, classes).
    """

    names: tuple[str, ...]
    rows: npt.NDArray[np.intp]
    given: IntArray
    labels: BoolArray
    examples: BoolArray

    def probabilities(self, of_labels: FloatArray) -> FloatArray:
        """Return the probabilities of the classes, (n, classes), which sum to 1 for each row, from those of the labels, (n, 3)."""
        sums = of_labels @ self.labels.T.astype(np.float64)
        classes: FloatArray = sums / np.maximum(sums.sum(axis=1, keepdims=True), 1e-12)
        return classes


def group_by_classes(rows: Labelled) -> list[ClassGroup]:
    """Return the rows by the classes that they are compared in; every row is in exactly one group.

    Rows with a label are compared among the labels that the table gives. Those that answer one question alone are compared by its two
    answers, and so are the rows with a label if they all have the same one.

    Args:
        rows: each answers one of the two questions at least.

    Raises:
        TableError: all rows give the same answer, which leaves nothing to compare.
    """
    labels = rows.label
    only_abusive = (labels == UNKNOWN) & (rows.abusive == 1)
    only_not_hateful = (labels == UNKNOWN) & (rows.hateful == 0)
    in_question = [only_abusive, only_not_hateful]
    given_labels = np.unique(labels[labels != UNKNOWN])
    is_labelled = labels != UNKNOWN
    if len(given_labels) == 1:
        # fine is an answer to either question, hateful too; toxic says yes to one and no to the other.
        opposite = (only_abusive, only_not_hateful)
        question = next((number for number in (0, 1) if _differs(int(given_labels[0]), number) and opposite[number].any()), None)
        if question is not None:
            in_question[question] = in_question[question] | is_labelled
            is_labelled = np.zeros_like(is_labelled)
    groups = list(_groups(rows, is_labelled, in_question))
    for group in groups:
        if len(group.names) < 2 or not group.examples.any(axis=0).all():
            name = group.names[int(group.given[0])]
            raise TableError(f"{len(group.rows):,} rows say {name} and none says otherwise: add rows that do, a doubt needs two kinds")
    return groups


def contradicts(rows: Labelled, row: int, other: int) -> bool:
    """Return whether two rows answer a question differently."""
    return any(UNKNOWN not in (answers[row], answers[other]) and answers[row] != answers[other] for answers in (rows.abusive, rows.hateful))


def _differs(label: int, question: int) -> bool:
    """Return whether rows of a label say no to "abusive", or yes to "hateful", so that rows that answer it alone may differ from them."""
    return label == (0 if question == 0 else 2)


def _groups(rows: Labelled, is_labelled: BoolArray, in_question: list[BoolArray]) -> Iterator[ClassGroup]:
    possible = possible_labels(rows.abusive, rows.hateful) > 0

    def group(names: tuple[str, ...], members: BoolArray, labels: BoolArray) -> ClassGroup:
        is_of_class = np.all(~possible[:, None, :] | labels[None, :, :], axis=2)
        numbers = np.flatnonzero(members)
        return ClassGroup(names, numbers, is_of_class[numbers].argmax(axis=1).astype(np.int64), labels, is_of_class)

    if is_labelled.any():
        kinds = np.unique(rows.label[is_labelled])
        yield group(tuple(LABELS[kind].value for kind in kinds), is_labelled, np.eye(3, dtype=np.bool_)[kinds])
    for (names, labels), members in zip(_QUESTIONS.items(), in_question, strict=True):
        if members.any():
            yield group(names, members, np.array(labels, np.bool_))
