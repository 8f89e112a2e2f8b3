"""Groups rows by source, and selects the sources with enough answers for a metric."""

import numpy as np
from numpy.typing import NDArray

from model.array_types import Int8Array
from training.tables.labelled import Labelled

__all__ = ["has_both_answers", "rows_by_source", "sources_with_both", "three_class_sources"]

_FEWEST_OF_A_LABEL = 5


def rows_by_source(rows: Labelled) -> dict[str, NDArray[np.intp]]:
    """Return source → numbers of its rows, sorted by name."""
    numbers: dict[str, list[int]] = {}
    for row, name in enumerate(rows.source):
        numbers.setdefault(name, []).append(row)
    return {name: np.array(numbers[name], np.intp) for name in sorted(numbers)}


def sources_with_both(rows: Labelled) -> list[str]:
    """Return the names of the sources with both fine and abusive rows, sorted.

    In a source with one kind alone, the style of the source reveals the answer.
    """
    return [name for name, numbers in rows_by_source(rows).items() if has_both_answers(rows.abusive[numbers])]


def three_class_sources(rows: Labelled, *, least: int = _FEWEST_OF_A_LABEL) -> dict[str, NDArray[np.intp]]:
    """Return source → numbers of its rows with a label, for sources with at least ``least`` rows of each label, sorted by name."""
    labels = rows.label
    labelled = {name: numbers[labels[numbers] >= 0] for name, numbers in rows_by_source(rows).items()}
    return {name: numbers for name, numbers in labelled.items() if np.bincount(labels[numbers], minlength=3).min() >= least}


def has_both_answers(answers: Int8Array) -> bool:
    """Return whether some of the answers are yes and others no."""
    return {0, 1} <= set(answers.tolist())
