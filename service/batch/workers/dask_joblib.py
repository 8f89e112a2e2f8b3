"""joblib's access to the workers of a Dask cluster."""

from typing import Any

from joblib._dask import DaskDistributedBackend

__all__ = ["ClusterBackend"]


class ClusterBackend(DaskDistributedBackend):  # type: ignore[misc]
    """Leaves all work to the workers; joblib would do it in the calling process if they had a single thread in all."""

    def effective_n_jobs(self, n_jobs: int) -> Any:
        """Return how many tasks can be at work at once, at least 2."""
        return max(2, super().effective_n_jobs(n_jobs))
