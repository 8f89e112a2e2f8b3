"""Lines that become chunks column by column are the chunks that they would become row by row."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.columnar.chunks import Chunk, cut_into_chunks
from service.batch.input.arrow_chunks import ChunkBuilder
from service.batch.input.formats import json_lines_arrow as fastlines
from service.batch.input.formats.json_lines import read_json_lines
from service.batch.input.formats.json_lines_arrow import read_json_pieces
from service.batch.input.platforms.reddit import REDDIT
from service.batch.input.platforms.row_builder import build_rows
from service.batch.rows import DumpOptions

OPTIONS = DumpOptions(keep=("score", "author"))
BUILDER = ChunkBuilder(REDDIT, REDDIT.columns, OPTIONS)
NAMES = ["body", "id", "author", "parent_id", "created_utc", "score"]
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
written = st.one_of(st.sampled_from(["1700000000", "2024-02-29T12:00:00Z", "2024-02-29 12:00", "1e9", "soon", ""]), st.none())


def row(times: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return lines of one dump, which writes its times in one way."""
    ids = st.one_of(st.text(max_size=4), st.none())
    known: dict[str, st.SearchStrategy[Any]] = {"body": texts, "id": ids, "author": people, "created_utc": times}
    return st.fixed_dictionaries(known, optional={"parent_id": parents, "score": st.integers(-5, 5)})


dumps = st.one_of(st.lists(row(moments), max_size=12), st.lists(row(written), max_size=12))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of a few lines, so that many kinds of them come up."""
    monkeypatch.setattr(fastlines, "_MIN_ARROW_SIZE", 1)
    monkeypatch.setattr(fastlines, "_PIECE_SIZE", 300)


def seen(chunks: list[Chunk]) -> list[tuple[Any, ...]]:
    """Return everything that chunks tell, row by row."""
    return [
        (*cells, repr(one.times[at]), [repr(values[at]) for values in one.extra.values()])
        for one in chunks
        for at, cells in enumerate(
            zip(one.lines, one.ids, one.texts, one.reasons, one.authors, one.parents, one.formats, one.offsets, one.created(), strict=True)
        )
    ]


def stream(content: bytes) -> io.BufferedReader:
    return io.BufferedReader(io.BytesIO(content))


@given(dumps, st.booleans())
def test_both_ways_lead_to_the_same(lines: list[dict[str, Any]], ended: bool) -> None:
    """Whatever text, id, author, parent and time are."""
    content = ("\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n" * ended).encode()
    rows = build_rows(read_json_lines(stream(content), first=5, offset=9), REDDIT, REDDIT.columns, options=OPTIONS, names=[], strict=False)
    pieces = read_json_pieces(stream(content), NAMES, first=5, offset=9)
    found = BUILDER.build(pieces, **LIMITS)
    assert seen(list(found)) == seen(list(cut_into_chunks(rows, OPTIONS.keep, **LIMITS)))


def test_ordinary_lines_never_become_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way that is taken for them is the fast one."""
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
    pieces = read_json_pieces(stream((json.dumps(line) + "\n").encode() * 40), NAMES)
    chunks = list(BUILDER.build(pieces, **LIMITS))
    assert sum(map(len, chunks)) == 40
    assert {cells[1:6] for cells in seen(chunks)} == {("k1", "a comment", None, "Ann", "k0")}
    assert chunks[0].created()[0] == "2023-11-14T22:13:20Z"
