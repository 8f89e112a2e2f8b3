"""Lines that Arrow parses hold no records inside of records, and lines that do are read one by one."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.batch.columnar.arrow_columns import ArrowColumn
from service.batch.input.formats.json import json_lines_arrow
from service.batch.input.formats.json.nested_texts import may_hold_nested_texts
from service.batch.input.open_dump import open_dump
from service.batch.input.shards import open_shard, plan_shards
from service.batch.rows import DumpOptions

FLAT: dict[str, Any] = {"id": 1, "text": 'a [link](x) {y} "text" [z', "user": {"name": "Ann", "text": "me"}, "empty": []}
EXTRAS = st.dictionaries(
    st.sampled_from(["replies", "Kommentare", "found", "user", "entities", "x"]),
    st.recursive(
        st.sampled_from(["", "text", None, 7]),
        lambda inner: (
            st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["text", "body", "id", "items", "author"]), inner, max_size=2)
        ),
        max_leaves=5,
    ),
    max_size=2,
)


@pytest.mark.parametrize(
    ("extra", "found"),
    [
        ({}, False),
        ({"entities": [{"text": "Ann"}]}, False),
        ({"text_entities": [{"type": "plain"}]}, False),
        ({"replies": [{"text": "b"}]}, True),
        ({"Replies": {"items": ["b"]}}, True),
        ({"found": [{"text": "b"}]}, True),
        ({"found": [{"a": {"text": "b"}}]}, True),
        ({"found": [{"a": 1}]}, False),
    ],
)
@pytest.mark.parametrize("separators", [(",", ":"), (", ", " : ")])
def test_nested_texts_are_noticed(extra: dict[str, Any], found: bool, separators: tuple[str, str]) -> None:
    """In replies of any kind, and wherever the field of the text occurs once more."""
    records = [{key: value for key, value in FLAT.items() if key != "user"}, {"id": 2, "text": None}, {"id": 3, "text": "x", **extra}]
    piece = "".join(json.dumps(record, separators=separators) + "\n" for record in records).encode()
    table = pa.table({"text": [record["text"] for record in records]})
    braces = np.array([match.start() for match in re.finditer(rb"(?<!^){", piece, re.MULTILINE)], np.int64)
    assert may_hold_nested_texts(piece, table, "text", braces=braces) is found


@settings(max_examples=30)
@given(st.lists(EXTRAS, min_size=1, max_size=12))
def test_both_ways_of_reading_find_the_same_rows(tmp_path_factory: pytest.TempPathFactory, extras: list[dict[str, Any]]) -> None:
    """Row by row and column by column, as a whole and in parts."""
    path = tmp_path_factory.mktemp("nested") / "x.jsonl"
    records = [
        *({"id": at, "text": f"text {at}"} for at in range(3)),
        *({"id": at, "text": f"text {at}", **extra} for at, extra in enumerate(extras)),
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    with open_dump(str(path), DumpOptions()) as dump:
        rows = [(row.line, row.id, row.text, row.parent) for row in dump.rows]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_lines_arrow, "_MIN_ARROW_SIZE", 1)
        patch.setattr(json_lines_arrow, "_PIECE_SIZE", 100)
        assert read_columns(path) == rows


def read_columns(path: Path) -> list[tuple[object, ...]]:
    """Return line, id, text and parent of each row of a file that is read in parts, column by column."""
    cells: list[tuple[object, ...]] = []
    for shard in plan_shards(str(path), DumpOptions(), size=200):
        with open_shard(shard, DumpOptions()) as dump:
            assert dump.chunks is not None
            for chunk in dump.chunks(100, 10_000):
                cells += zip(chunk.lines, chunk.ids, chunk.texts, chunk.parents, strict=True)
    return cells


@pytest.mark.parametrize("text_name", ["text", "body"])
def test_flat_lines_are_read_column_by_column(tmp_path: Path, text_name: str) -> None:
    """Those of a platform and those of none, whatever signs are in their texts and whatever lists and objects without texts they have."""
    path = tmp_path / "x.jsonl"
    extra = {"author": "ann", "subreddit": "forum", "link_id": "t3_a", "parent_id": "t3_a", "author_flair_richtext": [{"text": "me"}]}
    record = {
        "id": "a",
        text_name: 'NaN and } { [a]: {"text": "b"} "replies": [',
        "device": {"name": "a", "parts": ["x"]},
        "tags": ["x", "y"],
    }
    path.write_text((json.dumps(record | (extra if text_name == "body" else {})) + "\n") * 2000)
    (shard,) = plan_shards(str(path), DumpOptions(), size=1 << 30)
    with open_shard(shard, DumpOptions()) as dump:
        assert dump.chunks is not None
        assert {type(chunk.texts) for chunk in dump.chunks(8192, 1 << 22)} == {ArrowColumn}
