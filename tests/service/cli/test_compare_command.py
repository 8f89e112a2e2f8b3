"""``tipstaff compare`` as people call it."""

import json
from pathlib import Path

import pytest

from tests.service.cli.calls import Call, write_csv

FINE = [f"I watered the {thing} in the {place}" for thing in ("roses", "beans", "lawn") for place in ("garden", "yard")]
TOXIC = [f"you {kind} {name}" for kind in ("stupid", "pathetic") for name in ("idiot", "moron", "bastard")]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of fine and toxic comments with an odd name for the label."""
    rows = [*((text, "fine") for text in FINE), *((text, "rude") for text in TOXIC)]
    return write_csv(tmp_path / "rulings.csv", ("text", "ruling"), rows)


OPTIONS = ("--label", "ruling", "--map", "rude=toxic")


def test_the_shipped_model_against_itself(call: Call, table: Path, tmp_path: Path) -> None:
    """Tables on standard output, the report in its folder, and nothing has changed."""
    result = call("compare", "default", "default", table, *OPTIONS, "--resamples", 10, "-o", tmp_path / "out")
    assert result.code == 0
    assert "McNemar" in result.out
    assert "0 of 12 comments changed their label" in result.out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["changed.jsonl", "compare.html", "compare.json"]


def test_programs_get_json(call: Call, table: Path) -> None:
    """With --json standard output is one document."""
    result = call("compare", "default", "default", table, *OPTIONS, "--resamples", 10, "--json")
    report = json.loads(result.out)
    assert (result.code, report["rows"], report["reading"]["used"]) == (0, 12, 12)


def test_a_model_judges_as_the_service_would(call: Call, table: Path) -> None:
    """Both readers judge where there are two; otherwise, models that differ in their encoders would never differ."""
    result = call("compare", "default", "default", table, *OPTIONS, "--resamples", 10, "--json")
    assert json.loads(result.out)["first"].endswith("+cascade")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere", "default"), "nowhere"),
        (("default", "default", "--clean", "elsewhere"), "--clean elsewhere"),
        (("default", "default", "--with-text", "no/such/folder.jsonl"), "no/such/folder.jsonl"),
        (("default", "default", "--out", "."), "holds something other than a comparison"),
    ],
)
def test_mistakes_end_in_one_line(call: Call, table: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str) -> None:
    """The command fails at once, with one line and exit code 1."""
    monkeypatch.chdir(table.parent)
    result = call("compare", *arguments[:2], table, *OPTIONS, *arguments[2:])
    assert (result.code, result.out) == (1, "")
    assert words in result.err.splitlines()[-1]
