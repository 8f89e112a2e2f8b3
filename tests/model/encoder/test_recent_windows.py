"""An encoder remembers what it has read last."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from model.encoder.recent_windows import RecentWindows


def test_the_last_windows_are_remembered() -> None:
    """Windows are found by all of their pieces; the oldest are forgotten, and what is changed later does not change what was remembered."""
    recent, log_odds = RecentWindows(most=2), np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    recent.remember([[1, 7, 2], [1, 8, 2], [1, 9, 2]], log_odds)
    log_odds[:] = 0
    found = [recent.find(window) for window in ([1, 7, 2], [1, 8, 2], [1, 9, 2], [1, 9])]
    assert [None if one is None else one.tolist() for one in found] == [None, [3.0, 4.0], [5.0, 6.0], None]


def test_threads_share_them() -> None:
    """Threads that remember and find at the same time get the right log-odds or none."""
    recent = RecentWindows(most=3)

    def read(number: int) -> bool:
        recent.remember([[number % 7]], np.array([[float(number % 7)]]))
        found = recent.find([number % 5])
        return found is None or found.tolist() == [number % 5]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, range(2000)))
