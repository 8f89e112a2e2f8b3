"""Tables are told from plain text, and what the caller says about them is taken."""

import pytest

from model.errors import DumpError
from service.batch.rows import Quoting
from tests.service.batch.input.dump_reader import DumpReader, texts


@pytest.mark.parametrize(
    ("content", "paragraphs"),
    [
        (b"[quote=Ann]no[/quote] I differ\n\nyou fool\n", ["[quote=Ann]no[/quote] I differ", "you fool"]),
        (b'"So" he said\n\nand went\n', ['"So" he said', "and went"]),
        (b"{hello} there\n\n[1] see above\n", ["{hello} there", "[1] see above"]),
        (b"Comments\n\nyou fool\n", ["Comments", "you fool"]),
        (b"<3 you all\n\nbye\n", ["<3 you all", "bye"]),
    ],
)
def test_plain_text_may_begin_as_other_formats_do(read_dump: DumpReader, content: bytes, paragraphs: list[str]) -> None:
    """A bracket, a brace or a quote is a sign like any other; each line is a comment if the caller says so."""
    assert texts(read_dump(content, "x.txt").rows) == paragraphs
    lines = [line for line in content.decode().split("\n") if line]
    assert texts(read_dump(content, "x.txt", lines=True).rows) == lines


@pytest.mark.parametrize("first_line", ["[quote=Ann]no[/quote]", '"so called" friends', "{hello}", "[1] see", "[2020-01-01] a"])
def test_lines_of_plain_text_are_refused_with_the_way_out(read_dump: DumpReader, first_line: str) -> None:
    """Nothing shows whether lines are comments; the first sign of the first does not make it JSON."""
    with pytest.raises(DumpError, match="--lines"):
        read_dump(f"{first_line}\nyou fool\nthanks\n".encode(), "x.txt")


def test_tabs_make_a_table_of_a_text_file(read_dump: DumpReader) -> None:
    """Whoever writes a tab between two cells in each line writes a table, whatever its name."""
    content = b"nr\tkommentar\n1\tyou fool\n2\tthanks, friend\n"
    assert [(row.id, row.text) for row in read_dump(content, "x.txt").rows] == [("1", "you fool"), ("2", "thanks, friend")]


def test_the_caller_can_say_how_a_table_is_written(read_dump: DumpReader) -> None:
    """Delimiter, quoting and the lack of a header are taken as they are said, whatever the name of the file."""
    assert texts(read_dump(b"a^text\n1^so, so\n", "x.txt", delimiter="^").rows) == ["so, so"]
    unquoted = b'id,text\n1,"so\n2,he" said\n'
    assert texts(read_dump(unquoted, "x.txt", quoting=Quoting.NONE).rows) == ['"so', 'he" said']
    quoted = b'id\ttext\n1\t"so\n2\tso"\n'
    assert texts(read_dump(quoted, "x.tsv", quoting=Quoting.CSV).rows) == ["so\n2\tso"]
    table = read_dump(b"7;you fool\n8;thanks, friend\n", "x.txt", has_header=False, text_column="2", id_column="1", keep=("1",))
    assert [(row.id, row.text, row.extra, row.line) for row in table.rows] == [
        ("7", "you fool", {"1": "7"}, 1),
        ("8", "thanks, friend", {"1": "8"}, 2),
    ]


def test_a_column_number_that_is_not_there_is_refused(read_dump: DumpReader) -> None:
    """The message lists the numbers."""
    with pytest.raises(DumpError, match="“1”, “2”"):
        read_dump(b"7;you fool\n8;thanks\n", "x.csv", has_header=False, text_column="3")


def test_json_behind_dates_is_refused_with_the_way_out(read_dump: DumpReader) -> None:
    """A log is no table, though there are commas in each of its lines; a table with JSON in a column is one."""
    lines = [f'2020-01-01 10:00:0{number} INFO {{"id": {number}, "text": "you fool"}}' for number in range(3)]
    with pytest.raises(DumpError, match="sed 's/"):
        read_dump("\n".join(lines).encode(), "x.log")
    table = 'id;text;raw\n1;you fool;{"a": 1, "b": 2}\n2;thanks;{"a": 1, "b": 2}\n'
    assert texts(read_dump(table.encode(), "x.txt").rows) == ["you fool", "thanks"]


def test_numbers_are_no_comments(read_dump: DumpReader) -> None:
    """A list of ids, one a line, is none of JSON, though each of its lines could be."""
    with pytest.raises(DumpError, match="no dump that is known"):
        read_dump(b"1\n2\n3\n", "ids.txt")
    assert texts(read_dump(b'"you fool"\n"thanks"\n', "x").rows) == ["you fool", "thanks"]
