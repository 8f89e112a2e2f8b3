"""The header of a table is found, and the delimiter with it, whatever stands above it."""

import pytest

from service.batch.input.detection.table_header import TableHeader, find_header, find_header_row
from tests.service.batch.input.dump_reader import DumpReader, texts


def is_known(cells: list[str]) -> bool:
    """Know a column called ``text`` only."""
    return "text" in cells


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("id,text\n1,a\n", TableHeader(",", ["id", "text"], is_known=True)),
        ("nr;was\n1;a, b\n2;c, d, e\n", TableHeader(";", ["nr", "was"])),
        ("sep=;\nid;text\n1;a,b\n", TableHeader(";", ["id", "text"], 1, is_known=True)),
        ('\ufeff"sep=|"\r\nid|text\r\n1|a,b\r\n', TableHeader("|", ["id", "text"], 1, is_known=True)),
        ("Export\nof today\n\nid,text\n1,a\n", TableHeader(",", ["id", "text"], 3, is_known=True)),
        ("Export;;\n;;\nnr;was;wer\n1;a;b\n2;c;d\n", TableHeader(";", ["nr", "was", "wer"], 2)),
        ("# made by a program\nnr\twas\twer\n1\ta\tb\n2\tc\td\n", TableHeader("\t", ["nr", "was", "wer"], 1)),
        ("was\na, b\nc\n", TableHeader(",", ["was"])),
        ("", TableHeader(",", [])),
    ],
)
def test_the_header_and_the_delimiter_are_found(text: str, header: TableHeader) -> None:
    """Lines that are no part of the table are counted, so that they can be skipped."""
    assert find_header(text, is_known, delimiter=None, has_header=True) == header


def test_without_a_header_the_delimiter_is_the_one_that_all_lines_have() -> None:
    """Commas in the texts do not hide the semicolons between them."""
    text = "1;well, you see;x\n2;no;y\n3;a, b, c;z\n"
    assert find_header(text, is_known, delimiter=None, has_header=False).delimiter == ";"
    assert find_header(text, is_known, delimiter=",", has_header=False).cells == ["1;well", " you see;x"]


def test_a_header_row_of_a_sheet_is_found() -> None:
    """In rows of cells, blank cells tell the preamble from the header."""
    assert find_header_row([["Report", "", ""], ["", "", ""], ["nr", "was", "wer"], ["1", "a", "b"], ["2", "c", "d"]], is_known) == 2
    assert find_header_row([["nr", "was"], ["1", "a"], ["2", "b"]], is_known) is None
    assert find_header_row([["1", "2"], ["", ""]], is_known) is None


@pytest.mark.parametrize(
    "content",
    [
        b"sep=;\nid;text\n1;hello, you\n2;there\n",
        b'Comments of my blog\nexported on 2020-01-01\n\nid,text\n1,"hello, you"\n2,there\n',
        b"Comments of my blog;;\n;;\nid;kommentar;x\n1;hello, you;1\n2;there;2\n",
    ],
)
def test_lines_above_the_header_are_no_comments(read_dump: DumpReader, content: bytes) -> None:
    """The rows below are read, and count their lines from the beginning of the file."""
    rows = read_dump(content, "x.csv").rows
    assert [(row.id, row.text) for row in rows] == [("1", "hello, you"), ("2", "there")]
    assert [row.line for row in rows] == [content.count(b"\n") - 1, content.count(b"\n")]


def test_a_text_with_commas_has_no_header_further_down(read_dump: DumpReader) -> None:
    """Paragraphs stay paragraphs."""
    content = b"Well,\nthat is, as they say, it\n\nyes, no\n\nno, yes\n"
    assert len(texts(read_dump(content, "x.txt").rows)) == 3
