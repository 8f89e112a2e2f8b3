"""Chunks that are built column by column equal those that are built row by row."""

import io
import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.columnar.chunks import Chunk, cut_into_chunks
from service.batch.input.arrow_chunks import ChunkBuilder
from service.batch.input.formats.json import json_lines_arrow
from service.batch.input.formats.json.json_lines import read_json_lines
from service.batch.input.formats.json.json_lines_arrow import read_json_pieces
from service.batch.input.platforms.row_builder import build_rows
from service.batch.input.platforms.social.reddit import REDDIT
from service.batch.rows import DumpOptions

OPTIONS = DumpOptions(keep=("score", "author"))
BUILDER = ChunkBuilder(REDDIT, REDDIT.columns, OPTIONS)
NAMES = ["body", "id", "author", "parent_id", "created_utc", "title", "subreddit", "score"]
LIMITS = {"max_rows": 3, "max_text": 40}

texts = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["[deleted]", "[removed]", " [deleted]", "[Deleted] ", "[a](b)", "[", "", "x" * 30, "é", "😀", "\ufeff", "[ removed by Reddit ]"]
    ),
    st.none(),
)
people = st.one_of(st.sampled_from(["Ann", "[deleted]", "", "Åsa", "0"]), st.none(), st.text(max_size=4))
parents = st.one_of(st.sampled_from(["t1_abc", "t3_0", "t1_", "0", "-1", "none", "12.0", "abc"]), st.none(), st.integers(-2, 10**12))
moments = st.one_of(st.integers(-10, 2**62), st.integers(10**9, 2 * 10**9), st.none())
moment_texts = st.one_of(st.sampled_from(["1700000000", "2024-02-29T12:00:00Z", "2024-02-29 12:00", "1e9", "soon", ""]), st.none())


def row(times: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return the objects of a dump whose times are all of one kind."""
    ids = st.one_of(st.text(max_size=4), st.none())
    fields: dict[str, st.SearchStrategy[Any]] = {"body": texts, "id": ids, "author": people, "created_utc": times}
    return st.fixed_dictionaries(fields, optional={"parent_id": parents, "title": texts, "subreddit": texts, "score": st.integers(-5, 5)})


dumps = st.one_of(st.lists(row(moments), max_size=12), st.lists(row(moment_texts), max_size=12))


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make pieces so small that examples have many of them, of all kinds."""
    monkeypatch.setattr(json_lines_arrow, "_MIN_ARROW_SIZE", 1)
    monkeypatch.setattr(json_lines_arrow, "_PIECE_SIZE", 300)


def contents(chunks: Iterable[Chunk]) -> list[tuple[Any, ...]]:
    """Return everything in chunks, row by row."""
    rows = []
    for chunk in chunks:
        columns = (
            chunk.lines,
            chunk.ids,
            chunk.texts,
            chunk.reasons,
            chunk.authors,
            chunk.parents,
            chunk.formats,
            chunk.offsets,
            chunk.parent_texts,
        )
        for at, cells in enumerate(zip(*columns, chunk.iso_times(), strict=True)):
            rows.append((*cells, chunk.titles[at], repr(chunk.times[at]), [repr(values[at]) for values in chunk.extra.values()]))
    return rows


def stream(content: bytes) -> io.BufferedReader:
    return io.BufferedReader(io.BytesIO(content))


@given(dumps, st.booleans())
def test_both_ways_build_equal_chunks(lines: list[dict[str, Any]], has_final_line_end: bool) -> None:
    """Text, id, author, parent and time may hold anything."""
    content = ("\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n" * has_final_line_end).encode()
    rows = build_rows(read_json_lines(stream(content), first=5, offset=9), REDDIT, REDDIT.columns, options=OPTIONS, names=[], strict=False)
    pieces = read_json_pieces(stream(content), NAMES, text_name="body", first=5, offset=9)
    assert contents(BUILDER.build(pieces, **LIMITS)) == contents(cut_into_chunks(rows, OPTIONS.keep, **LIMITS))


def test_ordinary_lines_never_become_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their columns are built at once, and the builder of rows is not called."""
    monkeypatch.setattr("service.batch.input.arrow_chunks.build_rows", None)
    line = {
        "body": "a comment",
        "id": "k1",
        "author": "Ann",
        "parent_id": "t1_k0",
        "created_utc": 1_700_000_000,
        "edited": False,
        "score": 3,
    }
    pieces = read_json_pieces(stream((json.dumps(line) + "\n").encode() * 40), NAMES, text_name="body")
    chunks = list(BUILDER.build(pieces, **LIMITS))
    assert sum(map(len, chunks)) == 40
    assert {cells[1:6] for cells in contents(chunks)} == {("k1", "a comment", None, "Ann", "k0")}
    assert chunks[0].iso_times()[0] == "2023-11-14T22:13:20Z"
