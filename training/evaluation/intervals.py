"""Computes bootstrap intervals, which show how much a figure would differ if other rows had been drawn.

Rows are drawn with replacement within each source (Efron & Tibshirani 1993, chapters 6 and 13), so that every resample has
as many rows of each source as there are. The resamples depend on the seed and on nothing else: two classifiers that judge the
same rows are measured on the same resamples, and their differences are paired.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray, Int32Array
from training.evaluation.resample_kernels import draw_resample

__all__ = ["RESAMPLES", "bootstrap", "percentile_intervals", "resample_weights"]

RESAMPLES = 500
"""Resamples that an interval rests on unless another number is asked for."""
_LEVEL = 0.95
_FEWEST_RESAMPLES = 0.5  # share of the resamples that must have a figure for it to get an interval
_BLOCK = 10  # resamples that are in memory at a time
_THREADS = min(_BLOCK, os.cpu_count() or 1)


def resample_weights(starts: npt.NDArray[np.intp], count: int, *, seed: int = 0) -> Iterator[Int32Array]:
    """Yield how often each row is drawn, shape (n,), resample by resample; the array is reused, so copy it to keep it.

    Args:
        starts: where each stratum of rows starts, and their end n; shape (s + 1,).
        count: number of resamples.
        seed: of the random numbers.
    """
    random = np.random.default_rng(seed)
    weights = np.empty(int(starts[-1]), np.int32)
    for _ in range(count):
        draw_resample(random.random(weights.size), starts, weights)
        yield weights


def bootstrap(
    measure: Callable[[Int32Array], FloatArray],
    starts: npt.NDArray[np.intp],
    *,
    count: int = RESAMPLES,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> FloatArray:
    """Return k figures on each resample, shape (count, k).

    Args:
        measure: computes the figures from how often each of n rows counts, NaN where there is none; several threads may call it at
            once.
        starts: where each stratum of rows starts, and their end n; shape (s + 1,).
        count: number of resamples, at least 1.
        seed: of the random numbers.
        progress: called with the share of the resamples that is done.
    """
    figures: list[FloatArray] = []
    resamples = resample_weights(starts, count, seed=seed)
    with ThreadPoolExecutor(_THREADS) as pool:
        while block := [weights.copy() for weights in islice(resamples, _BLOCK)]:
            figures += pool.map(measure, block)
            if progress:
                progress(len(figures) / count)
    return np.array(figures)


def percentile_intervals(resampled: FloatArray, values: FloatArray, *, level: float = _LEVEL) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the percentile intervals of k figures, widened to hold the figures themselves; shape (k,) each.

    They are widened because a figure that cannot fall below 0, such as a calibration error, is larger in nearly every resample than
    on the rows themselves.

    Args:
        resampled: the figures on each resample, shape (count, k).
        values: the figures on the rows themselves, shape (k,).
        level: share of the resamples in the interval, between 0 and 1.

    Returns:
        Lower and upper ends; NaN where a figure is missing, on the rows or on half of the resamples.
    """
    low, high = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    is_finite = np.isfinite(resampled)
    enough = (is_finite.mean(axis=0) > _FEWEST_RESAMPLES) & np.isfinite(values)
    complete = enough & is_finite.all(axis=0)
    tails = [(1 - level) / 2, (1 + level) / 2]
    if complete.any():
        low[complete], high[complete] = np.quantile(resampled[:, complete], tails, axis=0)
    for column in np.flatnonzero(enough & ~complete):
        low[column], high[column] = np.quantile(resampled[is_finite[:, column], column], tails)
    return np.fmin(low, np.where(enough, values, np.nan)), np.fmax(high, np.where(enough, values, np.nan))
