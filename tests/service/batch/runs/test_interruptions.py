"""A run that is killed, interrupted or out of disk space at any moment can be continued by the same command, to the last byte."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.service.command import ROOT
from tests.waiting import wait_until

_PATIENCE = 60

KILLER = """
import os, random, shutil, signal, sys, time
from pathlib import Path
from model.moderator import Moderator
from service.batch.job import OutputFormat, ScoreJob
from service.batch.score import score_files

artefact, out, whole, *inputs = sys.argv[1:]
judge = Moderator.load(Path(artefact))
judge.warm()
write_as = OutputFormat.FOLDER if out.endswith("/") else OutputFormat.PARQUET
start = time.monotonic()
score_files(ScoreJob(inputs, out=whole, write_as=write_as), judge)
longest = time.monotonic() - start
draw = random.Random(20)
kills = runs = 0
while kills < 20:
    child = os.fork()
    if not child:
        score_files(ScoreJob(inputs, out=out, write_as=write_as), judge)
        os._exit(0)
    time.sleep(draw.uniform(0, longest / 2))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        kills += 1
    elif status:
        sys.exit("a run that went on failed")
    else:
        runs += 1
        os.rename(out.rstrip("/"), f"{out.rstrip('/')}.{runs}")
print(score_files(ScoreJob(inputs, out=out, write_as=write_as), judge).rows)
"""


@pytest.fixture
def inputs(tmp_path: Path) -> list[Path]:
    """Thirty files of comments, some of them empty."""
    place = tmp_path / "inputs"
    place.mkdir()
    for number in range(30):
        rows = ({"id": at, "text": f"you {number} are {at * 7919 % 997} idiots" if at % 9 else " "} for at in range(400))
        (place / f"{number:02}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return sorted(place.iterdir())


Start = Callable[..., "subprocess.Popen[str]"]


def wait_until_started(work: Path, process: "subprocess.Popen[str]") -> None:
    """Wait until a run has completed two shards; it must not have ended by then."""
    wait_until(lambda: process.poll() is not None or len(list(work.glob("[0-9]*.json"))) > 1, what="two shards are completed")
    assert process.poll() is None, process.stderr and process.stderr.read()


def wait_until_gone(processes: list[psutil.Process]) -> None:
    wait_until(
        lambda: not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes),
        what="no worker is left",
    )


def wait_for_success(process: "subprocess.Popen[str]") -> str:
    """Wait for a run, which must succeed, and return its standard error."""
    _, output = process.communicate(timeout=_PATIENCE)
    assert process.returncode == 0, output
    return output


@pytest.mark.parametrize("name", [pytest.param("scores.parquet", marks=pytest.mark.nightly), "scores/"])
def test_twenty_kills_at_random_moments_change_no_byte(tmp_path: Path, folder: Path, inputs: list[Path], name: str) -> None:
    """After every kill -9 the same command continues the run, and in the end its output equals that of an undisturbed run."""
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    places = [f"{place}/{name}" for place in (cut, whole)]
    killer = subprocess.run(
        [sys.executable, "-c", KILLER, folder, *places, *inputs], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    assert (killer.returncode, killer.stdout) == (0, "12000\n"), killer.stderr
    expected = sorted(file.relative_to(whole) for file in whole.rglob("*") if file.is_file())
    files = sorted(file.relative_to(cut) for file in cut.rglob("*") if file.is_file() and not file.relative_to(cut).parts[0][-1].isdigit())
    assert files == expected
    for file in expected:
        if not file.name.endswith("summary.json"):
            assert (cut / file).read_bytes() == (whole / file).read_bytes(), file


def test_ctrl_c_stops_every_process_and_says_how_to_continue(tmp_path: Path, inputs: list[Path], start: Start) -> None:
    """No process is left behind, the only message is one line, and the same command continues the run."""
    out = tmp_path / "o.csv"
    process = start(*inputs, "-o", out, "--jobs", 2, start_new_session=True)
    wait_until_started(tmp_path / "o.csv.work", process)
    children = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)
    _, output = process.communicate(timeout=_PATIENCE)
    assert process.returncode == 130
    assert "stopped; " in output
    assert "shards are done: give the same command again to go on" in output
    assert "Traceback" not in output
    assert not out.exists()
    wait_until_gone(children)
    assert "shards were done by an earlier run" in wait_for_success(start(*inputs, "-o", out))
    assert len(out.read_text().splitlines()) == 12_001


def test_no_worker_outlives_a_killed_run(tmp_path: Path, inputs: list[Path], start: Start) -> None:
    """Kill -9 of the command itself leaves no worker behind, and its lock is free."""
    process = start(*inputs, "-o", tmp_path / "o.csv", "--jobs", 2)
    wait_until_started(tmp_path / "o.csv.work", process)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait(_PATIENCE)
    wait_until_gone(children)
    assert "12,000 rows" in wait_for_success(start(*inputs, "-o", tmp_path / "o.csv"))


def test_a_killed_worker_costs_no_row(tmp_path: Path, inputs: list[Path], start: Start) -> None:
    """Its shard is scored again, and the output does not change."""
    process = start(*inputs, "-o", tmp_path / "o.csv", "--jobs", 2)
    wait_until_started(tmp_path / "o.csv.work", process)
    commands = {child: " ".join(child.cmdline()) for child in psutil.Process(process.pid).children()}
    next(child for child, command in commands.items() if "loky" in command and "tracker" not in command).kill()
    assert "12,000 rows" in wait_for_success(process)
    wait_for_success(start(*inputs, "-o", tmp_path / "p.csv"))
    assert (tmp_path / "o.csv").read_bytes() == (tmp_path / "p.csv").read_bytes()


def read_messages(process: "subprocess.Popen[str]") -> str:
    """Return what a run says besides its progress, of which a slow machine sees a line every five seconds."""
    _, output = process.communicate(timeout=_PATIENCE)
    return "".join(line for line in output.splitlines(keepends=True) if not re.match(r"tipstaff: [\d,]+ rows; ", line))


def limit_file_size() -> None:
    """Let writing fail beyond 64 KiB, as on a full disk; this works in every container."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))


UNMEASURED = {"COVERAGE_PROCESS_CONFIG": None}
"""Environment of a command that cannot write what it covered either, and would say so."""


@pytest.mark.parametrize("name", ["o.jsonl", "o.sqlite"])
def test_a_run_on_a_full_disk_ends_with_one_line_and_can_be_continued(tmp_path: Path, inputs: list[Path], start: Start, name: str) -> None:
    """The line names the output; once there is space, the same command continues the run."""
    out = tmp_path / name
    process = start(*inputs, "-o", out, preexec_fn=limit_file_size, env=UNMEASURED)
    messages = read_messages(process)
    assert process.returncode == 1
    assert messages.count("\n") == 1
    assert messages.startswith(f"tipstaff: {out}: ")
    assert not out.exists()
    wait_for_success(start(*inputs, "-o", out))
    assert out.exists()


def test_a_disk_that_is_full_at_the_end_costs_no_shard(tmp_path: Path, start: Start) -> None:
    """If the output cannot be put together, the scored shards are kept for the next call."""
    inputs = []
    for number in range(4):
        inputs.append(tmp_path / f"{number}.jsonl")
        inputs[-1].write_text("".join(json.dumps({"id": at, "text": "hello there"}) + "\n" for at in range(120)))
    out = tmp_path / "o.jsonl"
    process = start(*inputs, "-o", out, preexec_fn=limit_file_size, env=UNMEASURED)
    messages = read_messages(process)
    assert (process.returncode, messages.count("\n")) == (1, 1)
    assert messages.startswith(f"tipstaff: {out}: File too large; 4 shards are done: give the same command again")
    assert "4 of 4 shards were done by an earlier run" in wait_for_success(start(*inputs, "-o", out))
    assert len(out.read_text().splitlines()) == 480
