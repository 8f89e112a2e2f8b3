"""The tables of each forum and each software for comments become comments, whoever exports them."""

import pytest

from service.batch.input.platforms.known_tables import TABLE_PLATFORMS
from tests.service.batch.input.dump_reader import DumpReader, cells
from tests.service.batch.input.platforms.databases.database_samples import TABLE_SAMPLES
from tests.service.batch.input.platforms.sample import csv_table


def _literal(value: object) -> str:
    return "NULL" if value is None else "'" + str(value).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


@pytest.mark.parametrize("table", TABLE_SAMPLES)
def test_a_table_in_a_dump_becomes_comments(read_dump: DumpReader, table: str) -> None:
    """A table is recognised by its columns beside tables that hold no comments; ids, authors, parents, times and reasons are its own."""
    description, records, rows = TABLE_SAMPLES[table]
    values = ",".join("(" + ",".join(map(_literal, record.values())) + ")" for record in records)
    names = ", ".join(f"`{name}`" for name in records[0])
    other = "INSERT INTO `some_options` (`name`, `value`) VALUES ('a', 'some text');\n"
    content = f"-- MySQL dump 10.13\n{other}INSERT INTO `{table}` ({names}) VALUES {values};\n{other}-- Dump completed\n"

    dump = read_dump(content.encode(), "dump.sql")

    assert dump.description == f"{description} (SQL dump)"
    assert [cells(row) for row in dump.rows] == rows
    assert {row.member for row in dump.rows} == {table}


@pytest.mark.parametrize("table", ["mybb_posts", "xf_post", "flarum_posts"])
def test_a_table_exported_as_csv_becomes_the_same_comments(read_dump: DumpReader, table: str) -> None:
    """Whether a table of a forum was dumped or exported makes no difference."""
    description, records, rows = TABLE_SAMPLES[table]
    dump = read_dump(csv_table(list(records[0]), *(["" if value is None else value for value in record.values()] for record in records)))

    assert dump.description == f"{description} (CSV)"
    assert [cells(row) for row in dump.rows] == rows


def test_every_known_table_states_what_it_is() -> None:
    """No two tables are told apart by the same columns, and each has a name for --format."""
    signatures = [signature for platform in TABLE_PLATFORMS for signature in platform.signatures]
    assert len(signatures) == len(set(signatures))
    assert all(platform.name and platform.description for platform in TABLE_PLATFORMS)
