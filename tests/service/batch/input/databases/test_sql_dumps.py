"""Dumps as text are read in whatever encoding they are, and say where they end too early."""

import gzip

import pytest

from service.batch.rows import Reason
from tests.service.batch.input.dump_reader import DumpReader, reasons, texts
from tests.service.batch.input.packing import pack_zip

_INSERT = "INSERT INTO comments (id, text) VALUES (1,'sch\u00f6n ist das'),(2,'gar nicht');\n"


@pytest.mark.parametrize(
    ("content", "remark"),
    [
        (_INSERT.encode(), ""),
        (b"/*!40101 SET NAMES latin1 */;\n" + _INSERT.encode("cp1252"), "Windows-1252"),
        (_INSERT.encode("cp1252"), "Windows-1252"),
        (_INSERT.encode("utf-16"), ""),
        (b"SET NAMES latin1;\n" + _INSERT.encode(), ""),
    ],
    ids=["utf-8", "declared", "undeclared", "utf-16", "declared wrongly"],
)
def test_texts_are_read_in_their_encoding(read_dump: DumpReader, content: bytes, remark: str) -> None:
    """What is UTF-8 is read as that whatever is declared; another encoding is said."""
    dump = read_dump(content, "x.sql")
    assert texts(dump.rows) == ["schön ist das", "gar nicht"]
    assert [remark in line for line in dump.remarks] == [True] * bool(remark)


def test_an_encoding_that_is_asked_for_is_used(read_dump: DumpReader) -> None:
    """--encoding decides."""
    dump = read_dump("INSERT INTO comments (id, text) VALUES (1,'очень хорошо');".encode("koi8-r"), "x.sql", encoding="koi8-r")
    assert texts(dump.rows) == ["очень хорошо"]


def test_a_compressed_dump_that_is_cut_says_so_once(read_dump: DumpReader) -> None:
    """The damage is one row, and the row that it cuts is no other."""
    rows = ",".join(f"({number},'a text of some words {number * 7919}')" for number in range(3000))
    packed = gzip.compress(f"INSERT INTO comments (id, text) VALUES {rows};".encode())
    dump = read_dump(packed[: len(packed) // 2], "x.sql.gz")
    assert reasons(dump.rows)[-1] is Reason.TRUNCATED
    assert reasons(dump.rows).count(Reason.TRUNCATED) == 1
    assert len(dump.rows) > 100


def test_the_end_of_a_dump_within_another_table_is_told(read_dump: DumpReader) -> None:
    """The tables behind it are lost."""
    dump = read_dump(f"{_INSERT}INSERT INTO users (id, name) VALUES (1,'A".encode(), "x.sql")
    assert [(row.reason, row.member) for row in dump.rows][2:] == [(Reason.TRUNCATED, "users")]


def test_statements_that_cannot_be_read_are_rows(read_dump: DumpReader) -> None:
    """Nothing that should be a comment is lost without a word."""
    dump = read_dump(f"{_INSERT}INSERT INTO comments SET id = 3, text = 'c';\n".encode(), "x.sql")
    assert reasons(dump.rows) == [None, None, Reason.NOT_SQL]


def test_the_tables_of_a_dump_in_an_archive_have_its_name_before_theirs(read_dump: DumpReader) -> None:
    """So each row is found again."""
    dump = read_dump(pack_zip({"a.sql": _INSERT.encode(), "b.sql": _INSERT.encode()}), "x.zip")
    assert [(row.member, row.line) for row in dump.rows] == [
        ("a.sql/comments", 1),
        ("a.sql/comments", 2),
        ("b.sql/comments", 1),
        ("b.sql/comments", 2),
    ]


_WRITERS = {
    "Adminer": "-- Adminer 4.8.1 MySQL 8.0.36 dump\n\nSET NAMES utf8;\nSET time_zone = '+00:00';\n"
    "INSERT INTO `comments` (`id`, `text`) VALUES\n"
    "(1,\t'it\\'s good, so\\r\\nsure'),\n(2,\t'no \\\"way\\\"');\n\n-- 2020-01-01 00:00:00\n",
    "HeidiSQL": "-- --------------------------------------------------------\n-- Host: localhost\n/*!40101 SET NAMES utf8 */;\n"
    "DELETE FROM `comments`;\nINSERT INTO `comments` (`id`, `text`) VALUES\n\t(1, 'it\\'s good, so\\r\\nsure'),\n\t(2, 'no \"way\"');\n",
    "Navicat": "/*\n Navicat MySQL Data Transfer\n*/\n\nSET NAMES utf8mb4;\nBEGIN;\nINSERT INTO `comments` (`id`, `text`) VALUES "
    "('1', 'it\\'s good, so\\r\\nsure');\nINSERT INTO `comments` (`id`, `text`) VALUES ('2', 'no \"way\"');\nCOMMIT;\n",
    "mydumper": "/*!40101 SET NAMES binary*/;\n/*!40014 SET FOREIGN_KEY_CHECKS=0*/;\nCREATE TABLE `comments` (`id` int, `text` text);\n"
    'INSERT INTO `comments` VALUES\n(1,"it\'s good, so\\r\\nsure"),\n(2,"no \\"way\\"");\n',
    "DBeaver": "INSERT INTO forum.\"comments\" (id,\"text\") VALUES\n\t (1,'it''s good, so\r\nsure'),\n\t (2,'no \"way\"');\n",
    "SQL Server": "\ufeffUSE [forum]\r\nGO\r\nSET IDENTITY_INSERT [dbo].[comments] ON \r\n"
    "INSERT [dbo].[comments] ([id], [text]) VALUES "
    "(1, N'it''s good, so\r\nsure')\r\nGO\r\nINSERT [dbo].[comments] ([id], [text]) VALUES (2, N'no \"way\"')\r\nGO\r\n",
    "Oracle": "REM INSERTING into COMMENTS\nSET DEFINE OFF;\n"
    "Insert into FORUM.COMMENTS (ID,TEXT) values (1,'it''s good, so'||chr(13)||chr(10)"
    "||'sure');\n"
    "Insert into FORUM.COMMENTS (ID,TEXT) values (2,TO_CLOB('no \"way\"'));\n",
    "by hand": "\ufeffinsert into comments(id, text) values (1, 'it''s good, so\r\nsure'), (2, 'no \"way\"')",
}


@pytest.mark.parametrize("program", _WRITERS)
def test_whatever_wrote_the_dump_it_is_read(read_dump: DumpReader, program: str) -> None:
    """Every program has its own spelling of statements, quotes and line breaks."""
    dump = read_dump(_WRITERS[program].encode("utf-16" if program == "SQL Server" else "utf-8"), "dump")
    assert [(row.id, row.text) for row in dump.rows] == [("1", "it's good, so\r\nsure"), ("2", 'no "way"')]


def test_columns_that_a_table_has_named_once_hold_for_all_of_its_rows(read_dump: DumpReader) -> None:
    """A statement without names, of a table that the dump does not create, is read by the names in an earlier one of as many cells."""
    content = _INSERT + "INSERT INTO comments VALUES (3,'well');\nINSERT INTO comments VALUES (4,'x','y');\n"
    rows = read_dump(content.encode(), "x.sql").rows
    assert [(row.id, row.text) for row in rows[:3]] == [("1", "schön ist das"), ("2", "gar nicht"), ("3", "well")]
