"""Rows of COPY are read as PostgreSQL wrote them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.input.formats.sql import copy_rows
from service.batch.rows import Reason
from tests.service.batch.input.formats.sql.sql_writing import read_tables, small_windows


def escape(text: str) -> str:
    """Write a text as ``COPY`` does."""
    for char, code in (("\\", "\\\\"), ("\b", "\\b"), ("\f", "\\f"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), ("\v", "\\v")):
        text = text.replace(char, code)
    return text


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5), st.sampled_from([1, 7, 1000]))
def test_texts_are_unescaped(texts: list[str], window: int) -> None:
    """Whatever a text holds, it is read as it was stored, wherever a window ends."""
    lines = [f"{number}\t{escape(text)}\n" for number, text in enumerate(texts)]
    with pytest.MonkeyPatch.context() as monkeypatch:
        small_windows(monkeypatch, window)
        tables = read_tables("COPY public.posts (id, raw) FROM stdin;\n" + "".join(lines) + "\\.\n\nSELECT 1;\n")
    assert [record.fields["raw"] for record in tables["posts"]] == texts


def test_rows_of_each_table_are_numbered_by_themselves() -> None:
    """The offset of a row is its byte in the dump; a null is none."""
    content = b'COPY users (id) FROM stdin;\n1\n\\.\nCOPY "public"."posts" ("id", raw) FROM stdin;\r\n1\ta\r\n2\t\\N\r\n\\.\r\nSELECT 1;\n'
    tables = read_tables(content)
    records = tables["posts"]
    assert [(record.line, record.fields) for record in records] == [(1, {"id": "1", "raw": "a"}), (2, {"id": "2", "raw": None})]
    assert content[records[0].offset :].startswith(b"1\ta")
    assert len(tables["users"]) == 1


def test_bad_rows_have_a_reason() -> None:
    """Too few cells and too many cost their own row; a dump that ends within the table says so."""
    records = read_tables(b"COPY posts (id, raw) FROM stdin;\n1\n2\ta\tb\n4\td\n5\te")["posts"]
    assert [record.reason for record in records] == [Reason.TOO_FEW_CELLS, Reason.TOO_MANY_CELLS, None, Reason.TRUNCATED]
    assert [record.reason for record in read_tables(b"COPY posts (id, raw) FROM stdin;\n1\ta\n\\.")["posts"]] == [None]


def test_a_row_that_is_too_long_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not held in memory, and the rows behind it are read."""
    small_windows(monkeypatch, 100)
    monkeypatch.setattr(copy_rows, "MAX_STORED_ROW", 500)
    records = read_tables("COPY posts (id, raw) FROM stdin;\n1\t" + "a" * 2000 + "\n2\tb\n\\.\n")["posts"]
    assert [record.reason for record in records] == [Reason.TOO_LONG, None]


def test_octal_and_hexadecimal_escapes_are_bytes() -> None:
    """Several of them may make one letter."""
    (record,) = read_tables(b"COPY posts (raw) FROM stdin;\n\\303\\266\\x41\n\\.\n")["posts"]
    assert record.fields["raw"] == "öA"
