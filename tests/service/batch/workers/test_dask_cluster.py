"""A Dask cluster writes the bytes that one process would write, even if workers die; a missing cluster is reported clearly."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from model.errors import DumpError
from model.moderator import Moderator
from service.batch.job import OutputFormat, ScoreJob
from service.batch.runs.progress import ProgressObserver, RunProgress
from service.batch.score import score_files
from service.model_loading import ModeratorOptions
from tests.service.command import ROOT
from tests.waiting import wait_until


def job(inputs: list[Path], out: Path, **options: object) -> ScoreJob:
    return ScoreJob([str(path) for path in inputs], out=out, write_as=OutputFormat.PARQUET, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("address", ["local:none", "local:0", "nonsense", "tcp://127.0.0.1:1"])
def test_a_cluster_that_is_not_there_is_named(
    tmp_path: Path, folder: Path, inputs: list[Path], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says which address, and nothing is left of the output."""
    monkeypatch.setattr("service.batch.workers.dask_cluster._WAIT_SECONDS", 1)
    with pytest.raises(DumpError, match=f"--cluster {address}"):
        score_files(job(inputs, tmp_path / "o.parquet", cluster=address), Moderator.load(folder), options=ModeratorOptions(folder))
    assert not list(tmp_path.glob("o.*"))


def test_missing_workers_are_reported(tmp_path: Path, folder: Path, inputs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that asks for three workers of a cluster with one fails with the number that there are."""
    monkeypatch.setattr("service.batch.workers.dask_cluster._WAIT_SECONDS", 1)
    with pytest.raises(DumpError, match="local:1: 1 workers are there after 1 s, not 3"):
        score_files(
            job(inputs, tmp_path / "o.parquet", cluster="local:1", jobs=3), Moderator.load(folder), options=ModeratorOptions(folder)
        )


@contextmanager
def start_process(*command: object) -> Iterator["subprocess.Popen[bytes]"]:
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
    with start_process(dask, "scheduler", *quiet, "--port", 0, "--host", "127.0.0.1"):
        wait_until(lambda: place.exists() and place.read_text().endswith("}"), what="the scheduler has written its address")
        worker = (dask, "worker", *quiet, "--nthreads", 1, "--no-nanny", "--local-directory", tmp_path / "d")
        yield json.loads(place.read_text())["address"], worker


def check_cluster(tmp_path: Path, folder: Path, inputs: list[Path], address: str, watch: ProgressObserver) -> None:
    """Score on a cluster and in this process; the outputs must be equal."""
    for path in inputs:
        path.write_text(path.read_text() * 20)
    judge, stored = Moderator.load(folder), ModeratorOptions(folder)
    summary = score_files(job(inputs, tmp_path / "o.parquet", cluster=address, max_rows=200), judge, options=stored, observer=watch)
    assert summary.rows == 48_000
    score_files(job(inputs, tmp_path / "p.parquet", max_rows=200), judge, options=stored)
    assert (tmp_path / "o.parquet").read_bytes() == (tmp_path / "p.parquet").read_bytes()


@pytest.mark.slow
def test_a_cluster_loses_a_worker_and_no_row(tmp_path: Path, folder: Path, inputs: list[Path]) -> None:
    """One of three Dask workers, each in a process of its own, is killed at work; the others do its shards again."""
    with scheduler(tmp_path) as (address, worker), start_process(*worker) as victim, start_process(*worker), start_process(*worker):
        check_cluster(tmp_path, folder, inputs, address, lambda progress: victim.kill())


@pytest.mark.slow
def test_a_cluster_loses_all_that_had_the_artefact(tmp_path: Path, folder: Path, inputs: list[Path]) -> None:
    """The only worker is killed at work; the artefact, which only it had, is sent to a worker that comes later."""
    with scheduler(tmp_path) as (address, worker), start_process(*worker) as victim, ExitStack() as later:

        def kill(progress: RunProgress) -> None:
            if victim.poll() is None:
                victim.kill()
                victim.wait()
                later.enter_context(start_process(*worker))

        check_cluster(tmp_path, folder, inputs, address, kill)
