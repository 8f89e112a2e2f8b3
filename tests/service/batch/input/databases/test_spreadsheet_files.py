"""Spreadsheets are read sheet by sheet, like tables of any other kind."""

import io
import zipfile
from collections.abc import Callable, Mapping

import pytest

from model.errors import DumpError, UnsafeFileError
from service.batch.rows import Columns, Reason, Row
from tests.service.batch.input.dump_reader import DumpReader, reasons, texts
from tests.service.batch.input.packing import pack_zip
from tests.service.batch.input.spreadsheet_files import Rows, pack_ods, pack_xlsx

COMMENTS: Rows = [["id", "text", "author"], [1, "you fool", "ann"], [2, "thanks, friend", None]]
Packer = Callable[[Mapping[str, Rows]], bytes]


@pytest.mark.parametrize(("pack", "name"), [(pack_xlsx, "x.xlsx"), (pack_ods, "x.ods"), (pack_xlsx, "x"), (pack_ods, "x")])
def test_a_sheet_is_a_table(read_dump: DumpReader, pack: Packer, name: str) -> None:
    """Numbers are whole where they are, and each row knows its number in the sheet; the file is recognised by its content."""
    table = read_dump(pack({"Sheet1": COMMENTS}), name)
    assert table.columns == Columns("text", "id", "author")
    assert table.rows == [Row(2, "1", "you fool", author="ann"), Row(3, "2", "thanks, friend")]
    assert table.description == "spreadsheet"


@pytest.mark.parametrize("pack", [pack_xlsx, pack_ods])
def test_what_is_no_row_of_a_table_is_told_apart(read_dump: DumpReader, pack: Packer) -> None:
    """Lines above the header and blank rows are no comments; the header once more has a reason; a number in the text is a text."""
    rows: Rows = [
        ["Export of the forum", None, None],
        [None, None, None],
        ["nr", "kommentar", "wer"],
        [7, "you fool", "ann"],
        [None, None, None],
        ["nr", "kommentar", "wer"],
        [8, 10, "bob"],
        [9, None, "eve"],
    ]
    table = read_dump(pack({"Blatt 1": rows}), "x")
    assert [(row.line, row.id, row.text) for row in table.rows] == [(4, "7", "you fool"), (6, None, None), (7, "8", "10"), (8, "9", "")]
    assert reasons(table.rows) == [None, Reason.NOT_A_COMMENT, None, None]


def test_sheets_with_the_same_header_are_read_together(read_dump: DumpReader) -> None:
    """A sheet a month is one dump; other sheets are passed over, and said; the caller can name one."""
    other: Rows = [["word", "meaning"], ["fool", "somebody who is not wise at all"]]
    content = pack_xlsx({"May": COMMENTS, "Words": other, "June": [["id", "text", "author"], [3, "bye", "bob"]]})
    table = read_dump(content, "x.xlsx")
    assert [(row.member, row.line, row.id) for row in table.rows] == [("May", 2, "1"), ("May", 3, "2"), ("June", 2, "3")]
    assert any("“Words”" in remark and "--table" in remark for remark in table.remarks)
    assert [row.text for row in read_dump(content, "x.xlsx", table="words", text_column="meaning").rows] == [other[1][1]]
    with pytest.raises(DumpError, match="“May”, “Words”, “June”"):
        read_dump(content, "x.xlsx", table="July")


def test_a_sheet_without_a_header_has_numbers(read_dump: DumpReader) -> None:
    """The first row is a comment, and columns go by their numbers."""
    table = read_dump(pack_xlsx({"A": COMMENTS[1:]}), "x.xlsx", has_header=False, text_column="2", id_column="1")
    assert [(row.line, row.id, row.text) for row in table.rows] == [(1, "1", "you fool"), (2, "2", "thanks, friend")]


def test_a_spreadsheet_in_an_archive_is_read(read_dump: DumpReader) -> None:
    """It is a member like any other."""
    content = pack_zip({"a/comments.xlsx": pack_xlsx({"A": COMMENTS}), "b.csv": b"id,text\n3,bye\n"})
    rows = read_dump(content, "x.zip").rows
    assert sorted(text for text in texts(rows) if text) == ["bye", "thanks, friend", "you fool"]


def test_a_spreadsheet_that_is_stored_makes_no_spreadsheet_of_its_archive(read_dump: DumpReader) -> None:
    """An archive that does not compress its files shows what is in them, which says nothing about itself."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a/comments.xlsx", pack_xlsx({"A": COMMENTS}))
        archive.writestr("b.csv", "id,text\n3,bye\n")
    rows = read_dump(buffer.getvalue(), "x.zip").rows
    assert sorted(text for text in texts(rows) if text) == ["bye", "thanks, friend", "you fool"]


def test_names_of_groups_of_columns_are_no_header(read_dump: DumpReader) -> None:
    """Where merged cells stand above the names of the columns, the names count."""
    rows: Rows = [["Meta", None, "Content", None], ["id", "user", "comment", "label"], [1, "ann", "you fool", 1], [2, "bob", "thanks", 0]]
    table = read_dump(pack_xlsx({"A": rows}), "x.xlsx")
    assert table.columns == Columns("comment", "id", "user")
    assert [(row.id, row.text) for row in table.rows] == [("1", "you fool"), ("2", "thanks")]


def test_long_numbers_keep_all_digits_that_the_sheet_has(read_dump: DumpReader) -> None:
    """An id of many digits is no power of ten."""
    rows: Rows = [["id", "text"], [1177455000000000000, "you fool"], [2.5, "thanks"]]
    assert [row.id for row in read_dump(pack_xlsx({"A": rows}), "x.xlsx").rows] == ["1177455000000000000", "2.5"]


@pytest.mark.parametrize(
    "content",
    [pack_xlsx({"A": COMMENTS})[:-30], pack_zip({"xl/workbook.xml": b"<workbook"}), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)],
)
def test_a_damaged_spreadsheet_is_refused_in_one_line(read_dump: DumpReader, content: bytes) -> None:
    """The message says what it is."""
    with pytest.raises(DumpError, match="spreadsheet") as error:
        read_dump(content, "x.xlsx")
    assert str(error.value).isprintable()


def test_an_empty_spreadsheet_has_no_rows(read_dump: DumpReader) -> None:
    """It is no error that there are none yet."""
    assert read_dump(pack_xlsx({"A": []}), "x.xlsx").rows == []


def test_a_sheet_as_large_as_a_sheet_can_be_is_refused(read_dump: DumpReader) -> None:
    """Two cells at its corners would take more memory than there is; the message says what to do."""
    corner = pack_xlsx({"A": [["text"], ["corner cell"]]})
    content = _replace_in_sheet(corner, b'<row r="2"><c r="A2"', b'<row r="1048576"><c r="XFD1048576"')
    with pytest.raises(UnsafeFileError, match="save it as CSV"):
        read_dump(content, "x.xlsx")


def _replace_in_sheet(content: bytes, old: bytes, new: bytes) -> bytes:
    """Return a spreadsheet with other bytes in its first sheet."""
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert old in parts[sheet]
    parts[sheet] = parts[sheet].replace(old, new)
    return pack_zip(parts)
