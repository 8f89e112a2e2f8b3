"""Round numbers for the scales of charts."""

import math

__all__ = ["ticks_around", "ticks_within"]

_STEPS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_MOST = 10  # intervals of a scale
_SLACK = 1e-9  # so that 0.3 / 0.1 counts as 3


def ticks_within(low: float, high: float) -> list[float]:
    """Return the round numbers, evenly spaced, that lie between two values, ends included."""
    step = _step(low, high)
    return [tick * step for tick in range(math.ceil(low / step - _SLACK), math.floor(high / step + _SLACK) + 1)]


def ticks_around(low: float, high: float) -> list[float]:
    """Return at least two round numbers, evenly spaced, the first at most ``low`` and the last at least ``high``."""
    step = _step(low, high)
    first = math.floor(low / step + _SLACK)
    return [tick * step for tick in range(first, max(math.ceil(high / step - _SLACK), first + 1) + 1)]


def _step(low: float, high: float) -> float:
    """Return the smallest step that cuts the range into few enough intervals."""
    return next(step for step in _STEPS if (high - low) / step <= _MOST or step == _STEPS[-1])
