"""Each line of JSON Lines becomes one row, whatever it holds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.rows import MAX_ROW_LENGTH, Columns, Reason
from tests.service.batch.input.dump_reader import DumpReader, read_file, reasons, texts


def test_json_rows_that_hold_no_text_have_a_reason(read_dump: DumpReader) -> None:
    """Lines that are broken, are no objects or hold no text are rows with a reason; the lines around them are read."""
    lines = [
        b'{"id":1,"text":"good"}',
        b'{"id":2,"text":',
        b"null",
        b'["text"]',
        b"17",
        b'{"id":6}',
        b'{"id":7,"text":null}',
        b'{"id":8,"text":8}',
        b'{"id":9,"text":[9]}',
        b'{"id":10,"text":"\xff"}',
        b"\x00\x01",
        b"[" * 100_000,
        b'{"id":' + b"1" * 5000 + b"}",
        b'{"id":14,"text":""}',
        b'{"id":15,"text":"good"}',
    ]
    rows = read_dump(b"\n".join(lines)).rows
    assert [row.line for row in rows] == list(range(1, 16))
    assert reasons(rows) == [
        None,
        Reason.NOT_JSON,
        *[Reason.NOT_AN_OBJECT] * 3,
        *[Reason.NO_TEXT] * 2,
        *[Reason.NOT_A_STRING] * 2,
        Reason.NOT_UTF8,
        *[Reason.NOT_JSON] * 3,
        None,
        None,
    ]
    assert [row.id for row in rows] == [1, None, None, None, None, 6, 7, 8, 9, 10, None, None, None, 14, 15]


def test_json_ids_are_kept_as_they_are(read_dump: DumpReader) -> None:
    """Strings and integers stay what they are, of MongoDB's ids the id is taken, and everything else becomes JSON."""
    ids = ["x", 7, -(2**70), "", None, 1.5, True, {"$oid": "5f"}, "é\u2028"]
    rows = read_dump("\n".join(json.dumps({"id": row_id, "text": "t"}) for row_id in ids).encode()).rows
    assert [row.id for row in rows] == ["x", 7, -(2**70), "", None, "1.5", "true", "5f", "é\u2028"]


def test_a_lone_surrogate_becomes_u_fffd(read_dump: DumpReader) -> None:
    """A text that a program cut in the middle of an emoji is still a text, and can be written as UTF-8."""
    rows = read_dump(rb'{"id":"\ud83d","text":"a\ud83db \ud83d\ude00"}').rows
    assert (rows[0].id, rows[0].text, rows[0].reason) == ("\ufffd", "a\ufffdb \U0001f600", None)


def test_a_field_that_never_holds_text_does_not_hide_one_that_does(read_dump: DumpReader) -> None:
    """The first known name whose field holds text is chosen."""
    columns, rows, _ = read_dump(b'{"comment":12,"message":"hi"}\n{"comment":3,"message":"ho"}\n')
    assert columns == Columns("message", None)
    assert texts(rows) == ["hi", "ho"]


def test_json_without_any_text_field_gives_rows_with_a_reason(read_dump: DumpReader) -> None:
    """The file is not refused, because its other lines may hold texts."""
    rows = read_dump(b'{"id":"a"}\n{"id":"b","n":1}\n').rows
    assert [(row.id, row.reason) for row in rows] == [("a", Reason.NO_TEXT), ("b", Reason.NO_TEXT)]


def test_lines_of_json_strings_are_texts(read_dump: DumpReader) -> None:
    """A file of bare JSON strings holds a comment in each."""
    rows = read_dump(b'"one"\n"two"\n').rows
    assert [(row.id, row.text) for row in rows] == [(None, "one"), (None, "two")]


@given(st.lists(st.text().filter(lambda text: not text.startswith("[")), max_size=20))
def test_every_text_survives_json_lines(tmp_path_factory: pytest.TempPathFactory, comments: list[str]) -> None:
    """Texts that were written as JSON are read as they were."""
    path = tmp_path_factory.mktemp("json") / "x"
    path.write_text("\n".join(json.dumps({"text": text}) for text in comments))
    assert texts(read_file(path).rows) == comments


@given(st.lists(st.binary(min_size=1, max_size=50).filter(lambda line: line.strip(b" \t\r") and b"\n" not in line), max_size=20))
def test_any_lines_of_bytes_are_that_many_json_rows(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]) -> None:
    """Every line that is not blank is one row, whatever its bytes."""
    path = tmp_path_factory.mktemp("bytes") / "x"
    path.write_bytes(b'{"text":"first"}\n' + b"\n".join(lines))
    assert len(read_file(path).rows) == 1 + len(lines)


def test_an_endless_line_costs_one_row(read_dump: DumpReader) -> None:
    """It is skipped, and the rows behind it are read."""
    rows = read_dump(b'{"text":"' + b"x" * (MAX_ROW_LENGTH + 5) + b'"}\n{"text":"y"}').rows
    assert reasons(rows) == [Reason.TOO_LONG, None]
