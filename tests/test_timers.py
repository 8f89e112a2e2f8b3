"""The timers that the page on retraining offers can be used as they are."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.settings import Settings

FOLDER = Path(__file__).parents[1] / "docs/timers"
RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))  # of minute, hour, day, month and day of the week


def cron_fields(line: str) -> list[str]:
    """Returns the five times, the user and the command of a line of /etc/cron.d."""
    return line.split(maxsplit=6)


def is_time(text: str, low: int, high: int) -> bool:
    """Tells whether a field of a schedule is ``*`` or a number in its range."""
    return text == "*" or (text.isdecimal() and low <= int(text) <= high)


def test_line_for_cron_is_one() -> None:
    """The file for /etc/cron.d has settings and one line with five times, a user and the command, and ends with an end of line."""
    text = (FOLDER / "tipstaff-retrain.cron").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    settings = [line for line in lines if re.match(r"[A-Z_]+=", line)]
    ((*times, user, command),) = [cron_fields(line) for line in lines if line not in settings]

    assert text.endswith("\n")
    assert [is_time(time, *bounds) for time, bounds in zip(times, RANGES, strict=True)] == [True] * 5
    assert (user, command) == ("tipstaff", "tipstaff retrain")


def test_units_of_systemd_are_accepted(tmp_path: Path) -> None:
    """Systemd finds nothing to complain about in the service and the timer."""
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("systemd-analyze is missing: Debian's package systemd has it")
    for name in ("tipstaff-retrain.service", "tipstaff-retrain.timer"):
        unit = (FOLDER / name).read_text(encoding="utf-8")
        # It looks for the program; where ours is installed differs.
        (tmp_path / name).write_text(unit.replace("/opt/tipstaff/bin/tipstaff", "/bin/true"), encoding="utf-8")

    run = subprocess.run([verify, "verify", "--man=no", *sorted(map(str, tmp_path.iterdir()))], capture_output=True, text=True, check=False)

    assert (run.returncode, run.stdout + run.stderr) == (0, "")


def test_job_for_kubernetes_runs_the_command_and_little_else() -> None:
    """The manifest is YAML of one CronJob that retrains, one at a time, unprivileged, with settings that exist."""
    (job,) = yaml.safe_load_all((FOLDER / "retrain-cronjob.yaml").read_text(encoding="utf-8"))
    pod: dict[str, Any] = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]

    assert (job["apiVersion"], job["kind"], job["spec"]["concurrencyPolicy"]) == ("batch/v1", "CronJob", "Forbid")
    assert [is_time(time, *bounds) for time, bounds in zip(job["spec"]["schedule"].split(), RANGES, strict=True)] == [True] * 5
    assert container["args"] == ["retrain"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    assert all(entry["name"].removeprefix("TIPSTAFF_").lower() in Settings.model_fields for entry in container["env"])
