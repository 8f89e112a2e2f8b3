"""Each record of delimited text becomes one row, however sloppy its quotes are."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.rows import MAX_ROW_LENGTH, MAX_TEXT_LENGTH, Columns, Reason
from tests.service.batch.input.dump_reader import DumpReader, read_file, reasons, texts


def test_csv_rows_that_do_not_fit_have_a_reason(read_dump: DumpReader) -> None:
    """Too few cells, too many, and bytes that are not UTF-8 cost one row each."""
    content = b"id,text,n\na,good,1\nb,few\nc,too,many,4\nd,\xff\xfe,1\ne,good,\xff\n\nf\xff,good,2\n,good,3\n"
    rows = read_dump(content).rows
    assert reasons(rows) == [None, Reason.TOO_FEW_CELLS, Reason.TOO_MANY_CELLS, Reason.NOT_UTF8, None, None, None]
    assert [row.id for row in rows] == ["a", "b", "c", "d", "e", "f\ufffd", None]
    assert [row.line for row in rows] == [2, 3, 4, 5, 6, 8, 9]


def test_a_stray_delimiter_never_hands_out_a_wrong_id(read_dump: DumpReader) -> None:
    """Where cells are shifted, an id to the right of the text cannot be trusted."""
    rows = read_dump(b"text,id\nwell, well,7\n").rows
    assert [(row.id, row.reason) for row in rows] == [(None, Reason.TOO_MANY_CELLS)]


def test_quoted_cells_may_hold_everything(read_dump: DumpReader) -> None:
    """Line ends, delimiters, doubled quotes and NUL bytes inside quotes belong to the text."""
    text = 'a "quote", a\nline, a\r\nline, a\rline\x00;\t'
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["id", "text"], ["1", text], ["2", "next"]])
    rows = read_dump(buffer.getvalue().encode()).rows
    assert texts(rows) == [text, "next"]
    assert [row.line for row in rows] == [2, 6]


def test_sloppy_quotes_in_one_line_are_forgiven(read_dump: DumpReader) -> None:
    """A cell that continues after its closing quote is still read."""
    rows = read_dump(b'id,text\n1,"so" he said\n2,he said "so"\n').rows
    assert texts(rows) == ["so he said", 'he said "so"']


@pytest.mark.parametrize(
    "below",
    [b"2,plain\n3,plain too\n", b'2,"quoted"\n3,plain too\n', b'2,plain\n3,"a ""nested"" quote"\n', b'2,plain\n3,"two\nlines"\n'],
)
def test_a_quote_that_is_never_closed_costs_one_row(read_dump: DumpReader, below: bytes) -> None:
    """The rows below a stray quote are read."""
    rows = read_dump(b'id,text\n1,"never closed\n' + below).rows
    assert [row.id for row in rows][1:] == ["2", "3"]
    assert reasons(rows) == [Reason.OPEN_QUOTE, None, None]


def test_long_fields_are_read_and_over_long_ones_are_not(read_dump: DumpReader) -> None:
    """A text beyond the limit of the csv module is read; one beyond ours is a row with a reason, as is an endless line."""
    long, too_long, endless = b"x" * MAX_TEXT_LENGTH, b"x" * (MAX_TEXT_LENGTH + 1), b"x" * (MAX_ROW_LENGTH + 5)
    rows = read_dump(b"id,text\n1," + long + b"\n2," + too_long + b"\n3," + endless + b"\n4,y\n").rows
    assert [(row.id, row.reason) for row in rows] == [("1", None), ("2", Reason.TOO_LONG), (None, Reason.TOO_LONG), ("4", None)]
    assert len(rows[0].text or "") == MAX_TEXT_LENGTH


def test_an_endless_quote_costs_one_row(read_dump: DumpReader) -> None:
    """A quote that stays open beyond the longest row costs its own line, and the lines below it are read."""
    lines = b"".join(b"%d,plain plain plain plain\n" % number for number in range(400_000))
    rows = read_dump(b'id,text\nx,"open\n' + lines).rows
    assert len(rows) == 400_001
    assert reasons(rows[:2]) == [Reason.OPEN_QUOTE, None]


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"])).filter(lambda text: not text.startswith("[")), max_size=20),
    st.sampled_from(",;\t|"),
)
def test_every_text_survives_csv(tmp_path_factory: pytest.TempPathFactory, comments: list[str], delimiter: str) -> None:
    """Reading the output of a CSV writer gives its texts, in order."""
    path = tmp_path_factory.mktemp("csv") / "x"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(
            [["id", "text"], *([str(at), text] for at, text in enumerate(comments))]
        )
    rows = read_file(path).rows
    assert texts(rows) == comments
    assert [row.id for row in rows] == [str(at) for at in range(len(comments))]


@given(st.binary(max_size=400))
def test_any_bytes_below_a_csv_header_are_rows(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever follows a header, reading ends, and every row has either a text or a reason."""
    path = tmp_path_factory.mktemp("bytes") / "x"
    path.write_bytes(b"id,text\n" + content)
    for row in read_file(path).rows:
        assert (row.text is None) == (row.reason is not None)
        (row.text or "").encode()


def test_a_header_alone_has_no_rows(read_dump: DumpReader) -> None:
    """A header is no row."""
    columns, rows, _ = read_dump(b"id,text\n")
    assert (columns, rows) == (Columns("text", "id"), [])
