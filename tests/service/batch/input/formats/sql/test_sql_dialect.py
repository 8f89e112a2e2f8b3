"""Dumps are recognised by how they begin, and so are their dialects and encodings."""

import pytest

from service.batch.input.formats.sql.sql_dialect import (
    ANSI,
    MYSQL,
    SQL_SERVER,
    begins_sql_dump,
    declared_encoding,
    detect_dialect,
)

_BEGINNINGS = {
    "mysqldump": ("-- MySQL dump 10.13  Distrib 8.0.36\n--\n/*!40101 SET NAMES utf8 */;\n", MYSQL),
    "mariadb": ("/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n", MYSQL),
    "warning": ("mysqldump: [Warning] Using a password is insecure.\n-- MySQL dump 10.13\n", MYSQL),
    "phpmyadmin": ('-- phpMyAdmin SQL Dump\nSET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";\n', MYSQL),
    "pg_dump": ("--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\n", ANSI),
    "pg_dump restricted": ("--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\nSET client_encoding = 'UTF8';\n", ANSI),
    "copy": ("COPY posts (id, raw) FROM stdin;\n", ANSI),
    "sqlite": ("PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n", ANSI),
    "iterdump": ('BEGIN TRANSACTION;\nCREATE TABLE "t" (a);\nINSERT INTO "t" VALUES(1);\n', ANSI),
    "sql server": ("USE [forum]\nGO\nINSERT [dbo].[Comments] ([Id]) VALUES (1)\nGO\n", SQL_SERVER),
    "bare insert": ("INSERT INTO comments VALUES (1,'it\\'s');", MYSQL),
    "bare insert, doubled": ("insert into comments (id, text) values (1, 'it''s');", ANSI),
    "replace": ("# a comment\nREPLACE INTO `t` (`a`) VALUES (1);", MYSQL),
    "create": ("\n\n-- mine\nCREATE TABLE IF NOT EXISTS comments (\n  id int\n);", MYSQL),
}


@pytest.mark.parametrize("name", _BEGINNINGS)
def test_a_dump_is_recognised_by_its_beginning(name: str) -> None:
    """Comments, warnings and settings may stand before the first table."""
    head, dialect = _BEGINNINGS[name]
    assert begins_sql_dump(head)
    assert detect_dialect(head) == dialect


@pytest.mark.parametrize(
    "text",
    [
        "insert into your head that this is wrong",
        "Use a semicolon; it helps.",
        "-- hi\nI do not like it",
        "Begin; begin again",
        "COPY that",
        "id,text\n1,INSERT INTO t VALUES (1)",
        "# heading\ntext",
        "set this; then that;",
    ],
)
def test_a_text_about_sql_is_no_dump(text: str) -> None:
    """People write words that SQL has, too."""
    assert not begins_sql_dump(text)


@pytest.mark.parametrize(
    ("statement", "codec"),
    [
        (b"/*!40101 SET NAMES latin1 */", "cp1252"),
        (b"SET NAMES 'cp1251'", "cp1251"),
        (b"SET client_encoding = 'WIN1250'", "cp1250"),
        (b"/*!50503 SET NAMES utf8mb4 */", ""),
        (b"SET NAMES binary", None),
        (b"SET character_set_client = utf8", None),
    ],
)
def test_the_encoding_is_what_the_dump_declares(statement: bytes, codec: str | None) -> None:
    """What MySQL calls latin1 is Windows-1252."""
    assert declared_encoding(statement) == codec


def test_a_head_that_never_ends_is_no_dump() -> None:
    """Whatever stands at the beginning is looked at once."""
    for sign in ("/*", "--", "#", "(", "\\", "`a", "INSERT INTO a "):
        assert not begins_sql_dump(sign * 30_000)
