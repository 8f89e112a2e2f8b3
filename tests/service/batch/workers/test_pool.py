"""Shards spread over processes and over a cluster: the same bytes, whoever dies."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from model.errors import DumpError
from model.moderator import Moderator
from service.batch.input.shards import plan_shards
from service.batch.job import OutputFormat, ScoreJob
from service.batch.output.journal import ShardResult
from service.batch.row_selection import RowSelection
from service.batch.rows import DumpOptions
from service.batch.runs.progress import ProgressObserver, RunProgress
from service.batch.score import score_files
from service.batch.statistics.counts import RunCounts
from service.batch.workers.dask_cluster import pack_artefact, unpack_artefact
from service.batch.workers.pool import WorkerPool, process_pool, run_tasks
from service.batch.workers.shard_work import ShardTask
from service.model_loading import ModeratorOptions
from tests.service.command import ROOT
from tests.waiting import wait_until

_PATIENCE = 120


@pytest.fixture
def inputs(tmp_path: Path) -> list[Path]:
    """Eight files of comments."""
    place = tmp_path / "inputs"
    place.mkdir()
    for number in range(8):
        rows = (f'{{"id": {at}, "text": "you {number} are {at * 7919 % 997} idiots"}}\n' for at in range(300))
        (place / f"{number}.jsonl").write_text("".join(rows))
    return sorted(place.iterdir())


def job(inputs: list[Path], out: Path, **options: object) -> ScoreJob:
    return ScoreJob([str(path) for path in inputs], out=out, write_as=OutputFormat.PARQUET, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("spread_over", [{"jobs": 3}, {"cluster": "local:2"}])
def test_whoever_scores_the_bytes_are_the_same(tmp_path: Path, folder: Path, inputs: list[Path], spread_over: dict[str, object]) -> None:
    """One process, several, and the workers of a cluster write the same file."""
    judge, stored = Moderator.load(folder), ModeratorOptions(folder)
    score_files(job(inputs, tmp_path / "one.parquet", jobs=1), judge, options=stored)
    summary = score_files(job(inputs, tmp_path / "many.parquet", **spread_over), judge, options=stored)
    assert summary.rows == 2400
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "many.parquet").read_bytes()


def test_what_goes_wrong_in_a_worker_is_told_as_anywhere(tmp_path: Path, folder: Path, inputs: list[Path]) -> None:
    """A bad row under --strict is one DumpError, with its place, and no pile of tracebacks."""
    inputs[5].write_text('{"text": "good"}\nbroken\n')
    with pytest.raises(DumpError, match=r"5\.jsonl: line 2 cannot be judged: not-json"):
        score_files(job(inputs, tmp_path / "o.parquet", jobs=2, strict=True), Moderator.load(folder), options=ModeratorOptions(folder))


def test_no_worker_loads_pandas(tmp_path: Path, inputs: list[Path], start: Callable[..., "subprocess.Popen[str]"]) -> None:
    """Arrow would, where it is installed, and each worker would take as much memory more as the model does."""
    fake = tmp_path / "fake"
    fake.mkdir()
    (fake / "pandas.py").write_text("import os, pathlib\npathlib.Path(__file__).with_name(str(os.getpid())).touch()\nraise ImportError")
    process = start(*inputs, "-o", tmp_path / "o.parquet", "--jobs", 2, env={"PYTHONPATH": os.pathsep.join([str(fake), str(ROOT)])})
    _, output = process.communicate(timeout=_PATIENCE)
    assert process.returncode == 0, output
    assert {path.name for path in fake.iterdir()} <= {"pandas.py", "__pycache__", str(process.pid)}


def deadly(task: ShardTask, place: Path, victim: int, times: int) -> ShardResult:
    """Die as if memory were short, the first so many times that one shard comes up."""
    if task.number == victim:
        deaths = len(list(place.iterdir()))
        if deaths < times:
            (place / str(deaths)).touch()
            os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
    return ShardResult(task.number, task.shard.path, RunCounts(), None)


@contextmanager
def crew(place: Path, times: int) -> Iterator[WorkerPool]:
    with process_pool(2, None, ModeratorOptions()) as real:  # type: ignore[arg-type]
        yield WorkerPool(real.parallel_options, deadly, (place, 3, times), real.fatal_errors, real.restart)


def tasks(path: Path, done: set[int]) -> Iterator[ShardTask]:
    shard = plan_shards(str(path), DumpOptions(), size=1 << 20)[0]
    return (ShardTask(number, shard, RowSelection()) for number in range(12) if number not in done)


def test_a_worker_that_dies_twice_costs_nobody_anything(tmp_path: Path, inputs: list[Path]) -> None:
    """Every shard is done once, though the whole pool went with its worker."""
    place = tmp_path / "deaths"
    place.mkdir()
    found = [done.number for done in run_tasks(lambda done: tasks(inputs[0], done), crew(place, 2))]
    assert sorted(found) == list(range(12))
    assert len(list(place.iterdir())) == 2


def test_a_shard_that_kills_every_worker_is_named(tmp_path: Path, inputs: list[Path]) -> None:
    """It is found out by being tried alone; no other shard is blamed."""
    place = tmp_path / "deaths"
    place.mkdir()
    with pytest.raises(DumpError, match=r"0\.jsonl: the process that scored shard 4 was killed"):
        list(run_tasks(lambda done: tasks(inputs[0], done), crew(place, 99)))
    assert len(list(place.iterdir())) == 3


def test_a_shipped_artefact_is_written_once(tmp_path: Path, folder: Path) -> None:
    """A worker unpacks it into a folder named by its content, and finds it there the next time."""
    judge = Moderator.load(folder)
    packed = pack_artefact(ModeratorOptions(folder), judge.version)
    place = unpack_artefact(packed, tmp_path / "cache")
    assert Moderator.load(place).version == judge.version
    before = [(file.name, file.stat().st_mtime_ns) for file in sorted(place.iterdir())]
    assert unpack_artefact(packed, tmp_path / "cache") == place
    assert [(file.name, file.stat().st_mtime_ns) for file in sorted(place.iterdir())] == before


@pytest.mark.parametrize("address", ["local:none", "local:0", "nonsense", "tcp://127.0.0.1:1"])
def test_a_cluster_that_is_not_there_is_named(
    tmp_path: Path, folder: Path, inputs: list[Path], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says which address, and nothing is left of the output."""
    monkeypatch.setattr("service.batch.workers.dask_cluster._WAIT_SECONDS", 1)
    with pytest.raises(DumpError, match=f"--cluster {address}"):
        score_files(job(inputs, tmp_path / "o.parquet", cluster=address), Moderator.load(folder), options=ModeratorOptions(folder))
    assert not list(tmp_path.glob("o.*"))


def test_workers_that_do_not_come_are_told_of(tmp_path: Path, folder: Path, inputs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for three of a cluster of one is told how many there are."""
    monkeypatch.setattr("service.batch.workers.dask_cluster._WAIT_SECONDS", 1)
    with pytest.raises(DumpError, match="local:1: 1 workers are there after 1 s, not 3"):
        score_files(
            job(inputs, tmp_path / "o.parquet", cluster="local:1", jobs=3), Moderator.load(folder), options=ModeratorOptions(folder)
        )


@contextmanager
def started(*command: object) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(list(map(str, command)), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def scheduler(tmp_path: Path) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Start a Dask scheduler; yield its address, and the command of a worker."""
    place = tmp_path / "scheduler.json"
    dask = Path(sys.executable).with_name("dask")
    quiet = ("--scheduler-file", place, "--no-dashboard")
    with started(dask, "scheduler", *quiet, "--port", 0, "--host", "127.0.0.1"):
        wait_until(place.exists, what="the scheduler has written its address")
        worker = (dask, "worker", *quiet, "--nthreads", 1, "--no-nanny", "--local-directory", tmp_path / "d")
        yield json.loads(place.read_text())["address"], worker


def check_cluster(tmp_path: Path, folder: Path, inputs: list[Path], address: str, watch: ProgressObserver) -> None:
    """Score on a cluster and here; nothing may differ."""
    for path in inputs:
        path.write_text(path.read_text() * 20)
    judge, stored = Moderator.load(folder), ModeratorOptions(folder)
    summary = score_files(job(inputs, tmp_path / "o.parquet", cluster=address, max_rows=200), judge, options=stored, observer=watch)
    assert summary.rows == 48_000
    score_files(job(inputs, tmp_path / "p.parquet", max_rows=200), judge, options=stored)
    assert (tmp_path / "o.parquet").read_bytes() == (tmp_path / "p.parquet").read_bytes()


@pytest.mark.slow
def test_a_cluster_loses_a_worker_and_no_row(tmp_path: Path, folder: Path, inputs: list[Path]) -> None:
    """Of three Dask workers in processes of their own one is killed at work; the others do what it did."""
    with scheduler(tmp_path) as (address, worker), started(*worker) as victim, started(*worker), started(*worker):
        check_cluster(tmp_path, folder, inputs, address, lambda progress: victim.kill())


@pytest.mark.slow
def test_a_cluster_loses_all_that_had_the_artefact(tmp_path: Path, folder: Path, inputs: list[Path]) -> None:
    """The only worker is killed at work, and another comes later; it is sent what only the first had."""
    with scheduler(tmp_path) as (address, worker), started(*worker) as victim, ExitStack() as later:

        def kill(progress: RunProgress) -> None:
            if victim.poll() is None:
                victim.kill()
                victim.wait()
                later.enter_context(started(*worker))

        check_cluster(tmp_path, folder, inputs, address, kill)
