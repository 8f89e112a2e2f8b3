"""Several processes write the bytes that one would write, whichever of them dies."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from model.errors import DumpError
from model.moderator import Moderator
from service.batch.input.shards import plan_shards
from service.batch.job import OutputFormat, ScoreJob
from service.batch.output.journal import ShardResult
from service.batch.row_selection import RowSelection
from service.batch.rows import DumpOptions
from service.batch.score import score_files
from service.batch.statistics.counts import RunCounts
from service.batch.workers.pool import WorkerPool, process_pool, run_tasks
from service.batch.workers.shard_work import ShardTask
from service.model_loading import ModeratorOptions
from tests.service.command import ROOT

_PATIENCE = 120


def job(inputs: list[Path], out: Path, **options: object) -> ScoreJob:
    return ScoreJob([str(path) for path in inputs], out=out, write_as=OutputFormat.PARQUET, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("spread_over", [{"jobs": 3}, {"cluster": "local:2"}])
def test_any_number_of_processes_writes_equal_bytes(
    tmp_path: Path, folder: Path, inputs: list[Path], spread_over: dict[str, object]
) -> None:
    """One process, several processes and a cluster write equal files."""
    judge, stored = Moderator.load(folder), ModeratorOptions(folder)
    score_files(job(inputs, tmp_path / "one.parquet", jobs=1), judge, options=stored)
    summary = score_files(job(inputs, tmp_path / "many.parquet", **spread_over), judge, options=stored)
    assert summary.rows == 2400
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "many.parquet").read_bytes()


def test_an_error_in_a_worker_is_raised_in_the_caller(tmp_path: Path, folder: Path, inputs: list[Path]) -> None:
    """A bad row under --strict is one DumpError, with its place, and no pile of tracebacks."""
    inputs[5].write_text('{"text": "good"}\nbroken\n')
    with pytest.raises(DumpError, match=r"5\.jsonl: line 2 cannot be judged: not-json"):
        score_files(job(inputs, tmp_path / "o.parquet", jobs=2, strict=True), Moderator.load(folder), options=ModeratorOptions(folder))


def test_no_worker_loads_pandas(tmp_path: Path, inputs: list[Path], start: Callable[..., "subprocess.Popen[str]"]) -> None:
    """Arrow would load it where it is installed, and each worker would need twice the memory."""
    fake = tmp_path / "fake"
    fake.mkdir()
    (fake / "pandas.py").write_text("import os, pathlib\npathlib.Path(__file__).with_name(str(os.getpid())).touch()\nraise ImportError")
    process = start(*inputs, "-o", tmp_path / "o.parquet", "--jobs", 2, env={"PYTHONPATH": os.pathsep.join([str(fake), str(ROOT)])})
    _, output = process.communicate(timeout=_PATIENCE)
    assert process.returncode == 0, output
    assert {path.name for path in fake.iterdir()} <= {"pandas.py", "__pycache__", str(process.pid)}


def die_or_score(task: ShardTask, place: Path, victim: int, times: int) -> ShardResult:
    """Die, as if memory were short, the first ``times`` times that the shard ``victim`` is at work; score nothing otherwise."""
    if task.number == victim:
        deaths = len(list(place.iterdir()))
        if deaths < times:
            (place / str(deaths)).touch()
            os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
    return ShardResult(task.number, task.shard.path, RunCounts(), None)


@contextmanager
def deadly_pool(place: Path, times: int) -> Iterator[WorkerPool]:
    with process_pool(2, None, ModeratorOptions()) as real:  # type: ignore[arg-type]
        yield WorkerPool(real.parallel_options, die_or_score, (place, 3, times), real.fatal_errors, real.restart)


def tasks(path: Path, completed: set[int]) -> Iterator[ShardTask]:
    shard = plan_shards(str(path), DumpOptions(), size=1 << 20)[0]
    return (ShardTask(number, shard, RowSelection()) for number in range(12) if number not in completed)


def test_a_worker_that_dies_twice_costs_no_shard(tmp_path: Path, inputs: list[Path]) -> None:
    """Every shard is completed once, although the whole pool died with the worker."""
    place = tmp_path / "deaths"
    place.mkdir()
    results = run_tasks(lambda completed: tasks(inputs[0], completed), deadly_pool(place, 2))
    assert sorted(result.number for result in results) == list(range(12))
    assert len(list(place.iterdir())) == 2


def test_a_shard_that_kills_every_worker_is_named(tmp_path: Path, inputs: list[Path]) -> None:
    """It is identified by trying it alone; no other shard is blamed."""
    place = tmp_path / "deaths"
    place.mkdir()
    with pytest.raises(DumpError, match=r"0\.jsonl: the process that scored shard 4 was killed"):
        list(run_tasks(lambda completed: tasks(inputs[0], completed), deadly_pool(place, 99)))
    assert len(list(place.iterdir())) == 3
