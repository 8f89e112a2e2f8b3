"""The layout of a dump is detected at its beginning, and has the fields that a row needs."""

from service.batch.input.detection.file_kinds import Container, FileKind
from service.batch.input.layout import detect_layout, detect_table_layout
from service.batch.input.platforms.platform import ANY_TABLE
from service.batch.input.platforms.social.reddit import REDDIT
from service.batch.input.records import RecordStream
from service.batch.rows import Columns, DumpOptions, Quoting, ReadAs

CSV = FileKind(Container.CSV)


def test_a_platform_is_recognised_unless_the_caller_names_the_text() -> None:
    """With a text column of their choice, callers have a table of no platform."""
    names = ["id", "body", "subreddit", "note"]
    layout = detect_table_layout(CSV, names, DumpOptions(contexts=True), file="x", remarks=[])
    assert (layout.platform, layout.columns, layout.names) == (REDDIT, REDDIT.columns, tuple(names))
    assert layout.description == "comments of Reddit (CSV)"
    layout = detect_table_layout(CSV, names, DumpOptions(text_column="note"), file="x", remarks=[])
    assert (layout.platform, layout.columns) == (ANY_TABLE, Columns("note", "id", place="subreddit"))
    assert layout.description == "CSV"


def test_columns_of_a_platform_can_be_replaced() -> None:
    """Columns that the caller names replace those of the platform."""
    options = DumpOptions(read_as=ReadAs.REDDIT, text_column="note")
    layout = detect_table_layout(CSV, ["id", "body", "Note"], options, file="x", remarks=[])
    assert layout.platform.name == "reddit"
    assert layout.columns == Columns("Note", "id", "author", "parent_id", "created_utc", place="subreddit")


def test_an_empty_file_has_no_columns() -> None:
    """It still has a layout, so that reading it yields no rows instead of failing."""
    layout = detect_layout(CSV, RecordStream([], iter(()), "line", empty=True), DumpOptions(), file="x", remarks=[])
    assert layout.columns is None
    assert layout.row_fields(DumpOptions(keep=("note",))) == ["note"]


def test_a_row_needs_each_field_once() -> None:
    """Fields that are kept may be columns as well."""
    layout = detect_table_layout(CSV, ["id", "body", "subreddit"], DumpOptions(), file="x", remarks=[])
    fields = layout.row_fields(DumpOptions(keep=("id", "subreddit")))
    assert fields == ["body", "id", "author", "parent_id", "created_utc", "subreddit"]


def test_it_tells_why_a_file_is_taken_for_what_it_is() -> None:
    """By the fields of its records, by what is in them, by how it begins, or because the caller says so."""
    names = ["id", "body", "subreddit"]
    by_fields = detect_table_layout(CSV, names, DumpOptions(), file="x", remarks=[])
    assert by_fields.reasons[1:] == ("read as comments of Reddit, because its records have “body”, “subreddit”",)
    as_said = detect_table_layout(CSV, names, DumpOptions(read_as=ReadAs.REDDIT), file="x", remarks=[])
    assert as_said.reasons[1:] == ("read as comments of Reddit, as --format says",)
    page = detect_layout(FileKind(Container.PAGE), RecordStream([], iter(()), "row"), DumpOptions(), file="x", remarks=[])
    assert page.reasons == ("read as web page, by how it begins",)
    lines = detect_layout(FileKind(Container.LINES), RecordStream([], iter(()), "line"), DumpOptions(lines=True), file="x", remarks=[])
    assert lines.reasons == ("read as plain text, a comment a line, as --lines says",)
    table = detect_table_layout(CSV, ["id", "text"], DumpOptions(), file="x", remarks=[])
    assert "“text”" in table.reasons[1]


def test_how_a_table_is_written_is_told() -> None:
    """Delimiter, quotes, the place of the header and the encoding are among the reasons, for whoever looks before a run."""
    kind = FileKind(Container.CSV, "cp1252", delimiter=";", quoting=Quoting.NONE, skipped_lines=2)
    layout = detect_table_layout(kind, ["id", "text"], DumpOptions(), file="x", remarks=[])
    parts = "cells are separated by semicolons", "quotes are signs like any other", "the table begins in line 3", "the text is Windows-1252"
    assert layout.reasons[0] == "; ".join(parts)
    kind, options = FileKind(Container.CSV, delimiter="^"), DumpOptions(has_header=False, text_column="2")
    layout = detect_table_layout(kind, ["1", "2"], options, file="x", remarks=[])
    assert layout.reasons == ("cells are separated by “^”; columns go by number", "column “2” holds the text, as was said")
