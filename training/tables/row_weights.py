"""Computes the weight of each row in training: the product of its own weight and the weights of its source and label."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from model.array_types import FloatArray
from model.comment import LABELS
from model.errors import TableError
from training.tables.labelled import Labelled

__all__ = ["check_source_names", "scale_to_mean", "weigh_rows"]

_MOST_NAMES = 8  # of sources in a message
_SMALLEST_WEIGHT = 1e-300  # in place of 0, so that rows that all weigh 0 can be divided by it


def scale_to_mean(weights: FloatArray) -> FloatArray:
    """Return weights scaled to mean 1.

    Args:
        weights: finite, at least 0, not all 0; shape (n,).
    """
    below_one = weights / weights.max()  # first, since the mean of very large weights overflows
    scaled: FloatArray = below_one / below_one.mean()
    return scaled


def check_source_names(source_weights: Mapping[str, float], sources: Iterable[str]) -> None:
    """Refuse weights for sources that are not there.

    Raises:
        TableError: one of them is not among ``sources``.
    """
    names = sorted(set(sources))
    if unknown := sorted(set(source_weights).difference(names)):
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        raise TableError(f"source weights: there is no source {unknown[0]!r}; the sources are {', '.join(names[:_MOST_NAMES])}{more}")


def weigh_rows(rows: Labelled, *, sources: Mapping[str, float], labels: Mapping[str, float]) -> Labelled:
    """Return the rows with a weight above 0, weighted.

    Args:
        rows: each with a weight of its own.
        sources: source → weight of each of its rows; 1 if it is not named.
        labels: label → weight of each of its rows; 1 if it is not named. A row whose answers leave several labels possible has
            their mean weight.

    Returns:
        The rows whose three weights are all above 0; their product, with mean 1, is the weight of each.

    Raises:
        TableError: no row counts.
    """
    label_weights = np.array([labels.get(label.value, 1.0) for label in LABELS])
    is_possible = np.column_stack([rows.abusive != 1, (rows.abusive != 0) & (rows.hateful != 1), (rows.abusive != 0) & (rows.hateful != 0)])
    source_weights = np.array([sources.get(name, 1.0) for name in rows.source])
    own_weights = rows.weight / max(float(rows.weight.max(initial=0)), _SMALLEST_WEIGHT)
    weights = own_weights * source_weights * (is_possible @ label_weights / is_possible.sum(axis=1))
    weighted_rows = np.flatnonzero(weights > 0)
    if not weighted_rows.size:
        raise TableError("every row to learn from weighs 0; give some rows a weight above 0")
    return replace(rows.take(weighted_rows), weight=scale_to_mean(weights[weighted_rows]))
