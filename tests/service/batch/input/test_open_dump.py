"""Files of comments become rows, whatever they look like."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import DumpError
from service.batch import rows as limits
from service.batch.input.open_dump import open_dump
from service.batch.rows import Columns, DumpOptions, ReadAs, Reason, Row

Read = Callable[..., tuple[Columns | None, list[Row]]]


def texts(rows: list[Row]) -> list[str | None]:
    return [row.text for row in rows]


def reasons(rows: list[Row]) -> list[Reason | None]:
    return [row.reason for row in rows]


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
def test_the_content_tells_the_format_and_the_dialect(read: Read, content: bytes, name: str) -> None:
    """JSON Lines and delimited text are told apart by what is in the file, whatever its name, encoding and line ends."""
    columns, found = read(content, name=name)
    assert [(row.id, row.text, row.reason) for row in found] == [("a", "hi", None), ("b", "ho", None)]
    assert columns == Columns("text", "id")


@pytest.mark.parametrize(
    ("names", "text", "known_id"),
    [
        (["comment_id", "body", "score"], "body", "comment_id"),
        (["Comment", "TEXT ", "ID"], "TEXT ", "ID"),
        (["tweet", "message"], "message", None),
        (["_id", "comment_text", "label"], "comment_text", "_id"),
        (["id", "ID", "content"], "content", "id"),
    ],
)
def test_columns_are_found_by_their_usual_names(read: Read, names: list[str], text: str, known_id: str | None) -> None:
    """The first usual name that is there is taken, compared without case; without an id column there is no id."""
    delimited = (",".join(names) + "\n" + ",".join("x" * len(names)) + "\n").encode()
    if known_id != "id" or "ID" not in names:
        assert read(json.dumps(dict.fromkeys(names, "x")).encode())[0] == Columns(text, known_id)
    if "ID" in names and "id" in names:
        with pytest.raises(DumpError, match="--id-column"):
            read(delimited, id_column="Id")
    else:
        assert read(delimited)[0] == Columns(text, known_id)


def test_named_columns_come_before_usual_ones(read: Read) -> None:
    """What the caller names is taken, exactly or without regard to case."""
    content = b"id,text,Rant,nr\n1,no,yes,7\n"
    columns, found = read(content, text_column="rant", id_column="nr")
    assert columns == Columns("Rant", "nr")
    assert [(row.id, row.text) for row in found] == [("7", "yes")]


@pytest.mark.parametrize(
    ("content", "wanted", "named"),
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
def test_what_cannot_be_read_is_refused_in_one_line(read: Read, content: bytes, wanted: dict[str, str], named: list[str]) -> None:
    """The message names the file, what is wrong and what to do; it is one line and holds nothing that steers a terminal."""
    with pytest.raises(DumpError) as caught:
        read(content, name="forum.dat", **wanted)
    message = str(caught.value)
    assert "forum.dat" in message
    assert message.isprintable()
    for words in named:
        assert words in message


def test_a_message_never_repeats_a_long_cell(read: Read) -> None:
    """A file without a header has comments where the names should be; they do not get into the message."""
    with pytest.raises(DumpError) as caught:
        read(b"this is the first comment of a file that has no header line at all and a secret\nand another\n")
    assert "secret" not in str(caught.value)


def test_json_rows_that_hold_no_text_have_a_reason(read: Read) -> None:
    """Broken, foreign and textless lines are rows with a reason; the lines around them are read."""
    lines = [
        b'{"id":1,"text":"good"}',
        b'{"id":2,"text":',
        b'"a string"',
        b'["text"]',
        b"17",
        b'{"id":6}',
        b'{"id":7,"text":null}',
        b'{"id":8,"text":8}',
        b'{"id":9,"text":["x"]}',
        b'{"id":10,"text":"\xff"}',
        b"\x00\x01",
        b"[" * 100_000,
        b'{"id":' + b"1" * 5000 + b"}",
        b'{"id":14,"text":""}',
        b'{"id":15,"text":"good"}',
    ]
    _, found = read(b"\n".join(lines))
    assert [row.line for row in found] == list(range(1, 16))
    assert reasons(found) == [
        None,
        Reason.NOT_JSON,
        *[Reason.NOT_AN_OBJECT] * 3,
        *[Reason.NO_TEXT] * 2,
        *[Reason.NOT_A_STRING] * 2,
        Reason.NOT_UTF8,
        *[Reason.NOT_JSON] * 3,
        None,
        None,
    ]
    assert [row.id for row in found] == [1, None, None, None, None, 6, 7, 8, 9, 10, None, None, None, 14, 15]


def test_json_ids_are_kept_as_they_are(read: Read) -> None:
    """Strings and integers stay what they are, whatever else is written as its JSON."""
    ids = ["x", 7, -(2**70), "", None, 1.5, True, {"$oid": "5f"}, "é\u2028"]
    _, found = read("\n".join(json.dumps({"id": one, "text": "t"}) for one in ids).encode())
    assert [row.id for row in found] == ["x", 7, -(2**70), "", None, "1.5", "true", '{"$oid": "5f"}', "é\u2028"]


def test_half_a_surrogate_pair_counts_as_u_fffd(read: Read) -> None:
    """Text that a program cut in the middle of an emoji is still text, and everything can be written as UTF-8."""
    _, found = read(rb'{"id":"\ud83d","text":"a\ud83db \ud83d\ude00"}')
    assert (found[0].id, found[0].text, found[0].reason) == ("\ufffd", "a\ufffdb \U0001f600", None)


def test_a_field_that_never_holds_text_does_not_hide_one_that_does(read: Read) -> None:
    """Of the usual names, the first that holds strings is taken."""
    columns, found = read(b'{"comment":12,"message":"hi"}\n{"comment":3,"message":"ho"}\n')
    assert columns == Columns("message", None)
    assert texts(found) == ["hi", "ho"]


def test_json_without_any_text_field_gives_rows_with_a_reason(read: Read) -> None:
    """Where no field could be meant, rows are not refused but reasoned."""
    _, found = read(b'{"id":"a"}\n{"id":"b","n":1}\n')
    assert [(row.id, row.reason) for row in found] == [("a", Reason.NO_TEXT), ("b", Reason.NO_TEXT)]


def test_lines_of_strings_are_json_rows_with_a_reason(read: Read) -> None:
    """A file of bare JSON strings is read as what it is."""
    _, found = read(b'"one"\n"two"\n')
    assert reasons(found) == [Reason.NOT_AN_OBJECT] * 2


@pytest.mark.parametrize("content", [b"", b"\n\r\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_has_no_rows(read: Read, content: bytes) -> None:
    """Nothing in, nothing out, and no column."""
    assert read(content) == (None, [])


def test_a_header_alone_has_no_rows(read: Read) -> None:
    """A header is no row."""
    assert read(b"id,text\n") == (Columns("text", "id"), [])


def test_csv_rows_that_do_not_fit_have_a_reason(read: Read) -> None:
    """Too few and too many cells, and bytes that are not UTF-8, spoil one row each."""
    content = b"id,text,n\na,good,1\nb,few\nc,too,many,4\nd,\xff\xfe,1\ne,good,\xff\n\nf\xff,good,2\n,good,3\n"
    _, found = read(content)
    assert reasons(found) == [None, Reason.TOO_FEW_CELLS, Reason.TOO_MANY_CELLS, Reason.NOT_UTF8, None, None, None]
    assert [row.id for row in found] == ["a", "b", "c", "d", "e", "f\ufffd", None]
    assert [row.line for row in found] == [2, 3, 4, 5, 6, 8, 9]


def test_a_stray_delimiter_never_hands_out_a_wrong_id(read: Read) -> None:
    """Where cells are shifted, an id right of the text is not to be trusted."""
    _, found = read(b"text,id\nwell, well,7\n")
    assert [(row.id, row.reason) for row in found] == [(None, Reason.TOO_MANY_CELLS)]


def test_quoted_cells_may_hold_everything(read: Read) -> None:
    """Line ends, delimiters, doubled quotes and NUL bytes inside quotes belong to the text."""
    text = 'a "quote", a\nline, a\r\nline, a\rline\x00;\t'
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["id", "text"], ["1", text], ["2", "next"]])
    _, found = read(buffer.getvalue().encode())
    assert texts(found) == [text, "next"]
    assert [row.line for row in found] == [2, 6]


def test_sloppy_quotes_in_one_line_are_forgiven(read: Read) -> None:
    """A quoted beginning that goes on unquoted is a text all the same."""
    _, found = read(b'id,text\n1,"so" he said\n2,he said "so"\n')
    assert texts(found) == ["so he said", 'he said "so"']


@pytest.mark.parametrize(
    "below",
    [b"2,plain\n3,plain too\n", b'2,"quoted"\n3,plain too\n', b'2,plain\n3,"a ""nested"" quote"\n', b'2,plain\n3,"two\nlines"\n'],
)
def test_a_quote_that_is_never_closed_costs_one_row(read: Read, below: bytes) -> None:
    """The rows below a stray quote are read."""
    _, found = read(b'id,text\n1,"never closed\n' + below)
    assert [row.id for row in found][1:] == ["2", "3"]
    assert reasons(found) == [Reason.OPEN_QUOTE, None, None]


def test_huge_fields_are_read_and_over_long_ones_are_not(read: Read) -> None:
    """A text far beyond the csv module's own limit is read; one beyond ours is a row with a reason, as is an endless line."""
    most, row = limits.MAX_TEXT_LENGTH, limits.MAX_ROW_LENGTH
    _, found = read(b"id,text\n1," + b"x" * most + b"\n2," + b"x" * (most + 1) + b"\n3," + b"x" * (row + 5) + b"\n4,y\n")
    assert [(row.id, row.reason) for row in found] == [("1", None), ("2", Reason.TOO_LONG), (None, Reason.TOO_LONG), ("4", None)]
    assert len(found[0].text or "") == most
    _, found = read(b'{"text":"' + b"x" * (row + 5) + b'"}\n{"text":"y"}')
    assert reasons(found) == [Reason.TOO_LONG, None]


def test_an_endless_quote_costs_one_row(read: Read) -> None:
    """A quote that is open for longer than a row may be is given up, and reading goes on below it."""
    lines = b"".join(b"%d,plain plain plain plain\n" % number for number in range(400_000))
    _, found = read(b'id,text\nx,"open\n' + lines)
    assert len(found) == 400_001
    assert reasons(found[:2]) == [Reason.OPEN_QUOTE, None]


def test_a_given_format_comes_before_the_content(read: Read) -> None:
    """Who knows better may say so."""
    columns, found = read(b'"text"\nhello\n', read_as=ReadAs.CSV)
    assert (columns, texts(found)) == (Columns("text", None), ["hello"])
    _, found = read(b"id,text\n1,a\n", read_as=ReadAs.JSONL)
    assert reasons(found) == [Reason.NOT_JSON] * 2


def parquet(path: Path, columns: dict[str, pa.Array]) -> str:
    pq.write_table(pa.table(columns), path)
    return str(path)


def rows_of(path: str, **wanted: Any) -> list[Row]:
    with open_dump(path, DumpOptions(**wanted)) as reading:
        return list(reading.rows)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_parquet_strings_of_every_kind_are_read(tmp_path: Path, kind: pa.DataType) -> None:
    """Text columns come in several types; nulls are rows without text, and integer ids stay integers."""
    path = parquet(tmp_path / "x", {"id": pa.array([1, None, 3]), "body": pa.array(["hi", None, "hi"]).cast(kind)})
    assert rows_of(path) == [Row(1, 1, "hi"), Row(2, None, None, Reason.NO_TEXT), Row(3, 3, "hi")]


def test_parquet_text_that_is_not_utf8_has_a_reason(tmp_path: Path) -> None:
    """Parquet does not check its strings; a bad one spoils its row alone."""
    raw = pa.array([b"good", b"\xff\xfe", b"good"], pa.binary())
    strings = pa.StringArray.from_buffers(3, raw.buffers()[1], raw.buffers()[2])
    path = parquet(tmp_path / "x.parquet", {"text": strings, "id": strings})
    assert [(row.id, row.text, row.reason) for row in rows_of(path)] == [
        ("good", "good", None),
        ("\ufffd\ufffd", None, Reason.NOT_UTF8),
        ("good", "good", None),
    ]


def test_parquet_text_may_be_anything(tmp_path: Path) -> None:
    """A column that holds no strings gives rows with a reason, and the text can be its own id."""
    path = parquet(tmp_path / "x.parquet", {"text": pa.array([1.5, 2.5])})
    assert reasons(rows_of(path)) == [Reason.NOT_A_STRING] * 2
    path = parquet(tmp_path / "y.parquet", {"text": pa.array(["a"])})
    assert rows_of(path, id_column="text") == [Row(1, "a", "a")]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_parquet_file_is_refused(tmp_path: Path, share: float) -> None:
    """Half a file is an error, not half the rows."""
    path = tmp_path / "x.parquet"
    parquet(path, {"text": pa.array([str(number) for number in range(1000)])})
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(DumpError, match=r"x\.parquet: a damaged Parquet file"):
        rows_of(str(path))


@given(st.lists(st.text().filter(lambda text: not text.startswith("[")), max_size=20))
def test_every_text_comes_back_from_json_lines(tmp_path_factory: pytest.TempPathFactory, written: list[str]) -> None:
    """Reading what JSON can write gives the same texts, but for halves of surrogate pairs."""
    path = tmp_path_factory.mktemp("json") / "x"
    path.write_text("\n".join(json.dumps({"text": text}) for text in written))
    assert texts(rows_of(str(path))) == written


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"])).filter(lambda text: not text.startswith("[")), max_size=20),
    st.sampled_from(",;\t|"),
)
def test_every_text_comes_back_from_csv(tmp_path_factory: pytest.TempPathFactory, written: list[str], delimiter: str) -> None:
    """Reading what a CSV writer writes gives the same texts in the same order."""
    path = tmp_path_factory.mktemp("csv") / "x"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(
            [["id", "text"], *([str(at), text] for at, text in enumerate(written))]
        )
    found = rows_of(str(path))
    assert texts(found) == written
    assert [row.id for row in found] == [str(at) for at in range(len(written))]


@given(st.binary(max_size=400))
def test_any_bytes_below_a_csv_header_are_rows(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever follows a header, reading ends, and every row has either a text or a reason."""
    path = tmp_path_factory.mktemp("bytes") / "x"
    path.write_bytes(b"id,text\n" + content)
    for row in rows_of(str(path)):
        assert (row.text is None) == (row.reason is not None)
        (row.text or "").encode()


@given(st.lists(st.binary(min_size=1, max_size=50).filter(lambda line: line.strip(b" \t\r") and b"\n" not in line), max_size=20))
def test_any_lines_of_bytes_are_that_many_json_rows(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]) -> None:
    """Every line that is not blank is one row."""
    path = tmp_path_factory.mktemp("bytes") / "x"
    path.write_bytes(b'{"text":"first"}\n' + b"\n".join(lines))
    assert len(rows_of(str(path))) == 1 + len(lines)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """No file makes reading raise anything but a DumpError."""
    path = tmp_path_factory.mktemp("bytes") / "x"
    path.write_bytes(content)
    try:
        message = str(len(rows_of(str(path))))
    except DumpError as error:
        message = str(error)
    assert message.isprintable()
