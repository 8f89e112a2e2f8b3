"""Dumps and scores may lie in a store that fsspec knows: here one that speaks like S3, in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.service.command import COMMAND, ROOT
from tests.service.s3_store import start_s3_store
from tests.waiting import wait_until

_PATIENCE = 120

S3 = """
import json, sys
import s3fs
fs = s3fs.S3FileSystem(use_listings_cache=False)
action, *arguments = sys.argv[1:]
if action == "upload":
    bucket, *paths = arguments
    fs.mkdir("dumps")
    for path in paths:
        fs.put_file(path, f"{bucket}/{path.rpartition('/')[2]}")
elif action == "get":
    fs.get(*arguments, recursive=True)
print(json.dumps(sorted(fs.find("dumps"))))
"""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four files of comments, some of them empty."""
    folder = tmp_path_factory.mktemp("inputs")
    paths = [folder / f"{number}.jsonl" for number in range(4)]
    for number, path in enumerate(paths):
        rows = ({"id": row, "text": f"you {number} are {row} idiots" if row % 9 else ""} for row in range(200))
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return paths


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, inputs: list[Path]) -> Iterator[dict[str, str]]:
    """The environment variables for clients of an S3-compatible server, whose bucket ``dumps`` has the inputs."""
    with start_s3_store(tmp_path_factory.mktemp("moto")) as environment:
        s3(environment, "upload", "dumps/in", *inputs)
        yield environment


@pytest.fixture(scope="module")
def local_scores(tmp_path_factory: pytest.TempPathFactory, folder: Path, inputs: list[Path]) -> Path:
    """The scores of the inputs, written on this machine."""
    out = tmp_path_factory.mktemp("local") / "local.csv"
    environment = os.environ | {"TIPSTAFF_ARTEFACT": str(folder)}
    command = [*COMMAND, "score", *map(str, inputs), "-o", str(out)]
    subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True, timeout=_PATIENCE)
    return out


def s3(environment: dict[str, str], *arguments: object) -> list[str]:
    """Do something in the store; return the names of all files in the bucket."""
    command = [sys.executable, "-W", "ignore", "-c", S3, *map(str, arguments)]
    process = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=_PATIENCE)
    assert process.returncode == 0, process.stderr
    return list(json.loads(process.stdout))


def wait_for_success(process: "subprocess.Popen[str]") -> str:
    """Wait for a run, which must succeed, and return its standard error."""
    _, output = process.communicate(timeout=_PATIENCE)
    assert process.returncode == 0, output
    return output


def test_scores_in_a_store_equal_those_on_a_disk(
    tmp_path: Path, store: dict[str, str], inputs: list[Path], local_scores: Path, start: Start
) -> None:
    """Dumps are read from a bucket, and the scores, byte for byte as on a disk, are put into it with their summary and rejects."""
    urls = [f"s3://dumps/in/{path.name}" for path in inputs]
    wait_for_success(start(*urls, "-o", "s3://dumps/one.csv", env=store))
    names = s3(store, "get", "dumps/one.csv", tmp_path / "one.csv")
    assert [name for name in names if "/one.csv" in name] == [
        "dumps/one.csv",
        "dumps/one.csv.rejects.jsonl",
        "dumps/one.csv.summary.json",
    ]
    assert (tmp_path / "one.csv").read_text() == local_scores.read_text().replace(f"{inputs[0].parent}/", "s3://dumps/in/")


def test_several_processes_write_a_folder_in_a_store(store: dict[str, str], inputs: list[Path], start: Start) -> None:
    """Each process puts its parts there; no work folder is left."""
    wait_for_success(start(*inputs, "-o", "s3://dumps/many/", "--jobs", 2, env=store))
    names = [name.removeprefix("dumps/many/") for name in s3(store, "list") if name.startswith("dumps/many/")]
    assert names == ["_plan.json", "_rejects.jsonl", "_summary.json", *(f"part-0000{number}.parquet" for number in range(4))]


def test_a_killed_run_into_a_store_can_be_continued(
    tmp_path: Path, store: dict[str, str], inputs: list[Path], local_scores: Path, start: Start
) -> None:
    """The journal is in the store too: a second call of the command finds the completed shards there."""
    process = start(*inputs, "-o", "s3://dumps/cut.csv", env=store)
    wait_until(
        lambda: process.poll() is not None or any(name.startswith("dumps/cut.csv.work/0000") for name in s3(store, "list")),
        what="a shard is completed",
        seconds=_PATIENCE,
    )
    process.kill()
    process.wait(_PATIENCE)
    assert "800 rows" in wait_for_success(start(*inputs, "-o", "s3://dumps/cut.csv", env=store))
    s3(store, "get", "dumps/cut.csv", tmp_path / "cut.csv")
    assert (tmp_path / "cut.csv").read_bytes() == local_scores.read_bytes()


@pytest.mark.parametrize("out", ["s3://nowhere/o.csv", "nonsense://x/o.csv"])
def test_a_store_that_does_not_answer_is_one_line(store: dict[str, str], inputs: list[Path], start: Start, out: str) -> None:
    """A bucket that does not exist and an unknown protocol are named."""
    process = start(*inputs, "-o", out, env=store)
    _, output = process.communicate(timeout=_PATIENCE)
    assert process.returncode == 1
    assert "Traceback" not in output
    assert out.rpartition("/")[0] in output
