"""How much each row counts in training: its own weight, that of its source, and that of its label."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from model.comment import LABELS
from model.errors import TableError
from training.tables.labelled import Labelled

__all__ = ["check_source_names", "scale_to_mean", "weigh_rows"]

_NAMED = 8


def scale_to_mean(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return weights in proportion, with mean 1: only how they relate to each other counts.

    Args:
        weights: finite, at least 0, not all 0; shape (n,).
    """
    scaled = weights / weights.max()
    in_proportion: npt.NDArray[np.float64] = scaled / scaled.mean()
    return in_proportion


def check_source_names(wanted: Mapping[str, float], sources: Iterable[str]) -> None:
    """Refuse weights for sources that are not there.

    Raises:
        TableError: there is no source of such a name.
    """
    there = sorted(set(sources))
    if missing := sorted(set(wanted).difference(there)):
        more = f" and {len(there) - _NAMED} more" if len(there) > _NAMED else ""
        raise TableError(f"source weights: there is no source {missing[0]!r}; the sources are {', '.join(there[:_NAMED])}{more}")


def weigh_rows(rows: Labelled, *, sources: Mapping[str, float], labels: Mapping[str, float]) -> Labelled:
    """Return the rows that count, with how much they count.

    Args:
        rows: each with a weight of its own.
        sources: source → how much each of its rows counts; 1 where it is not named.
        labels: label → how much each of its rows counts; 1 where it is not named. A row that does not decide between labels
            counts as the mean of those that it may have.

    Returns:
        The rows whose three weights are all above 0; their product, with mean 1, is the weight of each.

    Raises:
        TableError: no row counts.
    """
    of_label = np.array([labels.get(label.value, 1.0) for label in LABELS])
    possible = np.column_stack([rows.abusive != 1, (rows.abusive != 0) & (rows.hateful != 1), (rows.abusive != 0) & (rows.hateful != 0)])
    of_source = np.array([sources.get(name, 1.0) for name in rows.source])
    weights = rows.weight / max(float(rows.weight.max(initial=0)), 1e-300) * of_source * (possible @ of_label / possible.sum(axis=1))
    counted = np.flatnonzero(weights > 0)
    if not counted.size:
        raise TableError("every row to learn from weighs 0; give some rows a weight above 0")
    return replace(rows.take(counted), weight=scale_to_mean(weights[counted]))
