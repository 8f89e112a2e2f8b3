"""Arrow, a megabyte at a time, and Python, line by line, read equal records from JSON Lines."""

import io
import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.input.formats.json import json_lines_arrow
from service.batch.input.formats.json.json_lines import read_json_lines
from service.batch.input.formats.json.json_lines_arrow import flatten_pieces, read_json_pieces
from service.batch.input.records import DumpRecord

NAMES = ["text", "id", "time"]
values: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.lists(st.integers(), max_size=2)
)
simple = st.fixed_dictionaries(
    {"text": st.text(max_size=20), "id": st.integers(-5, 2**40)},
    optional={"time": st.text(max_size=5), "x": values, "y": st.just({"a": [1]})},
)
ODD = [
    *("", " ", "{}", "[]", "null", '{"text":"a"} {"text":"b"}', '{"text":"a","text":"b"}', '{"text":\n"a"}', '{"text":"\\ud83d"}'),
    *('{"text":"a",}', "{'text':'a'}", '{"text":"a\tb"}', '{"x":Inf,"text":"a"}', '{"id":1e3}', '{"id":01}', '{"id":-0,"text":"z"}'),
    *('{"text":"\\udc00"}', '{"te\\u0078t":"a"}', '{"text":"a"}\r', '{"id":99999999999999999999}', '{"text":"2024-01-01"}', "{"),
    *('{"x":nan}', '{"x":-Infinity}', '{"text":"a"}//', '/*a*/{"text":"a"}', '{"text":"\\u0000"}', '{"x":{"text":"b"}}', '{"text":true}'),
    *('{"x":{"a":1,"a":2},"text":"a"}', '{"x":[1,2,],"text":"a"}', '{"x":01,"text":"a"}', '{"x":.5,"text":"a"}', '{"x":"\x01","text":"a"}'),
    *('{"x":1 /*a*/,"text":"a"}', '{"x":TRUE}', '{"x":"\\x"}', '{"x":"\\ud83d","text":"a"}', '{"":1,"text":"a"}', '\ufeff{"text":"a"}'),
]
odd = st.one_of(st.dictionaries(st.sampled_from([*NAMES, "x"]), values, max_size=4).map(json.dumps), st.sampled_from(ODD))
lines = st.one_of(simple.map(json.dumps), simple.map(lambda row: json.dumps(row, ensure_ascii=False)), odd)


def contents(records: Iterable[DumpRecord]) -> list[tuple[Any, ...]]:
    """Return the records in a form that can be compared, with the needed fields alone."""
    return [(record.line, record.offset, record.reason, [repr(record.fields.get(name)) for name in NAMES]) for record in records]


def read_by_line(content: bytes, **start: Any) -> list[DumpRecord]:
    """Read JSON Lines with Python's parser."""
    return list(read_json_lines(io.BufferedReader(io.BytesIO(content)), **start))


def read_by_piece(content: bytes, **start: Any) -> list[DumpRecord]:
    """Read JSON Lines with Arrow's parser where it can."""
    return list(flatten_pieces(read_json_pieces(io.BufferedReader(io.BytesIO(content)), NAMES, text_name=NAMES[0], **start)))


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make pieces so small that examples have many of them, of all kinds."""
    monkeypatch.setattr(json_lines_arrow, "_MIN_ARROW_SIZE", 1)
    monkeypatch.setattr(json_lines_arrow, "_PIECE_SIZE", 100)


@given(
    st.lists(lines, max_size=12),
    st.booleans(),
)
def test_both_parsers_find_the_same_records(rows: list[str], has_final_line_end: bool) -> None:
    """Numbers, offsets, reasons and fields agree, whatever the lines hold."""
    content = ("\n".join(rows) + "\n" * has_final_line_end).encode("utf-8", "surrogatepass")
    assert contents(read_by_piece(content, first=7, offset=30)) == contents(read_by_line(content, first=7, offset=30))


@given(st.lists(odd, min_size=1, max_size=3), st.integers(0, 12))
def test_a_bad_line_among_good_ones_is_noticed(bad: list[str], at: int) -> None:
    """The good lines around it do not hide it."""
    rows = [json.dumps({"text": f"comment {number}", "id": number}) for number in range(12)]
    content = "\n".join([*rows[:at], *bad, *rows[at:]]).encode("utf-8", "surrogatepass")
    assert contents(read_by_piece(content)) == contents(read_by_line(content))


@given(st.binary(max_size=300))
def test_both_parsers_read_any_bytes_alike(content: bytes) -> None:
    """They need not be UTF-8."""
    assert contents(read_by_piece(content)) == contents(read_by_line(content))


def test_ordinary_lines_are_parsed_by_arrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrow parses them, and the reader of single lines is not called."""
    monkeypatch.setattr(json_lines_arrow, "read_json_lines", None)
    content = "".join(json.dumps({"id": at, "text": f"comment {at}", "score": 1.5, "tags": ["a"]}) + "\n" for at in range(50)).encode()
    records = flatten_pieces(read_json_pieces(io.BufferedReader(io.BytesIO(content)), ["text", "id"], text_name="text"))
    assert [record.fields for record in records] == [{"text": f"comment {at}", "id": at} for at in range(50)]


def test_an_endless_line_is_not_held_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a record with a reason, and the lines behind it are read."""
    monkeypatch.setattr(json_lines_arrow, "MAX_ROW_LENGTH", 500)
    monkeypatch.setattr("service.batch.input.formats.json.json_lines.MAX_ROW_LENGTH", 500)
    content = b'{"text":"a"}\n{"text":"' + b"x" * 2000 + b'"}\n{"text":"b"}\n'
    assert contents(read_by_piece(content)) == contents(read_by_line(content))
    assert [record.reason for record in read_by_line(content)] == [None, "too-long", None]
