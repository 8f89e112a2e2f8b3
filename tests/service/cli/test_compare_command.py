"""``tipstaff compare`` as people call it."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from service.cli.main import main

Call = Callable[..., tuple[int, str, str]]
FINE = [f"I watered the {thing} in the {place}" for thing in ("roses", "beans", "lawn") for place in ("garden", "yard")]
TOXIC = [f"you {kind} {name}" for kind in ("stupid", "pathetic") for name in ("idiot", "moron", "bastard")]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """A function that calls the command in this process."""

    def _call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
        monkeypatch.setattr("sys.argv", ["tipstaff", "compare", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        told = capfd.readouterr()
        assert "Traceback" not in told.err
        return int(ended.value.code or 0), told.out, told.err

    return _call


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of fine and toxic comments with an odd name for the label."""
    path = tmp_path / "rulings.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = [*((text, "fine") for text in FINE), *((text, "rude") for text in TOXIC)]
        csv.writer(file).writerows([("text", "ruling"), *rows])
    return path


def test_the_shipped_model_against_itself(call: Call, table: Path, tmp_path: Path) -> None:
    """Tables on standard output, the report in its folder, and nothing has changed."""
    code, out, _ = call("default", "default", table, "--label", "ruling", "--map", "rude=toxic", "--resamples", 10, "-o", tmp_path / "out")
    assert code == 0
    assert "McNemar" in out
    assert "0 of 12 comments changed their label" in out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["changed.jsonl", "compare.html", "compare.json"]


def test_programs_get_json(call: Call, table: Path) -> None:
    """With --json standard output is one document."""
    code, out, _ = call("default", "default", table, "--label", "ruling", "--map", "rude=toxic", "--resamples", 10, "--json")
    told = json.loads(out)
    assert (code, told["rows"], told["reading"]["used"]) == (0, 12, 12)


def test_a_model_judges_as_the_service_would(call: Call, table: Path) -> None:
    """By both readers where there are two, or models that differ in their encoders would never differ."""
    _, out, _ = call("default", "default", table, "--label", "ruling", "--map", "rude=toxic", "--resamples", 10, "--json")
    assert json.loads(out)["first"].endswith("+cascade")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere", "default"), "nowhere"),
        (("default", "default", "--clean", "elsewhere"), "--clean elsewhere"),
        (("default", "default", "--with-text", "no/such/folder.jsonl"), "no/such/folder.jsonl"),
        (("default", "default", "--out", "."), "holds something other than a comparison"),
    ],
)
def test_mistakes_end_in_one_line(call: Call, table: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str) -> None:
    """What cannot be done is said at once, in one line, with a code that is not 0."""
    monkeypatch.chdir(table.parent)
    code, out, err = call(*arguments[:2], table, "--label", "ruling", "--map", "rude=toxic", *arguments[2:])
    assert (code, out) == (1, "")
    assert said in err.splitlines()[-1]
