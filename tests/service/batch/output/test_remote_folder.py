"""Dumps and scores may lie in a store that fsspec knows: here one that speaks like S3, in a process of its own."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

MOTO = Path(__file__).parents[4] / "build/clients/venv/bin/moto_server"
_PATIENCE = 120

S3 = """
import json, sys
import s3fs
fs = s3fs.S3FileSystem(use_listings_cache=False)
ask, *arguments = sys.argv[1:]
if ask == "mkdir":
    fs.mkdir(*arguments)
elif ask == "put":
    fs.put_file(*arguments)
elif ask == "get":
    fs.get(*arguments, recursive=True)
print(json.dumps(sorted(fs.find("dumps"))))
"""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An S3-compatible server with the bucket ``dumps``; what the environment of its clients must say."""
    if not MOTO.exists():
        pytest.skip("bash .ci/clients installs the server")
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    said = tmp_path_factory.mktemp("moto") / "log"
    with said.open("wb") as log, subprocess.Popen([MOTO, "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log) as server:
        end = time.monotonic() + _PATIENCE
        while True:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None, said.read_text()
            assert time.monotonic() < end
            time.sleep(0.05)
        environment = {
            **{"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_DEFAULT_REGION": "us-east-1"},
            **{"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"},
        }
        s3(environment, "mkdir", "dumps")
        yield environment
        server.kill()


def s3(environment: dict[str, str], *arguments: object) -> list[str]:
    """Do something in the store; returns the names of all that lies in the bucket."""
    command = [sys.executable, "-W", "ignore", "-c", S3, *map(str, arguments)]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def finished(process: "subprocess.Popen[str]") -> str:
    _, said = process.communicate(timeout=_PATIENCE)
    assert process.returncode == 0, said
    return said


@pytest.fixture
def inputs(tmp_path: Path) -> list[Path]:
    """Four files of comments, some of them empty."""
    found = []
    for number in range(4):
        found.append(tmp_path / f"{number}.jsonl")
        rows = ({"id": at, "text": f"you {number} are {at} idiots" if at % 9 else ""} for at in range(200))
        found[-1].write_text("".join(json.dumps(row) + "\n" for row in rows))
    return found


@pytest.mark.parametrize("options", [[], ["--jobs", 2]])
def test_scores_in_a_store_are_those_on_a_disk(
    tmp_path: Path, store: dict[str, str], inputs: list[Path], start: Start, options: list[object]
) -> None:
    """Dumps are read out of a bucket and scores put into it, as one file and as a folder, by one process and by several."""
    for path in inputs:
        s3(store, "put", path, f"dumps/in/{path.name}")
    urls = [f"s3://dumps/in/{path.name}" for path in inputs]
    finished(start(*urls, "-o", "s3://dumps/one.csv", "--fresh", *options, env=store))
    finished(start(*urls, "-o", "s3://dumps/many/", "--fresh", *options, env=store))
    names = s3(store, "get", "dumps/one.csv", tmp_path / "one.csv")
    assert [name for name in names if "/one.csv" in name] == [
        "dumps/one.csv",
        "dumps/one.csv.rejects.jsonl",
        "dumps/one.csv.summary.json",
    ]
    many = [name.removeprefix("dumps/many/") for name in names if name.startswith("dumps/many/")]
    assert many == ["_plan.json", "_rejects.jsonl", "_summary.json", *(f"part-0000{number}.parquet" for number in range(4))]
    finished(start(*inputs, "-o", tmp_path / "local.csv"))
    local = (tmp_path / "local.csv").read_text().replace(f"{tmp_path}/", "s3://dumps/in/")
    assert (tmp_path / "one.csv").read_text() == local


def test_a_killed_run_into_a_store_goes_on(tmp_path: Path, store: dict[str, str], inputs: list[Path], start: Start) -> None:
    """The journal lies in the store too: the same command finds there what is done."""
    process = start(*inputs, "-o", "s3://dumps/cut.csv", env=store)
    end = time.monotonic() + _PATIENCE
    while not any(name.startswith("dumps/cut.csv.work/0000") for name in s3(store, "list")):
        assert time.monotonic() < end
        if process.poll() is not None:
            break
    process.kill()
    process.wait()
    said = finished(start(*inputs, "-o", "s3://dumps/cut.csv", env=store))
    assert "800 rows" in said
    s3(store, "get", "dumps/cut.csv", tmp_path / "cut.csv")
    finished(start(*inputs, "-o", tmp_path / "local.csv"))
    assert (tmp_path / "cut.csv").read_bytes() == (tmp_path / "local.csv").read_bytes()


def test_a_store_that_does_not_answer_is_one_line(tmp_path: Path, store: dict[str, str], inputs: list[Path], start: Start) -> None:
    """A bucket that is not there, and a protocol that nobody knows, are named."""
    for out in ("s3://nowhere/o.csv", "nonsense://x/o.csv"):
        process = start(*inputs, "-o", out, env=store)
        _, said = process.communicate(timeout=_PATIENCE)
        assert process.returncode == 1
        assert "Traceback" not in said
        assert out.rpartition("/")[0] in said
