"""How joblib gets at Dask's workers."""

from typing import Any

from joblib._dask import DaskDistributedBackend

__all__ = ["Backend"]


class Backend(DaskDistributedBackend):  # type: ignore[misc]
    """Leaves all work to the workers, be there but one thread of them, for which joblib would do it in the process that asks."""

    def effective_n_jobs(self, n_jobs: int) -> Any:
        """Return how many tasks can be in work at once, at least 2."""
        return max(2, super().effective_n_jobs(n_jobs))
