"""Labelled tables: every row is used, skipped or named."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import TableError
from training.tables.labelled_tables import TableReading, read_tables

Write = Callable[[str, str | bytes], Path]


def is_complete(tables: TableReading) -> bool:
    """Return whether every row that was read is accounted for once."""
    dropped = [problem for problem in tables.problems if problem.dropped and problem.line]
    return tables.read == tables.used + tables.skipped + tables.bad and tables.used == len(tables.rows) and tables.bad == len(dropped)


ROWS: list[dict[str, Any]] = [
    {"text": "what a lovely, lovely day", "label": "fine", "split": "train", "weight": 0.5, "id": "a1", "attribute.insult": False},
    {"text": 'she said "no"\nand left', "label": "toxic", "split": "dev", "weight": None, "id": "a2", "attribute.insult": True},
    {"text": "naïve 🙂", "label": None, "split": None, "weight": None, "id": None, "attribute.insult": None},
]


def as_csv(path: Path) -> None:
    """Save the rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(ROWS[0]))
        writer.writeheader()
        writer.writerows(ROWS)


def as_jsonl(path: Path) -> None:
    """Save the rows as JSONL."""
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")


def as_parquet(path: Path) -> None:
    """Save the rows as Parquet."""
    pq.write_table(pa.Table.from_pylist(ROWS), path)


@pytest.mark.parametrize(("suffix", "save"), [("csv", as_csv), ("jsonl", as_jsonl), ("parquet", as_parquet)])
def test_the_three_formats_say_the_same(tmp_path: Path, suffix: str, save: Callable[[Path], None]) -> None:
    """The same rows come out of CSV, JSONL and Parquet: text unchanged, line breaks, quotes and emoji included."""
    save(tmp_path / f"forum.{suffix}")
    tables = read_tables([tmp_path])
    rows = tables.rows
    assert rows.text == [row["text"] for row in ROWS[:2]]
    assert rows.label.tolist() == [0, 1]
    assert rows.split == ["train", "dev"]
    assert rows.weight.tolist() == [0.5, 1.0]
    assert rows.id == ["a1", "a2"]
    assert rows.source == ["forum", "forum"]
    assert rows.attributes["insult"].tolist() == [0, 1]
    assert (tables.read, tables.skipped, tables.bad, tables.problems) == (3, 1, 0, [])


def test_places_are_lines_of_the_file(write: Write) -> None:
    """A row is placed at the line where it begins, also after fields of several lines and blank lines."""
    path = write("t.csv", 'text,label\n"two\nlines",fine\n\nthird,toxic\n')
    assert [place.line for place in read_tables([path]).rows.place] == [2, 5]
    path = write("t.jsonl", '\n{"text": "a", "label": "fine"}\n\n{"text": "b", "label": "fine"}\n')
    assert [place.line for place in read_tables([path]).rows.place] == [2, 4]


def test_rows_that_answer_one_question_are_used_for_what_they_say(write: Write) -> None:
    """Hateful implies abusive, not abusive implies not hateful, and nothing else is guessed."""
    path = write("t.csv", "text,abusive,hateful\na,,1\nb,0,\nc,1,\nd,,0\ne,true,NO\n")
    rows = read_tables([path]).rows
    assert rows.abusive.tolist() == [1, 0, 1, -1, 1]
    assert rows.hateful.tolist() == [1, 0, -1, 0, 0]


def test_rows_that_answer_nothing_are_counted_as_skipped(write: Write) -> None:
    """An unlabelled row is no error; one that answers an attribute alone is used."""
    path = write("t.csv", "text,abusive,attribute.threat\na,,\nb,,1\nc,1,\n")
    tables = read_tables([path])
    assert tables.rows.text == ["b", "c"]
    assert tables.skipped == 1
    assert tables.problems == []
    assert is_complete(tables)


def test_the_questions_override_the_label_and_the_contradiction_is_reported(write: Write) -> None:
    """A label that the two columns contradict is not used, and the file, the line and the answer that counts are named."""
    path = write("t.csv", "text,label,abusive,hateful\na,fine,,1\nb,toxic,0,\nc,hateful,1,0\nd,fine,1,\ne,hateful,1,\n")
    tables = read_tables([path])
    assert tables.rows.abusive.tolist() == [1, 0, 1, 1, 1]
    assert tables.rows.hateful.tolist() == [1, 0, 0, -1, 1]
    assert [(problem.line, problem.field, problem.dropped) for problem in tables.problems] == [(n, "label", False) for n in (2, 3, 4, 5)]
    assert str(tables.problems[0]) == f"{path}: line 2: label: says fine although hateful is true; the label is not used"
    assert is_complete(tables)


def test_hateful_without_abusive_is_a_bad_row(write: Write) -> None:
    """Columns that contradict each other cannot both be used, and neither is guessed."""
    path = write("t.csv", "text,abusive,hateful\na,0,1\nb,1,1\n")
    tables = read_tables([path])
    assert tables.rows.text == ["b"]
    assert "although abusive is false" in str(tables.problems[0])
    assert is_complete(tables)


def test_labels_are_mapped_without_case(write: Write) -> None:
    """Names of other tables are mapped; ours are known in any case; numbers are names too."""
    path = write("t.jsonl", '{"text": "a", "label": "Offensive"}\n{"text": "b", "label": 2}\n{"text": "c", "label": " HATEFUL "}\n')
    assert read_tables([path], labels={"OFFENSIVE": "toxic", "2": "Fine"}).rows.label.tolist() == [1, 0, 2]


def test_unknown_labels_are_bad_rows_that_say_so(write: Write) -> None:
    """The label is named and what it could be; but never quoted if it may be a comment in the wrong column."""
    path = write("t.csv", "text,label\na,offensive\nb,you are all quite horrible people\nc,fine\n")
    tables = read_tables([path])
    assert "'offensive' is not fine, toxic, hateful" in tables.problems[0].detail
    assert "horrible" not in tables.problems[1].detail
    assert is_complete(tables)


def test_columns_are_given_or_found_without_case(write: Write) -> None:
    """Columns may have other names, which are given by field."""
    path = write("t.csv", "Verdict,Body,ATTRIBUTE.Insult,rude\nfine,a,1,0\n")
    tables = read_tables([path], columns={"label": "verdict", "attribute.rudeness": "rude"})
    assert tables.rows.text == ["a"]
    assert tables.rows.label.tolist() == [0]
    assert {name: answers.tolist() for name, answers in tables.rows.attributes.items()} == {"insult": [1], "rudeness": [0]}


BAD = [
    ("ragged", "t.csv", "text,label\na,fine\nb\nc,fine,x\n", [3, 4], "fields where the header names 2"),
    ("not UTF-8 in CSV", "t.csv", b"text,label\na,fine\ncaf\xe9,fine\n", [3], "not UTF-8"),
    ("not UTF-8 in JSONL", "t.jsonl", b'{"text":"a","label":"fine"}\n{"text":"caf\xe9"}\n', [2], "not UTF-8"),
    ("not JSON", "t.jsonl", '{"text":"a","label":"fine"}\n{"text":\n[1]\n', [2, 3], "one object a line"),
    ("half a surrogate pair", "t.jsonl", '{"text":"a","label":"fine"}\n{"text":"\\ud83d","label":"fine"}\n', [2], "surrogate"),
    ("quote never closed", "t.csv", 'text,label\na,fine\n"b,fine\nc,fine\n', [3], "lines 3 to 4 are lost"),
    ("quotes within", "t.csv", 'text,label\na,fine\n"b"c,fine\nd,fine\n', [3], "double the quotes"),
    ("no text", "t.csv", "text,label\na,fine\n,fine\n", [3], "is missing"),
    ("blank text", "t.csv", "text,label\na,fine\n  ,fine\n", [3], "is empty"),
    ("text is a number", "t.jsonl", '{"text":"a","label":"fine"}\n{"text":1,"label":"fine"}\n', [2], "is not a string"),
    ("neither yes nor no", "t.csv", "text,abusive\na,1\nb,maybe\n", [3], "neither yes nor no"),
    ("split", "t.csv", "text,label,split\na,fine,dev\nb,fine,test\n", [3], "neither train nor dev"),
    ("weight", "t.csv", "text,label,weight\na,fine,2\nb,fine,-1\nc,fine,nan\nd,fine,much\n", [3, 4, 5], "number of 0 or more"),
]


@pytest.mark.parametrize(("name", "content", "lines", "detail"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_bad_rows_are_listed_with_file_and_line_and_the_others_used(
    write: Write, name: str, content: str | bytes, lines: list[int], detail: str
) -> None:
    """Every fault of a row is one problem that names the place; no other row suffers, and the counts add up."""
    path = write(name, content)
    tables = read_tables([path])
    assert [problem.line for problem in tables.problems] == lines
    assert all(detail in problem.detail for problem in tables.problems)
    assert "a" in tables.rows.text
    assert is_complete(tables)
    with pytest.raises(TableError, match=f"line {lines[0]}:"):
        read_tables([path], strict=True)


WRONG = [
    ("not there", None, "", {}, "no such file or folder"),
    ("not a table", "t.xlsx", "", {}, "must end in"),
    ("UTF-16", "t.csv", "text,label\na,fine\n".encode("utf-16"), {}, "save it as UTF-8"),
    ("no text column", "t.csv", "words,label\na,fine\n", {}, "no column holds the text.*'words', 'label'"),
    ("no answers", "t.csv", "text,mood\na,fine\n", {}, "no column holds labels.*'mood'"),
    ("given column missing", "t.csv", "text,label\na,fine\n", {"columns": {"label": "class"}}, "no column 'class' for label"),
    ("given field unknown", "t.csv", "text,label\na,fine\n", {"columns": {"verdict": "label"}}, "'verdict' is not a field"),
    ("two columns alike", "t.csv", "text,Text,label\na,b,fine\n", {}, "two columns are called 'text'"),
    ("label map", "t.csv", "text,label\na,fine\n", {"labels": {"x": "rude"}}, "x=rude: 'rude' is not fine, toxic, hateful"),
    ("no rows", "t.csv", "text,label\n", {}, "the table is empty"),
    ("no bytes", "t.csv", "", {}, "the table is empty"),
    ("no lines", "t.jsonl", "\n\n", {}, "the table is empty"),
    (
        "nothing usable",
        "t.csv",
        "text,label\na,\n,fine\n",
        {},
        r"no row of 2 can be used \(1 answer no question, 1 are bad\); first problem: .*line 3",
    ),
    ("not Parquet", "t.parquet", "PAR1 but no more", {}, "not a readable Parquet file"),
    ("broken header", "t.csv", '"text"x,label\na,fine\n', {}, "column names cannot be read"),
]


@pytest.mark.parametrize(("name", "content", "options", "message"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_is_wrong_with_a_table_is_one_clear_line(
    write: Write, *, tmp_path: Path, name: str | None, content: str | bytes, options: dict[str, dict[str, str]], message: str
) -> None:
    """A TableError of one line names the file and what to do."""
    path = write(name, content) if name else tmp_path / "nowhere.csv"
    with pytest.raises(TableError, match=message) as refusal:
        read_tables([path], **options)  # type: ignore[arg-type]
    assert "\n" not in str(refusal.value)


def test_a_table_without_a_header_does_not_spill_its_first_comment(write: Write) -> None:
    """Where the first row is taken for column names, the message that they are wrong does not repeat it."""
    path = write("t.csv", "you are all quite horrible people,toxic\n")
    with pytest.raises(TableError, match="no column holds the text") as refusal:
        read_tables([path])
    assert "horrible" not in str(refusal.value)


def test_a_folder_without_tables_is_an_error(tmp_path: Path) -> None:
    """A folder that holds nothing to read is said, not passed over."""
    with pytest.raises(TableError, match="holds no table"):
        read_tables([tmp_path])


def test_a_lone_string_is_refused() -> None:
    """One string is not a list of paths."""
    with pytest.raises(TypeError, match="list of paths"):
        read_tables("t.csv")


def test_parquet_answers_may_be_numbers_with_gaps(tmp_path: Path) -> None:
    """Nullable booleans that became floats on their way are read as what they were."""
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"text": ["a", "b", "c"], "abusive": [1.0, float("nan"), 0.0], "hateful": [None, True, None]}), path)
    rows = read_tables([path]).rows
    assert rows.abusive.tolist() == [1, 1, 0]
    assert rows.hateful.tolist() == [-1, 1, 0]


def test_an_empty_table_among_others_is_reported_and_the_others_used(write: Write, tmp_path: Path) -> None:
    """One empty file does not spoil a folder, but it is named."""
    write("a.csv", "text,label\n")
    write("b.csv", "text,label\na,fine\n")
    tables = read_tables([tmp_path])
    assert len(tables.rows) == 1
    assert [(Path(problem.file).name, problem.line) for problem in tables.problems] == [("a.csv", 0)]


def test_progress_is_reported(write: Write) -> None:
    """On the way through many rows their number is reported now and then."""
    path = write("t.csv", "text,label\n" + "a,fine\n" * 10_000)
    reports: list[int] = []
    read_tables([path], progress=reports.append)
    assert reports
    assert reports == sorted(reports)
    assert reports[-1] <= 10_000


CELL = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 2), st.text(max_size=6), st.sampled_from(["fine", "toxic", "hateful", "yes", "0", "dev"])
)
RECORD = st.dictionaries(st.sampled_from(["text", "label", "abusive", "hateful", "split", "weight", "attribute.insult", "id"]), CELL)


@given(st.lists(RECORD, max_size=6))
def test_no_row_is_ever_lost_or_turned_into_a_contradiction(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]]
) -> None:
    """Whatever the cells hold, every row is used, skipped or bad, and what is used is consistent."""
    path = tmp_path_factory.mktemp("any") / "t.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in [{"text": "sound", "label": "fine"}, *records]), encoding="utf-8")
    tables = read_tables([path])
    assert tables.read == len(records) + 1
    assert is_complete(tables)
    rows = tables.rows
    assert not ((rows.hateful == 1) & (rows.abusive != 1)).any()
    assert not ((rows.abusive == 0) & (rows.hateful != 0)).any()
