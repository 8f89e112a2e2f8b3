"""The folder in which a retraining works is private, is gone afterwards, and what a killed run left goes with the next."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from service.retraining.work_folder import work_folder
from tests.service.command import ROOT

_WORK = """
import sys
from pathlib import Path
from service.retraining.work_folder import work_folder
with work_folder(Path(sys.argv[1])) as folder:
    (folder / "half").write_text("of a candidate")
    print(folder, flush=True)
    sys.stdin.read()
"""


def start_run(parent: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", _WORK, parent], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def read_folder(process: "subprocess.Popen[str]") -> Path:
    assert process.stdout is not None
    return Path(process.stdout.readline().strip())


def test_folder_is_private_and_goes_with_the_run(tmp_path: Path) -> None:
    """Only its user can look into it, and after the run, failed or not, nothing is left."""
    parent = tmp_path / "retraining"

    with pytest.raises(OSError, match="disk full"), work_folder(parent) as folder:  # noqa: PT012 (what fails is what the block does)
        (folder / "half").write_text("of a candidate")
        assert [stat.S_IMODE(path.stat().st_mode) for path in (parent, folder)] == [0o700, 0o700]
        raise OSError("disk full")

    assert list(parent.iterdir()) == []


def test_next_run_removes_what_a_killed_one_left_and_nothing_else(tmp_path: Path) -> None:
    """The folder of a run that was killed is removed; that of one that still works stays."""
    with start_run(tmp_path) as killed, start_run(tmp_path) as working:
        abandoned, used = read_folder(killed), read_folder(working)
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
        try:
            with work_folder(tmp_path) as own:
                assert {path for path in tmp_path.iterdir() if path.is_dir()} == {used, own}
                assert (used / "half").exists()
                assert not abandoned.exists()
        finally:
            working.communicate("")
