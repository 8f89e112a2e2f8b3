"""Rows without an id get one that the same file gives again, and that nothing else has."""

from dataclasses import replace

import pyarrow as pa

from service.batch.columnar.arrow_columns import ArrowColumn
from service.batch.columnar.chunks import Chunk
from service.batch.columnar.made_ids import complete_ids
from service.batch.rows import Reason, Row

ROWS = [
    Row(1, None, "good morning", author="Ann"),
    Row(2, 7, "good morning"),
    Row(3, None, "good morning", author="Ann"),
    Row(4, None, None, Reason.NOT_JSON),
]


def test_ids_are_made_where_there_is_none() -> None:
    """Ids of the file stay; two equal comments get different ids, and a row without a text has one too."""
    ids = complete_ids(Chunk.from_rows(ROWS), dump="x/a.jsonl")

    assert ids[1] == 7
    assert len(set(ids)) == 4
    assert all(len(str(row_id)) == 25 and str(row_id).startswith("made-") for row_id in (ids[0], ids[2], ids[3]))


def test_the_same_rows_get_the_same_ids() -> None:
    """They depend neither on the chunks that rows come in nor on the folder of the file, but on its name and on each member."""
    whole = complete_ids(Chunk.from_rows(ROWS), dump="x/a.jsonl")

    assert [complete_ids(Chunk.from_rows([row]), dump="y/a.jsonl")[0] for row in ROWS] == whole
    assert complete_ids(Chunk.from_rows(ROWS[:1]), dump="x/b.jsonl")[0] != whole[0]
    assert complete_ids(Chunk.from_rows([ROWS[0]._replace(member="m.csv")]), dump="x/a.jsonl")[0] != whole[0]


def test_equal_rows_of_one_line_are_told_apart() -> None:
    """A record may hold two replies that say the same."""
    assert len(set(complete_ids(Chunk.from_rows([ROWS[0]] * 3), dump="a.jsonl"))) == 3


def test_columns_without_a_gap_stay_as_they_are() -> None:
    """Ids that Arrow holds are not converted unless one is missing."""
    chunk = Chunk.from_rows(ROWS[:2])
    chunk = replace(chunk, ids=ArrowColumn(pa.array(["a", "b"])))
    assert complete_ids(chunk, dump="a") is chunk.ids
    chunk = replace(chunk, ids=ArrowColumn(pa.array(["a", None])))
    assert complete_ids(chunk, dump="a")[0] == "a"
