"""Names of tables and columns are read from the statements that create them."""

import pytest

from service.batch.input.formats.sql.sql_schema import TableSchema, parse_column_list, parse_create_table, parse_table_name


def test_the_columns_of_a_table_are_found_among_keys_and_constraints() -> None:
    """Commas and brackets in types, defaults, comments and checks begin no column; computed columns are set apart."""
    statement = b"""CREATE TABLE IF NOT EXISTS `blog`.`comments` (
        `id` int unsigned NOT NULL AUTO_INCREMENT, -- the id, of course
        `kind` enum('a,b','c)') DEFAULT 'c)' COMMENT 'it''s (one), of two',
        "text" text CHECK (length(text) < 10),
        [key] varchar(10),
        price decimal(10,2) /* a, b */,
        `length` int GENERATED ALWAYS AS (char_length(`text`)) STORED,
        twice int AS (price * 2),
        PRIMARY KEY (`id`), KEY `k` (`kind`,`price`), UNIQUE INDEX (`id`), CONSTRAINT c FOREIGN KEY (kind) REFERENCES o (id),
        FULLTEXT KEY f (`text`)
    ) ENGINE=InnoDB;"""
    columns = ("id", "kind", "text", "key", "price")
    assert parse_create_table(statement) == TableSchema("blog.comments", (*columns, "length", "twice"), columns)


def test_cells_without_names_have_those_of_the_stored_columns() -> None:
    """Dumps leave computed columns out; rows that fit neither have numbers from 1 where nothing is known."""
    schema = TableSchema("t", ("a", "b", "c"), ("a", "c"))
    assert schema.names_of(3) == ("a", "b", "c")
    assert schema.names_of(2) == ("a", "c")
    assert TableSchema("t", (), ()).names_of(2) == ("1", "2")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (b"`a``b`", "a`b"),
        (b'public."Comments"', "Comments"),
        (b"[dbo].[Comments]", "Comments"),
        (b"forum.posts", "forum.posts"),
        (b"[db]..[t]", "db.t"),
    ],
)
def test_a_table_is_called_what_people_call_it(written: bytes, name: str) -> None:
    """Quotes and schemas that every table has are no part of the name."""
    assert parse_table_name(written) == name


def test_the_database_is_part_of_the_name_where_a_dump_says_it() -> None:
    """Dumps of several databases say which one follows."""
    assert parse_table_name(b"`comments`", "blog") == "blog.comments"
    assert parse_table_name(b"other.comments", "blog") == "other.comments"


def test_other_statements_create_no_table() -> None:
    """Indexes, and tables that are created from others, have no columns of their own."""
    assert parse_create_table(b"CREATE INDEX i ON t (a);") is None
    assert parse_create_table(b"CREATE TABLE t AS SELECT 1;") is None
    assert parse_column_list(b'(`a`, "b c",d)') == ("a", "b c", "d")
