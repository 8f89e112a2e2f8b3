"""Literals of SQL give the values that they stand for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.input.formats.sql.sql_dialect import ANSI, MYSQL, SqlDialect
from service.batch.input.formats.sql.sql_literals import LiteralReader
from service.batch.input.records import UndecodableText
from tests.service.batch.input.formats.sql.sql_writing import LITERAL_WRITERS


@given(st.sampled_from(list(LITERAL_WRITERS)), st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_is_written_is_read(way: str, text: str) -> None:
    """In each dialect, and in each way to write a text, the text that comes out is the one that went in."""
    dialect, write = LITERAL_WRITERS[way]
    assert LiteralReader(dialect).evaluate(write(text).encode()) == text


@pytest.mark.parametrize(
    ("dialect", "literal", "value"),
    [
        (MYSQL, b"NULL", None),
        (MYSQL, b" -1.50 ", "-1.50"),
        (MYSQL, b"0xC3B6", "ö"),
        (MYSQL, b"x'C3B6'", "ö"),
        (MYSQL, b"b'101'", "5"),
        (MYSQL, b'"a \\"b\\" \'c\'"', "a \"b\" 'c'"),
        (MYSQL, b"'100\\% \\_ \\x'", "100\\% \\_ x"),
        (MYSQL, b"_utf8mb4'a' ", "a"),
        (MYSQL, b"CONVERT(0x6869 USING utf8mb4)", "hi"),
        (MYSQL, b"CONCAT('a', CHAR(10), 'b')", "a\nb"),
        (ANSI, b"'C:\\new'", "C:\\new"),
        (ANSI, b"E'it\\'s\\ta\\x41\\101\\u00f6'", "it's\taAAö"),
        (ANSI, b"U&'\\00f6\\\\'", "ö\\"),
        (ANSI, b"$$it's$$", "it's"),
        (ANSI, b"$a$x $$ y$a$", "x $$ y"),
        (ANSI, b"true", "true"),
        (ANSI, b"'2020-01-01 00:00:00'::timestamp(6) without time zone", "2020-01-01 00:00:00"),
        (ANSI, b"CAST(N'x' AS nvarchar(max))", "x"),
        (ANSI, b"replace(replace('a\\r\\nb','\\r',char(13)),'\\n',char(10))", "a\r\nb"),
        (ANSI, b"unistr('a\\u000ab')", "a\nb"),
        (ANSI, b"'a' || chr(10) || 'b'", "a\nb"),
        (ANSI, b"TO_CLOB('it''s') || TO_CLOB(' so')", "it's so"),
        (ANSI, b"CURRENT_TIMESTAMP", None),
        (ANSI, b"now()", None),
    ],
)  # fmt: skip
def test_each_kind_of_literal_has_its_value(dialect: SqlDialect, literal: bytes, value: str | None) -> None:
    """Numbers are text, bytes are the text in them, and the functions with which dumps write line breaks are applied."""
    assert LiteralReader(dialect).evaluate(literal) == value


@pytest.mark.parametrize("literal", [b"'a' 'b' c", b"MD5('a', 1)", b"'it's'", b"(" * 20 + b"1" + b")" * 20, b"=1"])
def test_what_dumps_do_not_write_is_refused(literal: bytes) -> None:
    """An expression of another kind is no value, and is not guessed at."""
    with pytest.raises(ValueError, match=r"dumps|expression"):
        LiteralReader(ANSI).evaluate(literal)


def test_bytes_that_are_not_utf8_are_read_in_the_declared_encoding() -> None:
    """A text in the encoding that the dump declares is read, and the encoding remembered; pictures are never taken for text."""
    literals = LiteralReader(MYSQL)
    refused = literals.evaluate(b"'sch\xf6n'")
    assert isinstance(refused, UndecodableText)
    literals.encoding = "cp1252"
    assert isinstance(literals.evaluate(b"'\xff\xd8\\0\x01'"), UndecodableText)
    assert literals.used_encoding is None
    assert literals.evaluate(b"'sch\xf6n'") == "schön"
    assert literals.evaluate("'schön'".encode()) == "schön"
    assert literals.used_encoding == "cp1252"
