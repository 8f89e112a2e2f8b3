"""Scored rows become tables in which readers find every row with its own values."""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from service.batch.columnar.chunks import Chunk
from service.batch.file_access import open_for_writing
from service.batch.output.folders import parent_and_name
from service.batch.output.score_table import SCORE_COLUMNS, ScoreTable, open_score_table, score_columns
from service.batch.rows import Row
from service.batch.scored_chunks import ScoredChunk
from service.table_files import TableFormat

COLUMNS = tuple(SCORE_COLUMNS)

TIME = datetime(2024, 2, 29, 23, 59, 1, tzinfo=UTC)
ROWS = [
    Row(1, "a", "x", author="Ann", parent='q"', created_at=TIME, extra={"likes": 3, "tag": "é,"}, place="cats"),
    *(Row(number, None, "x") for number in range(2, 7)),
]
FOREIGN = [True, None, False, False, False, False]
IDS: list[str | int | None] = ["a", 7, 'c "quoted", and\r\nbroken', "d\re", "é\u2028", None]


@pytest.fixture
def scored() -> ScoredChunk:
    """Six rows, the second of which could not be scored."""
    scores = np.array([[0.5, 0.25, 0.25]] * 6)
    scores[1] = np.nan
    labels = np.array([0, -1, 1, 2, 0, 0], np.int8)
    return ScoredChunk(
        IDS,
        labels,
        scores,
        labels,
        [None, "empty", None, None, None, None],
        "m@1",
        "d",
        Chunk.from_rows(ROWS, ("likes", "tag", "row")),
        FOREIGN,
    )


def repeat(scored: ScoredChunk, count: int) -> ScoredChunk:
    """Repeat rows."""
    return ScoredChunk(
        list(scored.ids) * count,
        np.tile(scored.labels, count),
        np.tile(scored.scores, (count, 1)),
        np.tile(scored.verdicts, count),
        list(scored.reasons) * count,
        scored.version,
        scored.dump,
        Chunk.from_rows(ROWS * count, ("likes", "tag", "row")),
        FOREIGN * count,
    )


@contextmanager
def open_output(path: Path, write_as: TableFormat, keep: tuple[str, ...] = ()) -> Iterator[ScoreTable]:
    folder, name = parent_and_name(path)
    with folder.new_file(name) as part, open_for_writing(part, str(path)) as file, open_score_table(write_as, file, keep=keep) as table:
        yield table


def write(path: Path, write_as: TableFormat, *chunks: ScoredChunk, keep: tuple[str, ...] = ()) -> None:
    with open_output(path, write_as, keep) as table:
        for chunk in chunks:
            table.write(chunk)


def test_json_lines_hold_one_object_a_row(tmp_path: Path, scored: ScoredChunk) -> None:
    """Keys come in the published order, integer ids stay integers, what was not judged is null."""
    write(tmp_path / "x.jsonl", TableFormat.JSONL, scored)
    rows = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text("utf-8").split("\n")[:-1]]
    assert [list(row) for row in rows] == [list(COLUMNS)] * 6
    assert [row["id"] for row in rows] == IDS
    assert list(rows[0].values()) == [
        "a",
        "fine",
        0.5,
        0.25,
        0.25,
        "approve",
        "m@1",
        None,
        "d",
        1,
        "Ann",
        'q"',
        "cats",
        "2024-02-29T23:59:01Z",
        True,
        None,
    ]
    assert list(rows[1].values()) == [7, None, None, None, None, None, "m@1", "empty", "d", 2, *[None] * 6]
    assert rows[2]["foreign"] is False


def test_csv_has_one_record_a_row_whatever_the_ids(tmp_path: Path, scored: ScoredChunk) -> None:
    """Ids with quotes, delimiters and line ends survive; what was not judged is empty."""
    write(tmp_path / "x.csv", TableFormat.CSV, scored)
    with (tmp_path / "x.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == list(COLUMNS)
    assert [row[0] for row in rows[1:]] == ["" if row_id is None else str(row_id) for row_id in IDS]
    last = ["cats", "2024-02-29T23:59:01Z", "true", ""]
    assert rows[1] == ["a", "fine", "0.5", "0.25", "0.25", "approve", "m@1", "", "d", "1", "Ann", 'q"', *last]
    assert rows[2] == ["7", "", "", "", "", "", "m@1", "empty", "d", "2", *[""] * 6]
    assert rows[3][-2:] == ["false", ""]


def test_parquet_has_typed_columns(tmp_path: Path, scored: ScoredChunk) -> None:
    """Scores are doubles, everything else is text, what was not judged is null; many chunks make few row groups."""
    write(tmp_path / "x.parquet", TableFormat.PARQUET, *[repeat(scored, 2000)] * 10)
    table = pq.read_table(tmp_path / "x.parquet")
    assert table.column_names == list(COLUMNS)
    assert [str(field.type) for field in table.schema] == [
        *("string", "string", *["double"] * 3, *["string"] * 4),
        *("int64", "string", "string", "string", "timestamp[us, tz=UTC]", "bool", "bool"),
    ]
    first = ["a", "fine", 0.5, 0.25, 0.25, "approve", "m@1", None, "d", 1, "Ann", 'q"', "cats", TIME, True, None]
    assert list(table.slice(0, 1).to_pylist()[0].values()) == first
    assert list(table.slice(1, 1).to_pylist()[0].values()) == [*("7", None, None, None, None, None, "m@1", "empty", "d", 2, *[None] * 6)]
    assert table.num_rows == 120_000
    assert pq.ParquetFile(tmp_path / "x.parquet").num_row_groups == 2


def test_rows_of_members_name_them(tmp_path: Path, scored: ScoredChunk) -> None:
    """Where a row comes from a member of an archive, the column `dump` has the archive and the member."""
    rows = [ROWS[0], *(row._replace(member="m/b.csv") for row in ROWS[1:])]
    in_members = replace(scored, chunk=Chunk.from_rows(rows))
    write(tmp_path / "x.jsonl", TableFormat.JSONL, in_members)
    write(tmp_path / "x.parquet", TableFormat.PARQUET, in_members)
    dumps = ["d", *["d/m/b.csv"] * 5]
    assert [json.loads(line)["dump"] for line in (tmp_path / "x.jsonl").read_text("utf-8").split("\n")[:-1]] == dumps
    assert pq.read_table(tmp_path / "x.parquet")["dump"].to_pylist() == dumps


@pytest.mark.parametrize("write_as", TableFormat)
def test_no_rows_make_a_valid_file(tmp_path: Path, write_as: TableFormat) -> None:
    """An output without rows can be read: nothing, a header, or a schema."""
    path = tmp_path / "x"
    write(path, write_as)
    if write_as is TableFormat.PARQUET:
        assert pq.read_table(path).num_rows == 0
    else:
        assert path.read_text() == ("" if write_as is TableFormat.JSONL else ",".join(COLUMNS) + "\n")


def test_kept_columns_follow_ours(tmp_path: Path, scored: ScoredChunk) -> None:
    """A kept column keeps its name and, in JSON, its type; one with the name of our own column gets a prefix."""
    keep = ("likes", "tag", "row")
    write(tmp_path / "x.jsonl", TableFormat.JSONL, scored, keep=keep)
    write(tmp_path / "x.csv", TableFormat.CSV, scored, keep=keep)
    write(tmp_path / "x.parquet", TableFormat.PARQUET, scored, keep=keep)
    rows = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text("utf-8").split("\n")[:-1]]
    assert [[row[name] for name in ("likes", "tag", "kept_row")] for row in rows[:2]] == [[3, "é,", None], [None, None, None]]
    with (tmp_path / "x.csv").open(newline="", encoding="utf-8") as file:
        assert [row[-3:] for row in csv.reader(file)][:3] == [["likes", "tag", "kept_row"], ["3", "é,", ""], ["", "", ""]]
    assert list(pq.read_table(tmp_path / "x.parquet").to_pylist()[0].values())[-3:] == ["3", "é,", None]


def test_no_two_columns_have_one_name() -> None:
    """A kept column keeps its name where no column of ours has it, whatever the others are called and in whatever order they come."""
    names = ("kept_foreign", "foreign", "language", "likes")
    for keep in (names, names[::-1]):
        columns = score_columns(keep)
        assert len(columns) == len(COLUMNS) + len(keep)
        kept = dict(zip(keep, list(columns)[-len(keep) :], strict=True))
        assert kept == {"kept_foreign": "kept_foreign", "foreign": "kept_kept_foreign", "language": "language", "likes": "likes"}
    assert list(score_columns(["language"], language=True))[-2:] == ["language", "kept_language"]
