"""The rows of one table in a dump of PostgreSQL are read as it wrote them."""

import io

from hypothesis import given
from hypothesis import strategies as st

from service.batch.input.formats.sql_dump import read_sql_posts
from service.batch.input.records import DumpRecord
from service.batch.rows import Reason


def read(content: bytes) -> list[DumpRecord]:
    """Read the posts of a dump."""
    return list(read_sql_posts(io.BufferedReader(io.BytesIO(content)), name="posts.sql"))


def escape(text: str) -> str:
    """Write a text as ``COPY`` does."""
    for char, code in (("\\", "\\\\"), ("\b", "\\b"), ("\f", "\\f"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), ("\v", "\\v")):
        text = text.replace(char, code)
    return text


@given(st.lists(st.text(), max_size=5))
def test_texts_are_unescaped(texts: list[str]) -> None:
    """Whatever a text holds, it is read as it was stored."""
    lines = [f"{number}\t{escape(text)}\n" for number, text in enumerate(texts)]
    records = read(("COPY public.posts (id, raw) FROM stdin;\n" + "".join(lines) + "\\.\n").encode())
    assert [record.fields["raw"] for record in records] == texts


def test_other_tables_are_passed_over() -> None:
    """The lines of another table are no records; the offset of a record is its byte in the dump."""
    content = b'COPY users (id) FROM stdin;\n1\n\\.\nCOPY "public"."posts" ("id", raw) FROM stdin;\n1\ta\n2\t\\N\n\\.\nSELECT 1;\n'
    records = read(content)
    assert [(record.line, record.fields) for record in records] == [(5, {"id": "1", "raw": "a"}), (6, {"id": "2", "raw": None})]
    assert content[records[0].offset :].startswith(b"1\ta")


def test_bad_rows_have_a_reason() -> None:
    """Too few cells, too many, and bytes that are not UTF-8 cost their own row; a dump that ends within the table says so."""
    records = read(b"COPY posts (id, raw) FROM stdin;\n1\n2\ta\tb\n3\t\xff\n4\td\n")
    assert [record.reason for record in records] == [
        Reason.TOO_FEW_CELLS,
        Reason.TOO_MANY_CELLS,
        Reason.NOT_UTF8,
        None,
        Reason.TRUNCATED,
    ]
