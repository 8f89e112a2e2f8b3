"""The windows that an encoder has read last: models that share it, each of which judges the same comment, have it read once."""

from collections.abc import Sequence
from threading import Lock

import numpy as np

from model.array_types import FloatArray

__all__ = ["RecentWindows"]


class RecentWindows:
    """Remembers the log-odds of a few windows; any number of threads may share one.

    They are few, since what is read again is read again soon: by the next model that judges the same call.

    Args:
        most: how many are remembered.
    """

    def __init__(self, *, most: int = 64) -> None:
        self._most = most
        self._log_odds: dict[tuple[int, ...], FloatArray] = {}
        self._lock = Lock()

    def find(self, window: Sequence[int]) -> FloatArray | None:
        """Return the log-odds of a window, shape (heads,); None if it is not remembered."""
        return self._log_odds.get(tuple(window))

    def remember(self, windows: Sequence[Sequence[int]], log_odds: FloatArray) -> None:
        """Remember the log-odds of some windows, and forget those that were remembered first if there are too many.

        Args:
            windows: k windows, the numbers of their pieces; of many, only the last are remembered.
            log_odds: of them, shape (k, heads).
        """
        with self._lock:
            for window, of_window in zip(windows[-self._most :], log_odds[-self._most :], strict=True):
                self._log_odds[tuple(window)] = np.array(of_window)
            for window in list(self._log_odds)[: -self._most]:
                del self._log_odds[window]
