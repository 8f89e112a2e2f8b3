"""The kind of a file is detected from its content, unless the caller names it."""

import pytest

from model.errors import DumpError
from service.batch.rows import Columns, ReadAs, Reason
from tests.service.batch.input.dump_reader import DumpReader, reasons, texts


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b'{"id":"a","text":"hi"}\n{"id":"b","text":"ho"}\n', "x.csv"),
        (b'\xef\xbb\xbf{"id":"a","text":"hi"}\r\n\r\n  \n{"id":"b","text":"ho"}', "x"),
        ('{"id":"a","text":"hi"}\n{"id":"b","text":"ho"}\n'.encode("utf-16"), "x"),
        (b"id,text\na,hi\nb,ho\n", "x.jsonl"),
        (b"\xef\xbb\xbfid,text\r\na,hi\r\n\r\nb,ho", "x"),
        (b"id,text\ra,hi\rb,ho\r", "x"),
        (b"text;id\nhi;a\nho;b\n", "x.csv"),
        (b"id\ttext\tlikes, dislikes\na\thi\t3,1\nb\tho\t0,0\n", "x.csv"),
        (b"id|text\na|hi\nb|ho\n", "x.txt"),
        (b'"id","text"\n"a","hi"\n"b","ho"\n', "x"),
        ("id,text\na,hi\nb,ho\n".encode("utf-16"), "x.csv"),
        (b"\xfe\xff" + "id,text\na,hi\nb,ho\n".encode("utf-16-be"), "x.csv"),
    ],
)
def test_container_encoding_and_delimiter_are_detected(read_dump: DumpReader, content: bytes, name: str) -> None:
    """The content decides between JSON Lines and delimited text, whatever the name, the encoding and the line ends."""
    columns, rows, _ = read_dump(content, name=name)
    assert [(row.id, row.text, row.reason) for row in rows] == [("a", "hi", None), ("b", "ho", None)]
    assert columns == Columns("text", "id")


def test_a_format_that_the_caller_names_overrides_the_content(read_dump: DumpReader) -> None:
    """It is used even if the content looks like another format."""
    columns, rows, _ = read_dump(b'"text"\nhello\n', read_as=ReadAs.CSV)
    assert (columns, texts(rows)) == (Columns("text", None), ["hello"])
    rows = read_dump(b"id,text\n1,a\n", read_as=ReadAs.JSONL).rows
    assert reasons(rows) == [Reason.NOT_JSON] * 2


def test_plain_text_and_columnar_formats_can_be_named(read_dump: DumpReader) -> None:
    """A page is read as plain text if the caller says so; a text that is named Parquet is refused."""
    rows = read_dump(b"a <b>page</b>?\n\nno\n", "x.html", read_as=ReadAs.TEXT).rows
    assert [row.text for row in rows] == ["a <b>page</b>?", "no"]
    with pytest.raises(DumpError, match="parquet"):
        read_dump(b"text\nx\n", "x", read_as=ReadAs.PARQUET)


@pytest.mark.parametrize("content", [b"", b"\n\r\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_has_no_rows(read_dump: DumpReader, content: bytes) -> None:
    """It has no column either, and is not refused."""
    columns, rows, _ = read_dump(content)
    assert (columns, rows) == (None, [])


def test_lines_without_structure_are_refused(read_dump: DumpReader) -> None:
    """Nothing shows whether lines of text are comments; the message says how the caller can name them."""
    with pytest.raises(DumpError, match="--lines"):
        read_dump(b"one\ntwo\nthree\n", "dump")
