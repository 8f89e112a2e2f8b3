"""Which rows come from which source, and which sources can show what."""

import numpy as np
from numpy.typing import NDArray

from model.array_types import Int8Array
from training.tables.labelled import Labelled

__all__ = ["has_both_answers", "rows_by_source", "sources_with_both", "three_class_sources"]

_FEWEST_OF_A_LABEL = 5


def rows_by_source(rows: Labelled) -> dict[str, NDArray[np.intp]]:
    """Return the row numbers of each source, by its name in sorted order."""
    numbers: dict[str, list[int]] = {}
    for row, name in enumerate(rows.source):
        numbers.setdefault(name, []).append(row)
    return {name: np.array(numbers[name], np.intp) for name in sorted(numbers)}


def sources_with_both(rows: Labelled) -> list[str]:
    """Return the sources that have fine rows as well as abusive ones, sorted: with one kind alone, the style of a source gives it away."""
    return [name for name, numbers in rows_by_source(rows).items() if has_both_answers(rows.abusive[numbers])]


def three_class_sources(rows: Labelled, *, least: int = _FEWEST_OF_A_LABEL) -> dict[str, NDArray[np.intp]]:
    """Return the numbers of the rows with a label of each source that has at least so many of all three, by its name in sorted order."""
    labels = rows.label
    labelled = {name: numbers[labels[numbers] >= 0] for name, numbers in rows_by_source(rows).items()}
    return {name: numbers for name, numbers in labelled.items() if np.bincount(labels[numbers], minlength=3).min() >= least}


def has_both_answers(answers: Int8Array) -> bool:
    """Return whether some of the answers are yes and others no."""
    return {0, 1} <= set(answers.tolist())
