"""The dialects of SQL in which dumps are written, as far as reading them differs, and how dumps begin."""

import re
from dataclasses import dataclass

__all__ = ["ANSI", "MYSQL", "SQL_SERVER", "SqlDialect", "begins_sql_dump", "declared_encoding", "detect_dialect"]

_HEAD_LENGTH = 2000
_PREAMBLE = re.compile(
    r"(?:[\s;\ufeff]++|--[^\n]*+\n?|\#[^\n]*+\n?|/\*(?:[^*]|\*(?!/))*+\*/|\\\w++[^\n]*+\n?|REM\b[^\n]*+\n|(?:mysqldump|Warning):[^\n]*+\n)*+"
)
_NAME = r"""(?:`[^`\n]+`|"[^"\n]+"|\[[^\]\n]+\]|[\w$]+)"""
_QUALIFIED_NAME = rf"{_NAME}(?:\s*\.\s*{_NAME}){{0,2}}"
_FIRST_STATEMENT = re.compile(
    rf"""(?:
        CREATE\s+(?:(?:GLOBAL|LOCAL|TEMPORARY|TEMP|UNLOGGED)\s+)*TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{_QUALIFIED_NAME}\s*\(
        |(?:INSERT|REPLACE)\s+(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE|OR\s+\w+)\s+)*INTO\s+{_QUALIFIED_NAME}\s*(?:\(|VALUES)
        |INSERT\s+{_QUALIFIED_NAME}\s*\([^()]*\)\s*VALUES
        |COPY\s+{_QUALIFIED_NAME}\s*(?:\([^()]*\)\s*)?FROM\s+stdin
        |DROP\s+(?:TABLE|DATABASE|SCHEMA)\s+(?:IF\s+EXISTS\s+)?{_QUALIFIED_NAME}\s*(?:CASCADE)?;
        |CREATE\s+(?:DATABASE|SCHEMA)\s+[^;\n]+;
        |(?:TRUNCATE(?:\s+TABLE)?|DELETE\s+FROM)\s+{_QUALIFIED_NAME}\s*;
        |LOCK\s+TABLES\s+{_QUALIFIED_NAME}\s+(?:WRITE|READ)
        |ALTER\s+(?:TABLE|DATABASE)\s+{_QUALIFIED_NAME}\s
        |SET\s+(?:NAMES\s+\w+|(?:SESSION\s+|GLOBAL\s+)?@*\w+(?:\.\w+)?\s*(?:=|\sTO\s)[^;\n]+);
        |SET\s+(?:ANSI_NULLS|QUOTED_IDENTIFIER|IDENTITY_INSERT)\s
        |SET\s+DEFINE\s+OFF\s*;
        |PRAGMA\s+\w+\s*=\s*\w+;
        |(?:BEGIN|START)(?:\s+TRANSACTION|\s+WORK)?\s*;[ \t\r]*(?:\n|\Z)
        |USE\s+{_NAME}\s*(?:;|\n\s*GO\b)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_TITLE = re.compile(
    r"^(?:--|/\*)[^\n]*(?:(?:MySQL|MariaDB|PostgreSQL database|phpMyAdmin SQL) dump\b|\bmysqldump\b)", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True)
class SqlDialect:
    """What differs between the dialects.

    Attributes:
        escapes: whether a backslash within quotes stands for the character after it.
        has_hash_comments: whether ``#`` begins a comment.
        has_dollar_quotes: whether ``$$`` quotes text.
        has_batches: whether the line ``GO`` ends statements, and no semicolon needs to.
    """

    escapes: bool
    has_hash_comments: bool
    has_dollar_quotes: bool
    has_batches: bool = False


MYSQL = SqlDialect(escapes=True, has_hash_comments=True, has_dollar_quotes=False)
"""MySQL and MariaDB."""

ANSI = SqlDialect(escapes=False, has_hash_comments=False, has_dollar_quotes=True)
"""PostgreSQL and SQLite."""

SQL_SERVER = SqlDialect(escapes=False, has_hash_comments=False, has_dollar_quotes=False, has_batches=True)
"""The scripts of SQL Server."""

_SQL_SERVER_SIGNS = re.compile(r"^GO[ \t]*\r?$|\[dbo\]", re.MULTILINE)

_MYSQL_TITLE = re.compile(r"(?:MySQL|MariaDB) dump|phpMyAdmin SQL Dump|/\*!\d{5}|/\*M!")
_ANSI_SIGNS = re.compile(
    r"PostgreSQL|^BEGIN TRANSACTION;|^INSERT INTO \"|^PRAGMA |standard_conforming_strings|client_encoding|^COPY .* FROM stdin|N'"
    r"|^REM |SET DEFINE OFF",
    re.MULTILINE,
)
_MYSQL_SIGNS = re.compile(
    r"MySQL|MariaDB|HeidiSQL|mydumper|^LOCK TABLES|ENGINE ?=|^SET (?:NAMES|SQL_MODE)|AUTO_INCREMENT|`",
    re.MULTILINE,
)
_ESCAPED_QUOTE = re.compile(r"\\'(?!\s*[,)])")
_DOUBLED_QUOTE = re.compile(r"\w''\w")
_MYSQL_ENCODING = re.compile(rb"SET\s+NAMES\s+'?(\w+)", re.IGNORECASE)
_POSTGRESQL_ENCODING = re.compile(rb"SET\s+(?:SESSION\s+)?client_encoding\s*(?:=|TO)\s*'?(\w+)", re.IGNORECASE)
_CODECS = {
    **{"latin1": "cp1252", "latin2": "iso8859-2", "latin5": "iso8859-9", "latin7": "iso8859-13", "greek": "iso8859-7"},
    **{"hebrew": "iso8859-8", "cp1250": "cp1250", "cp1251": "cp1251", "cp1256": "cp1256", "cp1257": "cp1257", "koi8r": "koi8-r"},
    **{"koi8u": "koi8-u", "cp850": "cp850", "cp852": "cp852", "cp866": "cp866", "ujis": "euc-jp", "eucjpms": "euc-jp", "euckr": "euc-kr"},
    **{"gb2312": "gb2312", "tis620": "tis-620", "sjis": "cp932", "cp932": "cp932", "gbk": "gbk", "gb18030": "gb18030", "big5": "big5"},
    **{"win1250": "cp1250", "win1251": "cp1251", "win1252": "cp1252", "win1253": "cp1253", "win1254": "cp1254", "win1255": "cp1255"},
    **{"win1256": "cp1256", "win1257": "cp1257", "win1258": "cp1258", "win874": "cp874", "koi8": "koi8-r", "latin9": "iso8859-15"},
    **{"euc_jp": "euc-jp", "euc_kr": "euc-kr", "euc_cn": "gb2312"},
    **{f"iso_8859_{part}": f"iso8859-{part}" for part in (5, 6, 7, 8)},
}
"""What dumps call an encoding → the codec of Python; UTF-8 is not among them."""
_NO_ENCODINGS = {"binary", "sql_ascii"}
"""What dumps declare whose bytes may be anything."""


def begins_sql_dump(head: str) -> bool:
    """Tell whether a text begins as a dump of a database does: with a statement of SQL, after comments and blank lines.

    Args:
        head: the beginning of the text, decoded.
    """
    start = _PREAMBLE.match(head)
    begin = start.end() if start is not None else 0
    return _FIRST_STATEMENT.match(head, begin) is not None or _TITLE.search(head[:_HEAD_LENGTH]) is not None


def detect_dialect(head: str) -> SqlDialect:
    """Detect the dialect of a dump by its beginning; where nothing tells, it is MySQL's if a quote follows a backslash within a text."""
    signs = head[:_HEAD_LENGTH]
    if _SQL_SERVER_SIGNS.search(signs):
        return SQL_SERVER
    if _MYSQL_TITLE.search(signs) is None and _ANSI_SIGNS.search(signs):
        return ANSI
    if _MYSQL_SIGNS.search(signs) or _ESCAPED_QUOTE.search(head):
        return MYSQL
    return ANSI if _DOUBLED_QUOTE.search(head) or re.search(r'^(?:CREATE|INSERT)[^(\n]*"', head, re.MULTILINE) else MYSQL


def declared_encoding(statement: bytes) -> str | None:
    """Return the codec that a statement declares; the empty string is UTF-8, None that it declares nothing.

    MySQL's latin1 is Windows-1252. An encoding that is not known counts as UTF-8, which is what nearly all dumps are.
    """
    match = _MYSQL_ENCODING.search(statement) or _POSTGRESQL_ENCODING.search(statement)
    if match is None:
        return None
    name = next(group for group in match.groups() if group is not None).decode("ascii", "replace").lower()
    if name in _NO_ENCODINGS:
        return None
    # PostgreSQL's LATIN1 is ISO 8859-1, whose 32 control codes nobody writes.
    return _CODECS.get(name, "")
