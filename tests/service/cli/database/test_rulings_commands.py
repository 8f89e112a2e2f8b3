"""``tipstaff rulings`` takes rulings in, lists, counts, exports and purges them, and shows no text unless asked to."""

import json
from pathlib import Path

import pytest

from tests.service.cli.calls import Call, write_csv

COLUMNS = ["act", "comment", "text", "label", "moderator", "reason", "community"]
ROWS = [
    ["a1", "c1", "you utter fool", "toxic", "anna", "", "town"],
    ["a2", "c1", "you utter fool", "fine", "bert", "", "town"],
    ["a3", "c2", "cheap watches", "", "anna", "spam", ""],
    ["a4", "c3", "a lovely garden", "fine", "anna", "", ""],
]


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the command keeps its store."""
    monkeypatch.setenv("TIPSTAFF_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of rulings."""
    return write_csv(tmp_path / "rulings.csv", COLUMNS, ROWS)


def test_import_list_and_stats(call: Call, table: Path) -> None:
    """What was imported is counted and listed; texts are listed with ``--text`` alone."""
    assert "stored 4 acts, 0 were stored before, 0 could not be used" in call("rulings", "import", table).message
    assert json.loads(call("rulings", "import", table, "--json").out) == {"read": 4, "stored": 0, "retries": 4, "bad": 0, "problems": []}
    listed = json.loads(call("rulings", "list", "--json").out)
    assert [(row["comment"], row["label"], row["agreeing"], row["contesting"]) for row in listed] == [
        ("c1", "fine", ["bert"], ["anna"]),
        ("c2", None, ["anna"], []),
        ("c3", "fine", ["anna"], []),
    ]
    assert "text" not in listed[0]
    assert "fool" not in call("rulings", "list").out
    assert json.loads(call("rulings", "list", "--json", "--text", "--comment", "c1").out)[0]["text"] == "you utter fool"
    statistics = json.loads(call("rulings", "stats", "--json").out)
    assert (statistics["acts"], statistics["rulings"], statistics["contested"]) == (4, 3, 1)
    assert "anna and bert: 0.0 % of 1 comments, Cohen's kappa 0.000" in call("rulings", "stats").out


@pytest.mark.parametrize(
    ("options", "comments"),
    [
        (["--contested"], ["c1"]),
        (["--moderator", "anna"], ["c2", "c3"]),
        (["--label", "fine"], ["c1", "c3"]),
        (["--community", "town"], ["c1"]),
        (["--role", "lead"], []),
        (["--since", "2999-01-01"], []),
        (["--limit", "1"], ["c1"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_lists_can_be_narrowed(call: Call, table: Path, options: list[str], comments: list[str]) -> None:
    """Each option leaves out what it does not name, and a list that was cut says so."""
    call("rulings", "import", table)
    result = call("rulings", "list", "--json", *options)
    assert [row["comment"] for row in json.loads(result.out)] == comments
    assert ("more than 1" in result.err) is ("--limit" in options)


def test_nothing_that_is_listed_steers_the_terminal(call: Call, tmp_path: Path) -> None:
    """Texts are strangers' and names are clients': a control character in one is drawn, in lists and in statistics."""
    rows = [["a1", "c\x1b]0;1", "you \x1b[2Jfool", "toxic", moderator, "", "town"] for moderator in ("an\x1b[1mna", "bert")]
    rows[1][0] = "a2"
    assert call("rulings", "import", write_csv(tmp_path / "odd.csv", COLUMNS, rows)).code == 0

    shown = call("rulings", "list", "--text").out + call("rulings", "stats").out

    assert "\x1b" not in shown
    assert "you ␛[2Jfool" in shown
    assert "moderator an␛[1mna: 1" in shown
    assert "an␛[1mna and bert" in shown


def test_a_bad_row_is_an_error(call: Call, tmp_path: Path) -> None:
    """The other rows are stored, the bad one is named by file and line, and the exit code says that not all was done."""
    result = call("rulings", "import", write_csv(tmp_path / "bad.csv", COLUMNS, [*ROWS, ["a5", "c5", "private words", "bad", "", "", ""]]))
    assert result.code == 1
    assert f"{tmp_path / 'bad.csv'}: line 6: label: 'bad' is not fine, toxic, hateful" in result.err
    assert "stored 4 acts, 0 were stored before, 1 could not be used" in result.err
    assert "private words" not in result.err


def test_export_and_purge(call: Call, table: Path, data_dir: Path, tmp_path: Path) -> None:
    """Exports print their path and what was left out; a purge deletes what a killed export left behind."""
    call("rulings", "import", table)
    result = call("rulings", "export", "--out", tmp_path / "out")
    path = Path(result.out.strip())
    assert path.parent == (tmp_path / "out").resolve()
    assert "exported 2 comments with their rulings (left out: teaches nothing: 1)" in result.message
    log = json.loads(call("rulings", "export", "--acts", "--out", tmp_path / "out", "--to", "jsonl", "--json").out)
    assert (log["rows"], log["manifest"]["roles"]) == (4, {"moderator": 4})
    assert call("rulings", "purge", "--days", "1").code == 0


def test_a_wrong_day_is_refused(call: Call) -> None:
    """A day that is none ends in one line."""
    result = call("rulings", "list", "--since", "yesterday")
    assert result.code == 1
    assert "give a day such as 2026-03-01" in result.message


def test_what_this_store_exported_is_not_imported_again(call: Call, table: Path, tmp_path: Path) -> None:
    """A log of acts that came out of this store is refused: its acts are there, and those of keys would become somebody else's."""
    call("rulings", "import", table)
    call("rulings", "export", "--acts", "-o", tmp_path / "log", "--to", "jsonl")
    (log,) = (tmp_path / "log").glob("*.jsonl")
    before = call("rulings", "stats", "--json").out
    refused = call("rulings", "import", log)
    assert refused.code == 1
    assert "was exported from this store" in refused.message
    assert call("rulings", "stats", "--json").out == before
