"""The workers of a Dask cluster, to which the artefact is sent once."""

import logging
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.errors import DumpError
from service.batch.output.journal import ShardResult
from service.batch.workers.packed_artefact import PackedArtefact, pack_artefact, unpack_artefact
from service.batch.workers.pool import WorkerPool
from service.batch.workers.shard_work import ShardContext, ShardTask, score_shard
from service.judging.judge_options import JudgeOptions
from service.model_loading import ModeratorOptions

if TYPE_CHECKING:
    from service.judging.judge import Judge

__all__ = ["cluster_pool"]

_LOCAL = "local:"
_WAIT_SECONDS = 60
_ANY_PORT = "127.0.0.1:0"  # the usual one, 8787, may be taken by another cluster, and Dask warns of that


@contextmanager
def cluster_pool(address: str, context: ShardContext, options: ModeratorOptions, version: str) -> Iterator[WorkerPool]:
    """Provide the workers of a cluster.

    Args:
        address: the address of its scheduler, or ``local:N`` for a cluster of N processes that ends with the block.
        context: the context that all shards share; ``jobs`` of its job is the number of workers to wait for, one if None.
        options: how each worker loads the model.
        version: the version of the artefact.

    Raises:
        DumpError: Dask is not installed, the cluster cannot be reached, or it has too few workers at the beginning or none later on.
    """
    try:
        from distributed import KilledWorker
        from distributed.comm.core import CommClosedError
        from joblib import parallel_config

        from service.batch.workers.dask_joblib import ClusterBackend
    except ImportError as error:
        raise DumpError(f"--cluster needs Dask ({error}); install Tipstaff with its extra cluster: pip install '.[cluster]'") from None
    with _connect(address) as client, ExitStack() as backend:
        packed = pack_artefact(options, version)

        def send_artefact(count: int = 1) -> None:
            # Present workers get the artefact, and later ones copy it from them. When all workers that had it are gone, Dask
            # cancels the tasks that need it.
            backend.close()
            try:
                client.wait_for_workers(count, timeout=_WAIT_SECONDS)
            except TimeoutError:
                workers = len(client.scheduler_info()["workers"])
                message = f"--cluster {address}: {workers} workers are there after {_WAIT_SECONDS} s, not {count}; start more"
                raise DumpError(message) from None
            dask = ClusterBackend(client=client, scatter=[packed], wait_for_workers_timeout=_WAIT_SECONDS)
            backend.enter_context(parallel_config(backend=dask))

        send_artefact(context.job.jobs or 1)
        fatal_errors = {KilledWorker: 2, CancelledError: 0, CommClosedError: 0}
        arguments = (context, packed, replace(options, folder=None))
        yield WorkerPool({"n_jobs": -1}, _score_on_worker, arguments, fatal_errors, send_artefact)


@contextmanager
def _connect(address: str) -> Iterator[Any]:
    """Provide a client of the cluster at an address, or of a local one."""
    import distributed

    # Dask is only half typed; mypy would refuse the untyped half.
    dask: Any = distributed
    if address.startswith(_LOCAL):
        count = address.removeprefix(_LOCAL)
        if not count.isdecimal() or not int(count):
            raise DumpError(f"--cluster {address}: give a number of workers, such as local:4")
        with (
            dask.LocalCluster(
                n_workers=int(count), threads_per_worker=1, dashboard_address=_ANY_PORT, silence_logs=logging.CRITICAL
            ) as cluster,
            dask.Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = dask.Client(address, timeout=_WAIT_SECONDS)
    except (OSError, ValueError, TimeoutError) as error:
        raise DumpError(f"--cluster {address}: no scheduler answers there ({type(error).__name__}); check the address") from error
    with client:
        yield client


def _score_on_worker(task: ShardTask, context: ShardContext, packed: PackedArtefact, options: ModeratorOptions) -> ShardResult:
    return score_shard(task, context, _build_judge(packed, options, context.job.judge_options), threads=1).without_names()


@lru_cache(maxsize=1)
def _build_judge(packed: PackedArtefact, options: ModeratorOptions, judge_options: JudgeOptions) -> "Judge":
    folder = unpack_artefact(packed, Path(tempfile.gettempdir()) / f"tipstaff-artefacts-{os.getuid()}")
    judge = judge_options.build_judge(replace(options, folder=folder).load())
    if judge.version != packed.version:
        # The folder for temporary files is open to other programs.
        raise DumpError(f"the artefact {packed.version} was shipped, and {judge.version} is there; remove it from the worker")
    return judge
