"""The workers of a Dask cluster, to which the artefact is shipped once."""

import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.artefact.atomic import open_folder, replace_folder
from model.artefact.folder import shipped_folder
from model.errors import DumpError
from service.batch.job import Artefact
from service.batch.workers.journal import Done
from service.batch.workers.model_source import load
from service.batch.workers.pool import Crew
from service.batch.workers.shard_work import Setting, Task, score_shard

if TYPE_CHECKING:
    from model.moderator import Moderator

__all__ = ["Packed", "pack", "unpack", "workers"]

_LOCAL = "local:"
_WAIT = 60


@dataclass(frozen=True)
class Packed:
    """An artefact on its way to a worker.

    Attributes:
        version: its name and the hash of its content.
        files: name → bytes, which the version stands for.
    """

    version: str
    files: dict[str, bytes] = field(compare=False)


def pack(artefact: Artefact, version: str) -> Packed:
    """Read the files of an artefact.

    Raises:
        OSError: one cannot be read.
    """
    folder = artefact.folder or shipped_folder()
    with open_folder(folder):
        return Packed(version, {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()})


def unpack(packed: Packed, place: Path) -> Path:
    """Return the folder of an artefact below ``place``, having written it there unless it lies there already."""
    target = place / packed.version.replace("/", "_")
    if not target.is_dir():
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replace_folder(target) as fresh:
            for name, content in packed.files.items():
                (fresh / name).parent.mkdir(parents=True, exist_ok=True)
                (fresh / name).write_bytes(content)
    return target


@contextmanager
def workers(address: str, setting: Setting, artefact: Artefact, version: str) -> Iterator[Crew]:
    """Hand out the workers of a cluster as a crew.

    Args:
        address: of its scheduler, or ``local:N`` for a cluster of N processes that lasts as long as the block.
        setting: what goes for all shards; its job tells how many workers are waited for, one unless it says more.
        artefact: the model.
        version: of the artefact.

    Raises:
        DumpError: Dask is not installed, or the cluster cannot be reached, or has too few workers to begin with or none to go on with.
    """
    try:
        from distributed import KilledWorker
        from distributed.comm.core import CommClosedError
        from joblib import parallel_config

        from service.batch.workers.dask_joblib import Backend
    except ImportError as error:
        raise DumpError(f"--cluster needs Dask ({error}); install Tipstaff with its extra cluster: pip install '.[cluster]'") from None
    with _cluster(address) as client, ExitStack() as there:
        packed = pack(artefact, version)

        def ship(count: int = 1) -> None:
            # The workers that are there get the artefact, later ones have it from them. When all that had it are gone, Dask cancels
            # whatever needs it.
            there.close()
            try:
                client.wait_for_workers(count, timeout=_WAIT)
            except TimeoutError:
                found = len(client.scheduler_info()["workers"])
                raise DumpError(f"--cluster {address}: {found} workers are there after {_WAIT} s, not {count}; start more") from None
            there.enter_context(parallel_config(backend=Backend(client=client, scatter=[packed], wait_for_workers_timeout=_WAIT)))

        ship(setting.job.jobs or 1)
        deadly = {KilledWorker: 2, CancelledError: 0, CommClosedError: 0}
        yield Crew({"n_jobs": -1}, _work, (setting, packed, replace(artefact, folder=None)), deadly, ship)


@contextmanager
def _cluster(address: str) -> Iterator[Any]:
    import distributed

    # Half of Dask is typed, and that half forbids the other.
    dask: Any = distributed
    if address.startswith(_LOCAL):
        count = address.removeprefix(_LOCAL)
        if not count.isdecimal() or not int(count):
            raise DumpError(f"--cluster {address}: give a number of workers, such as local:4")
        with (
            dask.LocalCluster(n_workers=int(count), threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
            dask.Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = dask.Client(address, timeout=_WAIT)
    except (OSError, ValueError, TimeoutError) as error:
        raise DumpError(f"--cluster {address}: no scheduler answers there ({type(error).__name__}); check the address") from error
    with client:
        yield client


def _work(task: Task, setting: Setting, packed: Packed, asked: Artefact) -> Done:
    return score_shard(task, setting, _moderator(packed, asked), threads=1).brief()


@lru_cache(maxsize=1)
def _moderator(packed: Packed, asked: Artefact) -> "Moderator":
    folder = unpack(packed, Path(tempfile.gettempdir()) / f"tipstaff-artefacts-{os.getuid()}")
    moderator = load(replace(asked, folder=folder))
    if moderator.version != packed.version:
        # The place is one where others may write.
        raise DumpError(f"the artefact {packed.version} was shipped, and {moderator.version} is there; remove it from the worker")
    return moderator
