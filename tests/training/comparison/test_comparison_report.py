"""The report of a comparison: texts stay private, files are replaced at once, and names from tables are no mark-up."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from model.errors import ArtefactError
from training.comparison.comparison_report import (
    COMPARISON_FILES,
    changed_lines,
    comparison_html,
    comparison_json,
    print_comparison,
    write_changed_texts,
    write_comparison,
)
from training.comparison.paired import Comparison, compare_rows
from training.evaluation.scored_rows import ScoredRows
from training.tables.labelled import Labelled
from training.tables.labelled_tables import TableReading


@pytest.fixture(scope="module")
def reading(table: Labelled) -> TableReading:
    """A reading of the rows without problems."""
    return TableReading(table, [], read=150, used=150, skipped=0, bad=0)


def test_the_report_keeps_texts_private(comparison: Comparison, reading: TableReading, secret: str, tmp_path: Path) -> None:
    """No file that is written by default holds the text of a comment."""
    write_comparison(comparison, reading, tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(COMPARISON_FILES)
    assert all(secret[:20] not in (tmp_path / "out" / name).read_text("utf-8") for name in COMPARISON_FILES)


def test_a_report_replaces_the_one_before(comparison: Comparison, reading: TableReading, tmp_path: Path) -> None:
    """Writing twice leaves the second report."""
    for _ in range(2):
        write_comparison(comparison, reading, tmp_path)
    assert json.loads((tmp_path / "compare.json").read_text("utf-8"))["second"] == "better@2"


def test_texts_go_to_a_file_of_their_own(comparison: Comparison, table: Labelled, tmp_path: Path) -> None:
    """The file holds the texts of the changed comments, and only its owner may read it."""
    write_changed_texts(comparison, table.text, tmp_path / "changed.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "changed.jsonl").read_text("utf-8").splitlines()]
    assert [line["text"] for line in lines] == [table.text[change.row] for change in comparison.changes]
    assert (tmp_path / "changed.jsonl").stat().st_mode & 0o077 == 0


def test_what_cannot_be_written_is_one_clear_error(comparison: Comparison, reading: TableReading, table: Labelled, tmp_path: Path) -> None:
    """The error says that nothing was written."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtefactError, match="not written"):
        write_changed_texts(comparison, table.text, tmp_path / "nowhere" / "x.jsonl")
    with pytest.raises(ArtefactError, match="not written"):
        write_comparison(comparison, reading, tmp_path / "file" / "out")


def test_the_json_holds_everything(comparison: Comparison, reading: TableReading) -> None:
    """All differences are there, and the counts of changed labels add up."""
    document = json.loads(comparison_json(comparison, reading))
    assert len(document["differences"]) == len(comparison.differences)
    assert sum(change["comments"] for change in document["changes"]) == len(comparison.changes)
    assert len(list(changed_lines(comparison))) == len(comparison.changes)


def test_the_page_escapes_what_a_table_holds(pair: tuple[ScoredRows, ScoredRows]) -> None:
    """A source's name cannot put mark-up into the page."""
    rows = replace(pair[0].rows, source=["<script>"] * 150)
    first, second = (replace(one, rows=rows, clean=frozenset(rows.source)) for one in pair)
    page = comparison_html(compare_rows(first, second, resamples=5))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_terminal_has_titles_for_people(comparison: Comparison, reading: TableReading, capsys: pytest.CaptureFixture[str]) -> None:
    """Tables go to standard output, what was read to standard error."""
    print_comparison(comparison, reading)
    printed = capsys.readouterr()
    for words in ("better@2 less poor@1, 150 rows", "recall abusive", "McNemar's test", f"{len(comparison.changes)} of 150 comments"):
        assert words in printed.out
    assert "tipstaff: 150 rows read: 150 used" in printed.err
