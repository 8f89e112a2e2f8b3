"""Bootstrap intervals: how much a figure would differ had other rows been drawn.

Rows are drawn with replacement within each source (Efron & Tibshirani 1993, chapter 6 and 13), so that every resample has
the sources that the rows have. What a resample draws depends on the seed and on nothing else: two classifiers that judge the
same rows are measured on the same resamples, and their differences are paired.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from training.evaluation.resample_kernels import draw

__all__ = ["LEVEL", "RESAMPLES", "bootstrap", "percentiles", "resamples"]

Weights = npt.NDArray[np.int32]

RESAMPLES = 500
LEVEL = 0.95
_FEWEST = 0.5
_BLOCK = 10  # resamples that are held at a time
_THREADS = min(_BLOCK, os.cpu_count() or 1)


def resamples(starts: npt.NDArray[np.intp], count: int, *, seed: int = 0) -> Iterator[Weights]:
    """Yield how often each row is drawn in each resample, shape (n,); each replaces the one before, which must not be kept.

    Args:
        starts: where each stratum of rows starts, and their end n; shape (s + 1,).
        count: how many resamples.
        seed: of the random numbers.
    """
    random = np.random.default_rng(seed)
    weights = np.empty(int(starts[-1]), np.int32)
    for _ in range(count):
        draw(random.random(weights.size), starts, weights)
        yield weights


def bootstrap(
    measure: Callable[[Weights], FloatArray],
    starts: npt.NDArray[np.intp],
    *,
    count: int = RESAMPLES,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> FloatArray:
    """Return what a measure comes to on each resample, shape (count, k).

    Args:
        measure: may be called by several threads at once; from how often each of n rows counts to k figures, NaN where there is none.
        starts: as in ``resamples``.
        count: how many resamples, at least 1.
        seed: of the random numbers.
        progress: is told the share of the resamples that is done.
    """
    found: list[FloatArray] = []
    drawn = resamples(starts, count, seed=seed)
    with ThreadPoolExecutor(_THREADS) as pool:
        while block := [weights.copy() for weights in islice(drawn, _BLOCK)]:
            found += pool.map(measure, block)
            if progress:
                progress(len(found) / count)
    return np.array(found)


def percentiles(drawn: FloatArray, points: FloatArray, *, level: float = LEVEL) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the percentile intervals of k figures, widened to hold the figures themselves; shape (k,) each.

    A figure that cannot fall below 0, such as a calibration error, is larger in nearly every resample than on the rows
    themselves; hence the widening.

    Args:
        drawn: the figures on each resample, shape (count, k).
        points: on the rows themselves, shape (k,).
        level: share of the resamples in the interval, between 0 and 1.

    Returns:
        Lower and upper ends; NaN where a figure is missing or is missing on half of the resamples.
    """
    low, high = np.full(points.shape, np.nan), np.full(points.shape, np.nan)
    known = np.isfinite(drawn)
    enough = (known.mean(axis=0) > _FEWEST) & np.isfinite(points)
    whole = enough & known.all(axis=0)
    tails = [(1 - level) / 2, (1 + level) / 2]
    if whole.any():
        low[whole], high[whole] = np.quantile(drawn[:, whole], tails, axis=0)
    for column in np.flatnonzero(enough & ~whole):
        low[column], high[column] = np.quantile(drawn[known[:, column], column], tails)
    return np.fmin(low, np.where(enough, points, np.nan)), np.fmax(high, np.where(enough, points, np.nan))
