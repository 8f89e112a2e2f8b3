"""Halves the dev rows whose labels can be trusted: one half chooses, the other only reports.

Rows that were read again by our own definitions are worth more than the others for both. So where there are some among the dev rows,
calibration, thresholds and the cascade are chosen on one half of them, and every figure is of the other half, which nothing was chosen on.
The halves are drawn by a hash of the rows' ids, so that they stay the same whatever rows join or leave.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

from training.tables.labelled import Labelled

__all__ = ["choosing_rows", "only_reports", "reporting_rows"]


def choosing_rows(rows: Labelled) -> NDArray[np.intp]:
    """Return the numbers of the dev rows to choose by: half of those that were read again; all rows if none was."""
    return np.flatnonzero(rows.reread & ~_only_reports(rows)) if rows.reread.any() else np.arange(len(rows))


def reporting_rows(rows: Labelled) -> NDArray[np.intp]:
    """Return the numbers of the dev rows to report on: the other half of those that were read again; all rows if none was."""
    return np.flatnonzero(rows.reread & _only_reports(rows)) if rows.reread.any() else np.arange(len(rows))


def only_reports(row_id: str) -> bool:
    """Return whether a row with this id is of the half that only reports."""
    return hashlib.sha256(row_id.encode("utf-8", "surrogatepass")).digest()[-1] % 2 == 1


def _only_reports(rows: Labelled) -> NDArray[np.bool_]:
    return np.array([only_reports(row_id) for row_id in rows.id], np.bool_)
