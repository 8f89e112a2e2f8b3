"""``tipstaff check-labels`` as people call it."""

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.service.cli.calls import Call, write_csv

PLACES = ("garden", "yard", "kitchen", "harbour", "library", "station")
INSULTS = [f"{kind} {name}" for kind in ("stupid", "pathetic") for name in ("idiot", "moron")]
FINE = [f"I {verb} the {thing} in the {place}" for verb in ("watered", "found") for thing in ("roses", "bread", "maps") for place in PLACES]
TOXIC = [f"you {insult}, nobody in the {place} likes you" for insult in INSULTS for place in PLACES]
PLANTED = ("I watered the roses in the library", "I found the maps in the yard", "you pathetic moron, nobody in the harbour likes you")
"""Comments whose labels are turned round."""


def table_rows(*, abusive: bool = False) -> list[tuple[str, str, str]]:
    rows = [*((text, "fine") for text in FINE), *((text, "toxic") for text in TOXIC)]
    turned = {"fine": "toxic", "toxic": "fine"}
    labels = {text: turned[label] if text in PLANTED else label for text, label in rows}
    words = {"fine": "no", "toxic": "yes"}
    return [(f"row {number}", text, words[label] if abusive else label) for number, (text, label) in enumerate(labels.items())]


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of fine and toxic comments, three of them labelled wrongly."""
    return write_csv(tmp_path / "table.csv", ("id", "text", "label"), table_rows())


FAST = ("--profile", "fast")


def test_planted_errors_come_first_and_the_corrected_table_trains(call: Call, table: Path, tmp_path: Path) -> None:
    """The wrong labels are the first rows with the right suggestion, the input is untouched, and a corrected table is one to train on."""
    before, out = table.read_bytes(), tmp_path / "doubts.csv"
    result = call("check-labels", table, "-o", out, *FAST)
    assert result.code == 0, result.err
    assert "estimated share of wrong labels" in result.out
    rows = read_csv(out)
    assert {row["text"] for row in rows[:3]} == set(PLANTED)
    assert all("model" in row["why"] and row["suggested"] != row["label"] for row in rows[:3])
    assert (table.read_bytes(), len(rows)) == (before, len(table_rows()))
    assert {(row["id"], row["text"], row["label"]) for row in rows} == set(table_rows())
    assert out.stat().st_mode & 0o077 == (tmp_path / "doubts.html").stat().st_mode & 0o077 == 0
    assert not any(text in result.out + result.err for text in PLANTED)

    for row in rows[:3]:
        row["label"] = row["suggested"]
    corrected = write_csv(tmp_path / "corrected.csv", list(rows[0]), [list(row.values()) for row in rows])
    trained = call("train", corrected, "-o", tmp_path / "artefact", "--json")
    assert trained.code == 0, trained.err
    again = call("check-labels", corrected, "-o", tmp_path / "again.csv", *FAST, "--json")
    summary = json.loads(again.out)
    assert (summary["reading"]["used"], summary["reading"]["bad"], summary["pairs"]) == (len(rows), 0, [])


def test_copies_that_contradict_are_named(call: Call, tmp_path: Path) -> None:
    """The copy whose label is the odd one out is doubted, with the place of the other; every format holds the same rows, always."""
    rows = [*table_rows(), ("copy", "YOU stupid idiot nobody in the yard likes you!", "fine")]
    table = write_csv(tmp_path / "table.csv", ("id", "text", "label"), rows)
    for suffix in ("csv", "jsonl", "parquet"):
        assert call("check-labels", table, "-o", tmp_path / f"doubts.{suffix}", *FAST).code == 0
    found = {row["id"]: row for row in read_csv(tmp_path / "doubts.csv")}
    original = next(row for row in found.values() if row["text"] == "you stupid idiot, nobody in the yard likes you")
    copy = found["copy"]
    assert "contradiction" in copy["why"]
    assert "contradiction" in original["why"]
    assert (copy["neighbour_id"], copy["neighbour_label"], copy["suggested"]) == (original["id"], "toxic", "toxic")
    assert copy["neighbour_line"] == original["line"]
    assert float(copy["doubt"]) > float(original["doubt"]) >= 0.5
    lines = [json.loads(line) for line in (tmp_path / "doubts.jsonl").read_text("utf-8").splitlines()]
    assert lines == pq.read_table(tmp_path / "doubts.parquet").to_pylist()
    assert [line["id"] for line in lines] == [row["id"] for row in read_csv(tmp_path / "doubts.csv")]


def test_a_table_of_one_question(call: Call, tmp_path: Path) -> None:
    """Answers to one question are doubted in its own words, and come back in its column where there is no label."""
    table = write_csv(tmp_path / "table.csv", ("id", "text", "abusive"), table_rows(abusive=True))
    assert call("check-labels", table, "-o", tmp_path / "doubts.jsonl", *FAST).code == 0
    lines = [json.loads(line) for line in (tmp_path / "doubts.jsonl").read_text("utf-8").splitlines()]
    assert {line["text"] for line in lines[:3]} == set(PLANTED)
    suggested = {line["text"]: (line["label"], line["abusive"], line["suggested"]) for line in lines[:3]}
    assert suggested == dict(zip(PLANTED, [(None, True, "fine"), (None, True, "fine"), ("fine", None, "abusive")], strict=True))
    assert call("train", tmp_path / "doubts.jsonl", "-o", tmp_path / "artefact").code == 0


def test_the_page_escapes_what_people_write(call: Call, tmp_path: Path) -> None:
    """Comments and sources are shown as text, whatever they hold, and the page loads nothing."""
    rows = [("<b>forum</b>", f"<script>alert({number})</script> {text}", label) for number, (_, text, label) in enumerate(table_rows())]
    table = write_csv(tmp_path / "table.csv", ("source", "text", "label"), rows)
    assert call("check-labels", table, "-o", tmp_path / "doubts.csv", *FAST).code == 0
    page = (tmp_path / "doubts.html").read_text("utf-8")
    assert "&lt;script&gt;alert(" in page
    assert "&lt;b&gt;forum" in page
    assert "<script" not in page
    assert "<b>forum" not in page


@pytest.mark.parametrize(
    ("rows", "out", "words"),
    [
        (table_rows()[:5], "doubts.csv", "5 rows with a label are too few"),
        ([row for row in table_rows() if row[2] == "fine"], "doubts.csv", "none says otherwise"),
        (table_rows(), "table.csv", "is one of the tables to check"),
        (table_rows(), "doubts.txt", "must end in .csv, .jsonl, .parquet"),
        (table_rows(), "nowhere/doubts.csv", "cannot be written"),
    ],
)
def test_mistakes_end_in_one_line(call: Call, tmp_path: Path, rows: list[tuple[str, str, str]], out: str, words: str) -> None:
    """The command fails with one line that says what to do, and leaves the table as it is."""
    table = write_csv(tmp_path / "table.csv", ("id", "text", "label"), rows)
    before = table.read_bytes()
    result = call("check-labels", table, "-o", tmp_path / out, *FAST)
    assert (result.code, result.out) == (1, "")
    assert words in result.err.splitlines()[-1]
    assert table.read_bytes() == before


def test_the_folder_of_the_tables_is_no_place_for_doubts(call: Call, table: Path) -> None:
    """A table of doubts would be read as one of the tables the next time."""
    result = call("check-labels", table.parent, "-o", table.parent / "doubts.csv", *FAST)
    assert (result.code, "choose another folder" in result.err) == (1, True)
