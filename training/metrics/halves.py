"""Halves the dev rows whose labels can be trusted: one half chooses, the other only reports.

Rows that were read again by our own definitions are worth more than the others for both. So where there are some among the dev rows,
calibration, thresholds and the cascade are chosen on one half of them, and every figure is of the other half, which nothing was chosen on.
The halves are drawn by a hash of the rows' ids, so that they stay the same whatever rows join or leave.
"""

import hashlib
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from model.array_types import FloatArray, Int8Array
from training.metrics.source_metrics import SourceMetrics, measure_sources
from training.tables.labelled import Labelled

__all__ = ["choosing_rows", "measure_reporting", "only_reports", "reporting_rows", "unchosen_rows"]

_READ_AGAIN = "read again"


def choosing_rows(rows: Labelled) -> NDArray[np.intp]:
    """Return the numbers of the dev rows to choose by: half of those that were read again; all rows if none was."""
    return np.flatnonzero(rows.reread & ~_only_reports(rows)) if rows.reread.any() else np.arange(len(rows))


def reporting_rows(rows: Labelled) -> NDArray[np.intp]:
    """Return the numbers of the dev rows to report on: the other half of those that were read again; all rows if none was."""
    return np.flatnonzero(rows.reread & _only_reports(rows)) if rows.reread.any() else np.arange(len(rows))


def unchosen_rows(rows: Labelled) -> NDArray[np.intp]:
    """Return the numbers of the dev rows that nothing was chosen by, whatever their labels are worth; all rows if none was read again."""
    return np.flatnonzero(~rows.reread | _only_reports(rows)) if rows.reread.any() else np.arange(len(rows))


def measure_reporting(scores: FloatArray, labels: Int8Array, dev: Labelled) -> SourceMetrics | None:
    """Return the metrics of the reporting half as if its rows were of one source; None if no row was read again.

    Args:
        scores: of the dev rows, (n, 3) in the order of ``LABELS``.
        labels: (n,) codes by the label rule.
        dev: n dev rows.
    """
    if not dev.reread.any():
        return None
    rows = reporting_rows(dev)
    of_one = replace(dev.take(rows), source=[_READ_AGAIN] * rows.size)
    return measure_sources(scores[rows], labels[rows], of_one)["MEAN"]


def only_reports(row_id: str) -> bool:
    """Return whether a row with this id is of the half that only reports."""
    return hashlib.sha256(row_id.encode("utf-8", "surrogatepass")).digest()[-1] % 2 == 1


def _only_reports(rows: Labelled) -> NDArray[np.bool_]:
    return np.array([only_reports(row_id) for row_id in rows.id], np.bool_)
