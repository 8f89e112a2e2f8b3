"""JSON Lines that are read a megabyte at once hold what they hold when they are read line by line."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.input.formats import json_lines_arrow as fastlines
from service.batch.input.formats.json_lines import read_json_lines
from service.batch.input.formats.json_lines_arrow import flatten_pieces, read_json_pieces
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


def seen(records: list[DumpRecord]) -> list[tuple[Any, ...]]:
    """Return what can be told of records by the fields that are looked at."""
    return [(one.line, one.offset, one.reason, [repr(one.fields.get(name)) for name in NAMES]) for one in records]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of a few lines, so that many kinds of them come up."""
    monkeypatch.setattr(fastlines, "_MIN_ARROW_SIZE", 1)
    monkeypatch.setattr(fastlines, "_PIECE_SIZE", 100)


@given(
    st.lists(st.one_of(simple.map(json.dumps), simple.map(lambda row: json.dumps(row, ensure_ascii=False)), odd), max_size=12),
    st.booleans(),
)
def test_both_ways_of_reading_find_the_same(rows: list[str], ended: bool) -> None:
    """Whatever the lines are."""
    content = ("\n".join(rows) + "\n" * ended).encode("utf-8", "surrogatepass")
    one = list(read_json_lines(io.BufferedReader(io.BytesIO(content)), first=7, offset=30))
    other = list(flatten_pieces(read_json_pieces(io.BufferedReader(io.BytesIO(content)), NAMES, first=7, offset=30)))
    assert seen(other) == seen(one)


@given(st.lists(odd, min_size=1, max_size=3), st.integers(0, 12))
def test_a_bad_line_among_good_ones_is_found(bad: list[str], at: int) -> None:
    """Good lines around do not hide it."""
    rows = [json.dumps({"text": f"comment {number}", "id": number}) for number in range(12)]
    content = "\n".join([*rows[:at], *bad, *rows[at:]]).encode("utf-8", "surrogatepass")
    one = list(read_json_lines(io.BufferedReader(io.BytesIO(content))))
    assert seen(list(flatten_pieces(read_json_pieces(io.BufferedReader(io.BytesIO(content)), NAMES)))) == seen(one)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_alike(content: bytes) -> None:
    """UTF-8 or not."""
    one = list(read_json_lines(io.BufferedReader(io.BytesIO(content))))
    assert seen(list(flatten_pieces(read_json_pieces(io.BufferedReader(io.BytesIO(content)), NAMES)))) == seen(one)


def test_ordinary_rows_are_read_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way that is taken for them is the fast one."""
    monkeypatch.setattr(fastlines, "read_json_lines", None)
    content = "".join(json.dumps({"id": at, "text": f"comment {at}", "score": 1.5, "tags": ["a"]}) + "\n" for at in range(50)).encode()
    found = list(flatten_pieces(read_json_pieces(io.BufferedReader(io.BytesIO(content)), ["text", "id"])))
    assert [one.fields for one in found] == [{"text": f"comment {at}", "id": at} for at in range(50)]


def test_a_line_without_an_end_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a row with a reason, and those behind it are read."""
    monkeypatch.setattr(fastlines, "MAX_ROW_LENGTH", 500)
    monkeypatch.setattr("service.batch.input.formats.json_lines.MAX_ROW_LENGTH", 500)
    content = b'{"text":"a"}\n{"text":"' + b"x" * 2000 + b'"}\n{"text":"b"}\n'
    one = list(read_json_lines(io.BufferedReader(io.BytesIO(content))))
    assert seen(list(flatten_pieces(read_json_pieces(io.BufferedReader(io.BytesIO(content)), NAMES)))) == seen(one)
    assert [record.reason for record in one] == [None, "too-long", None]
