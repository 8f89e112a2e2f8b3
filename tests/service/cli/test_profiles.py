"""Profiles on the command line: files scored and tables measured by the readers that were asked for."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.service.cli.calls import Call

ROWS = [("you pathetic idiot", "toxic"), ("good morning to all of you", "fine"), ("they are vermin", "hateful"), ("see you", "fine")]


@pytest.mark.parametrize("profile", ["fast", "cascade", "full"])
def test_files_are_scored_by_a_profile(profile: str, call: Call, write_both: Callable[..., Path], tmp_path: Path) -> None:
    """Every row that is scored names the profile that was asked for, in one process and in several."""
    both = write_both(tmp_path / "both")
    comments = tmp_path / "comments.jsonl"
    comments.write_text("".join(json.dumps({"id": str(number), "text": text}) + "\n" for number, (text, _) in enumerate(ROWS)))
    for jobs in ("1", "2"):
        out = tmp_path / f"{jobs}.jsonl"
        assert call("score", comments, "-o", out, "--artefact", both, "--profile", profile, "--jobs", jobs).code == 0
        assert {json.loads(line)["model"].rpartition("+")[2] for line in out.read_text().splitlines()} == {profile}


def test_tables_are_measured_by_a_profile(call: Call, write_both: Callable[..., Path], tmp_path: Path) -> None:
    """A report names the profile that it is about, its figures are those of that profile, and it compares all of them."""
    both, table = write_both(tmp_path / "both"), tmp_path / "table.csv"
    table.write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in ROWS * 3))
    for profile in ("fast", "full"):
        assert call("evaluate", both, table, "-o", tmp_path / profile, "--profile", profile, "--resamples", "1").code == 0
        report = json.loads((tmp_path / profile / "report.json").read_text())
        assert report["artefact"].endswith(f"+{profile}")
        assert report["sections"]["Profiles"]["profiles"].keys() == {"fast", "cascade", "full"}
