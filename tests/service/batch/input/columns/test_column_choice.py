"""The columns of a file are chosen by their names, or as the caller says."""

import json

import pytest

from model.errors import DumpError
from service.batch.rows import Columns
from tests.service.batch.input.dump_reader import DumpReader, cells
from tests.service.batch.input.platforms.samples import SAMPLES


@pytest.mark.parametrize(
    ("names", "text", "row_id"),
    [
        (["comment_id", "body", "score"], "body", "comment_id"),
        (["Comment", "TEXT ", "ID"], "TEXT ", "ID"),
        (["tweet", "message"], "message", None),
        (["_id", "comment_text", "label"], "comment_text", "_id"),
        (["id", "ID", "content"], "content", "id"),
        (["# id", "text"], "text", "# id"),
    ],
)
def test_columns_are_chosen_by_known_names(read_dump: DumpReader, names: list[str], text: str, row_id: str | None) -> None:
    """The first known name that the file has is chosen, in whatever case; without an id column there is no id."""
    delimited = (",".join(names) + "\n" + ",".join("x" * len(names)) + "\n").encode()
    if row_id != "id" or "ID" not in names:
        assert read_dump(json.dumps(dict.fromkeys(names, "x")).encode())[0] == Columns(text, row_id)
    if "ID" in names and "id" in names:
        with pytest.raises(DumpError, match="--id-column"):
            read_dump(delimited, id_column="Id")
    else:
        assert read_dump(delimited)[0] == Columns(text, row_id)


def test_columns_that_the_caller_names_are_preferred_to_known_ones(read_dump: DumpReader) -> None:
    """A column that the caller names is chosen, even if the case differs."""
    content = b"id,text,Rant,nr\n1,no,yes,7\n"
    columns, rows, _ = read_dump(content, text_column="rant", id_column="nr")
    assert columns == Columns("Rant", "nr")
    assert [(row.id, row.text) for row in rows] == [("7", "yes")]


@pytest.mark.parametrize(
    ("content", "options", "parts"),
    [
        (b"a,b\n1,2\n", {}, ["“a”, “b”", "--text-column"]),
        (b"text,b\n1,2\n", {"text_column": "c"}, ["“c”", "“text”, “b”", "--text-column"]),
        (b"text,b\n1,2\n", {"id_column": "c"}, ["“c”", "“text”, “b”", "--id-column"]),
        (b"text,text\n1,2\n", {}, ["2 columns are called “text”", "--text-column"]),
        (b"Text,TEXT\n1,2\n", {}, ["2 columns", "“Text”, “TEXT”"]),
        (b'{"rant":"hi","x":1}\n', {}, ["“rant”", "--text-column"]),
        (b'{"text":"hi"}\n', {"text_column": "body"}, ["“body”", "“text”", "--text-column"]),
        (b"\x1b[31m evil header,b\n", {}, ["--text-column"]),
        (b"PK\x03\x04rest", {}, ["ZIP"]),
        (b"PAR1 but no more than this PAR1", {}, ["damaged Parquet"]),
        (b'"text' + b"\n" * 3, {}, ["line 1", "header"]),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_line(
    read_dump: DumpReader, content: bytes, options: dict[str, str], parts: list[str]
) -> None:
    """The message says which file, what is wrong and what to do; it is one line, without anything that controls a terminal."""
    with pytest.raises(DumpError) as error:
        read_dump(content, name="forum.dat", **options)
    message = str(error.value)
    assert "forum.dat" in message
    assert message.isprintable()
    for part in parts:
        assert part in message


def test_a_message_never_repeats_a_long_cell(read_dump: DumpReader) -> None:
    """In a file without a header, a comment takes the place of the names; the message does not show it."""
    with pytest.raises(DumpError) as error:
        read_dump(b"this is the first comment of a file that has no header line at all and a secret\nand another\n")
    assert "secret" not in str(error.value)


def test_every_column_can_be_named_and_others_kept(read_dump: DumpReader) -> None:
    """Text, id, author, parent and time are taken from the columns that the caller names, and other columns are passed on."""
    content = b"a,b,c,d,e,f\nhi,1,ann,0.0,1577836800,blue\n"
    options = {"text_column": "a", "id_column": "b", "author_column": "c", "parent_column": "d", "time_column": "e"}
    assert [(*cells(row), row.extra) for row in read_dump(content, "x", keep=("f", "a"), **options).rows] == [
        ("1", "hi", None, "ann", None, "2020-01-01T00:00:00+00:00", {"f": "blue", "a": "hi"})
    ]
    with pytest.raises(DumpError, match="--keep"):
        read_dump(content, "x", text_column="a", keep=("z",))
    blog = next(sample for sample in SAMPLES if sample.name == "blog.xml")
    rows = read_dump(blog.content, "x.xml", keep=("wp:comment_approved", "title")).rows
    assert rows[0].extra == {"wp:comment_approved": "1", "title": "Post"}


def test_tables_of_flattened_objects_have_ids_and_authors(read_dump: DumpReader) -> None:
    """Where the column of the text is a path, the columns beside it are known by the same path."""
    table = read_dump(b"data.id,data.text,data.author_id,id_of_page\n1,you fool,7,p\n2,thanks,8,q\n", "x.csv")
    assert table.columns == Columns("data.text", "data.id", "data.author_id")
