"""The mean of a figure over seeds, with its 95 % interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["SeedInterval", "describe_seeds", "interval_over_seeds"]

_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class SeedInterval:
    """A mean over seeds and its interval by Student's t; with one seed the interval is that value."""

    mean: float
    low: float
    high: float


def interval_over_seeds(values: Sequence[float]) -> SeedInterval | None:
    """Return the mean of what the seeds gave, with its interval; None without a value."""
    from scipy.stats import t

    if not values:
        return None
    mean = float(np.mean(values))
    if len(values) == 1:
        return SeedInterval(mean, mean, mean)
    half = float(t.ppf((1 + _LEVEL) / 2, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)))
    return SeedInterval(mean, mean - half, mean + half)


def describe_seeds(values: Sequence[float]) -> str:
    """Return a change as the mean over seeds with its interval, in words; empty without a value."""
    interval = interval_over_seeds(values)
    if interval is None:
        return ""
    if len(values) == 1:
        return f"{interval.mean:+.4f}"
    return f"{interval.mean:+.4f} ({interval.low:+.4f} to {interval.high:+.4f})"
